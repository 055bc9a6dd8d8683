from collections.abc import AsyncIterator

import pytest

pytest.register_assert_rewrite("tests.services.oms.order_machine", "tests.services.oms.asking")

from tests.services.oms.world import World, open_world  # noqa: E402
from tradewind.infra.settings import Settings  # noqa: E402


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    """A running order service on a fresh database, with prices of EURUSD and USDJPY."""
    async with open_world(settings) as running:
        yield running
