"""What a night costs, worked by hand to the last digit, and what must hold of any night."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import ONE_FOR_ONE, USD
from tests.core.swap_builders import named, rule_of, swap_night, swap_terms
from tradewind.core.accounts import Side
from tradewind.core.ids import PositionId, Symbol
from tradewind.core.margin import convert
from tradewind.core.market import Conversion, Mid
from tradewind.core.money import CurrencyCode, Quantity, book
from tradewind.core.swap_nights import in_force, night_days
from tradewind.core.swaps import (
    Charge,
    ChargeKind,
    DayCount,
    Holding,
    MoneyPerLot,
    Percent,
    Points,
    Rates,
    SwapFree,
    entry,
    swap,
    swap_free_fee,
)

D = Decimal
BUY, SELL = Side.BUY, Side.SELL
WEDNESDAY = "2024-03-06"
A_LOT = D(100_000)
OPENED = datetime(2024, 3, 4, 12, tzinfo=UTC)
FREE = SwapFree(grace_days=3, fee=D(5), currency=CurrencyCode("USD"))


def points(long: str, short: str) -> Points:
    return Points(long=D(long), short=D(short))


def percent(long: str, short: str, days: int) -> Percent:
    count = DayCount.ACTUAL_360 if days == 360 else DayCount.ACTUAL_365
    return Percent(long=D(long), short=D(short), day_count=count)


def money(long: str, short: str, currency: str = "USD") -> MoneyPerLot:
    return MoneyPerLot(long=D(long), short=D(short), currency=CurrencyCode(currency))


def holding(side: Side = BUY, quantity: Decimal = A_LOT, **changes: Any) -> Holding:
    held = Holding(
        position_id=PositionId(UUID(int=50)),
        side=side,
        quantity=Quantity(quantity),
        opened_at=OPENED,
        closed_at=None,
    )
    return replace(held, **changes)


@pytest.mark.parametrize(
    ("held", "rates", "expected"),
    [
        # 100,000 x -6.5 x 0.00001 x 3
        ("EURUSD 2024-03-06 buy 100000 1.1", points("-6.5", "2.1"), "-19.5 USD"),
        ("EURUSD 2024-03-05 sell 100000 1.1", points("-6.5", "2.1"), "2.1 USD"),
        # 100,000 x -6.5 x 0.00001 x 5, before Easter
        ("EURUSD 2024-03-26 buy 100000 1.1", points("-6.5", "2.1"), "-32.5 USD"),
        # No value date moves in the night of Tuesday, 2 July 2024.
        ("EURUSD 2024-07-02 buy 100000 1.1", points("-6.5", "2.1"), "0 USD"),
        ("EURUSD 2024-12-23 sell 1000 1.1", points("-6.5", "2.1"), "0.063 USD"),
        # 250,000 / 100,000 x -7 x 3
        ("EURUSD 2024-03-06 buy 250000 1.1", money("-7", "1.5"), "-52.5 USD"),
        ("EURUSD 2024-11-25 sell 1000 1.1", money("-7", "1.5", "EUR"), "0.03 EUR"),
        # 36,000 x 1.25 x -0.025 x 1 / 360
        ("EURUSD 2024-03-07 buy 36000 1.25", percent("-0.025", "0.01", 360), "-3.125 USD"),
        # 50,000 x -4.2 x 0.00001 x 3, on a Thursday
        ("USDCAD 2024-03-07 buy 50000 1.4", points("-4.2", "-1.4"), "-6.3 CAD"),
        ("USDCAD 2024-07-02 sell 50000 1.4", points("-4.2", "-1.4"), "-1.4 CAD"),
        # 200,000 x 12 x 0.001 x 5, in Golden Week
        ("USDJPY 2024-04-30 buy 200000 160", points("12", "-20"), "12000 JPY"),
        ("USDJPY 2024-12-26 sell 1000 160", points("12", "-20"), "-140 JPY"),
        # 100 x 2,400 x -0.045 x 3 / 360
        ("XAUUSD 2024-07-03 buy 100 2400", percent("-0.045", "0.01", 360), "-90 USD"),
        ("XAUUSD 2024-07-04 sell 50 2400", money("-30", "12.5"), "6.25 USD"),
        # 10 x 5,475 x -0.08 x 3 / 365, on a Friday
        ("US500 2024-11-29 buy 10 5475", percent("-0.08", "0.02", 365), "-36 USD"),
        ("US500 2024-11-28 sell 10 5400", percent("-0.08", "0.02", 360), "3 USD"),
        ("US500 2024-11-30 sell 10 5400", percent("-0.08", "0.02", 360), "0 USD"),
        # 0.5 x 73,000 x -0.2 x 1 / 365, on a Sunday, at Christmas, on a day of clocks
        ("BTCUSD 2024-07-07 buy 0.5 73000", percent("-0.2", "-0.05", 365), "-20 USD"),
        ("BTCUSD 2024-12-25 sell 0.5 73000", percent("-0.2", "-0.05", 365), "-5 USD"),
        ("BTCUSD 2024-11-03 buy 2 73000", points("-150", "50"), "-3 USD"),
    ],
)
def test_a_night_worked_by_hand(held: str, rates: Rates, expected: str) -> None:
    symbol, night, side, quantity, mid = held.split()
    count = night_days(Symbol(symbol), date.fromisoformat(night), rule_of(symbol))
    made = swap_night(symbol, night, rates, count=count, mid=mid)
    amount, currency = expected.split()
    assert swap(made, holding(Side(side), D(quantity))) == Charge(
        kind=ChargeKind.SWAP, amount=D(amount), currency=CurrencyCode(currency)
    )


@pytest.mark.parametrize(
    ("night", "count", "days_before", "expected"),
    [
        # Opened on Monday with three days of grace: Wednesday's night is days three to five.
        ("2024-03-04", 1, 0, "0"),
        ("2024-03-05", 1, 1, "0"),
        ("2024-03-06", 3, 2, "-20"),
        ("2024-03-07", 1, 5, "-10"),
        ("2024-07-02", 0, 9, "0"),
    ],
)
def test_two_swap_free_lots_pay_for_days_after_the_grace(
    night: str, count: int, days_before: int, expected: str
) -> None:
    made = swap_night("EURUSD", night, points("-6.5", "2.1"), count=count)
    assert swap_free_fee(FREE, made, holding(BUY, D(200_000)), days_before) == Charge(
        kind=ChargeKind.SWAP_FREE_FEE, amount=D(expected), currency=CurrencyCode("USD")
    )


@pytest.mark.parametrize(
    ("account", "pair", "mid", "expected"),
    [
        ("USD", None, "1", "-6"),
        ("EUR", "EURUSD", "1.25", "-4.8"),
        ("JPY", "USDJPY", "150.5", "-903"),
    ],
)
def test_an_entry_is_converted_at_the_mid_of_the_instant(
    account: str, pair: str | None, mid: str, expected: str
) -> None:
    pairs = {} if pair is None else {(named(pair).base, named(pair).quote): Symbol(pair)}
    conversion = convert(
        CurrencyCode("USD"),
        CurrencyCode(account),
        pairs,
        lambda _: Mid(price=D(mid), fresh=True),
    )
    assert conversion is not None
    night = swap_night("EURUSD", WEDNESDAY, points("-2", "0"), count=3)
    made = entry(night, holding(), swap(night, holding()), conversion)
    assert made is not None
    assert made.booked_from == D(expected)
    assert (made.position_id, made.trade_date) == (PositionId(UUID(int=50)), date(2024, 3, 6))
    assert (made.days, made.terms_version, made.conversion) == (3, 1, conversion)


def test_a_night_without_the_position_has_no_entry() -> None:
    night = swap_night("EURUSD", WEDNESDAY, points("-2", "0"), count=3)
    charge = swap(night, holding())
    late = holding(opened_at=night.at)
    gone = holding(closed_at=datetime(2024, 3, 6, 21, 59, 59, tzinfo=UTC))
    assert night.at == datetime(2024, 3, 6, 22, tzinfo=UTC)
    assert entry(night, late, charge, ONE_FOR_ONE) is None
    assert entry(night, gone, charge, ONE_FOR_ONE) is None
    assert entry(night, holding(closed_at=night.at), charge, ONE_FOR_ONE) is not None


def test_a_thousand_tenths_of_a_cent_are_booked_through_the_carry() -> None:
    night = swap_night("EURUSD", "2024-03-05", points("-0.1", "0"), count=1)
    exact = swap(night, holding(BUY, D(1_000))).amount
    carry = total = D(0)
    for _ in range(1_000):
        booked = book(exact, carry, USD)
        carry, total = booked.carry, total + booked.amount
    assert (exact, total, carry) == (D("-0.001"), D("-1.00"), D(0))


def test_a_late_run_uses_the_terms_of_the_instant() -> None:
    first = swap_terms("EURUSD", points("-6.5", "2.1"))
    second = replace(first, version=2, effective_at=datetime(2024, 3, 6, 22, tzinfo=UTC))
    third = replace(first, version=3, effective_at=datetime(2024, 3, 6, 23, tzinfo=UTC))
    versions = [third, first, second]
    assert in_force(versions, datetime(2024, 3, 6, 21, tzinfo=UTC)) == first
    assert in_force(versions, datetime(2024, 3, 6, 22, tzinfo=UTC)) == second
    assert in_force(versions, datetime(2019, 1, 1, tzinfo=UTC)) is None


rate = st.decimals(-100, 100, places=4)
quantities = st.decimals(1, 10_000_000, places=0).map(Quantity)
counts = st.integers(0, 9)


def every_kind(long: Decimal, short: Decimal) -> list[Rates]:
    return [
        Points(long=long, short=short),
        Percent(long=long, short=short, day_count=DayCount.ACTUAL_360),
        Percent(long=long, short=short, day_count=DayCount.ACTUAL_365),
        MoneyPerLot(long=long, short=short, currency=CurrencyCode("USD")),
    ]


@given(rate, quantities, counts)
def test_long_and_short_of_opposite_rates_cancel(
    each: Decimal, quantity: Quantity, count: int
) -> None:
    for rates in every_kind(each, -each):
        night = swap_night("EURUSD", WEDNESDAY, rates, count=count, mid="1.1")
        assert (
            swap(night, holding(BUY, quantity)).amount
            == -swap(night, holding(SELL, quantity)).amount
        )


@given(rate, quantities, counts)
def test_a_side_looks_at_its_own_rate_and_keeps_its_sign(
    each: Decimal, quantity: Quantity, count: int
) -> None:
    for rates in every_kind(each, D(0)):
        night = swap_night("EURUSD", WEDNESDAY, rates, count=count, mid="1.1")
        paid = swap(night, holding(BUY, quantity)).amount
        assert swap(night, holding(SELL, quantity)).amount == 0
        assert (paid > 0, paid < 0) == (each > 0 and count > 0, each < 0 and count > 0)


@given(rate, quantities, st.lists(counts, max_size=6))
def test_nights_cost_as_much_as_one_night_of_all_their_days(
    each: Decimal, quantity: Quantity, split: list[int]
) -> None:
    for rates in (Points(long=each, short=each), every_kind(each, each)[3]):
        nights = [swap_night("EURUSD", WEDNESDAY, rates, count=count) for count in split]
        whole = swap_night("EURUSD", WEDNESDAY, rates, count=sum(split))
        apart = sum((swap(night, holding(BUY, quantity)).amount for night in nights), D(0))
        assert apart == swap(whole, holding(BUY, quantity)).amount


@given(st.lists(counts, max_size=12), st.integers(0, 30))
def test_a_swap_free_position_pays_once_for_each_day_behind_its_grace(
    split: list[int], grace: int
) -> None:
    free, before, paid = replace(FREE, grace_days=grace), 0, D(0)
    for count in split:
        night = swap_night("EURUSD", WEDNESDAY, points("-6.5", "2.1"), count=count)
        paid += swap_free_fee(free, night, holding(), before).amount
        before += count
    assert paid == -5 * max(0, before - grace)


@given(rate, quantities, counts, st.decimals("0.01", 200, places=5))
def test_an_entry_is_its_charge_at_the_conversion(
    each: Decimal, quantity: Quantity, count: int, mid: Decimal
) -> None:
    conversion = Conversion(rate=mid, quotes=None, fresh=False)
    night = swap_night("EURUSD", WEDNESDAY, Points(long=each, short=each), count=count)
    charge = swap(night, holding(SELL, quantity))
    made = entry(night, holding(SELL, quantity), charge, conversion)
    assert made is not None
    assert made.charge == charge
    assert made.booked_from == charge.amount * mid
