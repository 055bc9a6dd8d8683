"""Opening, increasing and closing positions, with the lots behind them.

Source: docs/domain/positions.md
"""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Lot, Position, PositionMode, Side
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import Refused, RejectReason
from tradewind.core.values import frozen


@frozen
class Plan:
    """What an order would do if it filled whole: what it closes of which position, and opens."""

    closes: Position | None
    close_quantity: Quantity
    open_quantity: Quantity


@frozen
class Closing:
    """A position after part of it was closed; P&L is exact, in quote currency."""

    position: Position
    quote_pnl: Decimal


def plan(state: AccountState, order: PlaceOrder) -> Plan | Refused:
    """Tell what an order closes and opens, by position mode."""
    if state.account.position_mode is PositionMode.HEDGING and order.position_id is None:
        target = None
    elif order.position_id is not None:
        target = state.positions.get(order.position_id)
        if target is None or target.symbol != order.symbol or target.side is order.side:
            return Refused(
                reason=RejectReason.NOTHING_TO_REDUCE, message="the position is not open"
            )
    else:
        target = next((p for p in state.of_symbol(order.symbol) if p.side is not order.side), None)
    closes = min(order.quantity, target.quantity) if target else Quantity(ZERO)
    opens = Quantity(order.quantity - closes)
    if opens > ZERO and (order.reduce_only or order.position_id is not None):
        if target is None:
            return Refused(
                reason=RejectReason.NOTHING_TO_REDUCE, message="there is no position to reduce"
            )
        return Refused(
            reason=RejectReason.QUANTITY_EXCEEDS_POSITION,
            message=f"the position has {target.quantity}",
        )
    return Plan(closes=target, close_quantity=closes, open_quantity=opens)


def plan_rest(state: AccountState, order: Order) -> Plan | Refused:
    """Tell what the rest of a resting order does now; one that reduces takes what there is."""
    rest = order.request
    if order.filled_quantity:
        rest = replace(rest, quantity=order.leaves)
    if not rest.reduce_only:
        return plan(state, rest)
    found = plan(state, replace(rest, quantity=Quantity(ZERO)))
    if isinstance(found, Refused):
        return found
    if found.closes is None:
        return Refused(reason=RejectReason.NOTHING_TO_REDUCE, message="there is no position left")
    return Plan(
        closes=found.closes,
        close_quantity=min(rest.quantity, found.closes.quantity),
        open_quantity=Quantity(ZERO),
    )


def pnl(side: Side, open_price: Price, close_price: Price, quantity: Quantity) -> Decimal:
    """Profit of a position of `side` in quote currency, exact."""
    move = close_price - open_price if side is Side.BUY else open_price - close_price
    return move * quantity


def close(position: Position, quantity: Quantity, price: Price) -> Closing:
    """Take `quantity` off a position, oldest lots first; the rest keeps its open price."""
    left = Quantity(position.quantity - quantity)
    changed = replace(
        position,
        quantity=left,
        margin_notional=position.margin_notional * left / position.quantity if left else ZERO,
        version=position.version + 1,
        lots=_without(position.lots, quantity),
    )
    return Closing(
        position=changed, quote_pnl=pnl(position.side, position.open_price, price, quantity)
    )


def increase(position: Position, lot: Lot, price: Price, notional: Decimal) -> Position:
    """Add a lot; the open price becomes the average. `notional` is in account currency.

    A lot of the same book, rule and hedge as the last one is merged into it, so that a position
    that is increased a thousand times does not have a thousand lots.
    """
    quantity = Quantity(position.quantity + lot.quantity)
    cost = position.quantity * position.open_price + lot.quantity * price
    return replace(
        position,
        quantity=quantity,
        open_price=Price(cost / quantity),
        margin_notional=position.margin_notional + notional,
        version=position.version + 1,
        lots=_with(position.lots, lot),
    )


def opened(order: PlaceOrder, lot: Lot, price: Price, notional: Decimal, ticket: int) -> Position:
    """A new position of one lot."""
    return Position(
        id=lot.position_id,
        ticket=ticket,
        symbol=order.symbol,
        side=order.side,
        quantity=lot.quantity,
        open_price=price,
        margin_notional=notional,
        swap=ZERO,
        stop_loss=None,
        take_profit=None,
        version=1,
        opened_at=lot.opened_at,
        lots=(lot,),
    )


def closed_at(position: Position, now: datetime) -> datetime | None:
    """The close time of a position that has nothing left."""
    return None if position.quantity > ZERO else now


def _with(lots: tuple[Lot, ...], lot: Lot) -> tuple[Lot, ...]:
    last = lots[-1]
    if (last.book, last.book_rule_version, last.hedge_reference) != (
        lot.book,
        lot.book_rule_version,
        lot.hedge_reference,
    ):
        return (*lots, lot)
    merged = replace(
        last,
        quantity=Quantity(last.quantity + lot.quantity),
        remaining=Quantity(last.remaining + lot.quantity),
    )
    return (*lots[:-1], merged)


def _without(lots: tuple[Lot, ...], quantity: Quantity) -> tuple[Lot, ...]:
    """Use up lots in order; used-up ones stay at zero, so that the caller can record them."""
    left = quantity
    after: list[Lot] = []
    for lot in lots:
        used = min(left, lot.remaining)
        left = Quantity(left - used)
        after.append(replace(lot, remaining=Quantity(lot.remaining - used)) if used else lot)
    return tuple(after)
