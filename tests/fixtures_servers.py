"""A private PostgreSQL and Valkey for this pytest process, and a fresh database for a test.

Several pytest processes may run side by side: each has servers, folders and sockets of its own.
"""

import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from tradewind.infra.local.binaries import postgres_programs
from tradewind.infra.local.credentials import generate_secrets
from tradewind.infra.local.database import create_database, migrate_database, prepare_database
from tradewind.infra.local.home import Home, locate_home, prepare_home
from tradewind.infra.local.postgres_server import PostgresServer, connect_superuser
from tradewind.infra.local.supervisor import Member
from tradewind.infra.local.valkey_server import ValkeyServer
from tradewind.infra.settings import Settings

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Callable[[], Path]]:
    """Make folders with short paths that any account may enter, as sockets need."""
    made: list[Path] = []

    def make() -> Path:
        folder = Path(tempfile.mkdtemp(prefix="tw-", dir="/tmp"))
        folder.chmod(0o711)
        made.append(folder)
        return folder

    yield make
    for folder in made:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_home(short_folder: Callable[[], Path]) -> Home:
    """The data folder of this session's servers, with its secrets."""
    home = locate_home(short_folder() / "home")
    prepare_home(home)
    generate_secrets(home.secrets, cluster_exists=False)
    return home


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_server(server_home: Home) -> AsyncIterator[Home]:
    """A running PostgreSQL with our roles and the migrated database `tradewind`, a template."""
    server = PostgresServer(home=server_home, programs=postgres_programs(None), report=print)
    async with _running(server):
        await prepare_database(server_home)
        await migrate_database(server_home)
        yield server_home


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def valkey_server(server_home: Home) -> AsyncIterator[Home]:
    """A running Valkey."""
    async with _running(ValkeyServer(home=server_home)):
        yield server_home


@pytest.fixture
async def redis_url(valkey_server: Home) -> str:
    """The session's Valkey, emptied."""
    async with Redis.from_url(valkey_server.redis_url) as client:
        await client.flushall()
    return valkey_server.redis_url


@pytest.fixture
async def database_url(postgres_server: Home) -> AsyncIterator[str]:
    """A fresh migrated database, without user and password; dropped after the test."""
    name = f"test_{next(_NUMBERS)}"
    connection = await connect_superuser(postgres_server, "postgres")
    try:
        await create_database(connection, name, template="tradewind")
        yield postgres_server.database_url.replace("///tradewind?", f"///{name}?")
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await connection.close()


@pytest.fixture
def settings(database_url: str, redis_url: str, server_home: Home) -> Settings:
    """Settings of a process: a fresh database, an empty Valkey, the session's secrets."""
    return Settings(
        database_url=database_url,
        redis_url=redis_url,
        secrets_dir=server_home.secrets,
        environment="demo",
        host="127.0.0.1",
        port=0,
        metrics_port=0,
    )


@asynccontextmanager
async def _running(server: Member) -> AsyncGenerator[None]:
    child = await server.start()
    try:
        yield
    finally:
        await child.stop(server.stop_signal, server.stop_timeout_s)
