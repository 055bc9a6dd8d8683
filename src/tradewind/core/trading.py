"""Decide what one order does to one account.

`decide(state, order, market) -> Decision` and `evolve(state, decision) -> AccountState`; all
that a decision needs is in its arguments. Source: docs/domain/execution.md
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from tradewind.core.accounts import Account, AccountState, Position
from tradewind.core.booking import Booking, Filled, Posted, take_levels
from tradewind.core.execution import Execution, execute
from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Mark, value
from tradewind.core.market import Quoting
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import (
    Ended,
    Order,
    OrderState,
    PlaceOrder,
    Refused,
    RejectReason,
    moved,
)
from tradewind.core.positions import Plan, plan
from tradewind.core.risk import CHECKS, PreTrade, conversion_is_fresh, margin_is_sufficient
from tradewind.core.values import frozen

S = OrderState
EXECUTED: Final = (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING)


@frozen
class Market:
    """Everything outside the account that a decision reads.

    `quoting` is a refusal where there is no tradable price or no conversion. `marks` holds every
    symbol the account has open; a missing one refuses what opens.
    """

    instrument: Instrument
    quoting: Quoting | Refused
    marks: Mapping[Symbol, Mark]
    ticket: int
    new_id: Callable[[], UUID]
    now: datetime


@frozen
class Decision:
    """What an order did. `path` is every state it went through, in order.

    `positions` are the changed ones, `version` 1 where new, quantity zero where closed.
    """

    order: Order
    path: tuple[OrderState, ...]
    fills: tuple[Filled, ...]
    positions: tuple[Position, ...]
    posted: tuple[Posted, ...]
    account: Account


def decide(state: AccountState, order: PlaceOrder, market: Market) -> Decision:
    """Return what `order` does to the account under `state`. No I/O, no clock, no mutation."""
    planned = plan(state, order)
    if isinstance(planned, Refused):
        return _rejected(state, order, market, planned)
    trade = PreTrade(state=state, order=order, plan=planned, instrument=market.instrument)
    for check in CHECKS:
        refused = check(trade)
        if refused is not None:
            return _rejected(state, order, market, refused)
    if isinstance(market.quoting, Refused):
        return _rejected(state, order, market, market.quoting)
    refused = conversion_is_fresh(planned, market.quoting.conversion)
    if refused is not None:
        return _rejected(state, order, market, refused)
    execution = execute(order, market.instrument, market.quoting, state.terms.execution_mode)
    if isinstance(execution, Refused):
        return _rejected(state, order, market, execution)
    booking = take_levels(state, order, planned, execution.levels, market.quoting, market)
    refused = _margin(state, planned, booking, market)
    if refused is not None:
        return _rejected(state, order, market, refused)
    return _executed(state, order, market, execution, booking)


def evolve(state: AccountState, decision: Decision) -> AccountState:
    """Return the account after a decision; closed positions are gone, used-up lots dropped."""
    if not decision.positions:
        return replace(state, account=decision.account)
    positions = dict(state.positions)
    for position in decision.positions:
        if position.quantity == ZERO:
            positions.pop(position.id, None)
        else:
            lots = tuple(lot for lot in position.lots if lot.remaining)
            positions[position.id] = replace(position, lots=lots)
    return replace(state, account=decision.account, positions=positions)


def _margin(state: AccountState, planned: Plan, booking: Booking, market: Market) -> Refused | None:
    """Judge what opens on the account after the whole command; reductions are never refused."""
    if planned.open_quantity == ZERO or not booking.fills:
        return None
    held = [*state.positions.values()]
    after = {**state.positions, **{p.id: p for p in booking.positions}}
    remaining = [p for p in after.values() if p.quantity]
    if any(p.symbol not in market.marks for p in (*held, *remaining)):
        return Refused(
            reason=RejectReason.CONVERSION_UNAVAILABLE,
            message="an open position has no current price",
        )
    return margin_is_sufficient(
        value(state.account, state.terms, held, market.marks),
        value(booking.account, state.terms, remaining, market.marks),
    )


def _executed(
    state: AccountState, order: PlaceOrder, market: Market, execution: Execution, booking: Booking
) -> Decision:
    filled = sum((f.quantity for f in booking.fills), ZERO)
    path = list(EXECUTED)
    for index in range(len(booking.fills)):
        last = index == len(booking.fills) - 1 and execution.short is None
        path.append(moved(path[-1], S.FILLED if last else S.PARTIALLY_FILLED))
    if execution.short is not None:
        path.append(moved(path[-1], S.CANCELLED))
    cost = sum((f.quantity * f.price for f in booking.fills), ZERO)
    return Decision(
        order=Order(
            request=order,
            ticket=market.ticket,
            state=path[-1],
            filled_quantity=Quantity(filled),
            average_price=Price(cost / filled) if filled else None,
            execution_mode=state.terms.execution_mode,
            book=state.terms.book,
            position_id=booking.fills[-1].position_id if booking.fills else order.position_id,
            refused=None,
            ended=_ended(execution, order.quantity - filled),
        ),
        path=tuple(path),
        fills=booking.fills,
        positions=booking.positions,
        posted=booking.posted,
        account=booking.account,
    )


def _ended(execution: Execution, left: Decimal) -> Ended | None:
    if execution.short is None:
        return None
    return Ended(reason=execution.short, message=f"{left} could not be filled")


def _rejected(state: AccountState, order: PlaceOrder, market: Market, why: Refused) -> Decision:
    return Decision(
        order=Order(
            request=order,
            ticket=market.ticket,
            state=S.REJECTED,
            filled_quantity=Quantity(ZERO),
            average_price=None,
            execution_mode=state.terms.execution_mode,
            book=state.terms.book,
            position_id=order.position_id,
            refused=why,
            ended=None,
        ),
        path=(S.NEW, S.PENDING, S.REJECTED),
        fills=(),
        positions=(),
        posted=(),
        account=state.account,
    )
