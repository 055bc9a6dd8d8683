"""What one session subscribed, and the messages that keep its books up to date."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from tradewind.simulators.lp.depth import Action, Book, Change, Depth, Level, changes, top_of_book
from tradewind.simulators.lp.session import Outgoing
from tradewind.simulators.lp.ticks import TimedTick
from tradewind.simulators.lp.wire import (
    INCREMENT,
    SNAPSHOT,
    SOH,
    empty_body,
    increment_body,
    market_data_time,
)


class MarketDepth(StrEnum):
    """Tag 264 as far as it is served."""

    FULL_BOOK = "0"
    TOP_OF_BOOK = "1"


class Refresh(StrEnum):
    """Tag 265: every update a whole snapshot, or only what changed."""

    FULL = "0"
    INCREMENTAL = "1"


class Update:
    """One quote on its way to all sessions; what they have in common is built once."""

    __slots__ = ("_books", "_changes", "_depth", "_entry_time", "_increment", "symbol", "timed")

    def __init__(self, timed: TimedTick, depth: Depth) -> None:
        """Build nothing yet: it depends on who listens."""
        self.timed = timed
        self.symbol = timed.tick.symbol
        self._depth = depth
        self._entry_time: str | None = None
        self._increment: str | None = None
        self._books: dict[MarketDepth, Book] | None = None
        self._changes: dict[int, str] | None = None

    @property
    def increment(self) -> str:
        """Return the body of an increment that changes both sides of a top of book."""
        if self._increment is None:
            self._increment = increment_body(self.timed.tick, self._time())
        return self._increment

    def book(self, depth: MarketDepth) -> Book:
        """Return the book as deep as asked for."""
        if self._books is None:
            self._books = {}
        if depth not in self._books:
            full = depth is MarketDepth.FULL_BOOK
            self._books[depth] = self._depth.book(self.timed) if full else top_of_book(self.timed)
        return self._books[depth]

    def snapshot(self, depth: MarketDepth) -> str:
        """Return the body of a snapshot."""
        name = self.timed.flaw.name if self.timed.flaw else None
        return snapshot_body(name or self.symbol, self.book(depth), self._time())

    def since(self, held: Book, depth: MarketDepth) -> str:
        """Return the body of an increment for clients that hold `held`."""
        if self._changes is None:
            self._changes = {}
        if id(held) not in self._changes:
            told = changes(held, self.book(depth))
            self._changes[id(held)] = changes_body(self.symbol, told, self._time())
        return self._changes[id(held)]

    def _time(self) -> str:
        if self._entry_time is None:
            self._entry_time = market_data_time(self.timed.at)
        return self._entry_time


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One symbol of one session."""

    request_id: str
    depth: MarketDepth
    refresh: Refresh
    #: What the client holds, None before its first snapshot; of a top of book, which sides.
    held: Book | None = None

    def message(self, update: Update) -> Outgoing:
        """Return what tells the client of a quote; it holds the new book afterwards."""
        held, flaw = self.held, update.timed.flaw
        if flaw is not None and flaw.name is not None:
            return self._outgoing(SNAPSHOT, update.snapshot(MarketDepth.TOP_OF_BOOK))
        if held is None or self.refresh is Refresh.FULL:
            self.held = update.book(self.depth)
            return self._outgoing(SNAPSHOT, update.snapshot(self.depth))
        if self.depth is MarketDepth.TOP_OF_BOOK and flaw is None and held.bids and held.asks:
            return self._outgoing(INCREMENT, update.increment)
        self.held = update.book(self.depth)
        return self._outgoing(INCREMENT, update.since(held, self.depth))

    def cleared(self, symbol: str) -> Outgoing:
        """Return an empty snapshot: there is no book any more."""
        self.held = None
        return self._outgoing(SNAPSHOT, empty_body(symbol))._replace(is_tick=False)

    def _outgoing(self, kind: str, body: str) -> Outgoing:
        return Outgoing(kind=kind, request_id=self.request_id, body=body)


def snapshot_body(symbol: str, book: Book, entry_time: str) -> str:
    """Return the tail of a snapshot (W): symbol, bids from the best on, then offers."""
    entries = [f"269=0{_level(level)}{SOH}{entry_time}" for level in book.bids]
    entries += [f"269=1{_level(level)}{SOH}{entry_time}" for level in book.asks]
    return SOH.join((f"55={symbol}", f"268={len(entries)}", *entries))


def changes_body(symbol: str, told: Sequence[Change], entry_time: str) -> str:
    """Return the tail of an incremental refresh (X); a delete names its entry and no price."""
    return SOH.join((f"268={len(told)}", *(_entry(symbol, each, entry_time) for each in told)))


def _entry(symbol: str, change: Change, entry_time: str) -> str:
    level = change.level
    entry_id = f"{SOH}278={level.entry_id}" if level.entry_id else ""
    head = f"279={change.action}{SOH}269={change.side}{entry_id}{SOH}55={symbol}"
    if change.action is Action.DELETE:
        return f"{head}{SOH}{entry_time}"
    return f"{head}{SOH}270={level.price}{SOH}271={level.size}{SOH}{entry_time}"


def _level(level: Level) -> str:
    entry_id = f"{SOH}278={level.entry_id}" if level.entry_id else ""
    return f"{entry_id}{SOH}270={level.price}{SOH}271={level.size}"
