"""One symbol: its quotes, what passed the filter, and the tick they make. Pure; told the time.

Source: docs/domain/quotes.md
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, assert_never

from tradewind.contracts.ticks import Tick, TickLevel, TickQuote
from tradewind.core import filters
from tradewind.core.calendars import Phase
from tradewind.core.filter_state import (
    after_gap,
    is_disputed,
    is_doubtful,
    is_frozen,
    is_warm,
    under,
    unseen,
    without,
)
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import (
    Bbo,
    DepthLevel,
    LpQuote,
    LpTerms,
    Quarantine,
    Untradable,
    best,
    is_live,
    uncrossed,
)
from tradewind.services.pricing.group_prices import GroupPrices
from tradewind.services.pricing.rules import SymbolRules
from tradewind.services.pricing.sessions import MarketPhase

#: How long a crossed composite waits before its older quotes are dropped.
CROSSED_GRACE: Final = timedelta(seconds=1)
#: Levels a side that a tick carries.
LEVELS_MAX: Final = 10
NOBODY: Final[frozenset[LpCode]] = frozenset()
_PRICE: Final = attrgetter("price")

Levels = tuple[TickLevel, ...]
#: The quotes that count, their BBO, and why it may not be traded on.
Composite = tuple[Sequence[LpQuote], Bbo | None, Untradable | None]


class SymbolPrice:
    """Takes quotes, forgets them as they age, and says what the price is."""

    def __init__(
        self, symbol: Symbol, rules: SymbolRules, lps: Mapping[LpCode, LpTerms], now: datetime
    ) -> None:
        """Start without quotes."""
        self.symbol = symbol
        #: LPs that come and go; their quotes are kept and do not count.
        self.held = NOBODY
        self.quotes: dict[LpCode, LpQuote] = {}
        self._rules = rules
        self._lps = lps
        self._filter = unseen(rules.filter, now)
        self._group_prices = GroupPrices(rules.markups, rules.precision)
        self._shown: dict[LpCode, TickQuote] = {}
        self._levels: dict[LpCode, tuple[Levels, Levels]] = {}
        self._crossed_since: datetime | None = None
        self._last: tuple[frozenset[LpCode], Untradable | None] = (frozenset(), None)
        self._phase = MarketPhase(rules.calendar)
        #: What a closed market is valued at: the last price anybody could trade on.
        self._closing: Bbo | None = None

    def configure(self, rules: SymbolRules, lps: Mapping[LpCode, LpTerms], now: datetime) -> None:
        """Go on under other rules; an administrator's word starts the filter afresh."""
        rebased = rules.rebased_at != self._rules.rebased_at
        self._rules, self._lps = rules, lps
        self._group_prices = GroupPrices(rules.markups, rules.precision)
        self._phase = MarketPhase(rules.calendar)
        for lp in set(self.quotes) - set(lps):
            self.withdraw(lp)
        self._filter = under(self._filter, rules.filter)
        if rebased:
            self._filter = unseen(rules.filter, now)
            for lp in list(self.quotes):
                self._drop(lp)
        self.quotes = self._by_priority(self.quotes)

    def takes_quotes(self, now: datetime) -> bool:
        """Tell whether the market is in a quoting session."""
        return self._phase.at(now) is not Phase.CLOSED

    def take(self, quote: LpQuote, now: datetime) -> Quarantine | None:
        """Judge an LP's newest quote and, if it passes, price with it; else return why not."""
        verdict = filters.decide(self._filter, quote, now)
        self._filter = filters.evolve(self._filter, verdict, now)
        match verdict:
            case filters.Accepted():
                self._put(quote)
                return None
            case filters.Rebased(confirming=confirming):
                for lp in list(self.quotes):
                    self._drop(lp)
                for each in (*confirming, quote):
                    self._put(each)
                return None
            case filters.Quarantined(reason=reason):
                if reason is Quarantine.CROSSED:
                    self._drop(quote.lp)
                return reason
            case _:
                assert_never(verdict)

    def withdraw(self, lp: LpCode) -> bool:
        """Forget an LP wholly; False when it had no quote."""
        self._filter = without(self._filter, lp)
        return self._drop(lp)

    def suspend(self, lp: LpCode) -> bool:
        """Drop an LP's quote until its next; False when it had none."""
        return self._drop(lp)

    def has_changed(self, now: datetime) -> bool:
        """Tell whether the last tick is wrong by now: quotes aged, were doubted or let in."""
        used, _, reason = self._composite(now)
        return (frozenset([quote.lp for quote in used]), reason) != self._last

    def tick(self, place: tuple[int, int, int], now: datetime) -> Tick:
        """Price the symbol; `place` is (epoch, seq, version of the rules)."""
        used, bbo, reason = self._composite(now)
        self._last = (frozenset([quote.lp for quote in used]), reason)
        epoch, seq, rules_version = place
        bids, asks = self._depth(used) if reason is None else ((), ())
        return Tick(
            symbol=self.symbol,
            epoch=epoch,
            seq=seq,
            time=now,
            bid=bbo.bid if bbo else None,
            ask=bbo.ask if bbo else None,
            quotes=tuple([self._shown[quote.lp] for quote in used]),
            tradable=reason is None,
            reason=reason,
            rules_version=rules_version,
            prices=self._group_prices.of(bbo) if bbo else {},
            bids=bids,
            asks=asks,
        )

    def _composite(self, now: datetime) -> Composite:
        """Return the price of the session, or the last one of the session before."""
        match self._phase.at(now):
            case Phase.TRADING:
                used, bbo, reason = self._offered(now)
                self._closing = bbo if reason is None else self._closing
                return used, bbo, reason
            case Phase.QUOTING:
                used, bbo, _ = self._offered(now)
                return used, bbo or self._closing, Untradable.SESSION_CLOSED
            case Phase.CLOSED:
                self._filter = after_gap(self._filter, now)
                for lp in list(self.quotes):
                    self._drop(lp)
                return (), self._closing, Untradable.SESSION_CLOSED

    def _offered(self, now: datetime) -> Composite:
        live = [quote for quote in self.quotes.values() if self._counts(quote, now)]
        bbo = best(live)
        if bbo is None:
            self._crossed_since = None
            reason = self._absence(now)
            self._filter = after_gap(self._filter, now)
            return live, None, reason
        if bbo.crossed:
            self._crossed_since = self._crossed_since or now
            if now - self._crossed_since < CROSSED_GRACE:
                return live, None, Untradable.CROSSED
            live = uncrossed(live)
            bbo = best(live)
        else:
            self._crossed_since = None
        if is_disputed(self._filter, now):
            return live, None, Untradable.OUT_OF_BAND
        if not is_warm(self._filter, now):
            return live, None, Untradable.WARMING_UP
        return live, bbo, None

    def _counts(self, quote: LpQuote, now: datetime) -> bool:
        return (
            is_live(quote, now, self._rules.quote_age_max)
            and quote.lp not in self.held
            and not is_doubtful(self._filter, quote.lp)
            and not is_frozen(self._filter, quote.lp, now)
        )

    def _absence(self, now: datetime) -> Untradable:
        """Say why no quote counts."""
        if any(is_doubtful(self._filter, lp) for lp in self._lps):
            return Untradable.OUT_OF_BAND
        if not self.quotes:
            return Untradable.NO_QUOTE
        age_max = self._rules.quote_age_max
        fresh = any(
            lp in self.held and is_live(quote, now, age_max) for lp, quote in self.quotes.items()
        )
        return Untradable.WARMING_UP if fresh else Untradable.STALE

    def _put(self, quote: LpQuote) -> None:
        lp = quote.lp
        is_new = lp not in self.quotes
        self.quotes[lp] = quote
        if is_new:
            self.quotes = self._by_priority(self.quotes)
        self._shown[lp] = TickQuote(
            lp=lp,
            bid=quote.bid,
            ask=quote.ask,
            bid_size=quote.bid_size,
            ask_size=quote.ask_size,
            lp_time=quote.lp_time,
            received_at=quote.received_at,
        )
        lowest, highest = quote.bid - self._filter.hard, quote.ask + self._filter.hard
        self._levels[lp] = (
            _shown(lp, [level for level in quote.bids if level.price >= lowest])
            or (TickLevel(price=quote.bid, size=quote.bid_size, lp=lp),),
            _shown(lp, [level for level in quote.asks if level.price <= highest])
            or (TickLevel(price=quote.ask, size=quote.ask_size, lp=lp),),
        )

    def _drop(self, lp: LpCode) -> bool:
        self._shown.pop(lp, None)
        self._levels.pop(lp, None)
        return self.quotes.pop(lp, None) is not None

    def _by_priority(self, quotes: Mapping[LpCode, LpQuote]) -> dict[LpCode, LpQuote]:
        """Order quotes so that of equal prices the preferred LP's comes first."""
        return dict(sorted(quotes.items(), key=lambda each: (self._lps[each[0]].priority, each[0])))

    def _depth(self, used: Sequence[LpQuote]) -> tuple[Levels, Levels]:
        """Merge the books of the quotes that count, best first."""
        levels = [self._levels[quote.lp] for quote in used]
        if len(levels) == 1:
            return levels[0]
        bids = sorted([level for one, _ in levels for level in one], key=_PRICE, reverse=True)
        asks = sorted([level for _, one in levels for level in one], key=_PRICE)
        return tuple(bids[:LEVELS_MAX]), tuple(asks[:LEVELS_MAX])


def _shown(lp: LpCode, levels: Iterable[DepthLevel]) -> Levels:
    shown = [TickLevel(price=level.price, size=level.size, lp=lp) for level in levels]
    return tuple(shown[:LEVELS_MAX])
