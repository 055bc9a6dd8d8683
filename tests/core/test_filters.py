"""The edges of each rule about a single quote, and how steadiness counts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.filter_state import FilterRules, FilterState, unseen
from tradewind.core.filters import Accepted, Quarantined, Rebased, Verdict, decide, evolve
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.money import Price, Quantity
from tradewind.core.quotes import LpQuote
from tradewind.core.steadiness import HOLD, Steadiness, is_unsteady, lost, returned

NOW = datetime(2024, 1, 5, 12, tzinfo=UTC)
ONE, TWO = LpCode("lp-one"), LpCode("lp-two")
RULES = FilterRules(
    soft_band=Decimal("0.005"),
    hard_band=Decimal("0.1"),
    band_floor=Decimal("0.05"),
    confirm_ticks=3,
    future_max=timedelta(seconds=2),
    late_max=timedelta(seconds=5),
    recording_age_min=None,
    frozen_max=None,
    warm_up_ticks=1,
    warm_up_max=timedelta(seconds=10),
    warm_up_spread=Decimal(1),
    allow_negative=True,
    quote_age_max=timedelta(seconds=60),
)


def quote(bid: str, lp: LpCode = ONE, at: timedelta = timedelta(0)) -> LpQuote:
    return LpQuote(
        lp=lp,
        symbol=Symbol("XAUUSD"),
        bid=Price(Decimal(bid)),
        ask=Price(Decimal(bid) + Decimal("0.01")),
        bid_size=Quantity(Decimal(1)),
        ask_size=Quantity(Decimal(1)),
        lp_time=NOW + at,
        received_at=NOW + at,
    )


def having(*quotes: LpQuote, rules: FilterRules = RULES) -> FilterState:
    state = unseen(rules, NOW)
    for each in quotes:
        state = evolve(state, decide(state, each, each.received_at), each.received_at)
    return state


def judged(state: FilterState, sent: LpQuote) -> str:
    verdict: Verdict = decide(state, sent, sent.received_at)
    match verdict:
        case Accepted():
            return "accepted"
        case Rebased():
            return "rebased"
        case Quarantined(reason=reason):
            return reason.value


@pytest.mark.parametrize(
    ("before", "now", "verdict"),
    [
        ("1000.00", "1005.00", "accepted"),
        ("1000.00", "1005.01", "outlier"),
        ("1000.00", "995.00", "accepted"),
        ("1000.00", "994.99", "outlier"),
        ("1000.00", "1100.00", "outlier"),
        ("1000.00", "1100.01", "out_of_band"),
        ("1000.00", "900.00", "outlier"),
        ("1000.00", "899.99", "out_of_band"),
        ("1000.00", "49999.00", "out_of_band"),
        ("1000.00", "100000.00", "wrong_scale"),
        ("1000.00", "10.00", "wrong_scale"),
        ("1.00", "1.05", "accepted"),
        ("1.00", "1.06", "outlier"),
        ("0.00", "-0.05", "accepted"),
        ("0.00", "-0.06", "out_of_band"),
        ("-40.00", "-40.20", "accepted"),
        ("-40.00", "-40.21", "outlier"),
        ("-40.00", "-44.01", "out_of_band"),
    ],
)
def test_a_band_ends_exactly_where_it_says(before: str, now: str, verdict: str) -> None:
    state = having(quote(before))
    assert judged(state, quote(now, at=timedelta(seconds=1))) == verdict


@pytest.mark.parametrize(
    ("after_s", "verdict"), [("10", "rebased"), ("10.001", "outlier"), ("0", "rebased")]
)
def test_a_second_lp_confirms_within_ten_seconds(after_s: str, verdict: str) -> None:
    at = timedelta(milliseconds=int(Decimal(after_s) * 1000))
    state = having(quote("1000.00"), quote("1050.00", at=timedelta(0)))
    assert judged(state, quote("1052.00", TWO, at=at)) == verdict


def test_two_lps_far_from_each_other_confirm_nothing() -> None:
    state = having(quote("1000.00"), quote("1050.00"))
    assert judged(state, quote("1056.00", TWO)) == "outlier"


def test_a_quote_within_the_hard_band_brings_none_beyond_it_along() -> None:
    state = having(quote("1000.00"), quote("1102.00"))
    assert judged(state, quote("1099.00", TWO)) == "outlier"


def test_a_price_stands_only_while_it_stays_where_it_was() -> None:
    seconds = [timedelta(seconds=n) for n in range(5)]
    state = having(
        quote("1000.00"),
        quote("1050.00", at=seconds[1]),
        quote("1060.00", at=seconds[2]),
        quote("1061.00", at=seconds[3]),
    )
    assert judged(state, quote("1062.00", at=seconds[4])) == "rebased"
    assert judged(state, quote("1055.00", at=seconds[4])) == "outlier"


def test_a_clock_of_ours_that_is_put_back_makes_no_quote_late() -> None:
    state = having(quote("1000.00", at=timedelta(hours=1)))
    assert judged(state, quote("1000.01")) == "accepted"
    older = replace(quote("1000.01", at=timedelta(hours=1)), lp_time=NOW + timedelta(minutes=59.99))
    assert judged(state, older) == "out_of_order"


def test_what_is_quarantined_for_its_shape_or_time_leaves_no_trace() -> None:
    state = having(quote("1000.00", at=timedelta(seconds=1)))
    for bad in (
        replace(quote("1000.00", at=timedelta(seconds=2)), ask=Price(Decimal("1000.00"))),
        replace(quote("1000.00", at=timedelta(seconds=2)), ask=Price(Decimal("NaN"))),
        replace(quote("1000.50", at=timedelta(seconds=2)), lp_time=NOW),
        replace(quote("1000.50", at=timedelta(seconds=2)), lp_time=NOW + timedelta(seconds=9)),
    ):
        verdict = decide(state, bad, bad.received_at)
        assert isinstance(verdict, Quarantined)
        assert evolve(state, verdict, bad.received_at) == state


@given(st.lists(st.integers(-30, 30), max_size=30))
def test_a_walk_in_small_steps_always_passes_also_through_zero(steps: list[int]) -> None:
    price, state = Decimal("0.20"), having(quote("0.20"))
    for number, step in enumerate(steps, start=1):
        price += Decimal(max(-5, min(5, step))).scaleb(-2)
        sent = quote(str(price), at=timedelta(seconds=number))
        assert judged(state, sent) == "accepted"
        state = evolve(state, decide(state, sent, sent.received_at), sent.received_at)


def test_three_losses_within_a_minute_hold_an_lp_for_ten_seconds_after_it_is_back() -> None:
    state, at = Steadiness(), NOW
    for _ in range(3):
        assert not is_unsteady(state, at)
        state = lost(returned(state, at), at)
        state = lost(state, at)
        at += timedelta(seconds=20)
    assert len(state.losses) == 3
    state = returned(state, at)
    assert is_unsteady(state, at)
    assert is_unsteady(state, at + HOLD - timedelta(microseconds=1))
    assert not is_unsteady(state, at + HOLD)
    calm = returned(replace(state, back_at=None), at + timedelta(microseconds=1))
    assert not is_unsteady(calm, at + timedelta(microseconds=1))
