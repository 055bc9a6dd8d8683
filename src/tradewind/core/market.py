"""Prices as a decision sees them: one group's view of one published tick.

Source: docs/domain/execution.md
"""

from datetime import datetime
from decimal import Decimal

from tradewind.core.accounts import Side
from tradewind.core.ids import Symbol
from tradewind.core.money import Price, Quantity
from tradewind.core.values import frozen


@frozen
class Level:
    """A price one or more LPs stand behind, with markup, and the units they offer at it."""

    price: Price
    quantity: Quantity


@frozen
class MarketPrice:
    """What a group may trade on now. `bids` and `asks` are best first; `bbo_*` are unmarked."""

    symbol: Symbol
    epoch: int
    seq: int
    time: datetime
    bid: Price
    ask: Price
    bbo_bid: Price
    bbo_ask: Price
    bids: tuple[Level, ...]
    asks: tuple[Level, ...]
    rules_version: int
    #: The LPs' own quotes behind it, spelt as a fill keeps them.
    lp_quotes: str | None = None

    def taking(self, side: Side) -> Price:
        """The price a taker of `side` gets at the top: buys pay the ask, sells get the bid."""
        return self.ask if side is Side.BUY else self.bid

    def levels(self, side: Side) -> tuple[Level, ...]:
        """The book a taker of `side` walks."""
        return self.asks if side is Side.BUY else self.bids

    def markup(self, side: Side) -> Decimal:
        """What the group pays on that side, rounding included; never negative."""
        return self.ask - self.bbo_ask if side is Side.BUY else self.bbo_bid - self.bid


@frozen
class Mid:
    """The unmarked middle of a symbol's BBO; `fresh` while its price is within its maximum age."""

    price: Decimal
    fresh: bool


@frozen
class Conversion:
    """How many units of the account currency one unit of the quote currency is worth.

    Only a fresh one may open a position; what closes takes the last valid one.
    """

    rate: Decimal
    quotes: str | None
    fresh: bool


@frozen
class Quoting:
    """What a command trades on: the price, its conversion, and whether a named price was shown.

    `displayed` tells whether the requested price was the group's latest at some moment of the
    500 ms before receipt.
    """

    price: MarketPrice
    conversion: Conversion
    displayed: bool
