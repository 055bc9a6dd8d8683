"""What a group pays on each side of a price.

Everything is counted in points, units of the last digit, so that prices on the grid and rules in
whole points need whole numbers alone. Source: docs/domain/quotes.md
"""

from decimal import Decimal
from enum import StrEnum
from math import ceil, floor
from typing import Final, assert_never

from tradewind.core.ids import GroupCode
from tradewind.core.money import ZERO, Price
from tradewind.core.quotes import Bbo
from tradewind.core.values import frozen

Points = Decimal | int

#: The middle is half the sum of the sides, and a percent a hundredth.
PERCENT_OF_SUM: Final = Decimal("0.005")


class MarkupKind(StrEnum):
    """What a rule states."""

    #: Points on each side.
    POINTS = "points"
    #: The spread to show, in points; a wider market is shown as it is.
    SPREAD = "spread"
    #: Percent of the middle, on each side.
    PERCENT = "percent"


@frozen
class Markup:
    """One group's rule for one symbol, by its number. Spreads are points; None is no bound."""

    group: GroupCode
    rule: int
    kind: MarkupKind = MarkupKind.POINTS
    bid_points: Decimal = ZERO
    ask_points: Decimal = ZERO
    target_spread: Decimal = ZERO
    percent: Decimal = ZERO
    min_spread: Decimal | None = None
    max_spread: Decimal | None = None


@frozen
class GroupPrice:
    """A bid/ask that clients of one group see and trade on."""

    bid: Price
    ask: Price


def marked(bbo: Bbo, markup: Markup, precision: int) -> GroupPrice:
    """Move both sides away from the client, rounded bid down and ask up to `precision` digits."""
    bid, ask = moved(in_points(bbo.bid, precision), in_points(bbo.ask, precision), markup)
    return GroupPrice(bid=from_points(bid, precision), ask=from_points(ask, precision))


def moved(bid: Points, ask: Points, markup: Markup) -> tuple[int, int]:
    """Apply one rule to a BBO in points; never better for the client than the BBO rounded out."""
    match markup.kind:
        case MarkupKind.POINTS:
            low, high = floor(bid - markup.bid_points), ceil(ask + markup.ask_points)
        case MarkupKind.PERCENT:
            extra = abs(bid + ask) * markup.percent * PERCENT_OF_SUM
            low, high = floor(bid - extra), ceil(ask + extra)
        case MarkupKind.SPREAD:
            low, high = _widened(floor(bid), ceil(ask), ceil(markup.target_spread))
        case _:
            assert_never(markup.kind)
    if markup.min_spread is not None:
        low, high = _widened(low, high, ceil(markup.min_spread))
    if markup.max_spread is not None and high - low > markup.max_spread:
        return _narrowed((low, high), (floor(bid), ceil(ask)), floor(markup.max_spread))
    return low, high


def in_points(price: Decimal, precision: int) -> Points:
    """Count a price in points; a whole number where it stands on the grid."""
    points = price.scaleb(precision)
    whole = int(points)
    return whole if whole == points else points


def from_points(points: int, precision: int) -> Price:
    """Return the price of so many points, with all its digits."""
    return Price(Decimal(points).scaleb(-precision))


def _widened(low: int, high: int, spread: int) -> tuple[int, int]:
    """Widen evenly to at least `spread`; an odd point goes on the ask."""
    lack = max(0, spread - (high - low))
    return low - lack // 2, high + lack - lack // 2


def _narrowed(shown: tuple[int, int], market: tuple[int, int], spread: int) -> tuple[int, int]:
    """Give back evenly what exceeds `spread`, on each side at most what was added to it."""
    (low, high), over = shown, shown[1] - shown[0] - spread
    bid_room, ask_room = market[0] - low, high - market[1]
    ask_back = min(ask_room, over - min(bid_room, over // 2))
    bid_back = min(bid_room, over - ask_back)
    return low + bid_back, high - ask_back
