"""From an order and a price to fills: instant and market execution.

Source: docs/domain/execution.md
"""

from decimal import Decimal

from tradewind.core.accounts import ExecutionMode, Side
from tradewind.core.commands import PlaceOrder
from tradewind.core.instruments import Instrument
from tradewind.core.market import Level, MarketPrice, Quoting
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import EndReason, Refused, RejectReason, TimeInForce
from tradewind.core.values import frozen


@frozen
class Execution:
    """What was executed at which prices; `short` says why the rest was not."""

    levels: tuple[Level, ...]
    short: EndReason | None


def against_client(side: Side, named: Price, current: Price) -> Decimal:
    """How far the price has moved against the client since the named one; negative is for them."""
    return current - named if side is Side.BUY else named - current


def execute(
    order: PlaceOrder, instrument: Instrument, quoting: Quoting, mode: ExecutionMode
) -> Execution | Refused:
    """Fill an order on the current price, or refuse a requote. Pure; quantities in units.

    A limit is never exceeded, a worst price neither; what is better goes to the client.
    """
    price = quoting.price
    if order.requested_price is None:
        return _walk(order, instrument, price)
    moved = against_client(order.side, order.requested_price, price.taking(order.side))
    if moved > order.max_deviation:
        return Refused(
            reason=RejectReason.REQUOTE,
            message=f"the price is now {price.taking(order.side)}",
        )
    band = min(order.max_deviation, price.markup(order.side))
    if (
        mode is ExecutionMode.INSTANT
        and quoting.displayed
        and order.quantity <= instrument.instant_quantity_max
        and abs(moved) <= band
        and not _is_beyond(order, order.requested_price)
    ):
        return Execution(
            levels=(Level(price=order.requested_price, quantity=order.quantity),), short=None
        )
    return _walk(order, instrument, price)


def is_worse(side: Side, price: Price, bound: Price) -> bool:
    """Tell whether a price is worse for a taker than the bound."""
    return price > bound if side is Side.BUY else price < bound


def _walk(order: PlaceOrder, instrument: Instrument, price: MarketPrice) -> Execution:
    """Take one fill a level until done; the last level is endless where the symbol extends it."""
    book = price.levels(order.side)
    taken: list[Level] = []
    left = order.quantity
    short: EndReason | None = None
    for index, level in enumerate(book):
        if _is_beyond(order, level.price):
            short = EndReason.WORST_PRICE
            break
        endless = instrument.extend_last_level and index == len(book) - 1
        available = left if endless else _whole_steps(min(left, level.quantity), instrument)
        if available > ZERO:
            taken.append(Level(price=level.price, quantity=Quantity(available)))
            left = Quantity(left - available)
        if left == ZERO:
            return Execution(levels=tuple(taken), short=None)
    short = short or EndReason.NO_LIQUIDITY
    if order.time_in_force is TimeInForce.FOK:
        return Execution(levels=(), short=short)
    return Execution(levels=tuple(taken), short=short)


def _is_beyond(order: PlaceOrder, price: Price) -> bool:
    bound = order.worst_price if order.limit_price is None else order.limit_price
    return bound is not None and is_worse(order.side, price, bound)


def _whole_steps(quantity: Decimal, instrument: Instrument) -> Decimal:
    return quantity - quantity % instrument.quantity_step
