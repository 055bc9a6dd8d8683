"""From LP quotes to ticks: what each symbol's price is now. Pure state; told the time.

Source: docs/domain/quotes.md
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from tradewind.contracts.ticks import Tick
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import (
    BooksRestarted,
    LpLost,
    LpQuote,
    Quarantine,
    QuoteCleared,
    QuoteEvent,
    Untradable,
    UnusableQuote,
)
from tradewind.core.steadiness import Steadiness, is_unsteady, lost, returned
from tradewind.services.pricing.rules import PricingRules
from tradewind.services.pricing.symbol_price import SymbolPrice

#: Quarantined quotes kept between two collections; more are counted and not shown.
REFUSALS_MAX: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A quote that did not pass, and why."""

    quote: LpQuote | UnusableQuote
    reason: Quarantine


class PriceTable:
    """All symbols under one lease. Every change returns the ticks to publish, in order."""

    def __init__(self, rules: PricingRules, epoch: int, now: datetime) -> None:
        """Start without quotes: nothing is tradable."""
        self._rules = rules
        self._epoch = epoch
        self._sequences: dict[Symbol, int] = {}
        self._symbols = {
            symbol: SymbolPrice(symbol, terms, rules.lps, now)
            for symbol, terms in rules.symbols.items()
        }
        self._steadiness: dict[LpCode, Steadiness] = {}
        self._held: frozenset[LpCode] = frozenset()
        self.quarantined: dict[tuple[LpCode, Quarantine], int] = {}
        self.refusals: list[Refusal] = []
        self.unknown = 0
        self.disabled = 0
        self.out_of_session = 0

    def apply(self, event: QuoteEvent, now: datetime) -> Sequence[Tick]:
        """Take one event of one LP."""
        match event:
            case LpQuote():
                return self._quote(event, now)
            case UnusableQuote():
                return self._unusable(event, now)
            case QuoteCleared():
                price = self._symbols.get(event.symbol)
                return [self._tick(price, now)] if price and price.withdraw(event.lp) else ()
            case LpLost():
                known = self._steadiness.get(event.lp, Steadiness())
                self._steadiness[event.lp] = lost(known, now)
                return self._withdraw(event.lp, now)
            case BooksRestarted():
                return self._withdraw(event.lp, now)
            case _:
                assert_never(event)

    def sweep(self, now: datetime) -> Sequence[Tick]:
        """Return ticks of symbols whose quotes grew too old, stayed crossed or count again."""
        self._hold(now)
        return [
            self._tick(price, now) for price in self._symbols.values() if price.has_changed(now)
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
            price = former.get(symbol)
            if price is None:
                price = SymbolPrice(symbol, terms, rules.lps, now)
                price.held = self._held
            else:
                price.configure(terms, rules.lps, now)
            self._symbols[symbol] = price
        return [*gone, *self.restate(now)]

    def close(self, now: datetime) -> Sequence[Tick]:
        """Withdraw everything: pricing stops."""
        return [
            self._untradable(symbol, Untradable.PRICING_STOPPED, now) for symbol in self._symbols
        ]

    def collect_refusals(self) -> Sequence[Refusal]:
        """Return what did not pass since the last time, as much of it as was kept."""
        refusals = tuple(self.refusals)
        self.refusals.clear()
        return refusals

    def _quote(self, quote: LpQuote, now: datetime) -> Sequence[Tick]:
        price = self._symbols.get(quote.symbol)
        if price is None:
            self.unknown += 1
            return ()
        if quote.lp not in self._rules.lps:
            self.disabled += 1
            return ()
        if not price.takes_quotes(now):
            self.out_of_session += 1
            return ()
        known = self._steadiness.get(quote.lp)
        if known is None or known.back_at is None:
            self._steadiness[quote.lp] = returned(known or Steadiness(), now)
            self._hold(now)
        reason = price.take(quote, now)
        if reason is None:
            return (self._tick(price, now),)
        self._refuse(quote, reason)
        return (self._tick(price, now),) if price.has_changed(now) else ()

    def _unusable(self, quote: UnusableQuote, now: datetime) -> Sequence[Tick]:
        """Count it; a book with one side only is no quote any more."""
        price = self._symbols.get(quote.symbol)
        if price is None or quote.lp not in self._rules.lps:
            return ()
        self._refuse(quote, quote.reason)
        if quote.reason is Quarantine.ONE_SIDED and price.suspend(quote.lp):
            return (self._tick(price, now),)
        return ()

    def _refuse(self, quote: LpQuote | UnusableQuote, reason: Quarantine) -> None:
        key = (quote.lp, reason)
        self.quarantined[key] = self.quarantined.get(key, 0) + 1
        if len(self.refusals) < REFUSALS_MAX:
            self.refusals.append(Refusal(quote=quote, reason=reason))

    def _hold(self, now: datetime) -> None:
        """Tell every symbol which LPs come and go too often to count."""
        held = frozenset(lp for lp, it in self._steadiness.items() if is_unsteady(it, now))
        if held != self._held:
            self._held = held
            for price in self._symbols.values():
                price.held = held

    def _withdraw(self, lp: LpCode, now: datetime) -> Sequence[Tick]:
        return [self._tick(price, now) for price in self._symbols.values() if price.withdraw(lp)]

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
