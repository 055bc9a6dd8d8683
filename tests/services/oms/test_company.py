"""Who begins a batch beside the one in flight, and who waits for its end."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from tests.services.oms.world import World, open_world
from tradewind.infra.settings import Settings
from tradewind.services.oms import service

D = Decimal
FOR_EVER_S = 60.0


@dataclass(slots=True, kw_only=True)
class Gate:
    """Holds commits up while it is closed."""

    open: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)


class HeldUp:
    """A connection whose COMMIT waits for the gate."""

    def __init__(self, plain: asyncpg.Connection, gate: Gate) -> None:
        self._plain = plain
        self._gate = gate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._plain, name)

    async def execute(self, query: str, *args: Any, **kwargs: Any) -> str:
        if query == "COMMIT" and not self._gate.open.is_set():
            self._gate.held.set()
            await self._gate.open.wait()
        return await self._plain.execute(query, *args, **kwargs)


@pytest.fixture
def gate() -> Gate:
    gate = Gate()
    gate.open.set()
    return gate


@pytest.fixture
async def world(settings: Settings, gate: Gate) -> AsyncIterator[World]:
    def wrap(plain: asyncpg.Connection) -> asyncpg.Connection:
        return HeldUp(plain, gate)  # type: ignore[return-value]

    async with open_world(settings, wrap) as running:
        try:
            yield running
        finally:
            gate.open.set()


async def in_flight(world: World, gate: Gate, tasks: asyncio.TaskGroup) -> int:
    """Send one order and return the number of batches once its commit is held up."""
    gate.open.clear()
    gate.held.clear()
    tasks.create_task(world.submit(world.order(await world.trader())))
    await gate.held.wait()
    return world.oms.counters.batches


async def opens(world: World, tasks: asyncio.TaskGroup, count: int) -> None:
    """Send openings of as many accounts, and let the service look at them."""
    for trader in [await world.trader() for _ in range(count)]:
        tasks.create_task(world.submit(world.order(trader)))
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_few_opens_wait_for_the_commit_in_flight_and_share_the_next(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE_S", FOR_EVER_S)
    async with asyncio.TaskGroup() as tasks:
        begun = await in_flight(world, gate, tasks)
        await opens(world, tasks, 5)
        assert world.oms.counters.batches == begun
        assert world.oms.waiting == 5
        gate.open.set()
    assert world.oms.counters.batches == begun + 1


async def test_a_crowd_begins_a_batch_of_its_own(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE_S", FOR_EVER_S)
    async with asyncio.TaskGroup() as tasks:
        begun = await in_flight(world, gate, tasks)
        await opens(world, tasks, service.COMPANY_MIN - 1)
        assert world.oms.counters.batches == begun
        await opens(world, tasks, 1)
        assert world.oms.counters.batches == begun + 1
        gate.open.set()


async def test_a_close_waits_for_no_company(
    world: World, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PATIENCE_S", FOR_EVER_S)
    trader = await world.trader()
    opened = await world.submit(world.order(trader))
    assert opened.order is not None
    assert opened.order.position_id is not None
    async with asyncio.TaskGroup() as tasks:
        begun = await in_flight(world, gate, tasks)
        tasks.create_task(world.submit(world.close(trader, opened.order.position_id)))
        for _ in range(10):
            await asyncio.sleep(0)
        assert world.oms.counters.batches == begun + 1
        gate.open.set()


async def test_a_batch_that_hangs_holds_up_an_open_for_a_moment_only(
    world: World, gate: Gate
) -> None:
    async with asyncio.TaskGroup() as tasks:
        begun = await in_flight(world, gate, tasks)
        await opens(world, tasks, 1)
        async with asyncio.timeout(5):
            while world.oms.counters.batches == begun:
                await asyncio.sleep(0.001)
        gate.open.set()
