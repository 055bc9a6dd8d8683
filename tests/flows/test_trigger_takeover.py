"""The trigger process dies or sleeps while the market crosses a stop: it fills all the same."""

import os
import secrets
import signal
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import asyncpg
import httpx
import msgspec
import pytest
from redis.asyncio import Redis

from tests.flows.live import Live, Trader, get
from tests.services.pricing.running import Processes, until
from tradewind.contracts.ticks import RING_FIELD, RING_PREFIX, Tick
from tradewind.infra.postgres import connect

SYMBOL = "EURUSD"
#: So far from the market that it is crossed soon, and not at once.
DISTANCE = Decimal("0.00004")
FILLED_WITHIN_S = 5.0
CROSSED_WITHIN_S = 60.0
DECODER = msgspec.json.Decoder(Tick)
ORDER_SQL = "SELECT group_code, stop_price, side, state FROM trade_order WHERE id = $1"
FILLS_SQL = "SELECT quote_id, time FROM fill WHERE order_id = $1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watching:
    """A platform, and a look behind its API."""

    live: Live
    http: httpx.AsyncClient
    redis: "Redis"
    database: asyncpg.Connection
    decided: dict[UUID, datetime] = field(default_factory=dict)

    async def place_pair(self) -> list[UUID]:
        """Rest a buy stop above the market and a sell stop below it, of two accounts."""
        buyer, seller = await self.live.traders(self.http, 2)
        page = await get(self.http, buyer, "/v1/prices", symbols=SYMBOL)
        shown = page["items"][0]
        above = Decimal(shown["ask"]) + DISTANCE
        below = Decimal(shown["bid"]) - DISTANCE
        return [await self._place(buyer, "buy", above), await self._place(seller, "sell", below)]

    async def _place(self, trader: Trader, side: str, price: Decimal) -> UUID:
        answer = await self.http.post(
            f"{trader.path}/orders",
            json={
                "symbol": SYMBOL,
                "side": side,
                "type": "stop",
                "quantity": "1000",
                "stop_price": str(price),
            },
            headers={**trader.headers, "idempotency-key": secrets.token_hex(16)},
        )
        assert answer.status_code == 201, answer.text
        assert answer.json()["state"] == "working", answer.text
        order = UUID(answer.json()["id"])
        self.decided[order] = datetime.fromisoformat(answer.json()["updated_at"])
        return order

    async def crossed(self, orders: list[UUID]) -> tuple[UUID, str]:
        """Wait until the ring shows a tick that crosses one of the stops; return both."""
        found: list[tuple[UUID, str]] = []

        async def is_crossed() -> bool:
            for order in orders:
                first = await self.crossing(order)
                if first is not None:
                    found.append((order, first))
                    return True
            return False

        await until(is_crossed, CROSSED_WITHIN_S)
        return found[0]

    async def crossing(self, order: UUID) -> str | None:
        """The first tick since an order was decided whose price crosses it."""
        row = await self.database.fetchrow(ORDER_SQL, order)
        assert row is not None
        answer = await self.redis.xrange(RING_PREFIX + SYMBOL)
        for _, fields in cast("list[tuple[bytes, dict[bytes, bytes]]]", answer):
            tick = DECODER.decode(fields[RING_FIELD.encode()])
            price = tick.prices.get(row["group_code"])
            if not tick.tradable or price is None or tick.time <= self.decided[order]:
                continue
            rises = row["side"] == "buy"
            if price.ask >= row["stop_price"] if rises else price.bid <= row["stop_price"]:
                return f"{tick.epoch}:{tick.seq}"
        return None

    async def state(self, order: UUID) -> str:
        row = await self.database.fetchrow(ORDER_SQL, order)
        assert row is not None
        return row["state"]

    async def until_filled(self, order: UUID) -> None:
        async def is_filled() -> bool:
            return await self.state(order) == "filled"

        await until(is_filled, FILLED_WITHIN_S)

    async def fills(self, order: UUID) -> list[Any]:
        return [row["quote_id"] for row in await self.database.fetch(FILLS_SQL, order)]


@pytest.fixture
async def watching(live: Live) -> AsyncIterator[Watching]:
    """A client of the platform, its Valkey and its database."""
    database = await connect(live.settings, "tw_oms")
    async with live.client() as http, Redis.from_url(live.settings.redis_url) as redis:
        await live.settled("trigger")
        yield Watching(live=live, http=http, redis=redis, database=database)
    await database.close()


@asynccontextmanager
async def paused(live: Live) -> AsyncGenerator[int]:
    """The trigger process sleeps; in the end it may be gone."""
    pid = live.pid("trigger")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield pid
    finally:
        if live.is_up("trigger") and live.pid("trigger") == pid:
            os.kill(pid, signal.SIGCONT)


async def test_a_stop_crossed_while_the_process_was_dead_fills_at_that_tick_once(
    watching: Watching,
) -> None:
    live = watching.live
    async with paused(live) as former:
        orders = await watching.place_pair()
        order, tick = await watching.crossed(orders)
        assert await watching.state(order) == "working"
        assert live.kill("trigger") == former
        killed_at = time.monotonic()
        await watching.until_filled(order)
    print(f"filled {time.monotonic() - killed_at:.2f} s after the kill")  # noqa: T201
    assert await watching.fills(order) == [tick]
    await live.again("trigger", former)


async def test_a_process_that_wakes_from_a_pause_fills_nothing_twice(
    watching: Watching, tmp_path: Path
) -> None:
    live, processes = watching.live, Processes(settings=watching.live.settings, home=tmp_path)
    restarts, orders = live.child("trigger").restarts, await watching.place_pair()
    async with paused(live):
        resting = [each for each in orders if await watching.state(each) == "working"]
        assert resting, "the market was too quick: both were crossed before the pause"
        successor = await processes.trigger()
        try:
            order, tick = await watching.crossed(resting)
            await watching.until_filled(order)
        finally:
            status = processes.stop(successor)
    assert status == 0
    assert await watching.fills(order) == [tick]
    assert live.child("trigger").restarts == restarts
    again = await watching.place_pair()
    order, tick = await watching.crossed(again)
    await watching.until_filled(order)
    assert await watching.fills(order) == [tick]
