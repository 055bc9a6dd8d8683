"""What happens to an order that rests: it wakes, expires, follows the market, is changed.

Source: docs/domain/orders.md
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Position, Side
from tradewind.core.commands import (
    KEEP,
    Amendment,
    Keep,
    MoveStop,
    Order,
    PlaceOrder,
    Protection,
    ProtectPosition,
)
from tradewind.core.consequences import protect
from tradewind.core.decisions import Decision, Market, Step, cancelled, resting
from tradewind.core.market import Quoting
from tradewind.core.money import ZERO
from tradewind.core.orders import EndReason, Fact, OrderType, Refused, TimeInForce
from tradewind.core.positions import Plan, plan_rest
from tradewind.core.risk import (
    PreTrade,
    account_may_trade,
    conversion_is_fresh,
    house_can_execute,
    mode_allows,
    no_kill_switch,
)
from tradewind.core.trading import triggered
from tradewind.core.triggers import RESTING, is_triggered
from tradewind.core.working import with_levels, work


class Unmoved(StrEnum):
    """Why a trigger did nothing: it was out of date, or the order may not execute now."""

    STALE = "stale"
    SUSPENDED = "suspended"


def wake(state: AccountState, order: Order, market: Market) -> Decision | Unmoved:
    """Execute a resting order at the price that woke it, if it still does."""
    if order.state not in RESTING:
        return Unmoved.STALE
    if is_over(order, market.now):
        return cancelled(state, order, EndReason.EXPIRED, "its time is over")
    quoting = market.quoting
    if isinstance(quoting, Refused):
        return Unmoved.SUSPENDED
    if not is_triggered(order, quoting.price):
        return Unmoved.STALE
    planned = plan_rest(state, order)
    if isinstance(planned, Refused):
        return cancelled(state, order, EndReason.LINKED, planned.message)
    if _is_suspended(state, order.request, planned, market, quoting):
        return Unmoved.SUSPENDED
    path: tuple[Step, ...] = ()
    if order.triggered_at is None and order.request.stop_price is not None:
        order, path = triggered(order, quoting.price, market.now), (Fact.TRIGGERED,)
        if order.request.type is OrderType.STOP_LIMIT and not is_triggered(order, quoting.price):
            return resting(state, order, path)
    decision = work(state, order, planned, market, path)
    return decision if decision.path else Unmoved.STALE


def _is_suspended(
    state: AccountState, order: PlaceOrder, planned: Plan, market: Market, quoting: Quoting
) -> bool:
    """Tell whether it may not execute now. Account status never stops what reduces."""
    trade = PreTrade(state=state, order=order, plan=planned, instrument=market.instrument)
    if mode_allows(trade) is not None:
        return True
    if not trade.opens:
        return False
    if any(held.symbol not in market.marks for held in state.positions.values()):
        return True
    return any(
        (
            account_may_trade(trade),
            no_kill_switch(trade),
            house_can_execute(trade),
            conversion_is_fresh(planned, quoting.conversion),
        )
    )


def is_over(order: Order, now: datetime) -> bool:
    """Tell whether an order's time has passed; the instant itself is outside."""
    expires_at = order.request.expires_at
    return expires_at is not None and now >= expires_at


def move_stop(state: AccountState, order: Order, command: MoveStop) -> Decision | Unmoved:
    """Let a trailing stop follow: only towards the market, only in the version that was seen."""
    request = order.request
    if (
        order.state not in RESTING
        or order.version != command.version
        or request.trailing_distance is None
        or request.stop_price is None
        or order.triggered_at is not None
    ):
        return Unmoved.STALE
    gain = command.stop_price - request.stop_price
    if (gain if request.side is Side.SELL else -gain) <= ZERO:
        return Unmoved.STALE
    moved = replace(order, request=replace(request, stop_price=command.stop_price))
    return resting(state, moved, (Fact.AMENDED,))


def amended(order: Order, amendment: Amendment) -> Order:
    """Return an order with the fields of an amendment; whether they fit is checked elsewhere."""
    old = order.request
    new = replace(
        old,
        quantity=old.quantity if isinstance(amendment.quantity, Keep) else amendment.quantity,
        limit_price=(
            old.limit_price if isinstance(amendment.limit_price, Keep) else amendment.limit_price
        ),
        stop_price=(
            old.stop_price if isinstance(amendment.stop_price, Keep) else amendment.stop_price
        ),
        worst_price=(
            old.worst_price if isinstance(amendment.worst_price, Keep) else amendment.worst_price
        ),
        expires_at=(
            old.expires_at if isinstance(amendment.expires_at, Keep) else amendment.expires_at
        ),
        protection=merged(old.protection, amendment.protection),
    )
    return replace(order, request=new)


def merged(old: Protection | None, new: Protection | None) -> Protection | None:
    """Put new levels over old ones; for an order that has not filled, none is the same as never."""
    if old is None or new is None:
        return new or old
    return Protection(
        stop_loss=old.stop_loss if new.stop_loss is KEEP else new.stop_loss,
        take_profit=old.take_profit if new.take_profit is KEEP else new.take_profit,
        trailing_stop=old.trailing_stop if new.trailing_stop is KEEP else new.trailing_stop,
        guaranteed=new.guaranteed or (old.guaranteed and new.stop_loss is KEEP),
    )


def replaced(state: AccountState, order: Order, market: Market) -> Decision:
    """Record an amended order; one that is at its price now executes at once."""
    path: tuple[Step, ...] = (Fact.AMENDED,)
    quoting = market.quoting
    if isinstance(quoting, Refused) or not is_triggered(order, quoting.price):
        return resting(state, order, path)
    planned = plan_rest(state, order)
    if isinstance(planned, Refused):
        return resting(state, order, path)
    if _is_suspended(state, order.request, planned, market, quoting):
        return resting(state, order, path)
    return work(state, order, planned, market, path)


def protect_position(
    state: AccountState, position: Position, command: ProtectPosition, market: Market
) -> tuple[Position, Iterator[Decision]]:
    """Return the position with its new levels, and what that does to its orders."""
    after = with_levels(position, command.protection, position.open_price)
    after = replace(after, version=position.version + 1)
    cause = PlaceOrder(
        order_id=command.order_id,
        account_id=command.account_id,
        user_id=command.user_id,
        symbol=position.symbol,
        side=position.side,
        quantity=position.quantity,
        time_in_force=TimeInForce.GTC,
        position_id=position.id,
        channel=command.channel,
        received_at=command.received_at,
        protection=command.protection,
        actor=command.actor,
    )
    return after, protect(state, after, cause, market)
