"""A running platform, and people who trade on it through the Python client."""

from collections.abc import AsyncIterator

import pytest

from tests.client.people import Person, person
from tests.fixtures_platform import RunningPlatform
from tests.flows.live import Live


@pytest.fixture(scope="session")
def live(platform: RunningPlatform) -> Live:
    return Live(platform=platform, crash_file=platform.home.root / "crash")


@pytest.fixture
async def trader(live: Live) -> AsyncIterator[Person]:
    """Somebody who is logged in and has an account that no other test has."""
    async with person(live) as opened:
        yield opened
