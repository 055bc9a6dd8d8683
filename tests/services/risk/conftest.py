from collections.abc import AsyncIterator

import pytest

from tests.services.oms.world import open_world
from tests.services.risk.world import RiskWorld, open_risk_world
from tradewind.infra.settings import Settings


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[RiskWorld]:
    """A running order service on a fresh database."""
    async with open_world(settings) as oms, open_risk_world(oms) as opened:
        yield opened
