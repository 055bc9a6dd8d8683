"""Wrong times, frozen feeds and LPs that come and go."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.services.pricing.quoting import (
    GOOD,
    NOW,
    ONE,
    STRICT,
    TWO,
    WARM,
    Market,
    unusable,
)
from tradewind.core.filter_state import FilterRules
from tradewind.core.money import Price
from tradewind.core.quotes import LpLost, LpQuote, Quarantine

LATE_FROM = STRICT.late_max + timedelta(milliseconds=1)
FUTURE_FROM = -STRICT.future_max - timedelta(milliseconds=1)


def aged(age: timedelta) -> LpQuote:
    return replace(GOOD, lp_time=NOW - age)


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        (timedelta(seconds=-5), "future"),
        (timedelta(hours=-1), "future"),
        (FUTURE_FROM, "future"),
        (timedelta(seconds=10), "late"),
        (timedelta(hours=2), "late"),
        (LATE_FROM, "late"),
        (timedelta(milliseconds=500), "out_of_order"),
    ],
)
def test_m04_a_wrong_time_is_dropped_and_counted_against_the_lp(
    age: timedelta, reason: str
) -> None:
    market = Market(ONE, TWO)
    market.warm()
    assert market.sends(ONE, aged(age)) is None
    assert (market.refused(), market.price) == ([("lp-one", reason)], WARM)
    assert market.table.quarantined == {(ONE, Quarantine(reason)): 1}


@pytest.mark.parametrize("age", [STRICT.late_max, -STRICT.future_max])
def test_m04_the_last_moment_that_is_allowed_passes(age: timedelta) -> None:
    market = Market(ONE)
    market.quotes(ONE, "1.10000", "1.10010", after_ms=20_000)
    assert market.sends(ONE, aged(age), after_ms=8_000) is not None
    assert market.refused() == []


def test_m04_a_repeat_is_dropped_and_equal_times_apply_in_order() -> None:
    market = Market(ONE)
    market.warm()
    same = replace(GOOD, lp_time=market.now, received_at=market.now)
    assert market.takes(same) is not None
    assert market.takes(same) is None
    assert market.refused() == [("lp-one", "duplicate")]
    assert market.takes(replace(same, ask=Price(Decimal("1.10009")))) is not None
    assert market.price == ("1.09998", "1.10012")


def test_m04_the_times_of_a_recording_are_no_business_of_the_clock() -> None:
    recorded = replace(GOOD, lp_time=NOW - timedelta(days=2_000))
    replaying = replace(STRICT, replaying=frozenset({ONE}))
    demo = replace(STRICT, recording_age_min=timedelta(days=1))
    for filter_rules in (replaying, demo):
        market = Market(ONE, filter_rules=filter_rules)
        for shift in (0, 2, 1):
            event = replace(
                recorded, lp_time=recorded.lp_time + timedelta(hours=shift), received_at=market.now
            )
            assert market.takes(event) is not None
        assert market.refused() == []
        assert market.price == ("1.09998", "1.10014")
    live = Market(ONE)
    live.takes(recorded)
    assert live.refused() == [("lp-one", "late")]


@pytest.mark.parametrize(
    ("filter_rules", "age"),
    [
        (replace(STRICT, replaying=frozenset({ONE})), timedelta(0)),
        (replace(STRICT, recording_age_min=timedelta(days=1)), timedelta(days=2_000)),
    ],
    ids=["replaying", "a_demo_s_old_quote"],
)
def test_a_recording_s_first_quote_is_a_price_however_wide_and_bands_hold_from_there(
    filter_rules: FilterRules, age: timedelta
) -> None:
    market = Market(ONE, filter_rules=filter_rules)
    wide = replace(GOOD, ask=Price(Decimal("1.10200")), lp_time=NOW - age)
    market.sends(ONE, wide)
    assert market.price == ("1.09998", "1.10203")
    far = replace(wide, bid=Price(Decimal("1.11001")), ask=Price(Decimal("1.11200")))
    assert market.sends(ONE, far) is None
    assert (market.refused(), market.price) == ([("lp-one", "outlier")], ("1.09998", "1.10203"))


def test_a_recording_is_a_price_at_once_also_after_a_gap() -> None:
    market = Market(ONE, filter_rules=replace(STRICT, replaying=frozenset({ONE})))
    market.sends(ONE, GOOD)
    market.waits(STRICT.quote_age_max.total_seconds() + 1)
    assert (market.price, market.reason) == (None, "stale")
    market.sends(ONE, GOOD)
    assert market.price == ("1.09998", "1.10014")


def test_an_lp_whose_quotes_are_of_now_warms_up_beside_the_rules_of_recordings() -> None:
    market = Market(ONE, filter_rules=replace(STRICT, replaying=frozenset({TWO})))
    for _ in range(STRICT.warm_up_ticks - 1):
        market.sends(ONE, GOOD)
        assert (market.price, market.reason) == (None, "warming_up")
    market.sends(ONE, GOOD)
    assert market.price == ("1.09998", "1.10014")


def test_m05_an_lp_that_repeats_one_price_for_a_minute_is_stale_until_it_moves() -> None:
    market = Market(ONE)
    market.warm()
    for _ in range(59):
        market.quotes(ONE, "1.10000", "1.10010", after_ms=1_000)
        assert market.price == WARM
    market.quotes(ONE, "1.10000", "1.10010", after_ms=1_100)
    assert (market.price, market.reason) == (None, "stale")
    for _ in range(3):
        market.quotes(ONE, "1.10001", "1.10011")
    assert market.price == ("1.09998", "1.10014")


def test_m05_a_symbol_that_may_stand_still_is_not_stale() -> None:
    market = Market(ONE, filter_rules=replace(STRICT, frozen_max=None))
    market.warm()
    for _ in range(120):
        market.quotes(ONE, "1.10000", "1.10010", after_ms=1_000)
    assert market.price == WARM


def test_m06_a_late_snapshot_and_a_duplicate_change_nothing() -> None:
    market = Market(ONE)
    market.warm()
    assert market.takes(unusable(Quarantine.OUT_OF_ORDER)) is None
    assert (market.refused(), market.price) == ([("lp-one", "out_of_order")], WARM)


def test_m08_an_lp_that_comes_and_goes_counts_again_after_ten_steady_seconds() -> None:
    market = Market(ONE, TWO)
    market.warm()
    for _ in range(3):
        market.quotes(ONE, "1.10004", "1.10008")
        market.quotes(TWO, "1.10000", "1.10010")
        market.takes(LpLost(lp=ONE))
        market.takes(LpLost(lp=ONE))
    assert market.price == WARM
    for _ in range(99):
        market.quotes(ONE, "1.10004", "1.10008", after_ms=50)
        market.quotes(TWO, "1.10000", "1.10010", after_ms=50)
        assert market.price == WARM
    market.quotes(ONE, "1.10004", "1.10008", after_ms=50)
    market.waits(0.1)
    assert market.price == ("1.10001", "1.10011")


def test_m08_an_lp_that_was_away_twice_counts_at_once() -> None:
    market = Market(ONE, TWO)
    market.warm()
    for _ in range(2):
        market.takes(LpLost(lp=ONE))
        market.quotes(ONE, "1.10004", "1.10008")
        assert market.price == ("1.10001", "1.10011")
