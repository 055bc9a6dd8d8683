"""The row of an order: new, and after each thing that happens to it."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from tradewind.contracts.events import PRINCIPAL, OrderRow
from tradewind.core.account_state import AccountState
from tradewind.core.commands import Bound, Order
from tradewind.core.instruments import Instrument
from tradewind.core.money import ZERO
from tradewind.core.orders import FINAL, OrderType, TriggerSide
from tradewind.core.values import frozen

_NEW_ORDER: Final = partial(
    OrderRow,
    capacity=PRINCIPAL,
    version=1,
    cancel_requested=False,
    reserved_margin=ZERO,
    last_event=0,
)


@frozen
class Recording:
    """What the rows of one decision need beside it. `row` is the order's own, None when new.

    `actor` is who caused it, who placed the order is in its row.
    """

    state: AccountState
    instrument: Instrument
    last_event: int
    row: OrderRow | None
    actor: str
    cause: str | None
    on_behalf_of: str | None
    new_id: Callable[[], UUID]
    now: datetime


def new_row(order: Order, recording: Recording, first_event: int, traded: date) -> OrderRow:
    """The row of a new order, as far as it does not depend on its last event."""
    request, terms = order.request, recording.state.terms
    row = _NEW_ORDER(
        account_id=request.account_id,
        id=request.order_id,
        ticket=order.ticket,
        client_order_id=request.client_order_id,
        symbol=request.symbol,
        side=request.side,
        type=request.type,
        quantity=request.quantity,
        filled_quantity=order.filled_quantity,
        average_price=order.average_price,
        worst_price=request.worst_price,
        requested_price=request.requested_price,
        max_deviation=request.max_deviation if request.requested_price else None,
        time_in_force=request.time_in_force,
        position_id=order.position_id,
        reduce_only=request.reduce_only,
        state=order.state,
        execution_mode=order.execution_mode,
        book=order.book,
        channel=request.channel,
        actor=recording.actor if request.actor is None else request.actor,
        on_behalf_of=recording.on_behalf_of,
        reason=request.reason,
        label=request.label,
        comment=request.comment,
        instrument_version=recording.instrument.version,
        group_code=terms.code,
        group_version=terms.version,
        book_rule_version=terms.version,
        trade_date=traded,
        first_event=first_event,
        created_at=request.received_at,
        updated_at=recording.now,
    )
    is_plain = request.type is OrderType.MARKET and request.protection is None
    return row if is_plain and not _is_open(order) else replace(row, **_waiting(order))


def with_verdict(row: OrderRow, order: Order) -> OrderRow:
    """Say why an order was rejected or ended; most were neither."""
    if order.refused is not None:
        refused = order.refused
        return replace(row, reject_code=refused.reason, reject_message=refused.message)
    if order.ended is not None:
        return replace(row, end_code=order.ended.reason, end_message=order.ended.message)
    return row


def _is_open(order: Order) -> bool:
    """Tell whether an order still waits for something."""
    return order.state not in FINAL


def _waiting(order: Order) -> dict[str, Any]:
    """What only orders have that rest, or bring protection with them."""
    request = order.request
    asked = request.protection
    stop, profit = (asked.stop_loss, asked.take_profit) if asked else (None, None)
    trailing = asked.trailing_stop if asked else request.trailing_distance
    guaranteed = request.guaranteed or (asked is not None and asked.guaranteed)
    is_default = request.trigger_side is TriggerSide.DEFAULT
    return {
        "limit_price": request.limit_price,
        "stop_price": request.stop_price,
        "trigger_side": None if is_default else request.trigger_side,
        "expires_at": request.expires_at,
        "stop_loss": stop.price if isinstance(stop, Bound) else None,
        "stop_loss_distance": stop.distance if isinstance(stop, Bound) else None,
        "take_profit": profit.price if isinstance(profit, Bound) else None,
        "take_profit_distance": profit.distance if isinstance(profit, Bound) else None,
        "trailing_stop": trailing if isinstance(trailing, Decimal) else None,
        "guaranteed_stop": guaranteed or None,
        "linked_id": request.linked_id,
        "parent_id": request.parent_id,
        "triggered_at": order.triggered_at,
        "trigger_quote": order.trigger_quote,
        "commission_due": order.commission_due or None,
        "commission_charged": order.commission_charged or None,
    }


def after(row: OrderRow, order: Order) -> OrderRow:
    """The row of an order that was known, after a decision about it."""
    return replace(
        row,
        quantity=order.request.quantity,
        filled_quantity=order.filled_quantity,
        average_price=order.average_price,
        worst_price=order.request.worst_price,
        position_id=order.position_id,
        state=order.state,
        version=row.version + 1,
        time_in_force=order.request.time_in_force,
        **_waiting(order),
    )
