"""The books an LP's messages build, and the quotes they amount to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tradewind.core.ids import LpCode
from tradewind.core.money import Price
from tradewind.core.quotes import (
    DepthLevel,
    LpQuote,
    LpTerms,
    Quarantine,
    QuoteCleared,
    UnusableQuote,
)
from tradewind.external.fix.side import BookSide
from tradewind.external.fix.tagvalue import BID, DELETE, OFFER, Entry, Increments, Snapshot

ASKS_FIRST: Final = 1
BIDS_FIRST: Final = -1

BookEvent = LpQuote | QuoteCleared | UnusableQuote


class _Book:
    """Both sides of one symbol, and the time of its latest entry."""

    def __init__(self, *, tops: bool) -> None:
        self.bids = BookSide(tops=tops)
        self.asks = BookSide(tops=tops)
        self.at: datetime | None = None


class Books:
    """All books of one LP session. A new session starts with new books.

    Entries without MDEntryID are kept by price, or one a side where only the top was asked for.
    """

    def __init__(self, lp: LpCode, terms: LpTerms) -> None:
        """Read the LP's symbol names as the terms say; other names are ignored."""
        self._lp = lp
        self._terms = terms
        self._books: dict[str, _Book] = {}
        self._symbol_of_entry: dict[str, str] = {}

    def snapshot(
        self, message: Snapshot, received_at: datetime, raw: str | None = None
    ) -> Sequence[BookEvent]:
        """Replace one book; a snapshot older than what came since it was taken is ignored."""
        name = message.symbol
        if name not in self._terms.symbols:
            return ()
        before, entries = self._books.get(name), message.entries
        if before is not None and before.at is not None and self._is_older(entries, before.at):
            return (
                self._unusable(name, Quarantine.OUT_OF_ORDER, entries[-1].at, received_at, raw),
            )
        book = self._books[name] = self._new()
        for entry in entries:
            if entry.side in {BID, OFFER}:
                (book.bids if entry.side == BID else book.asks).load(entry)
                book.at = entry.at
                self._remember(name, entry)
        return (self._event(name, book, book.at or received_at, received_at, raw),)

    def increments(
        self, message: Increments, default: str, received_at: datetime, raw: str | None = None
    ) -> Sequence[BookEvent]:
        """Change books; one quote for each symbol touched. `default` names entries without 55."""
        touched: dict[str, _Book] = {}
        for entry in message.entries:
            name = entry.symbol or self._symbol_of_entry.get(entry.entry_id) or default
            if name not in self._terms.symbols:
                continue
            book = self._books.get(name)
            if book is None:
                book = self._books[name] = self._new()
            self._change(name, book, entry)
            touched[name] = book
        return [
            self._event(name, book, book.at or received_at, received_at, raw)
            for name, book in touched.items()
        ]

    def _change(self, name: str, book: _Book, entry: Entry) -> None:
        """Apply one entry; a deletion by id need not say which side it stood on."""
        if entry.side == BID:
            book.bids.change(entry)
        elif entry.side == OFFER:
            book.asks.change(entry)
        elif entry.action == DELETE:
            book.bids.change(entry)
            book.asks.change(entry)
        book.at = entry.at
        self._remember(name, entry)

    def _remember(self, name: str, entry: Entry) -> None:
        """Know whose an id is, for entries that name no symbol."""
        if entry.entry_id and entry.action == DELETE:
            self._symbol_of_entry.pop(entry.entry_id, None)
        elif entry.entry_id:
            self._symbol_of_entry[entry.entry_id] = name

    def _is_older(self, entries: Sequence[Entry], at: datetime) -> bool:
        """Tell whether a book is from before `at`; a recording may begin again."""
        return bool(entries) and not self._terms.replay and max(each.at for each in entries) < at

    def _new(self) -> _Book:
        return _Book(tops=self._terms.depth == 1)

    def _event(
        self, name: str, book: _Book, at: datetime, received_at: datetime, raw: str | None
    ) -> BookEvent:
        """Return the quote; an empty book clears it, and one side alone is none."""
        symbol = self._terms.symbols[name]
        depth = self._terms.depth
        bids = book.bids.levels(BIDS_FIRST, depth)
        asks = book.asks.levels(ASKS_FIRST, depth)
        if not bids and not asks:
            return QuoteCleared(lp=self._lp, symbol=symbol)
        if not bids or not asks:
            return self._unusable(name, Quarantine.ONE_SIDED, at, received_at, raw)
        deep = len(bids) > 1 or len(asks) > 1
        return LpQuote(
            lp=self._lp,
            symbol=symbol,
            bid=bids[0].price,
            ask=asks[0].price,
            bid_size=bids[0].size,
            ask_size=asks[0].size,
            lp_time=at,
            received_at=received_at,
            bids=tuple(bids) if deep else (),
            asks=tuple(asks) if deep else (),
            raw=raw,
        )

    def _unusable(
        self, name: str, reason: Quarantine, at: datetime, received_at: datetime, raw: str | None
    ) -> UnusableQuote:
        book = self._books[name]
        return UnusableQuote(
            lp=self._lp,
            symbol=self._terms.symbols[name],
            reason=reason,
            bid=_top(book.bids.levels(BIDS_FIRST, 1)),
            ask=_top(book.asks.levels(ASKS_FIRST, 1)),
            lp_time=at,
            received_at=received_at,
            raw=raw,
        )


def _top(levels: Sequence[DepthLevel]) -> Price | None:
    return levels[0].price if levels else None
