"""Configuration over a seeded database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.services.configuration.world import World, open_world
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed


@pytest.fixture
async def world(settings: Settings, tmp_path: Path) -> AsyncIterator[World]:
    """The demo's configuration, two administrators and a dealer."""
    await seed(settings, tmp_path)
    async with open_world(settings) as made:
        yield made
