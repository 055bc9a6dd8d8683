from collections.abc import AsyncIterator

import pytest

from tests.services.exposure.world import ExposureWorld, open_exposure_world
from tests.services.oms.world import open_world
from tradewind.infra.settings import Settings


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[ExposureWorld]:
    """A running order service on a fresh database, and an empty Redis."""
    async with open_world(settings) as oms, open_exposure_world(oms) as opened:
        yield opened
