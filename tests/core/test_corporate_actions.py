"""Rolls, dividends and splits: worked by hand, and worth nothing to anybody by themselves."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import instrument, position
from tests.core.swap_builders import named
from tradewind.core.accounts import Side
from tradewind.core.corporate_actions import (
    Dividend,
    Roll,
    Split,
    dividend_cash,
    roll_cash,
    rolled_price,
    split_position,
    split_price,
)
from tradewind.core.money import Price, Quantity
from tradewind.core.positions import pnl

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
US500 = named("US500")
SHARE = instrument(price_precision=2, contract_size=D(1), quantity_step=Quantity(D(1)))

sides = st.sampled_from([BUY, SELL])
prices = st.decimals("0.01", 10_000, places=2).map(Price)
quantities = st.integers(1, 100_000).map(lambda each: Quantity(D(each)))
ratios = st.builds(Split, new=st.integers(1, 50), old=st.integers(1, 50))


def roll(old: str, new: str) -> Roll:
    old_bid, old_ask = (Price(D(each)) for each in old.split())
    new_bid, new_ask = (Price(D(each)) for each in new.split())
    return Roll(old_bid=old_bid, old_ask=old_ask, new_bid=new_bid, new_ask=new_ask)


def dividend(points: str, long: str = "1", short: str = "1") -> Dividend:
    return Dividend(points=D(points), long_factor=D(long), short_factor=D(short))


@pytest.mark.parametrize(
    ("side", "gap", "expected"),
    [
        # The next contract is dearer by 42.00 at the bid and 42.20 at the ask.
        (BUY, ("5400.00 5400.40", "5442.00 5442.60"), "-420"),
        (SELL, ("5400.00 5400.40", "5442.00 5442.60"), "422"),
        # And here cheaper.
        (BUY, ("80.10 80.13", "79.20 79.24"), "9"),
        (SELL, ("80.10 80.13", "79.20 79.24"), "-8.9"),
    ],
)
def test_a_roll_of_ten_takes_the_gap(side: Side, gap: tuple[str, str], expected: str) -> None:
    assert roll_cash(roll(*gap), side, Quantity(D(10))) == D(expected)


def test_a_roll_shifts_orders_by_the_gap_of_the_price_they_trade_at() -> None:
    made = roll("5400.00 5400.40", "5442.00 5442.60")
    assert rolled_price(made, SELL, Price(D("5350.00"))) == D("5392.00")
    assert rolled_price(made, BUY, Price(D("5450.00"))) == D("5492.20")


@given(sides, quantities, prices, st.tuples(prices, prices, prices, prices))
def test_a_roll_moves_nothing_for_a_client_net_of_the_gap(
    side: Side, quantity: Quantity, opened: Price, market: tuple[Price, Price, Price, Price]
) -> None:
    made = Roll(old_bid=market[0], old_ask=market[1], new_bid=market[2], new_ask=market[3])
    old, new = (made.old_bid, made.new_bid) if side is BUY else (made.old_ask, made.new_ask)
    after = pnl(side, opened, new, quantity) + roll_cash(made, side, quantity)
    assert after == pnl(side, opened, old, quantity)


@given(prices, st.tuples(prices, prices, prices, prices))
def test_a_rolled_order_is_as_far_from_its_market_as_before(
    price: Price, market: tuple[Price, Price, Price, Price]
) -> None:
    made = Roll(old_bid=market[0], old_ask=market[1], new_bid=market[2], new_ask=market[3])
    assert rolled_price(made, SELL, price) - made.new_bid == price - made.old_bid
    assert rolled_price(made, BUY, price) - made.new_ask == price - made.old_ask


@pytest.mark.parametrize(
    ("made", "side", "expected"),
    [
        (dividend("2.15"), BUY, "21.5"),
        (dividend("2.15"), SELL, "-21.5"),
        # A tax of 15 % is kept back from longs.
        (dividend("2.00", long="0.85"), BUY, "17"),
        (dividend("2.00", long="0.85"), SELL, "-20"),
    ],
)
def test_a_dividend_of_ten_pays_longs_and_charges_shorts(
    made: Dividend, side: Side, expected: str
) -> None:
    assert dividend_cash(made, side, Quantity(D(10))) == D(expected)


@given(quantities, prices, st.decimals(0, 1, places=4))
def test_a_dividend_of_equal_factors_is_passed_from_shorts_to_longs(
    quantity: Quantity, points: Price, factor: Decimal
) -> None:
    made = Dividend(points=points, long_factor=factor, short_factor=factor)
    assert dividend_cash(made, BUY, quantity) == -dividend_cash(made, SELL, quantity)


@pytest.mark.parametrize(
    ("split", "side", "quantity", "opened", "closing", "expected"),
    [
        (Split(new=10, old=1), BUY, "7", "1200", "1210", "70 120 0"),
        (Split(new=3, old=2), SELL, "10", "90", "96", "15 60 0"),
        # 7 x 3 / 2 is 10.5: the half is closed with a profit of 0.5 x (64 - 60).
        (Split(new=3, old=2), BUY, "7", "90", "96", "10 60 2"),
        (Split(new=3, old=2), SELL, "7", "90", "96", "10 60 -2"),
        # 1 for 10: of 25 there are two and a half left.
        (Split(new=1, old=10), BUY, "25", "3.20", "3.10", "2 32 -0.5"),
        # Nothing is left of nine but their money.
        (Split(new=1, old=10), BUY, "9", "3.20", "3.30", "0 32 0.9"),
    ],
)
def test_a_split_of(
    split: Split, side: Side, quantity: str, opened: str, closing: str, expected: str
) -> None:
    held = position(side=side, quantity=Quantity(D(quantity)), open_price=Price(D(opened)))
    after = split_position(split, SHARE, held, Price(D(closing)))
    whole, price, cash = expected.split()
    assert (after.quantity, after.open_price, after.cash) == (D(whole), D(price), D(cash))


def test_a_split_keeps_fractions_that_a_step_can_hold() -> None:
    held = position(quantity=Quantity(D("0.7")), open_price=Price(D(90)))
    share = instrument(quantity_step=Quantity(D("0.1")))
    after = split_position(Split(new=3, old=2), share, held, Price(D(96)))
    assert (after.quantity, after.cash) == (D("1.0"), D("0.2"))


@given(ratios, sides, quantities, prices, prices)
def test_a_split_preserves_value(
    split: Split, side: Side, quantity: Quantity, opened: Price, closing: Price
) -> None:
    held = position(side=side, quantity=quantity, open_price=opened)
    after = split_position(split, SHARE, held, closing)
    shown = Price(closing * split.old / split.new)
    worth = pnl(side, after.open_price, shown, after.quantity) + after.cash
    # Thirds do not end: 28 digits carry what is left to far below a minor unit.
    assert abs(worth - pnl(side, opened, closing, quantity)) < D("1e-12")
    assert after.quantity % SHARE.quantity_step == 0
    assert 0 <= quantity * split.new - after.quantity * split.old < split.old


@pytest.mark.parametrize(("side", "expected"), [(BUY, "33.34"), (SELL, "33.33")])
def test_a_split_price_is_rounded_against_the_client(side: Side, expected: str) -> None:
    assert split_price(Split(new=3, old=1), US500, side, Price(D(100))) == D(expected)


@given(sides, prices, st.integers(1, 50))
def test_a_reverse_split_of_a_price_is_exact(side: Side, price: Price, old: int) -> None:
    assert split_price(Split(new=1, old=old), US500, side, price) == price * old
