"""A naive second order service in memory, written from the domain document alone.

It knows one account, exact money and a list of positions; no lots, no ids, no rounding.
"""

from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal

D = Decimal
LEVERAGE = D(30)
NOTHING = D(0)
OPENING = D(10_000)
#: Exact money is compared to this: one over a price has no end.
EPSILON = D("1e-12")
NOTHING = D(0)


@dataclass(slots=True, kw_only=True)
class Shown:
    """What a group sees of a symbol, and how much may be had; None is without end."""

    bid: Decimal
    ask: Decimal
    rate: Decimal
    depth: Decimal | None


@dataclass(slots=True, kw_only=True, eq=False)
class Held:
    """One position: `units` are positive when bought; `notional` is in account currency."""

    symbol: str
    units: Decimal
    price: Decimal
    notional: Decimal
    #: What it is protected by: stop_loss and take_profit are prices, trailing a distance.
    levels: dict[str, Decimal] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Ask:
    """What is asked: positive units buy. `target` is the index of a position to close."""

    symbol: str
    units: Decimal
    ioc: bool = False
    named: Decimal | None = None
    deviation: Decimal = NOTHING
    target: int | None = None


@dataclass(slots=True, kw_only=True)
class Twin:
    """One account. `seen` counts what happened."""

    hedging: bool
    per_lot: Decimal
    minimum: Decimal
    money: Decimal = OPENING
    held: list[Held] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def ask(self, ask: Ask, prices: dict[str, Shown]) -> str:
        """Do what is asked and return how it ended."""
        shown = prices[ask.symbol]
        price = shown.ask if ask.units > 0 else shown.bid
        if ask.named is not None:
            against = price - ask.named if ask.units > 0 else ask.named - price
            if against > ask.deviation:
                return self.note("requote")
        units, ended = self._available(ask, shown)
        if units == 0:
            return self.note("no_liquidity")
        kept, used = self.keep(), self.used()
        what = self.trade(ask, units, price, shown.rate)
        opens = what in {"open", "increase", "reversal"}
        if opens and self.free(prices) < 0 and self.used() > used:
            self.restore(kept)
            return self.note("insufficient_margin")
        self.note(what)
        return self.note(ended)

    def keep(self) -> tuple[Decimal, list[tuple["Held", "Held"]]]:
        """Remember money and positions."""
        return self.money, [(held, copy(held)) for held in self.held]

    def restore(self, kept: tuple[Decimal, list[tuple["Held", "Held"]]]) -> None:
        """Put back what was kept; positions stay the same objects."""
        self.money, pairs = kept
        self.held = [held for held, _ in pairs]
        for held, old in pairs:
            held.units, held.price, held.notional = old.units, old.price, old.notional

    def _available(self, ask: Ask, shown: Shown) -> tuple[Decimal, str]:
        displayed = ask.named == (shown.ask if ask.units > 0 else shown.bid)
        if displayed or shown.depth is None or abs(ask.units) <= shown.depth:
            return ask.units, "filled"
        if not ask.ioc:
            return D(0), "no_liquidity"
        return shown.depth.copy_sign(ask.units), "ioc_partial"

    def trade(self, ask: Ask, units: Decimal, price: Decimal, rate: Decimal) -> str:
        self.money -= max(self.minimum, self.per_lot * abs(units) / 100_000)
        target = self._target(ask, units)
        opened = Held(symbol=ask.symbol, units=units, price=price, notional=D(0))
        opened.notional = abs(units) * price * rate
        if target is None:
            self.held.append(opened)
            return "open"
        if target.units * units > 0:
            cost = target.units * target.price + units * price
            target.units += units
            target.price = cost / target.units
            target.notional += opened.notional
            return "increase"
        closed = min(abs(units), abs(target.units)).copy_sign(target.units)
        self.money += closed * (price - target.price) * rate
        left = target.units - closed
        target.notional = target.notional * left / target.units
        target.units = left
        rest = units + closed
        if left == 0:
            self.held.remove(target)
        if rest == 0:
            return "close" if left == 0 else "partial_close"
        opened.units, opened.notional = rest, abs(rest) * price * rate
        self.held.append(opened)
        return "reversal"

    def _target(self, ask: Ask, units: Decimal) -> Held | None:
        if ask.target is not None:
            target = self.held[ask.target]
            assert units * target.units > 0 or abs(units) <= abs(target.units)
            return target
        if self.hedging:
            return None
        return next((h for h in self.held if h.symbol == ask.symbol), None)

    def used(self) -> Decimal:
        total = D(0)
        for symbol in {h.symbol for h in self.held}:
            long = sum((h.notional for h in self.held if h.symbol == symbol and h.units > 0), D(0))
            short = sum((h.notional for h in self.held if h.symbol == symbol and h.units < 0), D(0))
            total += max(long, short) / LEVERAGE
        return total

    def free(self, prices: dict[str, Shown]) -> Decimal:
        profit = D(0)
        for h in self.held:
            shown = prices[h.symbol]
            closing = shown.bid if h.units > 0 else shown.ask
            profit += h.units * (closing - h.price) * shown.rate
        return self.money + profit - self.used()

    def note(self, what: str) -> str:
        self.seen[what] += 1
        return what
