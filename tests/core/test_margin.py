"""Conversion, used margin and the worked example of the domain document."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.core.builders import EURUSD, account, instrument, mark, position, price, terms
from tradewind.core.accounts import MarginBasis, Side
from tradewind.core.ids import Symbol
from tradewind.core.margin import convert, used_margin, value
from tradewind.core.market import Mid
from tradewind.core.money import CurrencyCode, Quantity, to_minor_unit

D = Decimal
C = CurrencyCode
PAIRS = {
    (C("EUR"), C("USD")): EURUSD,
    (C("USD"), C("JPY")): Symbol("USDJPY"),
    (C("EUR"), C("JPY")): Symbol("EURJPY"),
    (C("GBP"), C("USD")): Symbol("GBPUSD"),
}
MIDS = {EURUSD: "1.25", "USDJPY": "160", "EURJPY": "200", "GBPUSD": "1.6"}


def mid_of(symbol: Symbol) -> Mid | None:
    return Mid(price=D(MIDS[symbol]), fresh=True) if symbol in MIDS else None


@pytest.mark.parametrize(
    ("source", "target", "rate", "quotes"),
    [
        ("USD", "USD", "1", None),
        ("EUR", "USD", "1.25", "EURUSD:1.25"),
        ("USD", "EUR", "0.8", "1/EURUSD:1.25"),
        ("EUR", "JPY", "200", "EURJPY:200"),
        ("JPY", "EUR", "0.005", "1/EURJPY:200"),
        ("GBP", "EUR", "1.28", "GBPUSD:1.6 1/EURUSD:1.25"),
        ("JPY", "GBP", "0.00390625", "1/USDJPY:160 1/GBPUSD:1.6"),
    ],
)
def test_conversion_is_direct_then_inverse_then_through_usd(
    source: str, target: str, rate: str, quotes: str | None
) -> None:
    found = convert(C(source), C(target), PAIRS, mid_of)
    assert found is not None
    assert (found.rate, found.quotes, found.fresh) == (D(rate), quotes, True)


def test_there_is_no_conversion_without_a_pair() -> None:
    assert convert(C("CHF"), C("EUR"), PAIRS, mid_of) is None
    assert convert(C("CHF"), C("USD"), PAIRS, mid_of) is None


def test_a_conversion_through_usd_is_as_old_as_its_older_half() -> None:
    def one_is_old(symbol: Symbol) -> Mid | None:
        return Mid(price=D(MIDS[symbol]), fresh=symbol != "GBPUSD")

    found = convert(C("GBP"), C("EUR"), PAIRS, one_is_old)
    assert found is not None
    assert not found.fresh


def test_the_worked_example_is_valued_as_written() -> None:
    valued = value(account(), terms(), [position()], {EURUSD: mark()})
    assert valued.used_margin == D("3738.00")
    assert valued.unrealized_pnl == D("-20.00")
    assert valued.equity == D("9980.00")
    assert valued.free_margin == D("6242.00")
    assert valued.level is not None
    assert to_minor_unit(valued.level, account().currency) == D("266.99")


def test_a_flat_account_has_no_level() -> None:
    assert value(account(), terms(), [], {}).level is None


def test_credit_counts_as_equity_and_a_reserve_is_not_free() -> None:
    valued = value(account(credit=D(500), reserved_margin=D(40)), terms(), [], {})
    assert (valued.equity, valued.free_margin) == (D(10_500), D(10_460))


@pytest.mark.parametrize(
    ("leverage", "cap", "margin_rate", "expected"),
    [
        ("50", "100", "0.01", "2242.80"),
        ("500", "200", "0.001", "560.70"),
        ("500", "500", "0.02", "2242.80"),
    ],
)
def test_the_largest_rate_counts(leverage: str, cap: str, margin_rate: str, expected: str) -> None:
    used = used_margin(
        account(leverage=D(leverage)),
        terms(leverage_cap=D(cap)),
        [position()],
        {EURUSD: mark(margin_rate=D(margin_rate))},
    )
    assert used == D(expected)


@pytest.mark.parametrize(("factor", "expected"), [("0", "3738"), ("0.5", "4672.5"), ("1", "5607")])
def test_the_smaller_leg_counts_by_the_hedged_factor(factor: str, expected: str) -> None:
    short = position(51, side=Side.SELL, quantity=Quantity(D(50_000)))
    used = used_margin(
        account(), terms(hedged_factor=D(factor)), [position(), short], {EURUSD: mark()}
    )
    assert used == D(expected)


def test_the_floor_binds_per_unit_in_quote_currency() -> None:
    floored = {EURUSD: mark(rate="2", margin_floor=D("0.03"))}
    assert used_margin(account(), terms(), [position()], floored) == D(6_000)


def test_the_current_basis_follows_price_and_rate() -> None:
    now = replace(mark(price("1.19998", "1.20002")), rate=D(2), instrument=instrument())
    used = used_margin(
        account(), terms(margin_basis=MarginBasis.CURRENT), [position()], {EURUSD: now}
    )
    assert used == D(8_000)
