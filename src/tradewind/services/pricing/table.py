"""From LP quotes to ticks: what each symbol's price is now. Pure state; told the time.

Source: docs/domain/quotes.md
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final, assert_never

from tradewind.contracts.ticks import Tick, TickPrice, TickQuote
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import (
    Bbo,
    LpLost,
    LpQuote,
    QuoteCleared,
    QuoteEvent,
    Untradable,
    best,
    is_live,
    is_repeat,
    marked,
    uncrossed,
)
from tradewind.services.pricing.rules import PricingRules, SymbolRules

#: How long a crossed composite waits before its older quotes are dropped.
CROSSED_GRACE: Final = timedelta(seconds=1)


class SymbolPrice:
    """One symbol: its quotes, and the tick they make."""

    def __init__(self, symbol: Symbol, rules: SymbolRules) -> None:
        """Start without quotes."""
        self.symbol = symbol
        self.rules = rules
        self.quotes: dict[LpCode, LpQuote] = {}
        self._shown: dict[LpCode, TickQuote] = {}
        self._crossed_since: datetime | None = None
        self._prices: dict[str, TickPrice] = {}
        self._priced: tuple[Bbo, SymbolRules] | None = None
        self._last: tuple[frozenset[LpCode], Untradable | None] = (frozenset(), None)

    def put(self, quote: LpQuote) -> None:
        """Take an LP's newest quote."""
        self.quotes[quote.lp] = quote
        self._shown[quote.lp] = TickQuote(
            lp=quote.lp,
            bid=quote.bid,
            ask=quote.ask,
            bid_size=quote.bid_size,
            ask_size=quote.ask_size,
            lp_time=quote.lp_time,
            received_at=quote.received_at,
        )

    def withdraw(self, lp: LpCode) -> bool:
        """Forget an LP's quote; False when there was none."""
        self._shown.pop(lp, None)
        return self.quotes.pop(lp, None) is not None

    def has_changed_with_time(self, now: datetime) -> bool:
        """Tell whether the passing of time alone made the last tick wrong."""
        used, _, reason = self._composite(now)
        return (frozenset(quote.lp for quote in used), reason) != self._last

    def tick(self, place: tuple[int, int, int], now: datetime) -> Tick:
        """Price the symbol; `place` is (epoch, seq, version of the rules)."""
        used, bbo, reason = self._composite(now)
        self._last = (frozenset(quote.lp for quote in used), reason)
        epoch, seq, rules_version = place
        return Tick(
            symbol=self.symbol,
            epoch=epoch,
            seq=seq,
            time=now,
            bid=bbo.bid if bbo else None,
            ask=bbo.ask if bbo else None,
            quotes=tuple(self._shown[quote.lp] for quote in used),
            tradable=bbo is not None,
            reason=reason,
            rules_version=rules_version,
            prices=self._marked(bbo) if bbo else {},
        )

    def _composite(self, now: datetime) -> tuple[Sequence[LpQuote], Bbo | None, Untradable | None]:
        """Return the quotes that count, and their BBO or why there is none."""
        age_max = self.rules.quote_age_max
        live = [quote for quote in self.quotes.values() if is_live(quote, now, age_max)]
        bbo = best(live)
        if bbo is None:
            self._crossed_since = None
            return live, None, Untradable.STALE if self.quotes else Untradable.NO_QUOTE
        if not bbo.crossed:
            self._crossed_since = None
            return live, bbo, None
        self._crossed_since = self._crossed_since or now
        if now - self._crossed_since < CROSSED_GRACE:
            return live, None, Untradable.CROSSED
        kept = uncrossed(live)
        return kept, best(kept), None

    def _marked(self, bbo: Bbo) -> dict[str, TickPrice]:
        """Return each group's price; the same BBO under the same rules is not computed again."""
        if self._priced != (bbo, self.rules):
            self._prices = {
                markup.group: TickPrice(bid=price.bid, ask=price.ask)
                for markup in self.rules.markups
                for price in (marked(bbo, markup, self.rules.precision),)
            }
            self._priced = (bbo, self.rules)
        return self._prices


class PriceTable:
    """All symbols under one lease. Every change returns the ticks to publish, in order."""

    def __init__(self, rules: PricingRules, epoch: int) -> None:
        """Start without quotes: nothing is tradable."""
        self._rules = rules
        self._epoch = epoch
        self._sequences: dict[Symbol, int] = {}
        self._symbols = {
            symbol: SymbolPrice(symbol, terms) for symbol, terms in rules.symbols.items()
        }
        self.repeats = 0
        self.unknown = 0
        self.disabled = 0

    def apply(self, event: QuoteEvent, now: datetime) -> Sequence[Tick]:
        """Take one event of one LP."""
        match event:
            case LpQuote():
                return self._quote(event, now)
            case QuoteCleared():
                price = self._symbols.get(event.symbol)
                return [self._tick(price, now)] if price and price.withdraw(event.lp) else ()
            case LpLost():
                return self._withdraw(event.lp, now)
            case _:
                assert_never(event)

    def sweep(self, now: datetime) -> Sequence[Tick]:
        """Return ticks of symbols whose quotes grew too old or stayed crossed."""
        return [
            self._tick(price, now)
            for price in self._symbols.values()
            if price.has_changed_with_time(now)
        ]

    def restate(self, now: datetime) -> Sequence[Tick]:
        """Return a fresh tick of every symbol, for readers that may have missed some."""
        return [self._tick(price, now) for price in self._symbols.values()]

    def configure(self, rules: PricingRules, now: datetime) -> Sequence[Tick]:
        """Go on under other rules, keeping the quotes of LPs that are still enabled."""
        gone = [self._untradable(each, Untradable.NO_QUOTE, now)
                for each in self._symbols if each not in rules.symbols]  # fmt: skip
        self._rules = rules
        former = self._symbols
        self._symbols = dict[Symbol, SymbolPrice]()
        for symbol, terms in rules.symbols.items():
            price = former.get(symbol) or SymbolPrice(symbol, terms)
            price.rules = terms
            for lp in set(price.quotes) - set(rules.lps):
                price.withdraw(lp)
            self._symbols[symbol] = price
        return [*gone, *self.restate(now)]

    def close(self, now: datetime) -> Sequence[Tick]:
        """Withdraw everything: pricing stops."""
        return [
            self._untradable(symbol, Untradable.PRICING_STOPPED, now) for symbol in self._symbols
        ]

    def _quote(self, quote: LpQuote, now: datetime) -> Sequence[Tick]:
        price = self._symbols.get(quote.symbol)
        if price is None:
            self.unknown += 1
            return ()
        if quote.lp not in self._rules.lps:
            self.disabled += 1
            return ()
        last = price.quotes.get(quote.lp)
        if last is not None and is_repeat(quote, last):
            self.repeats += 1
            return ()
        price.put(quote)
        return (self._tick(price, now),)

    def _withdraw(self, lp: LpCode, now: datetime) -> Sequence[Tick]:
        prices: Iterable[SymbolPrice] = self._symbols.values()
        return [self._tick(price, now) for price in prices if price.withdraw(lp)]

    def _tick(self, price: SymbolPrice, now: datetime) -> Tick:
        return price.tick((self._epoch, self._next(price.symbol), self._rules.version), now)

    def _untradable(self, symbol: Symbol, reason: Untradable, now: datetime) -> Tick:
        return Tick(
            symbol=symbol,
            epoch=self._epoch,
            seq=self._next(symbol),
            time=now,
            bid=None,
            ask=None,
            quotes=(),
            tradable=False,
            reason=reason,
            rules_version=self._rules.version,
            prices={},
        )

    def _next(self, symbol: Symbol) -> int:
        """Count the symbol's ticks; the numbers survive a symbol's removal and return."""
        sequence = self._sequences.get(symbol, 0) + 1
        self._sequences[symbol] = sequence
        return sequence
