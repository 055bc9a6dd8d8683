"""Candles as a group sees them: the market's, moved by the group's markup in force.

Source: docs/domain/candles.md
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

import asyncpg
import structlog

from tradewind.contracts.candles import CandleRow
from tradewind.contracts.http.candles import Candle
from tradewind.core.candles import Interval, Ohlc, end_of
from tradewind.core.ids import Symbol
from tradewind.core.markups import GroupPrice, Markup, marked
from tradewind.core.money import Price
from tradewind.core.quotes import Bbo
from tradewind.gateway.views import plain
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import AWAY
from tradewind.services.pricing.rules import PricingRules
from tradewind.services.pricing.service import RulesStore

_POLL_S: Final = 1.0


class CandleSide(StrEnum):
    """Which prices of a candle are shown; the middle is the market's own, before any markup."""

    BID = "bid"
    ASK = "ask"
    MID = "mid"


class GroupMarkups:
    """Every group's markup in force, as pricing has it; `pool` is of role `tw_read`."""

    def __init__(self, pool: asyncpg.Pool, environment: str, clock: Clock) -> None:
        """Nothing is known before `load`."""
        self._store = RulesStore(pool, environment)
        self._clock = clock
        self._rules: PricingRules | None = None
        self._changes_at: datetime | None = None
        self.on_change: Callable[[], None] = _nobody

    async def load(self) -> None:
        """Read the rules of this moment."""
        loaded = await self._store.load(self._clock.now())
        self._changes_at = loaded.changes_at
        changed = self._rules is not None and loaded.rules.symbols != self._rules.symbols
        self._rules = loaded.rules
        if changed:
            self.on_change()

    @property
    def replaying(self) -> frozenset[str]:
        """LPs whose times are those of a recording."""
        lps = self._rules.lps if self._rules is not None else {}
        return frozenset(lp for lp, terms in lps.items() if terms.replay)

    async def follow(self) -> None:
        """Know changes within seconds; until cancelled."""
        log = structlog.get_logger()
        while True:
            await asyncio.sleep(_POLL_S)
            try:
                now = self._clock.now()
                due = self._changes_at is not None and now >= self._changes_at
                version = await self._store.version()
                if due or self._rules is None or version != self._rules.version:
                    await self.load()
            except (asyncpg.PostgresError, *AWAY) as error:
                log.warning("markups_unreadable", error=repr(error))

    def shown(self, symbol: Symbol, group: str | None, side: CandleSide, row: CandleRow) -> Ohlc:
        """Return the prices of one side; NoPriceError for a group that has none of the symbol."""
        if side is CandleSide.MID:
            return Ohlc(open=row.mid_open, high=row.mid_high, low=row.mid_low, close=row.mid_close)
        rules = self._rules.symbols.get(symbol) if self._rules is not None else None
        found = [each for each in rules.markups if each.group == group] if rules else []
        if rules is None or not found:
            raise NoPriceError(symbol)
        return _marked_side(row, found[0], rules.precision, side)


class NoPriceError(LookupError):
    """The group is shown no price of the symbol, so it has no candles either."""


def candle_view(interval: Interval, row: CandleRow, side: Ohlc, known_until: datetime) -> Candle:
    """Spell one side of a candle; what ends by `known_until` has ended."""
    return Candle(
        time=row.time,
        open=plain(side.open),
        high=plain(side.high),
        low=plain(side.low),
        close=plain(side.close),
        ticks=row.ticks,
        complete=end_of(interval, row.time) <= known_until,
        revision=row.revision,
    )


def _marked_side(row: CandleRow, markup: Markup, precision: int, side: CandleSide) -> Ohlc:
    """Mark each pair of prices up as one quote.

    First and last bid and ask are of one tick, so they are exactly what the group was shown. The
    highest bid and ask may be of two; a markup that looks at the spread is then near, not exact.
    """

    def of(bid: Decimal, ask: Decimal) -> Decimal:
        shown: GroupPrice = marked(Bbo(bid=Price(bid), ask=Price(ask)), markup, precision)
        return shown.bid if side is CandleSide.BID else shown.ask

    first, last = of(row.bid_open, row.ask_open), of(row.bid_close, row.ask_close)
    return Ohlc(
        open=first,
        high=max(first, last, of(row.bid_high, row.ask_high)),
        low=min(first, last, of(row.bid_low, row.ask_low)),
        close=last,
    )


def _nobody() -> None:
    """Nobody minds a change."""
