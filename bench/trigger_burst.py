"""A tick that wakes a hundred orders, from its publication to the last durable answer."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Final

import msgspec
from redis.asyncio import Redis

from tradewind.contracts.ticks import (
    ALIVE_EXPIRY_MS,
    ALIVE_KEY,
    LATEST_PREFIX,
    RING_FIELD,
    RING_PREFIX,
    Tick,
    TickLevel,
    TickPrice,
    TickQuote,
)
from tradewind.core.accounts import Side
from tradewind.core.commands import PlaceOrder
from tradewind.core.ids import AccountId, OrderId, Symbol
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import Channel, OrderType, TimeInForce
from tradewind.infra.clock import Clock
from tradewind.infra.identifiers import IdSource
from tradewind.infra.leases import Lease, acquire
from tradewind.infra.settings import Settings
from tradewind.processes.trigger import Parts, build_parts, run_background, tools_of
from tradewind.services.oms.submission import Answer, Command, TriggerOrder
from tradewind.services.triggers.service import Tools, TriggerEngine, shard_lease

ORDERS: Final = 100
SYMBOL: Final = Symbol("EURUSD")
DEPTH: Final = 10
LPS: Final = ("lp-one", "lp-two")
HEARTBEAT_S: Final = 0.2
DEADLINE_S: Final = 30.0
POINT: Final = Decimal("0.00001")
_ENCODER: Final = msgspec.json.Encoder(decimal_format="string")


def tick_at(symbol: str, bid: Decimal, seq: int, groups: Sequence[str]) -> Tick:
    """A tick of two LPs with full depth, made now."""
    at, ask, size = Clock().now(), bid + 10 * POINT, Decimal(1_000_000)
    levels = [(n * POINT, LPS[n % 2]) for n in range(DEPTH)]
    return Tick(
        symbol=symbol,
        epoch=1,
        seq=seq,
        time=at,
        bid=bid,
        ask=ask,
        quotes=tuple(
            TickQuote(
                lp=lp, bid=bid, ask=ask, bid_size=size, ask_size=size, lp_time=at, received_at=at
            )
            for lp in LPS
        ),
        tradable=True,
        reason=None,
        rules_version=1,
        prices={group: TickPrice(bid=bid, ask=ask) for group in groups},
        bids=tuple(TickLevel(price=bid - n, size=size, lp=lp) for n, lp in levels),
        asks=tuple(TickLevel(price=ask + n, size=size, lp=lp) for n, lp in levels),
    )


def encoded(tick: Tick) -> bytes:
    """A tick as it stands in a ring."""
    return _ENCODER.encode(tick)


@dataclass(slots=True)
class Moments:
    """When triggers were submitted and answered, in seconds of the performance counter."""

    asked: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds from the publication of a tick."""

    until_asked: float
    until_durable: float


@dataclass(slots=True, kw_only=True)
class Burst:
    """A trigger process's parts in this process, and the accounts whose orders wake."""

    parts: Parts
    redis: "Redis"
    accounts: Sequence[AccountId]
    groups: Sequence[str]
    ids: IdSource
    moments: "Moments"
    seq: int = 0

    async def publish(self, bid: Decimal) -> float:
        """Publish a tick as pricing does; return when it began to."""
        self.seq += 1
        payload = encoded(tick_at(SYMBOL, bid, self.seq, self.groups))
        pipeline = self.redis.pipeline(transaction=False)
        pipeline.set(LATEST_PREFIX + SYMBOL, payload)
        pipeline.xadd(RING_PREFIX + SYMBOL, {RING_FIELD: payload})
        pipeline.publish(LATEST_PREFIX + SYMBOL, payload)
        began = time.perf_counter()
        await pipeline.execute()
        return began

    async def round(self) -> Took:
        """Rest the orders and wake them by one tick."""
        await self.publish(Decimal("1.12000"))
        await asyncio.gather(*(self._rest(account) for account in self.accounts))
        resting = self.parts.metrics.resting.labels(shard_lease(0, 1))
        await _until(lambda: resting._value.get() == len(self.accounts))  # noqa: SLF001
        moments = self.moments
        moments.asked.clear()
        moments.answered.clear()
        began = await self.publish(Decimal("1.11900"))
        await _until(lambda: len(moments.answered) == len(self.accounts))
        return Took(
            until_asked=moments.asked[0] - began, until_durable=moments.answered[-1] - began
        )

    async def _rest(self, account: AccountId) -> None:
        order = PlaceOrder(
            order_id=OrderId(self.ids.new()),
            account_id=account,
            user_id=None,
            symbol=SYMBOL,
            side=Side.SELL,
            quantity=Quantity(Decimal(1_000)),
            time_in_force=TimeInForce.GTC,
            channel=Channel.API,
            received_at=self.parts.clock.now(),
            type=OrderType.STOP,
            stop_price=Price(Decimal("1.11950")),
            actor="bench",
        )
        answer = await self.parts.oms.submit(order, None)
        assert answer.order is not None
        assert answer.order.state == "working", answer.order


@asynccontextmanager
async def burst_of(
    settings: Settings, accounts: Sequence[AccountId], groups: Sequence[str]
) -> AsyncGenerator[Burst]:
    """Run an engine with an order service of its own, in this process."""
    moments = Moments()
    async with (
        AsyncExitStack() as stack,
        Redis.from_url(settings.redis_url, socket_timeout=DEADLINE_S) as redis,
        asyncio.TaskGroup() as tasks,
    ):
        parts = await build_parts(stack, settings, 1)
        engine = TriggerEngine(_timed(parts, moments), (0, 1))
        lease = await acquire(parts.pool, shard_lease(0, 1), "bench")
        running = [
            tasks.create_task(parts.oms.run()),
            tasks.create_task(run_background(parts, settings, [engine])),
            tasks.create_task(_beat(redis)),
            tasks.create_task(lease.keep()),
            tasks.create_task(engine.run(lease)),
        ]
        yield Burst(
            parts=parts,
            redis=redis,
            accounts=accounts,
            groups=groups,
            ids=IdSource(),
            moments=moments,
        )
        for task in running:
            task.cancel()
        await asyncio.wait(running)
        await lease.release()


def _timed(parts: Parts, moments: Moments) -> Tools:
    tools = tools_of(parts)

    async def submit(command: Command, lease: Lease) -> Answer:
        if isinstance(command, TriggerOrder):
            moments.asked.append(time.perf_counter())
        answer = await tools.submit(command, lease)
        if isinstance(command, TriggerOrder):
            assert answer.order is not None, answer
            assert answer.order.state == "filled", answer.order
            moments.answered.append(time.perf_counter())
        return answer

    return replace(tools, submit=submit)


async def _beat(redis: "Redis") -> None:
    """Say that pricing lives."""
    while True:
        await redis.set(ALIVE_KEY, "1", px=ALIVE_EXPIRY_MS)
        await redis.publish(ALIVE_KEY, "1")
        await asyncio.sleep(HEARTBEAT_S)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0.002)
