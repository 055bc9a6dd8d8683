"""Quotes of liquidity providers, their best bid and offer, and each group's price.

Source: docs/domain/quotes.md
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from tradewind.core.ids import LpCode, Symbol
from tradewind.core.money import Price, Quantity
from tradewind.core.values import frozen


class Untradable(StrEnum):
    """Why a symbol has no tradable price."""

    #: No LP quotes the symbol now.
    NO_QUOTE = "no_quote"
    #: There are quotes, but none was received within the symbol's maximum age, or none moves.
    STALE = "stale"
    #: The composite bid meets or passes the ask.
    CROSSED = "crossed"
    #: An LP stands beyond the band and the others do not outvote it.
    OUT_OF_BAND = "out_of_band"
    #: The market opened or the feed came back, and has not proved itself yet.
    WARMING_UP = "warming_up"
    SESSION_CLOSED = "session_closed"
    #: Pricing was stopped in an orderly way.
    PRICING_STOPPED = "pricing_stopped"


class Quarantine(StrEnum):
    """Why a quote may not move a price."""

    MALFORMED = "malformed"
    #: One side of the LP's book is empty; its quote does not count until both are there.
    ONE_SIDED = "one_sided"
    NOT_A_NUMBER = "not_a_number"
    NOT_POSITIVE = "not_positive"
    #: The LP's own bid meets or passes its ask; its quote does not count until it no longer does.
    CROSSED = "crossed"
    FUTURE = "future"
    LATE = "late"
    OUT_OF_ORDER = "out_of_order"
    DUPLICATE = "duplicate"
    #: Beyond the soft band, and nobody else says so.
    OUTLIER = "outlier"
    #: Beyond the hard band.
    OUT_OF_BAND = "out_of_band"
    #: Many times the price or a fraction of it, as in other units.
    WRONG_SCALE = "wrong_scale"


@frozen
class DepthLevel:
    """One price of one side of an LP's book and the units offered at it."""

    price: Price
    size: Quantity


@frozen
class LpQuote:
    """One LP's top of book. Sizes are in units of the instrument.

    `bids` and `asks` are its levels, best first, where it sends more than the top; else empty.
    `raw` is the message that made it.
    """

    lp: LpCode
    symbol: Symbol
    bid: Price
    ask: Price
    bid_size: Quantity
    ask_size: Quantity
    lp_time: datetime
    received_at: datetime
    bids: tuple[DepthLevel, ...] = ()
    asks: tuple[DepthLevel, ...] = ()
    raw: str | None = None


@frozen
class UnusableQuote:
    """What an LP sent about a symbol and is no quote."""

    lp: LpCode
    symbol: Symbol
    reason: Quarantine
    bid: Price | None
    ask: Price | None
    lp_time: datetime
    received_at: datetime
    raw: str | None


@frozen
class QuoteCleared:
    """The LP has no quote of this symbol any more: empty snapshot or reject."""

    lp: LpCode
    symbol: Symbol


@frozen
class LpLost:
    """The LP's session ended: none of its quotes counts any more."""

    lp: LpCode


@frozen
class BooksRestarted:
    """All books of the LP are asked for again: none of its quotes counts until they come."""

    lp: LpCode


@frozen
class LpTerms:
    """How one enabled LP is used. The keys of `symbols` are the LP's names.

    Among equal prices the lower priority comes first. `depth` counts the levels a side that are
    asked for; 1 is the top of the book. The times of a replaying LP are those of a recording.
    """

    symbols: Mapping[str, Symbol]
    priority: int = 1
    depth: int = 1
    replay: bool = False


QuoteEvent = LpQuote | UnusableQuote | QuoteCleared | LpLost | BooksRestarted


@frozen
class Bbo:
    """Best bid and best ask across live quotes; not tradable when crossed or locked."""

    bid: Price
    ask: Price

    @property
    def crossed(self) -> bool:
        """True when bid meets or passes ask."""
        return self.bid >= self.ask


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
    """Tell whether a quote repeats the LP's last one: same time, same prices, same depth."""
    return (
        quote.lp_time == last.lp_time
        and quote.bid == last.bid
        and quote.ask == last.ask
        and quote.bids == last.bids
        and quote.asks == last.asks
    )


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
