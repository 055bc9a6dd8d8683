"""The resting orders of a process by symbol and group, sorted by the level they wait for.

Pure: it is told rows and prices, and says what wakes. An order that woke is out of the index until
the order service's answer is known, so that it is asked about once at a time.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias

from tradewind.core.ids import AccountId
from tradewind.core.triggers import Direction, PriceKind
from tradewind.services.triggers.buckets import Bucket, Shown
from tradewind.services.triggers.resting import OrderView, Owner, Resting, Trail, rest

_Key: TypeAlias = tuple[PriceKind, Direction]


@dataclass(slots=True)
class _Book:
    """Everything of one symbol and group."""

    fires: dict[_Key, Bucket[Resting]] = field(default_factory=dict)
    moves: dict[_Key, Bucket[Trail]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Woken:
    """What a tick wakes: orders in the order they are due, and trailing stops that move."""

    orders: Sequence[Resting]
    trails: Sequence[Trail]


NOTHING: Final = Woken(orders=(), trails=())


class Index:
    """Resting orders; of each the newest version that was put."""

    def __init__(self, step_of: Callable[[str], Decimal]) -> None:
        """Start empty; `step_of` is by how much a symbol's trailing stops move."""
        self._step_of = step_of
        self.orders: dict[int, Resting] = {}
        #: Accounts whose group is not known, and the tickets of their orders.
        self.homeless: dict[AccountId, set[int]] = {}
        self._owners: dict[AccountId, Owner] = {}
        self._books: dict[str, dict[str, _Book]] = {}
        #: Versions that came while an older one was out.
        self._newer: dict[int, OrderView] = {}

    def load(self, views: Iterable[OrderView], horizon: datetime) -> None:
        """Take many orders that are not known yet; `sort` must follow before anything else.

        No tick made before `horizon` will be asked about: most orders share it as their time.
        """
        for view in views:
            order = self._rest(view)
            if order is None:
                continue
            order.since = max(order.since, horizon)
            self.orders[order.ticket] = order
            book = self._book(order)
            if book is None:
                self._await_group(order)
            else:
                _fires(book, order).waiting.append(order)
                if order.trail is not None:
                    _moves(book, order.trail).waiting.append(order.trail)

    def sort(self) -> None:
        """Put everything that was loaded in its place."""
        for books in self._books.values():
            for book in books.values():
                for bucket in (*book.fires.values(), *book.moves.values()):
                    bucket.sort()

    def put(self, view: OrderView) -> Resting | None:
        """Take a version of an order; return its entry if it now waits in this version.

        An older version than is known changes nothing, one that does not rest is removed.
        """
        known = self.orders.get(view.ticket)
        if known is not None:
            newer = self._newer.get(view.ticket)
            if view.version <= (known.version if newer is None else newer.version):
                return None
            if known.is_out:
                self._newer[view.ticket] = view
                return None
            self._disarm(known)
            del self.orders[view.ticket]
        order = self._rest(view)
        if order is None:
            return None
        self.orders[order.ticket] = order
        self._arm(order)
        return order

    def take(self, order: Resting) -> None:
        """Take an order out, for the order service is asked about it."""
        self._disarm(order)
        order.is_out = True

    def give_back(self, order: Resting, since: datetime | None = None) -> Resting | None:
        """Put an order back after the answer; return its entry if a newer version came meanwhile.

        With `since` it waits for ticks made after that time, unless there is a newer version.
        """
        order.is_out = False
        newer = self._newer.pop(order.ticket, None)
        if newer is not None:
            del self.orders[order.ticket]
            return self.put(newer)
        if since is not None:
            order.since = since
            if order.trail is not None:
                order.trail.since = max(order.trail.since, since)
        self._arm(order)
        return None

    def forget(self, order: Resting) -> None:
        """Remove an order that is out and does not exist."""
        self._newer.pop(order.ticket, None)
        del self.orders[order.ticket]

    def woken(self, symbol: str, time: datetime, prices: Mapping[str, Shown]) -> Woken:
        """Return what a tradable tick wakes: what reduces before what opens, then by ticket."""
        orders: list[Resting] = []
        trails: list[Trail] = []
        for group, book in self._books.get(symbol, {}).items():
            shown = prices.get(group)
            if shown is None:
                continue
            for fires in book.fires.values():
                orders += fires.woken(shown, time)
            for moves in book.moves.values():
                trails += moves.woken(shown, time)
        if not orders and not trails:
            return NOTHING
        orders.sort(key=_due)
        return Woken(orders=orders, trails=trails)

    def groups(self, symbol: str) -> Iterable[str]:
        """The groups whose prices matter."""
        return self._books.get(symbol, ())

    def regroup(self, groups: Mapping[AccountId, str]) -> Sequence[Resting]:
        """Note the groups of accounts; return the orders that had none so far, as due."""
        moved: dict[Owner, str] = {}
        housed: list[Resting] = []
        for account_id, group in groups.items():
            owner = self._owner(account_id)
            if owner.group is None:
                owner.group = group
                tickets = self.homeless.pop(account_id, ())
                housed += [self.orders[ticket] for ticket in tickets if ticket in self.orders]
            elif owner.group != group:
                moved[owner] = group
        if moved:
            self._move(moved)
        armed = sorted((order for order in housed if not order.is_out), key=_due)
        for order in armed:
            self._arm(order)
        return armed

    def _move(self, groups: Mapping[Owner, str]) -> None:
        theirs = [o for o in self.orders.values() if o.owner in groups and not o.is_out]
        for order in theirs:
            self._disarm(order)
        for owner, group in groups.items():
            owner.group = group
        for order in theirs:
            self._arm(order)

    def _rest(self, view: OrderView) -> Resting | None:
        owner = self._owner(AccountId(view.account_id))
        return rest(view, owner, self._step_of(view.symbol))

    def _owner(self, account_id: AccountId) -> Owner:
        owner = self._owners.get(account_id)
        if owner is None:
            owner = self._owners[account_id] = Owner(account_id=account_id, group=None)
        return owner

    def _book(self, order: Resting) -> _Book | None:
        group = order.owner.group
        if group is None:
            return None
        books = self._books.setdefault(order.symbol, {})
        book = books.get(group)
        if book is None:
            book = books[group] = _Book()
        return book

    def _arm(self, order: Resting) -> None:
        book = self._book(order)
        if book is None:
            self._await_group(order)
            return
        _fires(book, order).add(order)
        if order.trail is not None:
            _moves(book, order.trail).add(order.trail)

    def _await_group(self, order: Resting) -> None:
        self.homeless.setdefault(order.owner.account_id, set()).add(order.ticket)

    def _disarm(self, order: Resting) -> None:
        book = self._book(order)
        if book is not None:
            _fires(book, order).remove(order)
            if order.trail is not None:
                _moves(book, order.trail).remove(order.trail)


def _due(order: Resting) -> tuple[bool, int]:
    return not order.reduces, order.ticket


def _fires(book: _Book, order: Resting) -> Bucket[Resting]:
    key = (order.kind, order.when)
    bucket = book.fires.get(key)
    if bucket is None:
        bucket = book.fires[key] = Bucket(kind=order.kind, when=order.when)
    return bucket


def _moves(book: _Book, trail: Trail) -> Bucket[Trail]:
    key = (trail.kind, trail.when)
    bucket = book.moves.get(key)
    if bucket is None:
        bucket = book.moves[key] = Bucket(kind=trail.kind, when=trail.when)
    return bucket
