"""What an LP can send, and what clients see of it."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.services.pricing.quoting import (
    EURUSD,
    GOOD,
    ONE,
    STRICT,
    THREE,
    TWO,
    WARM,
    Market,
    unusable,
)
from tradewind.core.ids import Symbol
from tradewind.core.money import Price
from tradewind.core.quotes import LpQuote, Quarantine, QuoteCleared


def wrong(bid: str, ask: str) -> LpQuote:
    return replace(GOOD, bid=Price(Decimal(bid)), ask=Price(Decimal(ask)))


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (wrong("0", "0.00010"), "not_positive"),
        (wrong("-1.10000", "1.10010"), "not_positive"),
        (wrong("NaN", "1.10010"), "not_a_number"),
        (wrong("1.10000", "Infinity"), "not_a_number"),
        (wrong("1.10000", "1E+30"), "wrong_scale"),
        (wrong("0.90000", "0.90010"), "out_of_band"),
    ],
)
def test_m01_no_price_at_all_is_quarantined_and_moves_nothing(sent: LpQuote, reason: str) -> None:
    market = Market(ONE, TWO)
    market.warm()
    assert market.sends(ONE, sent) is None
    assert (market.refused(), market.price) == ([("lp-one", reason)], WARM)


@pytest.mark.parametrize("ask", ["1.10000", "1.09990"])
def test_m01_an_lp_that_is_locked_or_crossed_in_itself_is_out_at_once(ask: str) -> None:
    market = Market(ONE)
    market.warm()
    market.quotes(ONE, "1.10000", ask)
    assert (market.refused(), market.price) == ([("lp-one", "crossed")], None)
    assert market.reason == "no_quote"


def test_m01_a_book_with_one_side_is_out_and_a_malformed_message_changes_nothing() -> None:
    market = Market(ONE)
    market.warm()
    assert market.takes(unusable(Quarantine.MALFORMED)) is None
    assert market.price == WARM
    market.takes(unusable(Quarantine.ONE_SIDED))
    assert (market.price, market.reason) == (None, "no_quote")
    assert market.refused() == [("lp-one", "malformed"), ("lp-one", "one_sided")]


def test_m02_a_single_wild_tick_moves_nothing_and_two_lps_move_it_at_once() -> None:
    market = Market(ONE, TWO)
    market.warm()
    assert market.quotes(ONE, "1.15500", "1.15510") is None
    assert (market.refused(), market.price) == ([("lp-one", "outlier")], WARM)
    market.quotes(TWO, "1.15502", "1.15512")
    assert market.price == ("1.15499", "1.15513")
    assert market.tick is not None
    assert {each.lp for each in market.tick.quotes} == {"lp-one", "lp-two"}


def test_m02_a_wild_price_that_stands_passes_with_its_third_tick() -> None:
    market = Market(ONE, TWO)
    market.warm()
    market.quotes(ONE, "1.15500", "1.15510")
    market.quotes(ONE, "1.15501", "1.15511")
    assert market.price == WARM
    market.quotes(ONE, "1.15502", "1.15512")
    assert market.price == ("1.15499", "1.15515")


def test_m02_two_lps_that_deny_each_other_leave_no_price_and_a_third_outvotes_one() -> None:
    market = Market(ONE, TWO)
    market.warm()
    for _ in range(3):
        market.quotes(ONE, "1.15500", "1.15510")
        market.quotes(TWO, "1.10000", "1.10010")
    assert (market.price, market.reason) == (None, "out_of_band")
    market.quotes(ONE, "1.10000", "1.10010")
    assert market.price == WARM

    market = Market(ONE, TWO, THREE)
    market.warm()
    for _ in range(3):
        market.quotes(ONE, "1.15500", "1.15510")
        market.quotes(TWO, "1.10000", "1.10010")
        market.quotes(THREE, "1.10000", "1.10010")
    assert market.price == WARM
    assert market.tick is not None
    assert [each.lp for each in market.tick.quotes] == ["lp-two", "lp-three"]


def test_m02_the_hard_band_never_passes_and_the_old_price_does_not_trade_on() -> None:
    market = Market(ONE)
    market.warm()
    for _ in range(2):
        market.quotes(ONE, "0.95000", "0.95010")
    assert market.price == WARM
    for _ in range(20):
        market.quotes(ONE, "0.95000", "0.95010")
        assert (market.price, market.reason) == (None, "out_of_band")
    assert set(market.refused()) == {("lp-one", "out_of_band")}


def test_m02_an_administrator_or_all_lps_together_give_the_market_a_new_base() -> None:
    market = Market(ONE, TWO)
    market.warm()
    for number in range(3):
        market.quotes(ONE, "0.95000", "0.95010")
        market.quotes(TWO, "0.95001", "0.95011")
        assert (market.price, market.reason)[1] == (
            "out_of_band" if number < 2 else "warming_up"
        )  # fmt: skip
    market.quotes(ONE, "0.95000", "0.95010")
    market.quotes(ONE, "0.95001", "0.95011")
    assert market.price == ("0.94998", "0.95014")

    market = Market(ONE)
    market.warm()
    for _ in range(5):
        market.quotes(ONE, "0.95000", "0.95010")
    assert market.reason == "out_of_band"
    said = replace(market.rules.symbols[EURUSD], rebased_at=market.now)
    market.table.configure(
        replace(market.rules, symbols={**market.rules.symbols, EURUSD: said}), market.now
    )
    market.warm("0.95000", "0.95010")
    assert market.price == ("0.94997", "0.95013")


def test_m03_an_opening_needs_three_narrow_ticks() -> None:
    market = Market(ONE)
    for bid, ask in (("1.09700", "1.10300"), ("1.10000", "1.10010"), ("1.10001", "1.10011")):
        market.quotes(ONE, bid, ask)
        assert (market.price, market.reason) == (None, "warming_up")
    market.quotes(ONE, "1.10002", "1.10012")
    assert market.price == ("1.09999", "1.10015")


def test_m03_a_market_that_stays_wide_opens_with_time_and_never_on_one_tick() -> None:
    market = Market(ONE)
    market.quotes(ONE, "1.09800", "1.10200")
    market.waits(9.9)
    assert (market.price, market.reason) == (None, "warming_up")
    market.quotes(ONE, "1.09801", "1.10201")
    assert market.price == ("1.09798", "1.10204")


def test_m03_an_opening_price_that_the_market_left_behind_does_not_count() -> None:
    market = Market(ONE, TWO)
    market.quotes(ONE, "1.05000", "1.10005")
    for _ in range(3):
        assert market.price is None
        market.quotes(TWO, "1.10000", "1.10010")
    assert market.price == WARM
    assert market.tick is not None
    assert [each.lp for each in market.tick.quotes] == ["lp-two"]


def test_m03_after_a_gap_the_market_warms_up_again() -> None:
    market = Market(ONE)
    market.warm()
    market.waits(10.1)
    assert market.reason == "stale"
    market.quotes(ONE, "1.12000", "1.12010")
    market.quotes(ONE, "1.12000", "1.12010")
    assert (market.price, market.reason) == (None, "warming_up")
    market.quotes(ONE, "1.12000", "1.12010")
    assert market.price == ("1.11997", "1.12013")


def test_m09_a_symbol_nobody_configured_is_ignored_and_counted() -> None:
    market = Market(ONE)
    market.warm()
    assert list(market.table.apply(replace(GOOD, symbol=Symbol("NOSUCH")), market.now)) == []
    assert market.takes(unusable(Quarantine.MALFORMED, Symbol("NOSUCH"))) is None
    assert (market.table.unknown, market.refused(), market.price) == (1, [], WARM)


def test_m09_digits_an_lp_adds_or_drops_do_not_change_those_of_the_instrument() -> None:
    market = Market(ONE)
    market.warm()
    market.quotes(ONE, "1.1000099", "1.1001001")
    assert market.price == ("1.09997", "1.10014")
    market.quotes(ONE, "1.1", "1.1001")
    assert market.price == WARM
    assert market.quotes(ONE, "1", "1") is not None
    assert (market.refused(), market.price) == ([("lp-one", "crossed")], None)


@pytest.mark.parametrize(
    ("bid", "ask"), [("110.000", "110.010"), ("0.01100", "0.01101"), ("11000.0", "11001.0")]
)
def test_m10_a_price_in_other_units_moves_nothing_however_long_it_stands(
    bid: str, ask: str
) -> None:
    market = Market(ONE, TWO)
    market.warm()
    for _ in range(5):
        market.quotes(ONE, bid, ask)
        market.quotes(TWO, "1.10000", "1.10010")
    assert market.refused() == [("lp-one", "wrong_scale")] * 5
    assert market.price == WARM


def test_m10_an_lp_alone_in_other_units_leaves_no_price() -> None:
    market = Market(ONE)
    market.warm()
    for _ in range(3):
        market.quotes(ONE, "110.000", "110.010")
    assert (market.price, market.reason) == (None, "out_of_band")
    market.takes(QuoteCleared(lp=ONE, symbol=EURUSD))
    assert market.reason == "no_quote"


def test_bands_hold_around_negative_and_zero_prices() -> None:
    market = Market(ONE, filter_rules=replace(STRICT, allow_negative=True))
    market.warm("0.00000", "0.00004")
    market.quotes(ONE, "-0.00005", "-0.00001")
    assert market.price == ("-0.00008", "0.00002")
    assert market.quotes(ONE, "-37.63000", "-37.62990") is None
    assert market.refused() == [("lp-one", "out_of_band")]
