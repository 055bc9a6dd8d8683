"""Changing and cancelling what rests, and giving a position its protection."""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from tradewind.contracts.events import OrderRow
from tradewind.core.amending import amended, protect_position, replaced
from tradewind.core.commands import (
    AmendOrder,
    Bound,
    CancelAll,
    CancelOrder,
    Keep,
    Order,
    Protection,
    ProtectPosition,
)
from tradewind.core.consequences import PROTECTIVE
from tradewind.core.decisions import Market, cancelled
from tradewind.core.distances import (
    is_frozen,
)
from tradewind.core.errors import ConflictError, InvalidError
from tradewind.core.ids import PositionId
from tradewind.core.market import Quoting
from tradewind.core.orders import (
    FINAL,
    EndReason,
    OrderType,
    Reason,
)
from tradewind.services.oms.checking import check_amendment, check_protection
from tradewind.services.oms.desk import AccountWork, By, Desk, position_of
from tradewind.services.oms.rows import position_row
from tradewind.services.oms.several import many, operation
from tradewind.services.oms.submission import Answer

OK: Final = 200
Changing = CancelOrder | AmendOrder | ProtectPosition | CancelAll


def cancel(desk: Desk, work: AccountWork, command: CancelOrder) -> Answer:
    """Take an order off the market; a protective one leaves its position without that level."""
    row, order = work.order(command.order_id)
    _require_open(row, order)
    market = desk.market(work, order.request.symbol, None)
    if command.user_id is not None:
        _require_thawed(order, market)
    if order.request.reason in PROTECTIVE and order.request.position_id in work.state.positions:
        _unprotect(desk, work, order, command)
    else:
        _end(desk, work, order, command, market)
    return _answer(work, command)


def amend(desk: Desk, work: AccountWork, command: AmendOrder) -> Answer:
    """Replace an order by a changed one; one that is at its price then executes at once."""
    row, order = work.order(command.order_id)
    _require_open(row, order)
    if row.version != command.version:
        raise ConflictError("version_conflict", f"the order is in version {row.version}", row.id)
    if order.triggered_at is not None:
        raise ConflictError("order_triggered", "the order has been triggered", row.id)
    market = desk.market(work, order.request.symbol, None)
    if command.user_id is not None:
        _require_thawed(order, market)
    if order.request.reason in PROTECTIVE:
        _reprotect(desk, work, order, command)
        return _answer(work, command)
    changed = amended(order, command.amendment)
    if changed.request != order.request:
        check_amendment(order, changed, market)
        desk.carry_out(work, replaced(work.state, changed, market), market, _by(command))
    return _answer(work, command)


def protect(desk: Desk, work: AccountWork, command: ProtectPosition) -> Answer:
    """Give a position its protective orders, change or remove them."""
    position = position_of(work, command.position_id)
    market = desk.market(work, position.symbol, None)
    check_protection(command.protection, position.side, market)
    after, decisions = protect_position(work.state, position, command, market)
    first = next(decisions, None)
    if first is not None:
        desk.carry_out(work, replace(first, positions=(after,)), market, _by(command))
        position = after
    row = position_row(position, command.account_id, desk.now)
    return Answer(status=OK, code=None, order_id=command.order_id, order=None, position=row)


def cancel_all(desk: Desk, work: AccountWork, command: CancelAll) -> Answer:
    """Cancel every order that would open something; protection and waiting closes stay."""
    ended: list[OrderRow] = []
    for known in sorted(work.state.orders.values(), key=lambda order: order.ticket):
        order = work.state.orders.get(known.request.order_id)
        if order is None or not _is_cancelled_with_all(order, command):
            continue
        market = desk.market(work, order.request.symbol, None)
        ended.append(_end(desk, work, order, command, market))
    return many(OK, command.order_id, ended)


def _is_cancelled_with_all(order: Order, command: CancelAll) -> bool:
    request = order.request
    if request.reason in PROTECTIVE or request.type is OrderType.MARKET:
        return False
    return command.symbol in {None, request.symbol}


def _require_open(row: OrderRow, order: Order) -> None:
    if order.state in FINAL:
        raise ConflictError("order_final", f"the order is {order.state}", row.id)


def _require_thawed(order: Order, market: Market) -> None:
    if isinstance(market.quoting, Quoting) and is_frozen(
        order, market.instrument, market.quoting.price
    ):
        raise ConflictError(
            "freeze_distance", "the market is too near to change it", order.request.order_id
        )


def _end(
    desk: Desk, work: AccountWork, order: Order, command: CancelOrder | CancelAll, market: Market
) -> OrderRow:
    is_client = command.user_id is not None
    reason = EndReason.CLIENT if is_client else EndReason.DEALER
    message = command.note or ("cancelled by the client" if is_client else "cancelled by the house")
    decision = cancelled(work.state, order, reason, message)
    cause = operation(command.order_id) if isinstance(command, CancelAll) else None
    return desk.carry_out(work, decision, market, By(actor=_by(command).actor, cause=cause))


def _unprotect(desk: Desk, work: AccountWork, order: Order, command: CancelOrder) -> None:
    match order.request.reason:
        case Reason.STOP_LOSS:
            levels = Protection(stop_loss=None)
        case Reason.TAKE_PROFIT:
            levels = Protection(take_profit=None)
        case _:
            levels = Protection(trailing_stop=None)
    protect(desk, work, _protecting(order, command, levels))


def _reprotect(desk: Desk, work: AccountWork, order: Order, command: AmendOrder) -> None:
    """Move a protective order by moving the level of its position."""
    wanted, request = command.amendment, order.request
    if not isinstance(wanted.quantity, Keep):
        raise InvalidError("quantity", "invalid", "it is always that of the position")
    levels = Protection()
    if request.reason is Reason.TAKE_PROFIT and not isinstance(wanted.limit_price, Keep):
        levels = Protection(take_profit=Bound(price=wanted.limit_price))
    elif request.reason is Reason.STOP_LOSS and not isinstance(wanted.stop_price, Keep):
        levels = Protection(stop_loss=Bound(price=wanted.stop_price), guaranteed=request.guaranteed)
    elif request.reason is Reason.TRAILING and isinstance(wanted.trailing_distance, Decimal):
        levels = Protection(trailing_stop=wanted.trailing_distance)
    else:
        raise InvalidError("body", "invalid", "there is nothing to change on this order")
    protect(desk, work, _protecting(order, command, levels))


def _protecting(
    order: Order, command: CancelOrder | AmendOrder, levels: Protection
) -> ProtectPosition:
    position_id = order.request.position_id
    if position_id is None:
        raise AssertionError("a protective order is of a position")
    return ProtectPosition(
        order_id=command.order_id,
        account_id=command.account_id,
        user_id=command.user_id,
        position_id=PositionId(position_id),
        protection=levels,
        channel=command.channel,
        received_at=command.received_at,
        actor=command.actor,
    )


def _by(command: Changing) -> By:
    return By(actor=str(command.user_id) if command.actor is None else command.actor)


def _answer(work: AccountWork, command: CancelOrder | AmendOrder) -> Answer:
    row = work.rows[command.order_id]
    return Answer(status=OK, code=None, order_id=row.id, order=row)
