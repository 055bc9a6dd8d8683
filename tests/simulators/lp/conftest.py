"""Fixtures of the simulated LP."""

from collections.abc import AsyncIterator

import pytest

from tests.simulators.lp.breakable import BreakableLp, breakable_lp, quote
from tests.simulators.lp.raw_fix import RawClient, connected


@pytest.fixture
async def lp() -> AsyncIterator[BreakableLp]:
    """An LP that quotes nothing before the test does."""
    async with breakable_lp() as running:
        yield running


@pytest.fixture
async def client(lp: BreakableLp) -> AsyncIterator[RawClient]:
    """A client that holds the top of EURUSD's book, quoted at `quote()`."""
    await lp.publish(quote())
    async with connected(lp.port) as made:
        await made.log_on()
        await made.subscribe("EURUSD")
        assert (await made.receive()).kind == "W"
        yield made
