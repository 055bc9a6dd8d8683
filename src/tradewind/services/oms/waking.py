"""What the house's own clock and prices do to resting orders: triggers, trailing, expiry."""

from dataclasses import replace
from typing import Final

from tradewind.core.accounts import Side
from tradewind.core.amending import Unmoved, is_over, move_stop, wake
from tradewind.core.commands import ExpireOrder, MoveStop
from tradewind.core.decisions import Decision, cancelled
from tradewind.core.money import Price, round_ask, round_bid
from tradewind.core.orders import FINAL, EndReason
from tradewind.services.oms.desk import AccountWork, By, Desk
from tradewind.services.oms.submission import Answer, Command, TriggerOrder

OK: Final = 200
STALE: Final = Unmoved.STALE
BY_TRIGGER: Final = By(actor="trigger")


def trigger(desk: Desk, work: AccountWork, command: TriggerOrder) -> Answer:
    """Execute a resting order on the tick that woke it, if it still wakes."""
    row, order = work.order(command.order_id)
    if order.version != command.version or order.state in FINAL:
        return _unmoved(command, STALE)
    market = desk.market(work, order.request.symbol, None, command.tick)
    decision = wake(work.state, order, market)
    if isinstance(decision, Unmoved):
        return _unmoved(command, decision)
    row = desk.carry_out(work, decision, market, BY_TRIGGER)
    return Answer(status=OK, code=None, order_id=row.id, order=row)


def move(desk: Desk, work: AccountWork, command: MoveStop) -> Answer:
    """Let a trailing stop follow the market; its level is rounded away from it."""
    _, order = work.order(command.order_id)
    market = desk.market(work, order.request.symbol, None)
    precision = market.instrument.price_precision
    rounded = round_bid if order.request.side is Side.SELL else round_ask
    level = Price(rounded(command.stop_price, precision))
    decision = move_stop(work.state, order, replace(command, stop_price=level))
    if isinstance(decision, Unmoved):
        return _unmoved(command, decision)
    row = desk.carry_out(work, decision, market, BY_TRIGGER)
    return Answer(status=OK, code=None, order_id=row.id, order=row)


def expire(desk: Desk, work: AccountWork, command: ExpireOrder) -> Answer:
    """End an order whose time is over."""
    _, order = work.order(command.order_id)
    if order.state in FINAL or not is_over(order, desk.now):
        return _unmoved(command, STALE)
    market = desk.market(work, order.request.symbol, None)
    decision: Decision = cancelled(work.state, order, EndReason.EXPIRED, "its time is over")
    row = desk.carry_out(work, decision, market, BY_TRIGGER)
    return Answer(status=OK, code=None, order_id=row.id, order=row)


def _unmoved(command: Command, why: Unmoved) -> Answer:
    return Answer(status=OK, code=why, order_id=command.order_id, order=None)
