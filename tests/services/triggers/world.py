"""Trigger engines over a real order service, PostgreSQL and Valkey; ticks are fed by hand."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, cast

import asyncpg
import msgspec
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from tests.services.oms.seeding import Trader
from tests.services.oms.world import World
from tradewind.contracts.events import OrderRow
from tradewind.contracts.ticks import RING_FIELD, RING_PREFIX, Tick
from tradewind.core.accounts import Side
from tradewind.core.ids import Symbol
from tradewind.core.money import Price
from tradewind.core.orders import OrderType, TimeInForce
from tradewind.infra.leases import Lease, LeaseLost, acquire
from tradewind.infra.postgres import open_pool
from tradewind.services.oms.submission import Answer, Command, TriggerOrder
from tradewind.services.pricing.reference import Reference
from tradewind.services.triggers.metrics import TriggerMetrics
from tradewind.services.triggers.ports import Submit
from tradewind.services.triggers.service import Tools, TriggerEngine, shard_lease

D = Decimal
DEADLINE_S = 10.0
WHOLE = (0, 1)
EURUSD, USDJPY = Symbol("EURUSD"), Symbol("USDJPY")


@dataclass(slots=True, kw_only=True)
class Running:
    """An engine at work, what it asked, and what it counts."""

    registry: CollectorRegistry
    lease: Lease
    asked: list[Command] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"tradewind_trigger_{name}", labels) or 0.0

    async def until(self, expected: float, name: str, **labels: str) -> None:
        """Wait until a metric has exactly this value."""
        async with asyncio.timeout(DEADLINE_S):
            while self.metric(name, **labels) != expected:
                await asyncio.sleep(0.005)

    async def resting(self, count: int) -> None:
        """Wait until so many orders are watched."""
        await self.until(count, "resting_orders", shard=self.lease.name)

    async def evaluated(self, count: int) -> None:
        """Wait until so many ticks were evaluated."""
        await self.until(count, "ticks_total")

    def triggers(self) -> Counter[Any]:
        """How often each order was asked about."""
        return Counter(each.order_id for each in self.asked if isinstance(each, TriggerOrder))


@dataclass(slots=True, kw_only=True)
class TriggerWorld:
    """The order service's world, with rings and engines."""

    oms: World
    pool: asyncpg.Pool
    redis: "Redis"
    reference: Reference

    async def publish(self, symbol: str, bid: str, ask: str, **changes: Any) -> Tick:
        """Publish a tick to the ring and to the order service. Groups pay the markup."""
        made = replace(self.oms.tick(symbol, bid, ask), **changes)
        await self.ring(made)
        return made

    async def ring(self, tick: Tick) -> None:
        payload = msgspec.json.encode(tick)
        await self.redis.xadd(RING_PREFIX + tick.symbol, {RING_FIELD: payload})

    async def entries(self, symbol: str) -> list[str]:
        """The entries of a ring, oldest first."""
        found = cast("list[tuple[bytes, object]]", await self.redis.xrange(RING_PREFIX + symbol))
        return [entry.decode() for entry, _ in found]

    async def stop_order(self, trader: Trader, price: str, **changes: Any) -> OrderRow:
        """Rest an order that sells 10,000 EURUSD when the bid falls to a price."""
        command = self.oms.order(
            trader,
            **{
                "side": Side.SELL,
                "type": OrderType.STOP,
                "time_in_force": TimeInForce.GTC,
                "stop_price": Price(D(price)),
                **changes,
            },
        )
        row = (await self.oms.submit(command, self.oms.key())).order
        assert row is not None
        assert row.state == "working", row
        return row

    @asynccontextmanager
    async def engine(self, shard: tuple[int, int] = WHOLE) -> AsyncGenerator[Running]:
        """Run an engine under its lease; what it raises about a lost lease is kept to itself."""
        registry = CollectorRegistry()
        lease = await acquire(self.pool, shard_lease(*shard), "test")
        running = Running(registry=registry, lease=lease)

        async def submit(command: Command, held: Lease) -> Answer:
            running.asked.append(command)
            self.oms.feed.heartbeat()
            return await self.oms.oms.submit(command, None, held)

        engine = TriggerEngine(self.tools(submit, registry), shard)

        async def work() -> None:
            with suppress(LeaseLost, BaseExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    group.create_task(lease.keep())
                    group.create_task(engine.run(lease))

        async with asyncio.TaskGroup() as tasks:
            running.task = tasks.create_task(work())
            try:
                yield running
            finally:
                running.task.cancel()
                with suppress(asyncio.CancelledError):
                    await running.task
                await lease.release()

    def tools(self, submit: Submit, registry: CollectorRegistry) -> Tools:
        """What an engine is made with."""
        return Tools(
            pool=self.pool,
            redis=self.redis,
            clock=self.oms.tools.clock,
            instruments=lambda: self.reference.instruments,
            submit=submit,
            metrics=TriggerMetrics(registry),
        )

    async def until(self, query: str, *arguments: object) -> None:
        await self.oms.wait_for(query, *arguments)

    async def state(self, row: OrderRow) -> tuple[str, int]:
        found = await self.oms.rows("SELECT state, version FROM trade_order WHERE id = $1", row.id)
        return found[0]["state"], found[0]["version"]

    async def until_state(self, row: OrderRow, state: str) -> None:
        await self.until("SELECT state = $2 FROM trade_order WHERE id = $1", row.id, state)

    async def until_true(self, condition: Callable[[], Awaitable[bool]]) -> None:
        """Wait until a condition holds."""
        async with asyncio.timeout(DEADLINE_S):
            while not await condition():
                await asyncio.sleep(0.02)

    async def filled_at(self, row: OrderRow) -> list[str]:
        """The ticks that an order was filled at."""
        fills = await self.oms.rows("SELECT quote_id FROM fill WHERE order_id = $1", row.id)
        return [each["quote_id"] for each in fills]


def quote_id(tick: Tick) -> str:
    return f"{tick.epoch}:{tick.seq}"


@asynccontextmanager
async def open_trigger_world(oms: World) -> AsyncGenerator[TriggerWorld]:
    async with (
        await open_pool(oms.settings, "tw_oms", size_max=8) as pool,
        Redis.from_url(oms.settings.redis_url, socket_timeout=5.0) as redis,
    ):
        reference = Reference(pool, oms.tools.clock)
        await reference.refresh()
        yield TriggerWorld(oms=oms, pool=pool, redis=redis, reference=reference)
