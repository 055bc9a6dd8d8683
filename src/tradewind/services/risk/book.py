"""The accounts of one shard with their open positions: loaded at once, then followed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from tradewind.core.accounts import Side
from tradewind.core.ids import AccountId
from tradewind.infra.eventlog import LoggedEvent
from tradewind.services.risk.columns import (
    AccountColumns,
    AccountView,
    Axis,
    Bulk,
    Floats,
    LegColumns,
    Places,
    PositionColumns,
    PositionView,
    TermsKey,
    summed,
)

#: The other ledger account that an account has a stored balance of.
CREDIT_SUFFIX: Final = ":credit"
#: More than there will ever be symbols: an account and a symbol are one number.
_WIDTH: Final = 1 << 20


class _Position(msgspec.Struct, frozen=True):
    id: UUID
    symbol: str
    side: str
    quantity: Decimal
    open_price: Decimal
    margin_notional: Decimal


class _Posting(msgspec.Struct, frozen=True):
    source: str
    destination: str


class _Posted(msgspec.Struct, frozen=True):
    balance: Decimal
    postings: list[_Posting]


_POSITION: Final = msgspec.json.Decoder(_Position)
_POSTED: Final = msgspec.json.Decoder(_Posted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """Each account's positions in each symbol, summed by side; costs are quantity x open price."""

    account: Places
    symbol: Places
    long: Floats
    long_cost: Floats
    long_notional: Floats
    short: Floats
    short_cost: Floats
    short_notional: Floats


class Book:
    """What is known of one shard's accounts. Nothing here waits."""

    def __init__(self, symbols: Iterable[str]) -> None:
        """Start without accounts; symbols may be added later."""
        self.symbols: Axis[str] = Axis(symbols)
        self.terms: Axis[TermsKey] = Axis()
        self.ids: list[AccountId] = []
        self.accounts = AccountColumns.empty()
        #: Accounts that must be read from the database: what came of them does not say all.
        self.unread: set[AccountId] = set()
        #: Accounts that changed since somebody last took them from here.
        self.changed: set[int] = set()
        self._places: dict[UUID, int] = {}
        self._positions = PositionColumns.empty()
        self._position_places: dict[bytes, int] = {}
        self._positions_end = 0
        self._row_names: list[bytes] = []
        self._free: list[int] = []
        self._leg_columns = LegColumns(account=np.zeros(0, np.int64), symbol=np.zeros(0, np.int64))
        self._leg_places: dict[int, int] = {}
        self._legs: Legs | None = None

    @property
    def open_positions(self) -> int:
        """How many positions are open."""
        return len(self._position_places)

    def place(self, account: UUID) -> int | None:
        """Return where an account stands."""
        return self._places.get(account)

    def has_terms(self, view: AccountView) -> bool:
        """Tell whether an account is known with the terms of a view."""
        place = self._places.get(view.id)
        terms = -1 if view.terms is None else self.terms.find(view.terms)
        return place is not None and self.accounts.terms[place] == terms

    def put(self, views: Iterable[AccountView]) -> None:
        """Add accounts, or replace what is known of their money and terms."""
        for view in views:
            place = self._places.get(view.id)
            if place is None:
                place = self._places[view.id] = len(self.ids)
                self.ids.append(AccountId(view.id))
                self.accounts.reserve(len(self.ids))
            columns = self.accounts
            columns.seq[place] = view.seq
            columns.balance[place] = view.balance
            columns.credit[place] = view.credit
            columns.called[place] = view.called
            columns.terms[place] = -1 if view.terms is None else self.terms.place(view.terms)
            self.changed.add(place)

    def fill(self, bulk: Bulk) -> None:
        """Add many positions of accounts that are there and have none yet."""
        begin, count, columns = self._positions_end, len(bulk.ids), self._positions
        self._positions_end = end = begin + count
        columns.reserve(end)
        columns.account[begin:end] = bulk.account
        columns.quantity[begin:end] = bulk.quantity
        columns.price[begin:end] = bulk.price
        columns.notional[begin:end] = bulk.notional
        self._position_places.update(zip(bulk.ids, range(begin, end), strict=True))
        self._row_names.extend(bulk.ids)
        pairs, of_pair = np.unique(bulk.account * _WIDTH + bulk.symbol, return_inverse=True)
        columns.leg[begin:end] = len(self._leg_places) + of_pair
        self._add_legs(pairs)
        self.forget_legs()

    def replace(self, view: AccountView, positions: Sequence[PositionView]) -> None:
        """Put one account, with these positions and no others."""
        self.put([view])
        place = self._places[view.id]
        kept = {position.id for position in positions}
        for gone in self.positions([place]).get(place, {}).keys() - kept:
            self._close(gone)
        for position in positions:
            self._hold(place, position)

    def apply(self, event: LoggedEvent) -> None:
        """Take one event of an account of this shard; one that is known already says nothing."""
        place = self._places.get(event.account_id)
        if place is None:
            self.unread.add(AccountId(event.account_id))
            return
        known = int(self.accounts.seq[place])
        if event.seq <= known:
            return
        if event.seq > known + 1:
            self.unread.add(AccountId(event.account_id))
            return
        self.accounts.seq[place] = event.seq
        self._take(place, event)

    def _take(self, place: int, event: LoggedEvent) -> None:
        match event.type:
            case "position.opened" | "position.changed":
                row = _POSITION.decode(event.data)
                sign = 1.0 if row.side == Side.BUY else -1.0
                held = PositionView(
                    id=row.id,
                    symbol=row.symbol,
                    quantity=sign * float(row.quantity),
                    price=float(row.open_price),
                    notional=float(row.margin_notional),
                )
                self._hold(place, held)
            case "position.closed":
                self._close(_POSITION.decode(event.data).id)
            case "ledger.posted":
                posted = _POSTED.decode(event.data)
                self.accounts.balance[place] = float(posted.balance)
                if any(_is_credit(posting) for posting in posted.postings):
                    self.unread.add(self.ids[place])
            case "margin.call":
                self.accounts.called[place] = True
            case "margin.cleared":
                self.accounts.called[place] = False
            case other if other.startswith("order."):
                return
            case _:
                self.unread.add(self.ids[place])
        self.changed.add(place)

    def legs(self) -> Legs:
        """Sum positions by account and symbol; summed anew once any of them changed."""
        if self._legs is None:
            self._legs = self._summed()
        return self._legs

    def forget_legs(self) -> None:
        """Sum positions anew at the next valuation."""
        self._legs = None

    def positions(self, places: Sequence[int]) -> Mapping[int, Mapping[UUID, PositionView]]:
        """Return what some accounts hold."""
        columns, symbols, end = self._positions, self._leg_columns.symbol, self._positions_end
        wanted = np.isin(columns.account[:end], np.array(places, np.int64))
        found: dict[int, dict[UUID, PositionView]] = {}
        for row in np.flatnonzero(wanted & (columns.quantity[:end] != 0)).tolist():
            key = UUID(bytes=self._row_names[row])
            found.setdefault(int(columns.account[row]), {})[key] = PositionView(
                id=key,
                symbol=self.symbols.names[symbols[columns.leg[row]]],
                quantity=float(columns.quantity[row]),
                price=float(columns.price[row]),
                notional=float(columns.notional[row]),
            )
        return found

    def take_changed(self) -> Places:
        """Return the accounts that changed since the last call."""
        taken = np.fromiter(self.changed, np.int64, len(self.changed))
        self.changed.clear()
        return taken

    def _hold(self, place: int, held: PositionView) -> None:
        name, columns = held.id.bytes, self._positions
        row = self._position_places.get(name)
        if row is None:
            row = self._position_places[name] = self._free_row()
            self._row_names[row] = name
            columns.account[row] = place
            columns.leg[row] = self._leg(place, self.symbols.place(held.symbol))
        columns.quantity[row] = held.quantity
        columns.price[row] = held.price
        columns.notional[row] = held.notional
        self.forget_legs()

    def _close(self, position: UUID) -> None:
        row = self._position_places.pop(position.bytes, None)
        if row is None:
            return
        columns = self._positions
        columns.quantity[row] = columns.price[row] = columns.notional[row] = 0.0
        self._free.append(row)
        self.forget_legs()

    def _free_row(self) -> int:
        if self._free:
            return self._free.pop()
        self._positions_end += 1
        self._positions.reserve(self._positions_end)
        self._row_names.append(b"")
        return self._positions_end - 1

    def _leg(self, account: int, symbol: int) -> int:
        pair = account * _WIDTH + symbol
        leg = self._leg_places.get(pair)
        if leg is None:
            leg = len(self._leg_places)
            self._add_legs(np.array([pair], np.int64))
        return leg

    def _add_legs(self, pairs: Places) -> None:
        begin, columns = len(self._leg_places), self._leg_columns
        end = begin + len(pairs)
        columns.reserve(end)
        columns.account[begin:end], columns.symbol[begin:end] = np.divmod(pairs, _WIDTH)
        self._leg_places.update(zip(pairs.tolist(), range(begin, end), strict=True))

    def _summed(self) -> Legs:
        count, end, columns = len(self._leg_places), self._positions_end, self._positions
        leg, quantity = columns.leg[:end], columns.quantity[:end]

        bought = quantity > 0
        cost, notional = quantity * columns.price[:end], columns.notional[:end]
        long, long_cost = np.where(bought, quantity, 0.0), np.where(bought, cost, 0.0)
        long_notional = np.where(bought, notional, 0.0)
        return Legs(
            account=self._leg_columns.account[:count],
            symbol=self._leg_columns.symbol[:count],
            long=summed(leg, long, count),
            long_cost=summed(leg, long_cost, count),
            long_notional=summed(leg, long_notional, count),
            short=summed(leg, long - quantity, count),
            short_cost=summed(leg, long_cost - cost, count),
            short_notional=summed(leg, notional - long_notional, count),
        )


def _is_credit(posting: _Posting) -> bool:
    return posting.source.endswith(CREDIT_SUFFIX) or posting.destination.endswith(CREDIT_SUFFIX)
