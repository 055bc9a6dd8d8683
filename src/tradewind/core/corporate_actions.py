"""What rolls, dividends and splits do to a position, exact, in quote currency.

Source: docs/domain/swaps.md#corporate-actions
"""

from decimal import Decimal

from tradewind.core.accounts import Position, Side
from tradewind.core.instruments import Instrument
from tradewind.core.money import Price, Quantity, round_ask, round_bid
from tradewind.core.positions import pnl
from tradewind.core.values import frozen


@frozen
class Roll:
    """The closing prices of the contract that expires, and those of the next at that instant."""

    old_bid: Price
    old_ask: Price
    new_bid: Price
    new_ask: Price

    def gap(self, closing: Side) -> Decimal:
        """How far the price moves that an order of a side trades at: sells the bid, buys the ask.

        Longs are closed by selling and shorts by buying.
        """
        if closing is Side.SELL:
            return self.new_bid - self.old_bid
        return self.new_ask - self.old_ask


@frozen
class Dividend:
    """`points` are index points: whole units of price. Factors are the shares of it passed on."""

    points: Decimal
    long_factor: Decimal
    short_factor: Decimal


@frozen
class Split:
    """`new` units stand for `old` ones: 3 for 1 triples the quantity, 1 for 10 is a reverse."""

    new: int
    old: int


@frozen
class SplitPosition:
    """A position after a split; `cash` settles the fraction no step of quantity can hold."""

    quantity: Quantity
    open_price: Price
    cash: Decimal


def roll_cash(roll: Roll, side: Side, quantity: Quantity) -> Decimal:
    """Take from a position what the gap gives it: above zero the client is paid."""
    gap = roll.gap(side.opposite)
    return -quantity * gap if side is Side.BUY else quantity * gap


def rolled_price(roll: Roll, side: Side, price: Price) -> Price:
    """Shift the price of an order of `side`, so that it is as far from the market as before.

    A position's protection is an order of the other side.
    """
    return Price(price + roll.gap(side))


def dividend_cash(dividend: Dividend, side: Side, quantity: Quantity) -> Decimal:
    """Longs are paid what the price loses, shorts pay it."""
    if side is Side.BUY:
        return quantity * dividend.points * dividend.long_factor
    return -quantity * dividend.points * dividend.short_factor


def split_position(
    split: Split, instrument: Instrument, position: Position, closing: Price
) -> SplitPosition:
    """Split a position; the fraction is closed at `closing`, its old price for closing.

    Multiplied before divided, so that what divides evenly stays exact.
    """
    exact = position.quantity * split.new
    whole = Quantity(exact // (instrument.quantity_step * split.old) * instrument.quantity_step)
    rest = Quantity(exact - whole * split.old)
    return SplitPosition(
        quantity=whole,
        open_price=_split(split, position.open_price),
        cash=pnl(position.side, position.open_price, closing, rest) / split.new,
    )


def split_price(split: Split, instrument: Instrument, side: Side, price: Price) -> Price:
    """Split the price of an order of `side`; rounding is never better for the client."""
    exact = _split(split, price)
    if side is Side.BUY:
        return round_ask(exact, instrument.price_precision)
    return round_bid(exact, instrument.price_precision)


def _split(split: Split, price: Price) -> Price:
    return Price(price * split.old / split.new)
