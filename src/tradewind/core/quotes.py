"""Quotes of liquidity providers, their best bid and offer, and each group's price.

Source: docs/domain/quotes.md
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from tradewind.core.ids import GroupCode, LpCode, Symbol
from tradewind.core.money import STEPS, Price, Quantity, round_ask, round_bid
from tradewind.core.values import frozen


class Untradable(StrEnum):
    """Why a symbol has no tradable price."""

    #: No LP quotes the symbol now.
    NO_QUOTE = "no_quote"
    #: There are quotes, but none was received within the symbol's maximum age.
    STALE = "stale"
    #: The composite bid meets or passes the ask.
    CROSSED = "crossed"
    SESSION_CLOSED = "session_closed"
    #: Pricing was stopped in an orderly way.
    PRICING_STOPPED = "pricing_stopped"


@frozen
class LpQuote:
    """One LP's top of book. Sizes are in units of the instrument."""

    lp: LpCode
    symbol: Symbol
    bid: Price
    ask: Price
    bid_size: Quantity
    ask_size: Quantity
    lp_time: datetime
    received_at: datetime


@frozen
class QuoteCleared:
    """The LP has no quote of this symbol any more: empty snapshot, deleted side or reject."""

    lp: LpCode
    symbol: Symbol


@frozen
class LpLost:
    """The LP's session ended: none of its quotes counts any more."""

    lp: LpCode


QuoteEvent = LpQuote | QuoteCleared | LpLost


@frozen
class Bbo:
    """Best bid and best ask across live quotes; not tradable when crossed or locked."""

    bid: Price
    ask: Price

    @property
    def crossed(self) -> bool:
        """True when bid meets or passes ask."""
        return self.bid >= self.ask


@frozen
class Markup:
    """What one group pays on each side of one symbol, in points (one unit of the last digit)."""

    group: GroupCode
    version: int
    bid_points: Decimal
    ask_points: Decimal


@frozen
class GroupPrice:
    """A bid/ask that clients of one group see and trade on."""

    bid: Price
    ask: Price


def is_live(quote: LpQuote, now: datetime, quote_age_max: timedelta) -> bool:
    """Tell whether a quote may take part in the BBO; age counts from receipt."""
    return now - quote.received_at <= quote_age_max and quote.bid < quote.ask


def best(quotes: Iterable[LpQuote]) -> Bbo | None:
    """Return the highest bid and lowest ask, or None without quotes. Live quotes only."""
    bid: Price | None = None
    ask: Price | None = None
    for quote in quotes:
        bid = quote.bid if bid is None else max(bid, quote.bid)
        ask = quote.ask if ask is None else min(ask, quote.ask)
    return None if bid is None or ask is None else Bbo(bid=bid, ask=ask)


def is_repeat(quote: LpQuote, last: LpQuote) -> bool:
    """Tell whether a quote repeats the LP's last one: same time and same prices."""
    return quote.lp_time == last.lp_time and quote.bid == last.bid and quote.ask == last.ask


def uncrossed(quotes: Iterable[LpQuote]) -> list[LpQuote]:
    """Drop the older of the quotes that cross until nothing does; newest first.

    For a composite that stays crossed beyond its grace: one LP has stopped following the market.
    """
    kept: list[LpQuote] = []
    for quote in sorted(quotes, key=lambda each: each.received_at, reverse=True):
        composite = best((*kept, quote))
        if composite is not None and not composite.crossed:
            kept.append(quote)
    return kept


def marked(bbo: Bbo, markup: Markup, precision: int) -> GroupPrice:
    """Move both sides away from the client by the markup, then round bid down and ask up."""
    point = STEPS[precision]
    return GroupPrice(
        bid=round_bid(bbo.bid - markup.bid_points * point, precision),
        ask=round_ask(bbo.ask + markup.ask_points * point, precision),
    )
