"""The migration runner on a real database."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from tradewind.infra.local.home import Home
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.infra.migrator import MIGRATIONS, MigrationError, migrate, read_migrations

FIRST = "CREATE TABLE first (id integer);"
SECOND = "CREATE TABLE second (id integer); INSERT INTO second VALUES (2);"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    (tmp_path / "0001_first.sql").write_text(FIRST, "utf-8")
    (tmp_path / "0002_second.sql").write_text(SECOND, "utf-8")
    return tmp_path


@pytest.fixture
async def empty_database(postgres_server: Home) -> AsyncIterator[str]:
    """The name of a database without any table."""
    connection = await connect_superuser(postgres_server, "postgres")
    await connection.execute("CREATE DATABASE migrator_test")
    yield "migrator_test"
    await connection.execute("DROP DATABASE migrator_test WITH (FORCE)")
    await connection.close()


@pytest.fixture
async def connection(
    postgres_server: Home, empty_database: str
) -> AsyncIterator[asyncpg.Connection]:
    opened = await connect_superuser(postgres_server, empty_database)
    yield opened
    await opened.close()


async def applied(connection: asyncpg.Connection) -> list[str]:
    rows = await connection.fetch("SELECT name FROM schema_migration ORDER BY number")
    return [row["name"] for row in rows]


async def test_applies_what_is_missing_once_and_in_order(
    connection: asyncpg.Connection, files: Path
) -> None:
    assert await migrate(connection, files) == ["0001_first.sql", "0002_second.sql"]
    assert await migrate(connection, files) == []
    (files / "0003_third.sql").write_text("INSERT INTO second VALUES (3);", "utf-8")
    assert await migrate(connection, files) == ["0003_third.sql"]
    assert await connection.fetchval("SELECT sum(id) FROM second") == 5


async def test_refuses_a_file_changed_after_it_was_applied(
    connection: asyncpg.Connection, files: Path
) -> None:
    await migrate(connection, files)
    (files / "0001_first.sql").write_text(FIRST + " -- edited", "utf-8")
    (files / "0003_third.sql").write_text("CREATE TABLE third (id integer);", "utf-8")
    with pytest.raises(MigrationError, match=r"0001_first\.sql was changed"):
        await migrate(connection, files)
    assert await applied(connection) == ["0001_first.sql", "0002_second.sql"]


async def test_refuses_a_database_that_is_ahead_of_the_files(
    connection: asyncpg.Connection, files: Path
) -> None:
    await migrate(connection, files)
    (files / "0002_second.sql").unlink()
    with pytest.raises(MigrationError, match="this program is older"):
        await migrate(connection, files)


async def test_a_failing_file_leaves_no_trace_and_keeps_the_ones_before(
    connection: asyncpg.Connection, files: Path
) -> None:
    (files / "0002_second.sql").write_text("CREATE TABLE second (id integer); SELECT 1/0;", "utf-8")
    with pytest.raises(asyncpg.DivisionByZeroError):
        await migrate(connection, files)
    assert await applied(connection) == ["0001_first.sql"]
    assert await connection.fetchval("SELECT to_regclass('second')") is None


async def test_runners_at_the_same_time_apply_each_file_once(
    postgres_server: Home, empty_database: str, files: Path
) -> None:
    connections = [await connect_superuser(postgres_server, empty_database) for _ in range(4)]
    done = await asyncio.gather(*(migrate(connection, files) for connection in connections))
    assert sorted(name for names in done for name in names) == ["0001_first.sql", "0002_second.sql"]
    for connection in connections:
        await connection.close()


@pytest.mark.parametrize("name", ["0002_gap.sql", "1_short.sql", "0001_Upper.sql"])
def test_refuses_names_out_of_order_or_form(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("SELECT 1;", "utf-8")
    with pytest.raises(MigrationError, match="should be migration number 0001"):
        read_migrations(tmp_path)


def test_the_platforms_own_migrations_are_well_formed() -> None:
    assert read_migrations(MIGRATIONS)
