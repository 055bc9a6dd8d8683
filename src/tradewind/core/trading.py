"""Decide what a newly placed order does to one account.

`decide(state, order, market) -> Decision` and `evolve(state, decision) -> AccountState`; all
that a decision needs is in its arguments. What follows for other orders is in
core/consequences.py. Source: docs/domain/execution.md
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Side
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.decisions import Decision, Market, made, rejected, resting
from tradewind.core.distances import (
    entry_is_far_enough,
    is_within_collar,
    protection_is_far_enough,
)
from tradewind.core.ids import OrderId
from tradewind.core.market import MarketPrice
from tradewind.core.money import ZERO, Price
from tradewind.core.orders import (
    FINAL,
    Fact,
    OrderState,
    OrderType,
    Refused,
    RejectReason,
    TimeInForce,
)
from tradewind.core.positions import Plan, plan
from tradewind.core.risk import CHECKS, PreTrade
from tradewind.core.triggers import is_triggered
from tradewind.core.working import work

S = OrderState
WORKING_PATH: Final = (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING)
#: Why a market order that may wait has no price yet.
WAITS_FOR: Final = frozenset(
    {RejectReason.NO_PRICE, RejectReason.MARKET_CLOSED, RejectReason.CONVERSION_UNAVAILABLE}
)


def decide(state: AccountState, order: PlaceOrder, market: Market) -> Decision:
    """Return what `order` does to the account under `state`. No I/O, no clock, no mutation."""
    new = made(state, order, market.new_ticket(), S.WORKING)
    planned = plan(state, order)
    if isinstance(planned, Refused):
        return rejected(state, new, planned)
    trade = PreTrade(state=state, order=order, plan=planned, instrument=market.instrument)
    for check in CHECKS:
        refused = check(trade)
        if refused is not None:
            return rejected(state, new, refused)
    if order.type is OrderType.MARKET and order.parent_id is None:
        return _at_market(state, new, planned, market)
    return _to_rest(state, new, planned, market)


def evolve(state: AccountState, decision: Decision) -> AccountState:
    """Return the account after a decision; closed positions are gone, used-up lots dropped."""
    order = decision.order
    is_open = order.state not in FINAL
    if not decision.positions and not is_open and order.version == 0:
        return replace(state, account=decision.account, recent_orders=state.recent_orders + 1)
    positions = dict(state.positions)
    for position in decision.positions:
        if position.quantity == ZERO:
            positions.pop(position.id, None)
        else:
            lots = tuple(lot for lot in position.lots if lot.remaining)
            positions[position.id] = replace(position, lots=lots)
    was_open = order.request.order_id in state.orders
    return AccountState(
        account=decision.account,
        terms=state.terms,
        positions=positions,
        kill_switched=state.kill_switched,
        opens_stopped=state.opens_stopped,
        orders=_orders_after(state, decision) if is_open or state.orders else state.orders,
        open_orders=state.open_orders + is_open - was_open,
        recent_orders=state.recent_orders + (order.version == 0),
    )


def _orders_after(state: AccountState, decision: Decision) -> dict[OrderId, Order]:
    orders = dict(state.orders)
    order = decision.order
    if order.state in FINAL:
        orders.pop(order.request.order_id, None)
    else:
        orders[order.request.order_id] = replace(order, version=order.version + 1)
    return orders


def _at_market(state: AccountState, new: Order, planned: Plan, market: Market) -> Decision:
    """Execute at once, or wait for a price where the order may."""
    order = new.request
    if isinstance(market.quoting, Refused):
        if order.time_in_force is TimeInForce.GTC and market.quoting.reason in WAITS_FOR:
            return resting(state, new, WORKING_PATH)
        return rejected(state, new, market.quoting)
    if order.protection is not None:
        shown = market.quoting.price
        closing = shown.bid if order.side is Side.BUY else shown.ask
        refused = _protection(new, market, closing)
        if refused is not None:
            return rejected(state, new, refused)
    return work(state, new, planned, market, WORKING_PATH)


def _to_rest(state: AccountState, new: Order, planned: Plan, market: Market) -> Decision:
    """Let an order rest; a limit that is there already, or a touched one, executes at once."""
    order = new.request
    mark = market.marks.get(order.symbol)
    if mark is not None:
        refused = is_within_collar(order, market.instrument, mark.mid)
        if refused is not None:
            return rejected(state, new, refused)
    if order.protection is not None:
        refused = _protection(new, market, order.limit_price or order.stop_price)
        if refused is not None:
            return rejected(state, new, refused)
    if order.parent_id is not None:
        return resting(state, replace(new, state=S.ACCEPTED), WORKING_PATH[:-1])
    if isinstance(market.quoting, Refused):
        if order.time_in_force in {TimeInForce.IOC, TimeInForce.FOK}:
            return rejected(state, new, market.quoting)
        return resting(state, new, WORKING_PATH)
    refused = entry_is_far_enough(new, market.instrument, market.quoting.price)
    if refused is not None:
        return rejected(state, new, refused)
    awake = is_triggered(new, market.quoting.price)
    if not awake and order.time_in_force not in {TimeInForce.IOC, TimeInForce.FOK}:
        return resting(state, new, WORKING_PATH)
    if order.type is OrderType.MARKET_IF_TOUCHED:
        touched = triggered(new, market.quoting.price, market.now)
        return work(state, touched, planned, market, (*WORKING_PATH, Fact.TRIGGERED))
    return work(state, new, planned, market, WORKING_PATH)


def triggered(order: Order, price: MarketPrice, now: datetime) -> Order:
    """Mark an order as woken, and by which price; it stays so."""
    return replace(order, triggered_at=now, trigger_quote=f"{price.epoch}:{price.seq}")


def _protection(new: Order, market: Market, closing: Price | None) -> Refused | None:
    """Judge the levels asked for with an order against the price a position would close at."""
    order = new.request
    if order.protection is None or closing is None:
        return None
    return protection_is_far_enough(order.protection, order.side, market.instrument, closing)
