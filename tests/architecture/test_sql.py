"""Every SQL constant is prepared against the schema that the migrations build."""

import importlib
import pkgutil
from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest

import tradewind
from tradewind.infra.local.home import Home
from tradewind.infra.local.postgres_server import connect_superuser


def statements() -> Iterator[tuple[str, str]]:
    """Every module-level `*_SQL` string of the package, by `module.NAME`."""
    for info in pkgutil.walk_packages(tradewind.__path__, "tradewind."):
        for name, value in vars(importlib.import_module(info.name)).items():
            if name.endswith("_SQL") and isinstance(value, str):
                yield f"{info.name.removeprefix('tradewind.')}.{name}", value


STATEMENTS = dict(statements())


@pytest.fixture
async def connection(postgres_server: Home) -> AsyncIterator[asyncpg.Connection]:
    """A connection to the migrated schema; nothing is executed on it."""
    connection = await connect_superuser(postgres_server, "tradewind")
    yield connection
    await connection.close()


@pytest.mark.parametrize("name", STATEMENTS)
async def test_statement_matches_the_schema(connection: asyncpg.Connection, name: str) -> None:
    await connection.prepare(STATEMENTS[name])


async def test_a_misspelt_column_is_noticed(connection: asyncpg.Connection) -> None:
    with pytest.raises(asyncpg.UndefinedColumnError):
        await connection.prepare("SELECT no_such_column FROM account")
