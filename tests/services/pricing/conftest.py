"""Real simulators and pricing processes over the session's servers."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.services.pricing.running import Processes
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed


@pytest.fixture
async def processes(settings: Settings, tmp_path: Path) -> AsyncIterator[Processes]:
    """A seeded database and no process yet."""
    await seed(settings, tmp_path)
    made = Processes(settings=settings, home=tmp_path)
    yield made
    for process in made.running:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, 5)


@pytest.fixture
async def redis(settings: Settings) -> AsyncIterator["Redis"]:
    """A client of the test's Valkey."""
    async with Redis.from_url(settings.redis_url) as client:
        yield client
