"""Accounts and open positions as columns of numbers, kept as the event log says.

Money is a float here, and nowhere else in the platform: a million positions are valued many times a
minute, and Decimal takes fifty times as long. What comes of it only chooses whom to ask about. The
order service decides again, in Decimal and under the account's lock, and no number of this package
is stored, shown or sent anywhere.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Generic, TypeAlias, TypeVar
from uuid import UUID

import numpy as np
import numpy.typing as npt

Floats: TypeAlias = npt.NDArray[np.float64]
Places: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Name = TypeVar("Name", bound=Hashable)
Kind = TypeVar("Kind", bound=np.generic)

_ROOM_MIN: Final = 1_024


class Axis(Generic[Name]):
    """Names in the order in which they came; a name's place never changes."""

    def __init__(self, names: Iterable[Name] = ()) -> None:
        """Start with some."""
        self.names: list[Name] = []
        self._places: dict[Name, int] = {}
        for name in names:
            self.place(name)

    def __len__(self) -> int:
        """How many there are."""
        return len(self.names)

    def place(self, name: Name) -> int:
        """Return where a name stands; a new one goes to the end."""
        found = self._places.setdefault(name, len(self.names))
        if found == len(self.names):
            self.names.append(name)
        return found

    def find(self, name: Name) -> int | None:
        """Return where a name stands, if it does."""
        return self._places.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class TermsKey:
    """What an account's margin is reckoned by, but for its group's version."""

    group_id: UUID
    leverage: Decimal
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountView:
    """A row of `account`; `seq` is its last event. One without terms is not valued."""

    id: UUID
    seq: int
    balance: float
    credit: float
    called: bool
    terms: TermsKey | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """An open position; a sold quantity is negative. `notional` is what margin is reckoned on."""

    id: UUID
    symbol: str
    quantity: float
    price: float
    notional: float


@dataclass(slots=True, kw_only=True)
class AccountColumns:
    """A row an account; `terms` is -1 where they are not known."""

    seq: Places
    balance: Floats
    credit: Floats
    called: Flags
    terms: Places

    @classmethod
    def empty(cls) -> "AccountColumns":
        """Make columns without rows."""
        return cls(
            seq=np.zeros(0, np.int64),
            balance=np.zeros(0),
            credit=np.zeros(0),
            called=np.zeros(0, np.bool_),
            terms=np.zeros(0, np.int64),
        )

    def reserve(self, size: int) -> None:
        """Have room for so many."""
        if size > len(self.seq):
            room = _room(size)
            self.seq = _grown(self.seq, room)
            self.balance = _grown(self.balance, room)
            self.credit = _grown(self.credit, room)
            self.called = _grown(self.called, room)
            self.terms = _grown(self.terms, room)


@dataclass(slots=True, kw_only=True)
class PositionColumns:
    """A row a position; a closed one is a row of zeros until another takes its place."""

    account: Places
    leg: Places
    quantity: Floats
    price: Floats
    notional: Floats

    @classmethod
    def empty(cls) -> "PositionColumns":
        """Make columns without rows."""
        return cls(
            account=np.zeros(0, np.int64),
            leg=np.zeros(0, np.int64),
            quantity=np.zeros(0),
            price=np.zeros(0),
            notional=np.zeros(0),
        )

    def reserve(self, size: int) -> None:
        """Have room for so many."""
        if size > len(self.quantity):
            room = _room(size)
            self.account = _grown(self.account, room)
            self.leg = _grown(self.leg, room)
            self.quantity = _grown(self.quantity, room)
            self.price = _grown(self.price, room)
            self.notional = _grown(self.notional, room)


@dataclass(slots=True, kw_only=True)
class LegColumns:
    """A row for each account and symbol that a position was ever open in."""

    account: Places
    symbol: Places

    def reserve(self, size: int) -> None:
        """Have room for so many."""
        if size > len(self.account):
            room = _room(size)
            self.account = _grown(self.account, room)
            self.symbol = _grown(self.symbol, room)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulk:
    """Open positions of many accounts at once, column by column; ids of sixteen bytes."""

    ids: Sequence[bytes]
    account: Places
    symbol: Places
    quantity: Floats
    price: Floats
    notional: Floats


Held: TypeAlias = Mapping[UUID, PositionView]


def summed(places: Places, weights: Floats, count: int) -> Floats:
    """Return the sums of the weights that go to each of `count` places."""
    return np.bincount(places, weights, count).astype(np.float64, copy=False)


def _room(size: int) -> int:
    return max(_ROOM_MIN, size + size // 4)


def _grown(column: npt.NDArray[Kind], room: int) -> npt.NDArray[Kind]:
    return np.concatenate([column, np.zeros(room - len(column), column.dtype)])
