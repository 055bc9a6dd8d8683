"""The books an LP's messages build, and the top-of-book quotes they amount to."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tradewind.core.ids import LpCode, Symbol
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.quotes import LpQuote, QuoteCleared
from tradewind.external.fix.tagvalue import (
    BID,
    DELETE,
    OFFER,
    Entry,
    Increments,
    MalformedMessage,
    Snapshot,
)


class Level(NamedTuple):
    """One price of one side with its size."""

    price: Price
    size: Quantity


class Books:
    """All books of one LP session. A new session starts with new books.

    Entries without MDEntryID are one per side: the top of book.
    """

    def __init__(self, lp: LpCode, symbols: Mapping[str, Symbol]) -> None:
        """Read the LP's symbol names through `symbols`; other names are ignored."""
        self._lp = lp
        self._symbols = symbols
        self._sides: dict[str, tuple[dict[str, Level], dict[str, Level]]] = {}
        self._symbol_of_entry: dict[str, str] = {}

    def snapshot(
        self, message: Snapshot, received_at: datetime
    ) -> Sequence[LpQuote | QuoteCleared]:
        """Replace one book."""
        if message.symbol not in self._symbols:
            return ()
        self._sides[message.symbol] = ({}, {})
        at = received_at
        for entry in message.entries:
            self._apply(message.symbol, entry)
            at = entry.at
        return (self._top(message.symbol, at, received_at),)

    def increments(
        self, message: Increments, default: str, received_at: datetime
    ) -> Sequence[LpQuote | QuoteCleared]:
        """Change books; one quote for each symbol touched. `default` names entries without 55."""
        touched: dict[str, datetime] = {}
        for entry in message.entries:
            symbol = entry.symbol or self._symbol_of_entry.get(entry.entry_id) or default
            if symbol in self._symbols:
                self._apply(symbol, entry)
                touched[symbol] = entry.at
        return [self._top(symbol, at, received_at) for symbol, at in touched.items()]

    def _apply(self, symbol: str, entry: Entry) -> None:
        if entry.action == DELETE:
            self._delete(symbol, entry)
            return
        if entry.side not in {BID, OFFER}:
            return
        bids, asks = self._sides.setdefault(symbol, ({}, {}))
        levels = bids if entry.side == BID else asks
        known = levels.get(entry.entry_id)
        price = entry.price if entry.price is not None or known is None else known.price
        size = entry.size if entry.size is not None or known is None else known.size
        if price is None:
            raise MalformedMessage("a new entry without a price")
        levels[entry.entry_id] = Level(Price(price), Quantity(size or ZERO))
        if entry.entry_id:
            self._symbol_of_entry[entry.entry_id] = symbol

    def _delete(self, symbol: str, entry: Entry) -> None:
        bids, asks = self._sides.setdefault(symbol, ({}, {}))
        if entry.side != OFFER:
            bids.pop(entry.entry_id, None)
        if entry.side != BID:
            asks.pop(entry.entry_id, None)
        self._symbol_of_entry.pop(entry.entry_id, None)

    def _top(self, symbol: str, at: datetime, received_at: datetime) -> LpQuote | QuoteCleared:
        """Return the best of each side; a book with an empty side is no quote."""
        bids, asks = self._sides[symbol]
        if not bids or not asks:
            return QuoteCleared(lp=self._lp, symbol=self._symbols[symbol])
        bid = _best(bids.values(), max)
        ask = _best(asks.values(), min)
        return LpQuote(
            lp=self._lp,
            symbol=self._symbols[symbol],
            bid=bid.price,
            ask=ask.price,
            bid_size=bid.size,
            ask_size=ask.size,
            lp_time=at,
            received_at=received_at,
        )


def _best(levels: Collection[Level], choose: Callable[..., Level]) -> Level:
    if len(levels) == 1:
        return next(iter(levels))
    return choose(levels, key=_price)


def _price(level: Level) -> Price:
    return level.price
