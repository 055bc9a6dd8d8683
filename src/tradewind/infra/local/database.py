"""The database and the roles of our services, made or mended at every start."""

from typing import Final

import asyncpg

from tradewind.infra.local.credentials import ROLES
from tradewind.infra.local.home import Home
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.infra.migrator import migrate
from tradewind.infra.secrets import read_secret

DATABASE: Final = "tradewind"

ROLE_STATEMENT_SQL: Final = """
    SELECT format(
        CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = $1)
             THEN 'ALTER ROLE %I LOGIN PASSWORD %L'
             ELSE 'CREATE ROLE %I LOGIN PASSWORD %L' END, $1::text, $2::text)
"""
DATABASE_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"


async def prepare_database(home: Home) -> None:
    """Make the roles with the passwords of the secrets, and the database `tradewind`."""
    connection = await connect_superuser(home, "postgres")
    try:
        for role in ROLES:
            password = read_secret(home.secrets, f"pg_{role}")
            await connection.execute(await connection.fetchval(ROLE_STATEMENT_SQL, role, password))
        if not await connection.fetchval(DATABASE_EXISTS_SQL, DATABASE):
            await create_database(connection, DATABASE)
    finally:
        await connection.close()


async def create_database(
    connection: asyncpg.Connection, name: str, template: str = "template1"
) -> None:
    """Create a database of the migrating role; only our roles may connect to it."""
    await connection.execute(f"CREATE DATABASE {name} OWNER tw_migrate TEMPLATE {template}")
    await connection.execute(f"REVOKE ALL ON DATABASE {name} FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {name} TO {', '.join(ROLES)}")


async def migrate_database(home: Home, database: str = DATABASE) -> list[str]:
    """Apply what is missing as `tw_migrate`; return the names of what was applied."""
    connection = await asyncpg.connect(
        host=str(home.postgres_sockets),
        port=5432,
        user="tw_migrate",
        password=read_secret(home.secrets, "pg_tw_migrate"),
        database=database,
        timeout=5.0,
    )
    try:
        return await migrate(connection)
    finally:
        await connection.close()
