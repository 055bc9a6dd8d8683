"""The candles that clients of this process follow: kept history, continued by published ticks."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.contracts.candles import CandlesCorrected
from tradewind.core.candles import Interval
from tradewind.core.errors import TransientError
from tradewind.core.ids import Symbol
from tradewind.gateway.candles import GroupMarkups
from tradewind.gateway.stream.candle_builder import CandleBuilder
from tradewind.gateway.stream.candle_ticks import (
    CandleTicks,
    CountedTick,
    Order,
    published_since,
)
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import AWAY
from tradewind.services.marketdata.candles import Candles

#: What beginning to follow raises when PostgreSQL or Redis is away.
UNAVAILABLE: Final = (TransientError, RedisError, *AWAY)
_RETRY_S: Final = 1.0
_CORRECTED: Final = msgspec.json.Decoder(CandlesCorrected)


class _SymbolCandles:
    """One symbol: its ticks, and a builder for each interval that somebody follows."""

    def __init__(self, ticks: CandleTicks) -> None:
        self.ticks = ticks
        self.builders: dict[Interval, CandleBuilder] = {}
        self.followers: dict[Interval, int] = {}
        self.loaded: set[Interval] = set()
        #: Ticks that came while something was being read.
        self.waiting: list[bytes] = []
        self.reading = asyncio.Lock()


class CandleFeed:
    """Builders by symbol and interval; they live while somebody follows them."""

    def __init__(self, candles: Candles, markups: GroupMarkups, redis: Redis, clock: Clock) -> None:
        """`redis` answers reads of the rings; published messages come through `hear`."""
        self._candles = candles
        self._redis = redis
        self._clock = clock
        self._symbols: dict[str, _SymbolCandles] = {}
        self._missed = asyncio.Event()
        self.markups = markups
        markups.on_change = self._restate

    async def follow(self, symbol: str, interval: Interval) -> CandleBuilder:
        """Return a builder that is up to date; raises one of UNAVAILABLE. Pair with `leave`."""
        here = self._symbols.get(symbol)
        if here is None:
            here = _SymbolCandles(CandleTicks(symbol, lambda: self.markups.replaying))
            self._symbols[symbol] = here
        here.followers[interval] = here.followers.get(interval, 0) + 1
        builder = here.builders.setdefault(interval, CandleBuilder(interval))
        try:
            if interval not in here.loaded:
                await self._load(symbol, here, interval)
        except BaseException:
            self.leave(symbol, interval)
            raise
        return builder

    def leave(self, symbol: str, interval: Interval) -> None:
        """One follower less."""
        here = self._symbols[symbol]
        here.followers[interval] -= 1
        if not here.followers[interval]:
            del here.followers[interval], here.builders[interval]
            here.loaded.discard(interval)
        if not here.followers:
            del self._symbols[symbol]

    def hear(self, symbol: str, payload: bytes) -> None:
        """Take one published tick of any symbol."""
        here = self._symbols.get(symbol)
        if here is None:
            return
        if here.reading.locked():
            here.waiting.append(payload)
            return
        self._grow(here, here.ticks.take((payload,)))

    def hear_correction(self, payload: bytes) -> None:
        """Take what the candle job says."""
        message = _CORRECTED.decode(payload)
        here = self._symbols.get(message.symbol)
        builder = here.builders.get(Interval(message.interval)) if here is not None else None
        if builder is not None:
            builder.correct(message)

    def missed(self) -> None:
        """Messages before this moment were missed: everything is read again."""
        if self._symbols:
            self._missed.set()

    async def read_missed(self) -> None:
        """Read anew whatever is followed, whenever messages were missed; until cancelled."""
        log = structlog.get_logger()
        while True:
            await self._missed.wait()
            self._missed.clear()
            try:
                for symbol, here in list(self._symbols.items()):
                    here.ticks.complete_from = None
                    for interval in list(here.followers):
                        await self._load(symbol, here, interval)
                        if (builder := here.builders.get(interval)) is not None:
                            builder.restate()
            except UNAVAILABLE as error:
                log.warning("candles_unreadable", error=repr(error))
                self._missed.set()
                await asyncio.sleep(_RETRY_S)

    async def _load(self, symbol: str, here: _SymbolCandles, interval: Interval) -> None:
        """Read what is kept, then what was published since; ticks meanwhile wait."""
        async with here.reading:
            try:
                start = await self._candles.start(Symbol(symbol), interval)
                order: Order = (start.clock.epoch, start.clock.seq) if start.clock else (-1, -1)
                if here.ticks.after(order) is None:
                    here.ticks.restart(order, await published_since(self._redis, symbol, order))
                if (builder := here.builders.get(interval)) is not None:
                    builder.begin(start, self._clock.now())
                    here.loaded.add(interval)
                self._grow(here, here.ticks.after(order) or ())
            finally:
                counted = here.ticks.take(here.waiting)
                here.waiting.clear()
                self._grow(here, counted)

    def _grow(self, here: _SymbolCandles, counted: Sequence[CountedTick]) -> None:
        """Let every builder take ticks; each passes over those it has."""
        if counted:
            for interval in here.loaded:
                here.builders[interval].take(counted)

    def _restate(self) -> None:
        for builder in self._builders():
            builder.restate()

    def _builders(self) -> Iterator[CandleBuilder]:
        for here in self._symbols.values():
            yield from here.builders.values()
