"""From rows and event bodies to what their owner sees; what is internal stays inside.

The REST routes, the stream and the answer to an order all use these, so an order looks the same
wherever a client meets it.
"""

from decimal import Decimal
from typing import Any, Final, cast, overload
from uuid import UUID

import msgspec

from tradewind.contracts import events
from tradewind.contracts.events import FillRow, OrderRow, PositionRow, PostingRow
from tradewind.contracts.http.trading import (
    AccountChange,
    Cause,
    Event,
    EventData,
    Fact,
    Fill,
    FilledOrder,
    LedgerEntry,
    LedgerPosting,
    MarginNews,
    Order,
    OrderState,
    OrderStep,
    PositionChange,
    Side,
    Transition,
)
from tradewind.infra.eventlog import LoggedEvent


class _AccountRow(msgspec.Struct, frozen=True):
    """What clients see of the body of account.changed."""

    id: UUID
    currency: str
    position_mode: str
    status: str
    balance: Decimal
    credit: Decimal


class _MarginRow(msgspec.Struct, frozen=True):
    """What clients see of the body of a margin event."""

    level: Decimal | None = None


_ENCODER: Final = msgspec.json.Encoder()
_ORDER: Final = msgspec.json.Decoder(OrderRow)
_ORDER_STEP: Final = msgspec.json.Decoder(events.OrderStep)
_POSITION: Final = msgspec.json.Decoder(PositionRow)
_POSTED: Final = msgspec.json.Decoder(events.LedgerPosted)
_ACCOUNT: Final = msgspec.json.Decoder(_AccountRow)
_MARGIN: Final = msgspec.json.Decoder(_MarginRow)

#: Only a whole row has it; inside a JSON text its quotes would be escaped.
_WHOLE_ORDER_MARK: Final = '"first_event":'


@overload
def plain(number: Decimal) -> str: ...
@overload
def plain(number: None) -> None: ...
def plain(number: Decimal | None) -> str | None:
    """Spell a decimal without exponent, with the digits it has."""
    if number is None:
        return None
    text = str(number)
    return format(number, "f") if "E" in text else text


def order_view(
    row: OrderRow,
    transitions: tuple[Transition, ...] | None = None,
    facts: tuple[Fact, ...] | None = None,
) -> Order:
    """Show an order; its history only where it was looked up."""
    return Order(**_order_fields(row), transitions=transitions, facts=facts)


def fill_view(row: FillRow) -> Fill:
    """Show a fill; markup, BBO and book are the house's."""
    return Fill(
        id=row.id,
        order_id=row.order_id,
        position_id=row.position_id,
        symbol=row.symbol,
        side=cast("Side", row.side),
        quantity=plain(row.quantity),
        price=plain(row.price),
        displayed_price=plain(row.displayed_price),
        slippage=plain(row.slippage),
        commission=plain(row.commission),
        realized_pnl=plain(row.realized_pnl),
        quote_pnl=plain(row.quote_pnl),
        conversion_rate=plain(row.conversion_rate),
        reason=row.reason,
        time=row.time,
    )


def position_change(row: PositionRow) -> PositionChange:
    """Show a position as its event left it, unvalued."""
    return PositionChange(
        id=row.id,
        ticket=row.ticket,
        account_id=row.account_id,
        symbol=row.symbol,
        side=cast("Side", row.side),
        quantity=plain(row.quantity),
        open_price=plain(row.open_price),
        swap=plain(row.swap),
        stop_loss=plain(row.stop_loss),
        take_profit=plain(row.take_profit),
        trailing_stop=plain(row.trailing_stop),
        opened_at=row.opened_at,
        closed_at=row.closed_at,
    )


def ledger_entry(row: PostingRow) -> LedgerEntry | None:
    """Show a posting from the client's side; None for one between accounts of the house."""
    own = f"client:{row.account_id}"
    if row.balance_after is None or own not in {row.source, row.destination}:
        return None
    return LedgerEntry(
        id=row.id,
        transaction_id=row.transaction_id,
        time=row.time,
        type=row.type,
        amount=plain(row.amount if row.destination == own else -row.amount),
        currency=row.currency,
        balance_after=plain(row.balance_after),
        reference=row.reference,
    )


def event_view(event: LoggedEvent) -> Event:
    """Show an event of the log."""
    return Event(
        account_id=event.account_id,
        seq=event.seq,
        type=event.type,
        time=event.at,
        cause=event.cause,
        data=_event_data(event.type, event.data),
    )


def event_json(event: LoggedEvent) -> bytes:
    """Spell an event for the stream: one JSON object."""
    return _ENCODER.encode(event_view(event))


def _event_data(kind: str, data: str) -> EventData:
    family = kind.partition(".")[0]
    if family == "order":
        return _order_data(data)
    if family == "position":
        return position_change(_POSITION.decode(data))
    if family == "ledger":
        return _posting_data(_POSTED.decode(data))
    if family == "margin":
        return MarginNews(level=plain(_MARGIN.decode(data).level))
    return _account_data(_ACCOUNT.decode(data))


def _order_data(data: str) -> EventData:
    if _WHOLE_ORDER_MARK not in data:
        step = _ORDER_STEP.decode(data)
        return OrderStep(
            id=step.id,
            state=cast("OrderState", step.state),
            fill=None if step.fill is msgspec.UNSET else fill_view(step.fill),
        )
    row = _ORDER.decode(data)
    if row.fill is msgspec.UNSET:
        return order_view(row)
    return FilledOrder(**_order_fields(row), transitions=None, facts=None, fill=fill_view(row.fill))


def _posting_data(posted: events.LedgerPosted) -> LedgerPosting:
    entries = (ledger_entry(posting) for posting in posted.postings)
    return LedgerPosting(
        transaction_id=posted.transaction_id,
        balance=plain(posted.balance),
        entries=tuple(entry for entry in entries if entry is not None),
    )


def _account_data(row: _AccountRow) -> AccountChange:
    return AccountChange(
        id=row.id,
        currency=row.currency,
        position_mode=row.position_mode,
        status=row.status,
        balance=plain(row.balance),
        credit=plain(row.credit),
    )


def _cause(code: str | None, message: str | None) -> Cause | None:
    return None if code is None else Cause(code=code, message=message or "")


def _order_fields(row: OrderRow) -> dict[str, Any]:
    """What an order and a filled order share; typed by the classes that take it."""
    return {
        "id": row.id,
        "client_order_id": row.client_order_id,
        "account_id": row.account_id,
        "symbol": row.symbol,
        "side": row.side,
        "type": row.type,
        "quantity": plain(row.quantity),
        "filled_quantity": plain(row.filled_quantity),
        "average_price": plain(row.average_price),
        **_levels(row),
        "state": row.state,
        "reject": _cause(row.reject_code, row.reject_message),
        "end": _cause(row.end_code, row.end_message),
        "execution_mode": row.execution_mode,
        "time_in_force": row.time_in_force,
        "expires_at": row.expires_at,
        "ticket": row.ticket,
        "label": row.label,
        "comment": row.comment,
        "version": row.version,
        "cancel_requested": row.cancel_requested,
        "position_id": row.position_id,
        "reduce_only": row.reduce_only,
        "linked_order_id": row.linked_id,
        "parent_order_id": row.parent_id,
        "reason": row.reason,
        "channel": row.channel,
        "triggered_at": row.triggered_at,
        "created_at": row.created_at,
        "updated_at": row.updated_at,
    }


def _levels(row: OrderRow) -> dict[str, Any]:
    """Prices and distances that an order names."""
    return {
        "limit_price": plain(row.limit_price),
        "stop_price": plain(row.stop_price),
        "worst_price": plain(row.worst_price),
        "trigger_side": row.trigger_side or "default",
        "stop_loss": plain(row.stop_loss),
        "stop_loss_distance": plain(row.stop_loss_distance),
        "take_profit": plain(row.take_profit),
        "take_profit_distance": plain(row.take_profit_distance),
        "trailing_stop": plain(row.trailing_stop),
        "guaranteed_stop": bool(row.guaranteed_stop),
    }
