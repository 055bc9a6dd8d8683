"""A real stream process over a seeded database and a real Valkey, shared by this folder's tests."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures_platform import free_ports
from tests.gateway.stream.world import World
from tradewind.infra.local.children import Child, Launch, spawn_ready
from tradewind.infra.local.database import create_database
from tradewind.infra.local.home import Home
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed

DATABASE = "stream_world"


@pytest.fixture(scope="session")
def world_settings(
    postgres_server: Home, valkey_server: Home, short_folder: Callable[[], Path]
) -> Settings:
    """A database of this folder's tests with the demo in it."""
    settings = Settings(
        database_url=postgres_server.database_url.replace("///tradewind?", f"///{DATABASE}?"),
        redis_url=valkey_server.redis_url,
        secrets_dir=postgres_server.secrets,
        environment="demo",
        host="127.0.0.1",
        port=free_ports(),
        metrics_port=0,
    )
    asyncio.run(_make_database(postgres_server, settings, short_folder()))
    return settings


@pytest.fixture(scope="session")
def stream_process(world_settings: Settings, short_folder: Callable[[], Path]) -> Iterator[Child]:
    """The running process."""
    child = asyncio.run(start_stream(world_settings, short_folder()))
    yield child
    asyncio.run(child.stop(signal.SIGTERM, 5.0))


@pytest.fixture
async def world(stream_process: Child, world_settings: Settings) -> AsyncIterator[World]:
    """Everything a test needs to play pricing, OMS and client."""
    assert stream_process.process.poll() is None
    async with World(world_settings) as opened:
        heart = asyncio.create_task(opened.beat())
        yield opened
        opened.over.set()
        await heart


async def start_stream(settings: Settings, folder: Path) -> Child:
    """Start a stream process on the settings' port + 1."""
    environment = {
        "PATH": os.environ["PATH"],
        "TRADEWIND_DATABASE_URL": settings.database_url,
        "TRADEWIND_REDIS_URL": settings.redis_url,
        "TRADEWIND_SECRETS_DIR": str(settings.secrets_dir),
        "TRADEWIND_PORT": str(settings.port),
    }
    launch = Launch(
        name="stream",
        command=(sys.executable, "-m", "tradewind.processes.stream"),
        folder=folder,
        logs=folder,
        environment=environment,
    )
    return await spawn_ready(launch, 20.0)


async def _make_database(home: Home, settings: Settings, folder: Path) -> None:
    connection = await connect_superuser(home, "postgres")
    try:
        await create_database(connection, DATABASE, template="tradewind")
    finally:
        await connection.close()
    await seed(settings, folder)
