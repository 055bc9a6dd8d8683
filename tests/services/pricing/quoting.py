"""Builders of rules, quotes and what a table makes of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from tradewind.contracts.ticks import Tick
from tradewind.core.filter_state import FilterRules
from tradewind.core.ids import GroupCode, LpCode, Symbol
from tradewind.core.markups import Markup
from tradewind.core.money import Price, Quantity
from tradewind.core.quotes import LpQuote, LpTerms, Quarantine, QuoteEvent, UnusableQuote
from tradewind.services.pricing.rules import PricingRules, SymbolRules
from tradewind.services.pricing.table import PriceTable

NOW = datetime(2024, 1, 5, 12, tzinfo=UTC)
EURUSD, USDJPY = Symbol("EURUSD"), Symbol("USDJPY")
ONE, TWO, THREE = LpCode("lp-one"), LpCode("lp-two"), LpCode("lp-three")
DIGITS: Mapping[Symbol, int] = MappingProxyType({EURUSD: 5, USDJPY: 3})

#: What the migration sets for currencies.
STRICT = FilterRules(
    soft_band=Decimal("0.005"),
    hard_band=Decimal("0.1"),
    band_floor=Decimal("0.0001"),
    confirm_ticks=3,
    future_max=timedelta(seconds=2),
    late_max=timedelta(seconds=5),
    recording_age_min=None,
    frozen_max=timedelta(seconds=60),
    warm_up_ticks=3,
    warm_up_max=timedelta(seconds=10),
    warm_up_spread=Decimal("0.002"),
    allow_negative=False,
    quote_age_max=timedelta(seconds=10),
)
#: Lets a first quote through, of whatever width, and bands it hardly.
LENIENT = replace(
    STRICT,
    soft_band=Decimal("0.5"),
    hard_band=Decimal("0.9"),
    warm_up_ticks=1,
    warm_up_spread=Decimal(1),
)


def points(count: int, rule: int = 1, group: str = "standard") -> Markup:
    """A rule of so many points on each side."""
    return Markup(
        group=GroupCode(group), rule=rule, bid_points=Decimal(count), ask_points=Decimal(count)
    )


def rules(
    version: int = 1,
    markup: Markup | None = None,
    lps: tuple[LpCode, ...] = (ONE, TWO),
    filter_rules: FilterRules = LENIENT,
) -> PricingRules:
    """Two symbols; the LPs' priority is their order."""
    return PricingRules(
        version=version,
        symbols={
            symbol: SymbolRules(
                precision=digits,
                quote_age_max=filter_rules.quote_age_max,
                markups=(markup or points(3, version),),
                filter=filter_rules,
            )
            for symbol, digits in DIGITS.items()
        },
        lps={
            lp: LpTerms(symbols={symbol: symbol for symbol in DIGITS}, priority=priority)
            for priority, lp in enumerate(lps)
        },
    )


def quote(lp: LpCode, bid: str, ask: str, at: datetime = NOW) -> LpQuote:
    """A quote of EURUSD that the LP made when we received it."""
    return LpQuote(
        lp=lp,
        symbol=EURUSD,
        bid=Price(Decimal(bid)),
        ask=Price(Decimal(ask)),
        bid_size=Quantity(Decimal(1)),
        ask_size=Quantity(Decimal(1)),
        lp_time=at,
        received_at=at,
    )


GOOD = quote(ONE, "1.10001", "1.10011")
#: What clients see once `Market.warm` is through.
WARM = ("1.09997", "1.10013")


def unusable(reason: Quarantine, symbol: Symbol = EURUSD) -> UnusableQuote:
    """What the first LP sent and is no quote."""
    return UnusableQuote(
        lp=ONE, symbol=symbol, reason=reason, bid=None, ask=None, lp_time=NOW, received_at=NOW,
        raw="8=FIX.4.4|35=W|",
    )  # fmt: skip


def only(ticks: "list[Tick]") -> Tick:
    """The one tick there is."""
    assert len(ticks) == 1
    return ticks[0]


def after(table: PriceTable, *events: QuoteEvent, at: datetime = NOW) -> Tick:
    """Apply events and return the tick of the last."""
    for event in events[:-1]:
        table.apply(event, at)
    return only(list(table.apply(events[-1], at)))


def swept(table: PriceTable, at: datetime) -> "list[Tick]":
    """Sweep and return what it says of the symbol under test."""
    return [tick for tick in table.sweep(at) if tick.symbol == EURUSD]


class Market:
    """A table under strict rules and a clock that moves with each quote."""

    def __init__(self, *lps: LpCode, filter_rules: FilterRules = STRICT) -> None:
        """Start cold, a second before the first quote."""
        self.rules = rules(lps=lps, filter_rules=filter_rules)
        self.now = NOW
        self.table = PriceTable(self.rules, 1, NOW)
        self.table.sweep(NOW)
        self.tick: Tick | None = None

    def quotes(self, lp: LpCode, bid: str, ask: str, *, after_ms: int = 100) -> Tick | None:
        """Let an LP quote; return the tick that came of it, None if none did."""
        return self.sends(lp, quote(lp, bid, ask), after_ms=after_ms)

    def sends(self, lp: LpCode, sent: LpQuote, *, after_ms: int = 100) -> Tick | None:
        """Send a quote with its times kept in their distance to now."""
        self.now += timedelta(milliseconds=after_ms)
        age = sent.received_at - sent.lp_time
        event = replace(sent, lp=lp, received_at=self.now, lp_time=self.now - age)
        return self.takes(event)

    def takes(self, event: QuoteEvent) -> Tick | None:
        """Apply an event as it is."""
        ticks = [tick for tick in self.table.apply(event, self.now) if tick.symbol == EURUSD]
        self.tick = ticks[-1] if ticks else self.tick
        return ticks[-1] if ticks else None

    def warm(self, bid: str = "1.10000", ask: str = "1.10010") -> None:
        """Let every LP quote until the symbol is tradable."""
        for _ in range(STRICT.warm_up_ticks):
            for lp in self.rules.lps:
                self.quotes(lp, bid, ask, after_ms=10)
        assert self.tick is not None
        assert self.tick.tradable

    def waits(self, seconds: float) -> Tick | None:
        """Let time pass; return the tick it made, None if none."""
        self.now += timedelta(seconds=seconds)
        ticks = swept(self.table, self.now)
        self.tick = ticks[-1] if ticks else self.tick
        return ticks[-1] if ticks else None

    @property
    def price(self) -> tuple[str, str] | None:
        """What clients see now, None when not tradable."""
        if self.tick is None or not self.tick.tradable:
            return None
        shown = self.tick.prices["standard"]
        return str(shown.bid), str(shown.ask)

    @property
    def reason(self) -> str | None:
        """Why the symbol is not tradable."""
        return self.tick.reason if self.tick else None

    def refused(self) -> list[tuple[str, str]]:
        """LP and reason of what did not pass since asked last."""
        return [(each.quote.lp, each.reason.value) for each in self.table.collect_refusals()]
