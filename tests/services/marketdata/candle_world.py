"""A tick store and the candle job over it, told the time; what the candles should be."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import asyncpg
from redis.asyncio import Redis

from tradewind.contracts.candles import CandleRow
from tradewind.core.candles import Interval, start_of
from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.services.marketdata.aggregation import CandleJob
from tradewind.services.marketdata.candles import CandleQuery, Candles

SYMBOL = Symbol("EURUSD")


class ToldClock(Clock):
    """The time a test says it is."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.at = now

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A BBO at a time; with neither side there was none."""

    time: datetime
    bid: str | None
    ask: str | None
    symbol: str = SYMBOL
    #: Pricing's epoch and sequence; None lets the world count.
    order: tuple[int, int] | None = None


@dataclass(slots=True, kw_only=True)
class CandleWorld:
    """Writes ticks as the tick writer does and makes candles of them."""

    pool: asyncpg.Pool
    job: CandleJob
    candles: Candles
    clock: ToldClock
    seq: int = 0
    written: list[Quoted] = field(default_factory=list)

    async def write(self, *ticks: Quoted) -> None:
        """Commit ticks and the note of them in one transaction."""
        days = {tick.time.astimezone(UTC).date() for tick in ticks}
        async with self.pool.acquire() as tx, tx.transaction():
            for day in days:
                await tx.execute("SELECT market_data_partition('bbo_tick', $1)", day)
            today = self.clock.now().date()
            await tx.execute("SELECT market_data_partition('tick_batch', $1)", today)
            await tx.executemany(
                "INSERT INTO bbo_tick VALUES ($1, $2, $3, $4, $5, $6, true, NULL)",
                [self._row(tick) for tick in ticks],
            )
            symbols = sorted({tick.symbol for tick in ticks})
            times = [[t.time for t in ticks if t.symbol == symbol] for symbol in symbols]
            await tx.execute(
                """INSERT INTO tick_batch (written_at, symbols, earliest, latest)
                   VALUES ($1, $2, $3, $4)""",
                self.clock.now(), symbols, [min(each) for each in times],
                [max(each) for each in times],
            )  # fmt: skip
        self.written += ticks

    async def make(self) -> int:
        """Do all work there is; return the number of transactions."""
        await self.job.gather()
        return await self.job.work_off()

    async def kept(
        self, interval: str, symbol: str = SYMBOL, since: datetime | None = None
    ) -> Sequence[CandleRow]:
        """The kept candles of an interval, at most 5000."""
        query = CandleQuery(
            symbol=Symbol(symbol), interval=Interval(interval), since=since, until=None, limit=5000
        )
        return (await self.candles.page(query)).candles

    def expected(self, interval: str, symbol: str = SYMBOL) -> list[CandleRow]:
        """What the candles of everything written are, without looking at any."""
        return expected_candles(interval, [t for t in self.written if t.symbol == symbol])

    def _row(self, tick: Quoted) -> tuple[str, datetime, int, int, Decimal | None, Decimal | None]:
        self.seq += 1
        epoch, seq = tick.order or (1, self.seq)
        bid, ask = (None if price is None else Decimal(price) for price in (tick.bid, tick.ask))
        return (tick.symbol, tick.time, epoch, seq, bid, ask)


def expected_candles(interval: str, ticks: Iterable[Quoted]) -> list[CandleRow]:
    """Group ticks by the candle they belong to; equal times keep their order."""
    groups: defaultdict[datetime, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for tick in sorted(ticks, key=lambda each: each.time):
        if tick.bid is not None and tick.ask is not None:
            start = start_of(Interval(interval), tick.time)
            groups[start].append((Decimal(tick.bid), Decimal(tick.ask)))
    return [_candle(start, quotes) for start, quotes in sorted(groups.items())]


def _candle(start: datetime, quotes: Sequence[tuple[Decimal, Decimal]]) -> CandleRow:
    bids, asks = [bid for bid, _ in quotes], [ask for _, ask in quotes]
    mids = [(bid + ask) / 2 for bid, ask in quotes]
    return CandleRow(
        time=start, ticks=len(quotes), revision=0,
        bid_open=bids[0], bid_high=max(bids), bid_low=min(bids), bid_close=bids[-1],
        ask_open=asks[0], ask_high=max(asks), ask_low=min(asks), ask_close=asks[-1],
        mid_open=mids[0], mid_high=max(mids), mid_low=min(mids), mid_close=mids[-1],
    )  # fmt: skip


@asynccontextmanager
async def candle_world(settings: Settings, now: datetime) -> AsyncGenerator[CandleWorld]:
    """A fresh job over the database of the settings; may be opened again over the same one."""
    clock = ToldClock(now)
    async with (
        await open_pool(settings, "tw_pricing", size_max=2) as pool,
        await open_pool(settings, "tw_read", size_max=2, read_only=True) as reading,
        Redis.from_url(settings.redis_url) as redis,
    ):
        yield CandleWorld(
            pool=pool,
            job=CandleJob(pool, redis, clock),
            candles=Candles(reading, clock),
            clock=clock,
        )


def at(text: str, *, ms: int = 0) -> datetime:
    """A UTC time of day on 2026-03-02, a Monday, or a whole time."""
    whole = text if "T" in text else f"2026-03-02T{text}"
    return datetime.fromisoformat(f"{whole}Z") + timedelta(milliseconds=ms)
