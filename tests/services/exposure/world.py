"""The exposure task over a real order service, PostgreSQL and Valkey."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from decimal import Decimal

import asyncpg
import msgspec
from redis.asyncio import Redis

from tests.services.oms.seeding import Trader
from tests.services.oms.world import World
from tradewind.contracts.exposure import ExposureTable
from tradewind.contracts.ticks import ALIVE_KEY, LATEST_PREFIX
from tradewind.core.accounts import Side
from tradewind.core.errors import TransientError
from tradewind.core.ids import Symbol
from tradewind.core.money import Quantity
from tradewind.infra.exposure_table import read_exposure
from tradewind.infra.leases import acquire
from tradewind.infra.postgres import open_pool
from tradewind.services.exposure.service import LEASE, ExposureJob
from tradewind.services.oms.submission import Answer

D = Decimal
DEADLINE_S = 10.0

#: Units by symbol, book and group, from nothing but the rows of positions and their lots.
SUM_SQL = """
    SELECT p.symbol, l.book,
           sum(l.remaining) FILTER (WHERE p.side = 'sell') AS long,
           sum(l.remaining) FILTER (WHERE p.side = 'buy') AS short
      FROM trade_position p
      JOIN position_lot l ON l.account_id = p.account_id AND l.position_id = p.id
     WHERE p.closed_at IS NULL
     GROUP BY p.symbol, l.book HAVING sum(l.remaining) > 0
"""
#: What bases are held for, in quote currency: the sums of the events, not of the rows of lots.
COST_SQL = """
    SELECT i.base, i.quote,
           sum(CASE p.side WHEN 'buy' THEN -p.quantity ELSE p.quantity END) AS net,
           sum(CASE p.side WHEN 'buy' THEN -p.quantity ELSE p.quantity END * p.open_price) AS cost
      FROM trade_position p JOIN instrument i ON i.symbol = p.symbol
     WHERE p.closed_at IS NULL GROUP BY i.base, i.quote
"""

Units = dict[tuple[str, str], tuple[Decimal, Decimal]]


@dataclass(slots=True, kw_only=True)
class ExposureWorld:
    """The order service's world with a Redis for the table."""

    oms: World
    pool: asyncpg.Pool
    redis: "Redis"

    @asynccontextmanager
    async def job(self) -> AsyncGenerator[None]:
        """Run the task under its lease."""
        lease = await acquire(self.pool, LEASE, "test")
        reading = await open_pool(self.oms.settings, "tw_oms", size_max=2, read_only=True)
        job = ExposureJob(reading, self.redis, self.oms.tools.clock)
        running = asyncio.create_task(job.run(lease))
        try:
            yield
            assert not running.done(), running
        finally:
            running.cancel()
            with suppress(asyncio.CancelledError):
                await running
            await lease.release()
            await reading.close()

    async def price(self, symbol: str, bid: str, ask: str) -> None:
        """Publish a price to the order service and to Redis."""
        tick = self.oms.tick(symbol, bid, ask, size=100_000_000)
        await self.redis.set(LATEST_PREFIX + symbol, msgspec.json.encode(tick))
        await self.redis.set(ALIVE_KEY, "1")

    async def trade(
        self, trader: Trader, side: Side, quantity: int, symbol: str = "EURUSD"
    ) -> Answer:
        """Fill a market order."""
        units, name = Quantity(D(quantity)), Symbol(symbol)
        placed = self.oms.order(trader, side=side, quantity=units, symbol=name)
        return await self.oms.submit(placed, self.oms.key())

    async def until(self, holds: Callable[[ExposureTable], bool]) -> ExposureTable:
        """Wait for a table of which something holds."""
        table = None
        try:
            async with asyncio.timeout(DEADLINE_S):
                while table is None or not holds(table):
                    with suppress(TransientError):
                        table = await read_exposure(self.redis)
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"it never held; the last table was {table}") from None
        return table

    async def after_now(self) -> ExposureTable:
        """Wait for a table that counts everything committed so far."""
        end = await self.oms.owner.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())")
        return await self.until(lambda table: table.log_position >= end)

    async def summed(self) -> Units:
        """Add positions up in SQL."""
        return {
            (row["symbol"], row["book"]): (row["long"] or D(0), row["short"] or D(0))
            for row in await self.oms.rows(SUM_SQL)
        }

    async def amounts(self) -> dict[str, Decimal]:
        """Add currencies up in SQL."""
        found: dict[str, Decimal] = {}
        for row in await self.oms.rows(COST_SQL):
            found[row["base"]] = found.get(row["base"], D(0)) + row["net"]
            found[row["quote"]] = found.get(row["quote"], D(0)) - row["cost"]
        return found


def units(table: ExposureTable) -> Units:
    return {(row.symbol, row.book): (row.long, row.short) for row in table.exposure.symbols}


def amounts(table: ExposureTable) -> dict[str, Decimal]:
    return {row.currency: row.amount for row in table.exposure.currencies}


@asynccontextmanager
async def open_exposure_world(oms: World) -> AsyncGenerator[ExposureWorld]:
    async with (
        await open_pool(oms.settings, "tw_oms", size_max=4) as pool,
        Redis.from_url(oms.settings.redis_url, socket_timeout=5.0) as redis,
    ):
        yield ExposureWorld(oms=oms, pool=pool, redis=redis)
