"""Starting on an older data folder migrates it and keeps its data; a strange one is refused."""

import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.cli.test_commands import tradewind
from tests.client.people import market
from tests.fixtures_platform import free_ports, run_platform, start_supervisor, stop_supervisor
from tests.flows.live import UP
from tests.services.pricing.running import until
from tradewind.infra.local.binaries import postgres_programs
from tradewind.infra.local.credentials import generate_secrets
from tradewind.infra.local.database import prepare_database
from tradewind.infra.local.home import Home, locate_home, prepare_home
from tradewind.infra.local.postgres_server import PostgresServer, connect_superuser
from tradewind.infra.local.running_state import live_state
from tradewind.infra.migrator import MIGRATIONS, migrate
from tradewind_client import Client, OrderState

OLD_DATA = Path(__file__).with_name("old_data.sql")
#: The data are of the second migration's time; the youngest old folder lacks the last one alone.
AGES = (2, len(list(MIGRATIONS.glob("*.sql"))) - 1)
ACCOUNT = UUID("01a00000-0000-7000-8000-000000000031")
TABLES = (
    "account",
    "account_assignment",
    "account_event",
    "account_group",
    "instrument_version",
    "ledger_posting",
    "markup_rule",
    "user_role",
)
MIGRATIONS_SQL = "SELECT number, checksum FROM schema_migration ORDER BY number"
Folder = Callable[[], Path]
Rows = dict[str, list[dict[str, Any]]]


@pytest.mark.parametrize("age", AGES)
async def test_an_older_data_folder_is_migrated_keeps_its_data_and_trades(
    short_folder: Folder, age: int
) -> None:
    home = locate_home(short_folder() / "home")
    async with database_of(home) as superuser:
        await migrate_to(superuser, short_folder(), age)
        await superuser.execute(OLD_DATA.read_text("utf-8"))
        assert len(await superuser.fetch(MIGRATIONS_SQL)) == age
        before = await rows_of(superuser)
    with run_platform(home.root, UP) as platform:
        superuser = await connect_superuser(home, "tradewind")
        assert len(await superuser.fetch(MIGRATIONS_SQL)) == AGES[-1] + 1
        assert kept(before, await rows_of(superuser)) == before
        await superuser.close()
        assert tradewind(home.root, "verify").returncode == 0
        person = platform.demo["users"][0]
        async with Client(platform.url) as client:

            async def is_ready() -> bool:
                return all((await client.readiness()).dependencies.values())

            await until(is_ready)
            await client.log_in("old@example.com", person["password"])
            assert (await client.accounts.get(ACCOUNT)).balance == Decimal("2500.75")
            order = await client.orders.place(ACCOUNT, market())
            assert (order.state, order.reject) == (OrderState.FILLED, None)
    assert "database migrated: " in (home.root / "supervisor.log").read_text("utf-8")
    assert tradewind(home.root, "verify").returncode == 0


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            "INSERT INTO schema_migration VALUES (9999, '9999_future.sql', 'of the future')",
            "the database has migration 9999; this program is older",
        ),
        (
            "UPDATE schema_migration SET checksum = 'altered' WHERE number = 2",
            "0002_trading.sql was changed after it had been applied",
        ),
    ],
    ids=["newer", "altered"],
)
async def test_a_data_folder_of_another_history_is_refused_and_left_alone(
    short_folder: Folder, change: str, said: str
) -> None:
    home = locate_home(short_folder() / "home")
    async with database_of(home) as superuser:
        await migrate_to(superuser, short_folder(), 2)
        await superuser.execute(OLD_DATA.read_text("utf-8"))
        await superuser.execute(change)
        before = await rows_of(superuser), await superuser.fetch(MIGRATIONS_SQL)
    process = start_supervisor(home.root, free_ports(), UP)
    try:
        assert process.wait(60) == 1
    finally:
        stop_supervisor(process)
    lines = (home.root / "supervisor.log").read_text("utf-8").splitlines()
    assert lines[-1] == f"Error: {said}"
    assert not [line for line in lines if "Traceback" in line]
    assert live_state(home.state_file) is None
    async with database_of(home) as superuser:
        assert (await rows_of(superuser), await superuser.fetch(MIGRATIONS_SQL)) == before


@asynccontextmanager
async def database_of(home: Home) -> AsyncGenerator[asyncpg.Connection]:
    """The database of a data folder, made where it is missing, while nothing else runs."""
    prepare_home(home)
    generate_secrets(home.secrets, cluster_exists=home.cluster.exists())
    server = PostgresServer(home=home, programs=postgres_programs(None), report=print)
    child = await server.start()
    try:
        await prepare_database(home)
        superuser = await connect_superuser(home, "tradewind")
        yield superuser
        await superuser.close()
    finally:
        await child.stop(server.stop_signal, server.stop_timeout_s)


async def migrate_to(superuser: asyncpg.Connection, folder: Path, age: int) -> None:
    """Apply the first migrations alone, as a program of that age did."""
    for path in sorted(MIGRATIONS.glob("*.sql"))[:age]:
        shutil.copy(path, folder)
    await superuser.execute("SET ROLE tw_migrate")
    assert len(await migrate(superuser, folder)) == age
    await superuser.execute("RESET ROLE")


async def rows_of(superuser: asyncpg.Connection) -> Rows:
    found: Rows = {}
    for table in TABLES:
        rows = await superuser.fetch(f"SELECT * FROM {table} ORDER BY 1, 2, 3")  # noqa: S608
        found[table] = [dict(row) for row in rows]
    return found


def kept(before: Rows, after: Rows) -> Rows:
    """Of what is there now, the columns that were there before."""
    return {
        table: [{column: row[column] for column in before[table][0]} for row in rows]
        for table, rows in after.items()
    }
