"""Holds the book against the database, account by account, where both stand at the same event."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from tradewind.core.ids import AccountId
from tradewind.infra.postgres import Connection
from tradewind.services.risk import store
from tradewind.services.risk.book import Book
from tradewind.services.risk.columns import AccountView, Held, PositionView

#: So many slices are all accounts.
SLICES: Final = 30
SLICE_MIN: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Some accounts as the database has them at one moment."""

    accounts: Sequence[AccountView]
    positions: Mapping[UUID, Sequence[PositionView]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How many accounts agree with the database, and which do not."""

    agreed: int
    differing: Sequence[AccountId]


async def read(connection: Connection, now: datetime, accounts: Sequence[AccountId]) -> Stored:
    """Read some accounts and what they hold."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        return Stored(
            accounts=await store.read_accounts(connection, now, accounts),
            positions=await store.read_positions(connection, accounts),
        )


class Slices:
    """All accounts, a part at a time, again and again."""

    def __init__(self, book: Book) -> None:
        """Begin with the first."""
        self._book = book
        self._begin = 0

    def next(self) -> Sequence[AccountId]:
        """Return the next part."""
        ids, begin = self._book.ids, self._begin
        end = begin + max(SLICE_MIN, -(-len(ids) // SLICES))
        self._begin = 0 if end >= len(ids) else end
        return ids[begin:end]


class Settling:
    """The comparison of some accounts, until the log has come to what was read of each.

    A float of the log and one of the database are the same to the bit. Terms come into force at
    other moments than events, so they have the same time to become the same.
    """

    def __init__(self, book: Book, accounts: Sequence[AccountId]) -> None:
        """Nothing is known of them yet."""
        self.accounts: Sequence[AccountId] = accounts
        self._book = book
        self._agreed = 0
        self._differing: list[AccountId] = []
        self._first_seqs: dict[UUID, int] = {}
        self._late: list[AccountId] = []

    def compare(self, stored: Stored) -> None:
        """Compare what stands at the same event; the rest is to be read again."""
        book = self._book
        views = [(place, v) for v in stored.accounts if (place := book.place(v.id)) is not None]
        held = book.positions([place for place, _ in views])
        unsettled, late = list[AccountId](), list[AccountId]()
        for place, view in views:
            account, seq = AccountId(view.id), int(book.accounts.seq[place])
            first_seq = self._first_seqs.setdefault(view.id, view.seq)
            if seq != view.seq or not book.has_terms(view):
                unsettled.append(account)
                if seq < first_seq or seq == view.seq:
                    late.append(account)
            elif _is_same(book, place, view) and _by_id(stored, view) == held.get(place, {}):
                self._agreed += 1
            else:
                self._differing.append(account)
        self._late = late
        self.accounts = [each for each in unsettled if each not in book.unread]

    def outcome(self) -> Outcome:
        """Return what came of it; a busy account that was never still is left for another time."""
        waited = set(self.accounts)
        late = [account for account in self._late if account in waited]
        return Outcome(agreed=self._agreed, differing=[*self._differing, *late])


def _is_same(book: Book, place: int, view: AccountView) -> bool:
    columns = book.accounts
    return bool(
        columns.balance[place] == view.balance
        and columns.credit[place] == view.credit
        and columns.called[place] == view.called
    )


def _by_id(stored: Stored, view: AccountView) -> Held:
    return {position.id: position for position in stored.positions.get(view.id, ())}
