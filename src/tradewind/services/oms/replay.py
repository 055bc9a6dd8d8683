"""Folds an account's events into the rows they carry, the way any reader of the log would.

Pure: events and rows come in, differences come out (docs/explanation/event-log.md).
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from msgspec.structs import replace

from tradewind.contracts.events import (
    FillRow,
    LedgerPosted,
    LotRow,
    OrderRow,
    OrderStep,
    PositionRow,
    PostingRow,
)
from tradewind.core.ids import AccountId
from tradewind.core.ledger import client, credit
from tradewind.core.money import ZERO


class AccountRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `account`, the body of account.changed."""

    id: UUID
    number: int
    entity_id: UUID
    user_id: UUID
    currency: str
    position_mode: str
    status: str
    status_actor: str
    status_at: datetime
    last_event: int
    balance: Decimal
    credit: Decimal
    carry: Decimal
    reserved_margin: Decimal
    created_at: datetime
    margin_called_at: datetime | None = None


Row: TypeAlias = OrderRow | PositionRow | LotRow | FillRow | PostingRow
RowKey: TypeAlias = tuple[UUID, ...]
AnyRow = TypeVar("AnyRow", OrderRow, PositionRow, LotRow, FillRow, PostingRow)

#: Table -> what its rows are; the stored rows are read as the same classes as the events' bodies.
ROW_TYPES: Final[Mapping[str, type[Row]]] = {
    "trade_order": OrderRow,
    "trade_position": PositionRow,
    "position_lot": LotRow,
    "fill": FillRow,
    "ledger_posting": PostingRow,
}
_DECODERS: Final = {table: msgspec.json.Decoder(kind) for table, kind in ROW_TYPES.items()}
_ACCOUNT: Final = msgspec.json.Decoder(AccountRow)
_ORDER: Final = msgspec.json.Decoder(OrderRow)
_STEP: Final = msgspec.json.Decoder(OrderStep)
_POSITION: Final = msgspec.json.Decoder(PositionRow)
_POSTED: Final = msgspec.json.Decoder(LedgerPosted)
_ENCODER: Final = msgspec.json.Encoder(order="sorted")


class ReplayError(Exception):
    """The log and the tables differ; the text names the first difference."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayedEvent:
    """One event; `whole` tells an order's row from a mere step."""

    seq: int
    type: str
    data: str
    whole: bool
    at: datetime


@dataclass(slots=True, kw_only=True)
class Replay:
    """What the events of one account say so far."""

    account_id: UUID
    account: AccountRow | None = None
    seq: int = 0
    balance: Decimal = ZERO
    credit: Decimal = ZERO
    carry: Decimal = ZERO
    margin_called_at: datetime | None = None
    tables: dict[str, dict[RowKey, Row]] = field(
        default_factory=lambda: {table: dict[RowKey, Row]() for table in ROW_TYPES}
    )

    def apply(self, event: ReplayedEvent) -> None:
        """Take the next event; numbers are 1, 2, 3, … without a gap."""
        if event.seq != self.seq + 1:
            raise self.error(f"event {event.seq} follows event {self.seq}")
        self.seq = event.seq
        subject = event.type.partition(".")[0]
        if subject == "order":
            self._apply_order(event)
        elif subject == "position":
            position = _POSITION.decode(event.data)
            for lot in position.lots:
                self._put("position_lot", lot)
            self._put("trade_position", replace(position, lots=[]))
        elif event.type == "ledger.posted":
            self._apply_posted(_POSTED.decode(event.data))
        elif event.type == "account.changed":
            self._apply_account(_ACCOUNT.decode(event.data))
        elif event.type == "margin.call":
            self.margin_called_at = event.at
        elif event.type == "margin.cleared":
            self.margin_called_at = None
        elif event.type != "margin.stop_out":
            raise self.error(f"event {event.seq} has the unknown type {event.type}")

    def error(self, difference: str) -> ReplayError:
        """Say where a difference is."""
        return ReplayError(f"account {self.account_id}: {difference}")

    def _apply_order(self, event: ReplayedEvent) -> None:
        order = _ORDER.decode(event.data) if event.whole else _STEP.decode(event.data)
        if isinstance(order.fill, FillRow):
            self._put("fill", order.fill)
        if isinstance(order, OrderRow):
            if order.last_event != event.seq:
                raise self.error(f"event {event.seq} says it is event {order.last_event}")
            self._put("trade_order", replace(order, fill=msgspec.UNSET))

    def _apply_posted(self, posted: LedgerPosted) -> None:
        own = client(AccountId(self.account_id))
        for posting in posted.postings:
            if posting.event != self.seq or posting.transaction_id != posted.transaction_id:
                raise self.error(f"ledger_posting {posting.id} belongs to another event")
            if own in {posting.source, posting.destination}:
                self.balance += posting.amount if posting.destination == own else -posting.amount
                if posting.balance_after != self.balance:
                    raise self.error(
                        f"ledger_posting {posting.id}: balance_after is {posting.balance_after}, "
                        f"its postings make {self.balance}"
                    )
            if posting.source == credit(AccountId(self.account_id)):
                self.credit -= posting.amount
            self._put("ledger_posting", posting)
        if posted.balance != self.balance:
            raise self.error(
                f"event {self.seq}: balance is {posted.balance}, postings make {self.balance}"
            )
        self.carry = posted.carry

    def _apply_account(self, account: AccountRow) -> None:
        if account.last_event != self.seq or account.balance != self.balance:
            raise self.error(f"event {self.seq}: the account's row does not follow from the log")
        self.credit, self.carry = account.credit, account.carry
        self.account = account

    def _put(self, table: str, row: Row) -> None:
        if row.account_id != self.account_id:
            raise self.error(f"event {self.seq} carries a row of another account in {table}")
        self.tables[table][key_of(row)] = row


def read_row(table: str, text: str) -> Row:
    """Decode a stored row, spelled as JSON by the database."""
    return _DECODERS[table].decode(text)


def read_account(text: str) -> AccountRow:
    """Decode a stored row of `account`."""
    return _ACCOUNT.decode(text)


def key_of(row: Row) -> RowKey:
    """Return what names a row within its table."""
    if isinstance(row, LotRow):
        return (row.position_id, row.fill_id)
    return (row.id,)


def compare(replay: Replay, account: AccountRow, stored: Mapping[str, Iterable[Row]]) -> bytes:
    """Return the hash of an account's state; raises ReplayError at the first difference."""
    if replay.account is None:
        raise replay.error("no event opened it")
    expected = replace(
        replay.account,
        last_event=replay.seq,
        balance=replay.balance,
        credit=replay.credit,
        margin_called_at=replay.margin_called_at,
        carry=replay.carry,
        reserved_margin=_reserved(replay.tables["trade_order"].values()),
    )
    _compare_rows(replay, "account", expected, account)
    for table, rows in stored.items():
        _compare_table(replay, table, {key_of(row): row for row in rows})
    _check_sums(replay)
    return _hash(account, replay.tables)


def _compare_table(replay: Replay, table: str, stored: Mapping[RowKey, Row]) -> None:
    logged = replay.tables[table]
    for key in sorted(logged.keys() | stored.keys()):
        name = f"{table} {' '.join(str(part) for part in key)}"
        if key not in stored:
            raise replay.error(f"{name} is in the log and not in the table")
        if key not in logged:
            raise replay.error(f"{name} is in the table and not in the log")
        if logged[key] != stored[key]:
            _compare_rows(replay, name, logged[key], stored[key])


def _compare_rows(
    replay: Replay, name: str, logged: Row | AccountRow, stored: Row | AccountRow
) -> None:
    for column in logged.__struct_fields__:
        said, found = getattr(logged, column), getattr(stored, column)
        if said != found:
            raise replay.error(f"{name}: {column} is {found}, the log says {said}")


def _check_sums(replay: Replay) -> None:
    """What several tables must agree on, whatever the log says."""
    filled: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    open_lots: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for fill in _rows(replay, "fill", FillRow):
        filled[fill.order_id] += fill.quantity
    for lot in _rows(replay, "position_lot", LotRow):
        open_lots[lot.position_id] += lot.remaining
    for order in _rows(replay, "trade_order", OrderRow):
        if order.filled_quantity != filled.pop(order.id, ZERO):
            raise replay.error(f"trade_order {order.id}: its fills make another filled_quantity")
    for position in _rows(replay, "trade_position", PositionRow):
        if position.quantity != open_lots.pop(position.id, ZERO):
            raise replay.error(f"trade_position {position.id}: its lots make another quantity")
    for owner in (*filled, *open_lots):
        raise replay.error(f"fills or lots belong to {owner}, which is not there")
    account = replay.account
    for posting in _rows(replay, "ledger_posting", PostingRow):
        if account is not None and posting.entity_id != account.entity_id:
            raise replay.error(f"ledger_posting {posting.id} is of another legal entity")


def _rows(replay: Replay, table: str, kind: type[AnyRow]) -> Iterator[AnyRow]:
    return (row for row in replay.tables[table].values() if isinstance(row, kind))


def _reserved(orders: Iterable[Row]) -> Decimal:
    return sum((order.reserved_margin for order in orders if isinstance(order, OrderRow)), ZERO)


def _hash(account: AccountRow, tables: Mapping[str, Mapping[RowKey, Row]]) -> bytes:
    """Hash what the tables hold, in an order that does not depend on how it came there."""
    digest = hashlib.sha256(_ENCODER.encode(account))
    for table, rows in tables.items():
        digest.update(table.encode())
        for key in sorted(rows):
            digest.update(_ENCODER.encode(rows[key]))
    return digest.digest()
