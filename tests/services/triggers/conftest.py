from collections.abc import AsyncIterator

import pytest

from tests.services.oms.world import open_world
from tests.services.triggers.builders import Desk
from tests.services.triggers.world import TriggerWorld, open_trigger_world
from tradewind.infra.settings import Settings


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[TriggerWorld]:
    """A running order service on a fresh database, and empty rings."""
    async with open_world(settings) as oms, open_trigger_world(oms) as opened:
        yield opened


@pytest.fixture
def desk() -> Desk:
    """An evaluation with nothing in it; accounts 1 and 2 are of group standard."""
    return Desk()
