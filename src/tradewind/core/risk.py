"""Pre-trade checks: cheapest first, each refuses or passes. A check that lacks data refuses.

Source: docs/domain/margin.md
"""

from collections.abc import Callable
from typing import Final

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import AccountStatus, Book, Side
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.instruments import Instrument, TradeMode
from tradewind.core.margin import Valuation
from tradewind.core.market import Conversion
from tradewind.core.money import ZERO
from tradewind.core.orders import FINAL, Refused, RejectReason, TimeInForce
from tradewind.core.positions import Plan
from tradewind.core.values import frozen

R = RejectReason


@frozen
class PreTrade:
    """An order, what it would do, and where."""

    state: AccountState
    order: PlaceOrder
    plan: Plan
    instrument: Instrument

    @property
    def opens(self) -> bool:
        """True when any part of it opens or increases a position."""
        return self.plan.open_quantity > ZERO


Check = Callable[[PreTrade], Refused | None]

_STOPPED: Final = {
    AccountStatus.PENDING: Refused(
        reason=R.ACCOUNT_PENDING, message="the account is not open for trading yet"
    ),
    AccountStatus.SUSPENDED: Refused(
        reason=R.ACCOUNT_SUSPENDED, message="the account is suspended"
    ),
    AccountStatus.CLOSED: Refused(reason=R.ACCOUNT_CLOSED, message="the account is closed"),
}


def account_may_trade(trade: PreTrade) -> Refused | None:
    """Refuse by account status; close_only refuses only what opens."""
    status = trade.state.account.status
    if status is AccountStatus.CLOSE_ONLY and trade.opens:
        return Refused(reason=R.ACCOUNT_CLOSE_ONLY, message="the account may only close positions")
    return _STOPPED.get(status)


def no_kill_switch(trade: PreTrade) -> Refused | None:
    """Refuse what opens while a kill switch stands; closes go on."""
    if not trade.opens:
        return None
    if trade.state.opens_stopped or trade.order.symbol in trade.state.kill_switched:
        return Refused(reason=R.KILL_SWITCH, message="opening positions is stopped")
    return None


def mode_allows(trade: PreTrade) -> Refused | None:
    """Refuse by the instrument's trade mode."""
    match trade.instrument.trade_mode, trade.order.side:
        case TradeMode.OFF, _:
            return Refused(reason=R.TRADING_DISABLED, message="the symbol is not traded")
        case TradeMode.CLOSE_ONLY, _ if trade.opens:
            return Refused(reason=R.CLOSE_ONLY, message="the symbol may only be closed")
        case TradeMode.LONG_ONLY, Side.SELL if trade.opens:
            return Refused(reason=R.LONG_ONLY, message="the symbol may not be sold short")
        case TradeMode.SHORT_ONLY, Side.BUY if trade.opens:
            return Refused(reason=R.SHORT_ONLY, message="the symbol may not be bought")
        case _:
            return None


def house_can_execute(trade: PreTrade) -> Refused | None:
    """Refuse what would have to be passed on to an LP: only book B is executed here."""
    if trade.opens and trade.state.terms.book is Book.A:
        return Refused(reason=R.EXECUTION_UNAVAILABLE, message="no route for this order")
    return None


def within_rate(trade: PreTrade) -> Refused | None:
    """Refuse what opens beyond the group's orders a second; closes go on."""
    bound = trade.state.terms.orders_per_second_max
    if bound is None or not trade.opens or trade.state.recent_orders < bound:
        return None
    return Refused(reason=R.ORDER_RATE, message=f"at most {bound} orders a second")


def within_open_orders(trade: PreTrade) -> Refused | None:
    """Refuse one more order that would rest when the group's bound of open ones is reached."""
    bound = trade.state.terms.open_orders_max
    rests = trade.order.time_in_force not in {TimeInForce.IOC, TimeInForce.FOK}
    if bound is None or not trade.opens or not rests or trade.state.open_orders < bound:
        return None
    return Refused(reason=R.OPEN_ORDERS_MAX, message=f"at most {bound} open orders")


def oldest_closes_first(trade: PreTrade) -> Refused | None:
    """Refuse to close a position before an older one where the group is first in, first out."""
    closes = trade.plan.closes
    if not trade.state.terms.fifo or closes is None or trade.plan.close_quantity == ZERO:
        return None
    for held in trade.state.of_symbol(closes.symbol):
        if held.side is closes.side and (held.opened_at, held.ticket) < (
            closes.opened_at,
            closes.ticket,
        ):
            return Refused(reason=R.FIFO, message=f"position {held.ticket} is older")
    return None


def links_exist(trade: PreTrade) -> Refused | None:
    """Refuse an order whose parent or other half is not open, or already has another half."""
    for name in (trade.order.linked_id, trade.order.parent_id):
        if name is None:
            continue
        other = trade.state.orders.get(name)
        if other is None or other.state in FINAL or name == trade.order.order_id:
            return Refused(reason=R.LINK_UNAVAILABLE, message="the other order is not open")
        if name == trade.order.linked_id and is_linked(trade.state, other):
            return Refused(reason=R.LINK_UNAVAILABLE, message="the other order has its pair")
    return None


def is_linked(state: AccountState, order: Order) -> bool:
    """Tell whether an open order is one of a pair already."""
    other = state.orders.get(order.request.linked_id) if order.request.linked_id else None
    return other is not None and other.state not in FINAL


def conversion_is_fresh(planned: Plan, conversion: Conversion) -> Refused | None:
    """Refuse what opens at a rate that is too old; what closes takes the last valid one."""
    if planned.open_quantity == ZERO or conversion.fresh:
        return None
    return Refused(reason=R.CONVERSION_UNAVAILABLE, message="there is no current conversion rate")


def margin_is_sufficient(before: Valuation, after: Valuation) -> Refused | None:
    """Refuse if free margin after the whole command is negative and used margin has risen."""
    if after.free_margin >= ZERO or after.used_margin <= before.used_margin:
        return None
    return Refused(
        reason=R.INSUFFICIENT_MARGIN,
        message=f"free margin would be {after.free_margin:.2f}",
    )


CHECKS: Final[tuple[Check, ...]] = (
    account_may_trade,
    no_kill_switch,
    mode_allows,
    house_can_execute,
    within_rate,
    within_open_orders,
    oldest_closes_first,
    links_exist,
)
