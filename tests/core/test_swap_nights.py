"""Which nights are charged: one instant a trade date, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.swap_builders import named, rule_of
from tradewind.core.swap_nights import (
    DaysOverride,
    days_before,
    is_held,
    night_days,
    nights_due,
)
from tradewind.core.tradedates import trade_date, trade_date_end

EURUSD, RULE = named("EURUSD").symbol, rule_of("EURUSD")
WEDNESDAY = date(2024, 3, 6)
A_DAY = timedelta(days=1)
A_MOMENT = timedelta(microseconds=1)
#: Two years around four changes of New York's clocks.
instants = st.datetimes(
    datetime(2024, 1, 1),  # noqa: DTZ001
    datetime(2026, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def override(version: int, days: int | None, effective_at: str) -> DaysOverride:
    return DaysOverride(
        symbol=EURUSD,
        trade_date=WEDNESDAY,
        version=version,
        effective_at=datetime.fromisoformat(effective_at),
        days=days,
    )


@pytest.mark.parametrize(
    ("night", "at"),
    [
        ("2024-01-10", "2024-01-10T22:00:00Z"),
        # The last night before and the first after clocks go forward, in 2024, 2025 and 2026.
        ("2024-03-08", "2024-03-08T22:00:00Z"),
        ("2024-03-11", "2024-03-11T21:00:00Z"),
        ("2025-03-07", "2025-03-07T22:00:00Z"),
        ("2025-03-10", "2025-03-10T21:00:00Z"),
        ("2026-03-09", "2026-03-09T21:00:00Z"),
        # And before and after they go back; Sunday itself is a night of a crypto position.
        ("2024-11-02", "2024-11-02T21:00:00Z"),
        ("2024-11-03", "2024-11-03T22:00:00Z"),
        ("2026-10-30", "2026-10-30T21:00:00Z"),
        ("2026-11-02", "2026-11-02T22:00:00Z"),
    ],
)
def test_a_night_is_charged_at_five_in_new_york(night: str, at: str) -> None:
    day, instant = date.fromisoformat(night), datetime.fromisoformat(at)
    assert nights_due(day - A_DAY, instant) == [day]
    assert nights_due(day - A_DAY, instant - A_MOMENT) == []


@pytest.mark.parametrize(
    ("opened", "closed", "held"),
    [
        ("21:59:59.999999", None, True),
        ("22:00:00", None, False),
        ("22:00:00.000001", None, False),
        ("12:00:00", "21:59:59.999999", False),
        ("12:00:00", "22:00:00", True),
        ("12:00:00", "22:00:00.000001", True),
    ],
)
def test_a_position_opened_before_and_not_closed_before_the_instant_is_held(
    opened: str, closed: str | None, held: bool
) -> None:
    at, until = (
        None if each is None else datetime.fromisoformat(f"2024-03-06T{each}Z")
        for each in (opened, closed)
    )
    assert at is not None
    assert is_held(at, until, WEDNESDAY) is held


@given(instants, st.timedeltas(timedelta(0), timedelta(days=40)))
def test_a_position_is_held_over_as_many_nights_as_its_trade_dates_lie_apart(
    opened: datetime, life: timedelta
) -> None:
    closed = opened + life
    first = trade_date(opened) - A_DAY
    held = [
        each for each in (first + A_DAY * n for n in range(50)) if is_held(opened, closed, each)
    ]
    end = trade_date(closed)
    assert len(held) == (end - trade_date(opened)).days
    assert len(set(held)) == len(held)


@given(instants, st.lists(st.timedeltas(timedelta(0), timedelta(days=3)), max_size=12))
def test_runs_at_any_times_charge_each_night_once(start: datetime, pauses: list[timedelta]) -> None:
    now, charged, nights = start, trade_date(start) - A_DAY, list[date]()
    for pause in pauses:
        now += pause
        due = nights_due(charged, now)
        nights += due
        charged = due[-1] if due else charged
    assert nights == list(nights_due(trade_date(start) - A_DAY, now))
    assert nights == [trade_date(start) + A_DAY * each for each in range(len(nights))]
    assert all(start < trade_date_end(each) <= now for each in nights)


@given(instants)
def test_nights_are_twenty_three_to_twenty_five_hours_apart(now: datetime) -> None:
    day = trade_date(now)
    apart = trade_date_end(day + A_DAY) - trade_date_end(day)
    assert apart in {timedelta(hours=23), timedelta(hours=24), timedelta(hours=25)}
    assert trade_date(trade_date_end(day)) == day + A_DAY


def test_an_override_replaces_the_calendar_for_its_night_alone() -> None:
    made = [override(1, 4, "2024-03-01T00:00:00Z")]
    nights = [WEDNESDAY - A_DAY, WEDNESDAY, WEDNESDAY + A_DAY]
    assert [night_days(EURUSD, night, RULE, made) for night in nights] == [1, 4, 1]


def test_an_override_of_zero_charges_nothing() -> None:
    assert night_days(EURUSD, WEDNESDAY, RULE, [override(1, 0, "2024-03-01T00:00:00Z")]) == 0


def test_an_override_of_another_instrument_changes_nothing() -> None:
    made = [replace(override(1, 4, "2024-03-01T00:00:00Z"), symbol=named("USDJPY").symbol)]
    assert night_days(EURUSD, WEDNESDAY, RULE, made) == 3


def test_the_highest_version_of_an_override_counts_in_any_order() -> None:
    first = override(1, 4, "2024-03-01T00:00:00Z")
    second = override(2, 5, "2024-03-02T00:00:00Z")
    assert night_days(EURUSD, WEDNESDAY, RULE, [first, second]) == 5
    assert night_days(EURUSD, WEDNESDAY, RULE, [second, first]) == 5


def test_an_override_taken_back_leaves_the_calendar() -> None:
    made = [override(1, 4, "2024-03-01T00:00:00Z"), override(2, None, "2024-03-02T00:00:00Z")]
    assert night_days(EURUSD, WEDNESDAY, RULE, made) == 3


@pytest.mark.parametrize(
    ("effective_at", "expected"), [("2024-03-06T22:00:00Z", 4), ("2024-03-06T22:00:00.000001Z", 3)]
)
def test_a_late_run_does_not_see_what_was_decided_after_the_instant(
    effective_at: str, expected: int
) -> None:
    assert night_days(EURUSD, WEDNESDAY, RULE, [override(1, 4, effective_at)]) == expected


def test_days_before_a_night_are_those_of_the_nights_already_held() -> None:
    opened = datetime(2024, 3, 4, 12, tzinfo=UTC)
    nights = [date(2024, 3, 4) + A_DAY * each for each in range(5)]
    found = [days_before(opened, night, EURUSD, RULE) for night in nights]
    assert found == [0, 1, 2, 5, 6]


def test_days_before_a_night_know_overrides() -> None:
    opened = datetime(2024, 3, 5, 12, tzinfo=UTC)
    made = [override(1, 4, "2024-03-01T00:00:00Z")]
    assert days_before(opened, date(2024, 3, 7), EURUSD, RULE, made) == 5


def test_a_position_opened_at_the_instant_begins_with_the_next_night() -> None:
    opened = trade_date_end(WEDNESDAY)
    assert days_before(opened, date(2024, 3, 7), EURUSD, RULE) == 0
    assert days_before(opened - A_MOMENT, date(2024, 3, 7), EURUSD, RULE) == 3
