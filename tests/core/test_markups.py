"""What a group pays on each side: points, spreads, percents and their bounds."""

from dataclasses import replace
from decimal import Decimal
from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.ids import GroupCode
from tradewind.core.markups import Markup, MarkupKind, marked
from tradewind.core.money import Price
from tradewind.core.quotes import Bbo


def rule(kind: MarkupKind = MarkupKind.POINTS, **terms: str) -> Markup:
    numbers = {name: Decimal(text) for name, text in terms.items()}
    return Markup(group=GroupCode("standard"), rule=7, kind=kind, **numbers)


def bbo(bid: str, ask: str) -> Bbo:
    return Bbo(bid=Price(Decimal(bid)), ask=Price(Decimal(ask)))


POINTS, SPREAD, PERCENT = MarkupKind.POINTS, MarkupKind.SPREAD, MarkupKind.PERCENT
GOLDEN = {
    "points on each side": (
        rule(bid_points="3", ask_points="5"), "1.10000", "1.10010", "1.09997", "1.10015",
    ),
    "half points are rounded out": (
        rule(bid_points="0.5", ask_points="0.5"), "1.10000", "1.10010", "1.09999", "1.10011",
    ),
    "finer prices are rounded out after the markup": (
        rule(bid_points="1", ask_points="1"), "1.100009", "1.100101", "1.09999", "1.10012",
    ),
    "a fraction of price and rule may meet on the grid": (
        rule(bid_points="0.5", ask_points="0.5"), "1.100005", "1.100095", "1.10000", "1.10010",
    ),
    "no points at all": (rule(), "1.10000", "1.10010", "1.10000", "1.10010"),
    "a target spread is reached exactly, the odd point on the ask": (
        rule(SPREAD, target_spread="15"), "1.10000", "1.10010", "1.09998", "1.10013",
    ),
    "a market wider than the target is shown as it is": (
        rule(SPREAD, target_spread="8"), "1.10000", "1.10010", "1.10000", "1.10010",
    ),
    "a percent of the middle on each side": (
        rule(PERCENT, percent="0.01"), "1.10000", "1.10010", "1.09988", "1.10022",
    ),
    "a minimum widens evenly": (
        rule(bid_points="1", ask_points="1", min_spread="20"),
        "1.10000", "1.10010", "1.09995", "1.10015",
    ),
    "a maximum gives back evenly": (
        rule(bid_points="10", ask_points="10", max_spread="20"),
        "1.10000", "1.10010", "1.09995", "1.10015",
    ),
    "a maximum gives back what one side has not from the other": (
        rule(bid_points="0", ask_points="10", max_spread="12"),
        "1.10000", "1.10010", "1.10000", "1.10012",
    ),
    "a maximum below the market's own spread leaves the market": (
        rule(bid_points="4", ask_points="4", max_spread="6"),
        "1.10000", "1.10010", "1.10000", "1.10010",
    ),
    "negative prices move the same way": (
        rule(bid_points="3", ask_points="3"), "-37.63005", "-37.62995", "-37.63008", "-37.62992",
    ),
    "negative prices are rounded out too": (
        rule(), "-37.630055", "-37.629945", "-37.63006", "-37.62994",
    ),
    "a percent of a negative middle still widens": (
        rule(PERCENT, percent="1"), "-40.00010", "-39.99990", "-40.40010", "-39.59990",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", GOLDEN)
def test_a_price_is_marked_up(name: str) -> None:
    markup, bid, ask, shown_bid, shown_ask = GOLDEN[name]
    price = marked(bbo(bid, ask), markup, 5)
    assert (str(price.bid), str(price.ask)) == (shown_bid, shown_ask)


def test_whole_numbers_have_no_digits() -> None:
    price = marked(bbo("38001.5", "38002.5"), rule(bid_points="1", ask_points="1"), 0)
    assert (str(price.bid), str(price.ask)) == ("38000", "38004")


amounts = st.integers(-5_000_000, 5_000_000).map(lambda n: Decimal(n).scaleb(-2))
points = st.integers(0, 400).map(lambda n: Decimal(n).scaleb(-1))
bounds = st.none() | points
markups = st.builds(
    Markup,
    group=st.just(GroupCode("standard")),
    rule=st.just(1),
    kind=st.sampled_from(MarkupKind),
    bid_points=points,
    ask_points=points,
    target_spread=points,
    percent=points,
    min_spread=bounds,
)


@given(amounts, st.integers(1, 10_000), markups, bounds)
def test_no_rule_is_better_for_the_client_than_the_market_and_bounds_hold(
    bid: Decimal, raw_spread: int, markup: Markup, room: Decimal | None
) -> None:
    best = Bbo(bid=Price(bid), ask=Price(bid + Decimal(raw_spread).scaleb(-2)))
    if room is not None:
        markup = replace(markup, max_spread=room + (markup.min_spread or 0))
    shown = marked(best, markup, 1)
    low, high = floor(best.bid * 10), ceil(best.ask * 10)
    assert shown.bid <= best.bid
    assert shown.ask >= best.ask
    assert shown.bid * 10 == int(shown.bid * 10)
    assert shown.ask * 10 == int(shown.ask * 10)
    spread = int((shown.ask - shown.bid) * 10)
    if markup.min_spread is not None and markup.max_spread is None:
        assert spread >= markup.min_spread
    if markup.max_spread is not None:
        assert spread <= max(markup.max_spread, high - low)


@given(amounts, st.integers(1, 10_000), points, points)
def test_points_are_added_exactly_and_then_rounded_out(
    bid: Decimal, raw_spread: int, bid_points: Decimal, ask_points: Decimal
) -> None:
    best = Bbo(bid=Price(bid), ask=Price(bid + Decimal(raw_spread).scaleb(-2)))
    markup = Markup(
        group=GroupCode("standard"), rule=1, bid_points=bid_points, ask_points=ask_points
    )
    shown = marked(best, markup, 1)
    assert 0 <= best.bid - bid_points / 10 - shown.bid < Decimal("0.1")
    assert 0 <= shown.ask - best.ask - ask_points / 10 < Decimal("0.1")
