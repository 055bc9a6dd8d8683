from collections.abc import AsyncIterator

import pytest

from tests.services.marketdata.world import Store, open_store
from tradewind.infra.settings import Settings


@pytest.fixture
async def store(settings: Settings) -> AsyncIterator[Store]:
    """An empty tick store with its rings."""
    async with open_store(settings) as opened:
        yield opened
