"""Instant and market execution: requotes, the displayed price, walking the book."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import instrument, levels, order, price, quoting
from tradewind.core.accounts import ExecutionMode, Side
from tradewind.core.commands import PlaceOrder
from tradewind.core.execution import Execution, execute
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import EndReason, Refused, RejectReason, TimeInForce

D = Decimal
INSTANT = ExecutionMode.INSTANT
POINT = D("0.00001")
BOOK = levels(("1.12140", 30_000), ("1.12141", 20_500), ("1.12143", 10_000))

points = st.integers(-30, 30)
deviations = st.integers(0, 30)
sides = st.sampled_from(Side)


def named(side: Side, moved: int, deviation: int, quantity: int = 100_000) -> PlaceOrder:
    """Name a price from which the market has moved `moved` points against the client."""
    current = D("1.12140") if side is Side.BUY else D("1.12120")
    away = moved * POINT
    return order(
        side=side,
        quantity=Quantity(D(quantity)),
        requested_price=Price(current - away if side is Side.BUY else current + away),
        max_deviation=deviation * POINT,
    )


def run(placed: PlaceOrder, *, displayed: bool = True) -> Execution | Refused:
    return execute(placed, instrument(), quoting(displayed=displayed), INSTANT)


def price_of(outcome: Execution | Refused) -> Decimal:
    assert isinstance(outcome, Execution)
    (level,) = outcome.levels
    return level.price


@given(sides, points, deviations, st.booleans())
def test_an_instant_order_is_requoted_exactly_when_the_price_moved_too_far(
    side: Side, moved: int, deviation: int, shown: bool
) -> None:
    outcome = run(named(side, moved, deviation), displayed=shown)
    requoted = isinstance(outcome, Refused) and outcome.reason is RejectReason.REQUOTE
    assert requoted == (moved > deviation)


@given(sides, points, deviations, st.booleans())
def test_the_named_price_is_given_only_when_shown_and_within_the_band(
    side: Side, moved: int, deviation: int, shown: bool
) -> None:
    """The band is the smaller of deviation and markup (2 points), the same in both directions."""
    placed = named(side, moved, deviation)
    outcome = run(placed, displayed=shown)
    if isinstance(outcome, Refused):
        return
    in_band = shown and abs(moved) <= min(deviation, 2)
    current = D("1.12140") if side is Side.BUY else D("1.12120")
    assert price_of(outcome) == (placed.requested_price if in_band else current)


@given(sides, points, deviations)
def test_a_displayed_price_is_never_worse_for_the_house_than_the_unmarked_bbo(
    side: Side, moved: int, deviation: int
) -> None:
    outcome = run(named(side, moved, deviation))
    if isinstance(outcome, Execution):
        quoted = price()
        if side is Side.BUY:
            assert price_of(outcome) >= quoted.bbo_ask
        else:
            assert price_of(outcome) <= quoted.bbo_bid


def test_a_requote_says_the_new_price() -> None:
    refused = run(named(Side.BUY, 5, 4))
    assert refused == Refused(reason=RejectReason.REQUOTE, message="the price is now 1.12140")


def test_beyond_the_instant_maximum_the_fill_is_at_the_current_price() -> None:
    assert price_of(run(named(Side.BUY, 2, 5, quantity=1_001_000))) == D("1.12140")
    assert price_of(run(named(Side.BUY, 2, 5, quantity=1_000_000))) == D("1.12138")


def test_outside_instant_mode_a_named_price_only_bounds_the_move() -> None:
    market_mode = ExecutionMode.MARKET
    outcome = execute(named(Side.BUY, 2, 5), instrument(), quoting(), market_mode)
    assert price_of(outcome) == D("1.12140")


@pytest.mark.parametrize("side", Side)
def test_a_named_price_beyond_the_worst_price_is_not_given(side: Side) -> None:
    worst = named(side, -1, 0).requested_price
    assert worst is not None
    current = price().taking(side)
    placed = order(side=side, requested_price=worst, max_deviation=5 * POINT, worst_price=current)
    assert price_of(run(placed)) == current


def walk(
    quantity: int,
    time_in_force: TimeInForce,
    worst: str | None = None,
    *,
    extend: bool = False,
) -> Execution:
    outcome = execute(
        order(
            quantity=Quantity(D(quantity)),
            time_in_force=time_in_force,
            worst_price=Price(D(worst)) if worst else None,
        ),
        instrument(extend_last_level=extend),
        quoting(price(asks=BOOK)),
        ExecutionMode.MARKET,
    )
    assert isinstance(outcome, Execution)
    return outcome


def test_a_market_order_takes_one_fill_a_level_in_whole_steps() -> None:
    done = walk(58_000, TimeInForce.FOK)
    expected = levels(("1.12140", 30_000), ("1.12141", 20_000), ("1.12143", 8_000))
    assert done == Execution(levels=expected, short=None)


def test_fok_beyond_the_depth_fills_nothing() -> None:
    done = walk(61_000, TimeInForce.FOK)
    assert done == Execution(levels=(), short=EndReason.NO_LIQUIDITY)


def test_ioc_beyond_the_depth_fills_what_is_there() -> None:
    done = walk(61_000, TimeInForce.IOC)
    expected = levels(("1.12140", 30_000), ("1.12141", 20_000), ("1.12143", 10_000))
    assert done == Execution(levels=expected, short=EndReason.NO_LIQUIDITY)


def test_the_last_level_is_endless_where_the_symbol_extends_it() -> None:
    done = walk(100_000, TimeInForce.FOK, extend=True)
    expected = levels(("1.12140", 30_000), ("1.12141", 20_000), ("1.12143", 50_000))
    assert done == Execution(levels=expected, short=None)


def test_ioc_stops_before_a_level_worse_than_the_worst_price() -> None:
    done = walk(58_000, TimeInForce.IOC, "1.12141")
    expected = levels(("1.12140", 30_000), ("1.12141", 20_000))
    assert done == Execution(levels=expected, short=EndReason.WORST_PRICE)


def test_fok_that_would_pass_its_worst_price_fills_nothing() -> None:
    done = walk(58_000, TimeInForce.FOK, "1.12142")
    assert done == Execution(levels=(), short=EndReason.WORST_PRICE)


@given(st.integers(1, 200), st.sampled_from(["1.12139", "1.12140", "1.12141", "1.12143", None]))
def test_nothing_is_overfilled_and_no_level_beats_the_bound(lots: int, worst: str | None) -> None:
    quantity = lots * 1_000
    done = walk(quantity, TimeInForce.IOC, worst)
    filled = sum((level.quantity for level in done.levels), D(0))
    assert filled <= quantity
    assert (filled == quantity) == (done.short is None)
    assert all(level.price <= D(worst or "9") for level in done.levels)
    assert walk(quantity, TimeInForce.FOK, worst).levels in {(), done.levels}
