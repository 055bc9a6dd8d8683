"""Money is rounded once, when it is booked, and the rest is carried."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import USD
from tradewind.core.money import (
    Currency,
    CurrencyCode,
    book,
    round_ask,
    round_bid,
    to_minor_unit,
)

D = Decimal
JPY = Currency(code=CurrencyCode("JPY"), minor_digits=0)
BHD = Currency(code=CurrencyCode("BHD"), minor_digits=3)

amounts = st.decimals(min_value=-1_000_000, max_value=1_000_000, places=7)
currencies = st.sampled_from([USD, JPY, BHD])


def test_a_hundred_thousand_bookings_of_minus_four_tenths_of_a_cent_lose_exactly_400() -> None:
    balance = carry = D(0)
    for _ in range(100_000):
        booked = book(D("-0.0040"), carry, USD)
        balance += booked.amount
        carry = booked.carry
    assert (balance, carry) == (D("-400.00"), D(0))


@given(st.lists(amounts, max_size=40), currencies)
def test_what_is_booked_and_what_is_carried_is_what_was_due(
    dues: list[Decimal], currency: Currency
) -> None:
    balance = carry = D(0)
    for due in dues:
        booked = book(due, carry, currency)
        balance += booked.amount
        carry = booked.carry
        assert booked.amount == to_minor_unit(booked.amount, currency)
        assert abs(carry) <= D(1).scaleb(-currency.minor_digits) / 2
    assert balance + carry == sum(dues, D(0))


def test_a_half_goes_to_the_even_minor_unit() -> None:
    assert book(D("0.005"), D(0), USD).amount == D("0.00")
    assert book(D("0.015"), D(0), USD).amount == D("0.02")
    assert book(D("-0.015"), D(0), USD).amount == D("-0.02")


def test_minor_units_are_those_of_the_currency() -> None:
    assert str(book(D("12.3456"), D(0), JPY).amount) == "12"
    assert str(book(D("12.3456"), D(0), BHD).amount) == "12.346"


@given(st.decimals(min_value=-100, max_value=100_000, places=8), st.integers(0, 6))
def test_a_bid_rounds_down_and_an_ask_up_by_less_than_a_tick(price: Decimal, digits: int) -> None:
    tick = D(1).scaleb(-digits)
    assert D(0) <= price - round_bid(price, digits) < tick
    assert D(0) <= round_ask(price, digits) - price < tick
