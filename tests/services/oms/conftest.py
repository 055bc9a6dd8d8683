from collections.abc import AsyncIterator

import pytest

from tests.services.oms.world import World, open_world
from tradewind.infra.settings import Settings


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """A running order service on a fresh database, with prices of EURUSD and USDJPY."""
    async with open_world(settings) as running:
        yield running
