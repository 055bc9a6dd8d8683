"""Every group's price of one symbol, computed once for each BBO and looked up after that."""

from decimal import Decimal
from typing import Final

from tradewind.contracts.ticks import TickPrice
from tradewind.core.markups import Markup, MarkupKind, Points, from_points, in_points, moved
from tradewind.core.quotes import Bbo

#: A BBO comes back often; beyond this many all are forgotten.
PRICES_CACHED: Final = 2_048
DECIMALS_CACHED: Final = 65_536


class GroupPrices:
    """The groups' prices under one set of rules."""

    def __init__(self, markups: tuple[Markup, ...], precision: int) -> None:
        """Compute nothing yet."""
        self._precision = precision
        self._plain = [_offsets(markup) for markup in markups if _is_plain(markup)]
        self._others = [markup for markup in markups if not _is_plain(markup)]
        self._prices: dict[tuple[Decimal, Decimal], dict[str, TickPrice]] = {}
        self._decimals: dict[int, Decimal] = {}

    def of(self, bbo: Bbo) -> dict[str, TickPrice]:
        """Return the price of each group; the caller must not change what it gets."""
        key = (bbo.bid, bbo.ask)
        prices = self._prices.get(key)
        if prices is None:
            if len(self._prices) >= PRICES_CACHED:
                self._prices.clear()
            prices = self._prices[key] = self._computed(bbo)
        return prices

    def _computed(self, bbo: Bbo) -> dict[str, TickPrice]:
        """Take whole points where BBO and rule have them, which is the fast and common way."""
        bid, ask = in_points(bbo.bid, self._precision), in_points(bbo.ask, self._precision)
        prices: dict[str, TickPrice] = {}
        rest = self._others
        if isinstance(bid, int) and isinstance(ask, int):
            price = self._price
            for markup, bid_points, ask_points in self._plain:
                prices[markup.group] = price(bid - bid_points, ask + ask_points, markup.rule)
        else:
            rest = [*(markup for markup, _, _ in self._plain), *rest]
        for markup in rest:
            prices[markup.group] = self._price(*moved(bid, ask, markup), markup.rule)
        return prices

    def _price(self, bid: int, ask: int, rule: int) -> TickPrice:
        decimals = self._decimals
        try:
            return TickPrice(bid=decimals[bid], ask=decimals[ask], rule=rule)
        except KeyError:
            if len(decimals) >= DECIMALS_CACHED:
                decimals.clear()
            decimals[bid] = from_points(bid, self._precision)
            decimals[ask] = from_points(ask, self._precision)
            return TickPrice(bid=decimals[bid], ask=decimals[ask], rule=rule)


def _offsets(markup: Markup) -> tuple[Markup, int, int]:
    return markup, int(markup.bid_points), int(markup.ask_points)


def _is_plain(markup: Markup) -> bool:
    """Tell whether a rule is whole points on each side and nothing else."""
    return (
        markup.kind is MarkupKind.POINTS
        and markup.min_spread is None
        and markup.max_spread is None
        and _is_whole(markup.bid_points)
        and _is_whole(markup.ask_points)
    )


def _is_whole(points: Points) -> bool:
    return points == int(points)
