"""Sessions in a zone's own time: whatever the clocks do, a session opens and closes by the wall."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given

from tests.core.calendar_builders import INSTANTS, LONDON, NEW_YORK, at, calendar, calendars
from tradewind.core.calendars import (
    Calendar,
    MarketState,
    Phase,
    SpecialDay,
    Window,
    problem,
    state,
)
from tradewind.infra.calendars import to_calendar
from tradewind.infra.demo.calendars import CALENDARS

MS = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)
FX, METALS = to_calendar(CALENDARS["fx"]), to_calendar(CALENDARS["metals"])
ROUND_THE_CLOCK = to_calendar(CALENDARS["demo-24x7"])
WEEKDAYS = range(5)


#: London's stock exchange: 08:00 to 16:30.
SHARES = calendar(tuple((day, 8 * 60, 16 * 60 + 30) for day in WEEKDAYS))


def phase(of: Calendar, now: datetime) -> Phase:
    return state(of, now).phase


def clock_changes(zone: ZoneInfo) -> Iterator[date]:
    """Every date from 2024 to 2030 that is longer or shorter than 24 hours."""
    day = date(2024, 1, 1)
    while day < date(2031, 1, 1):
        after = day + timedelta(days=1)
        start, end = [
            datetime.combine(each, time(0), zone).astimezone(UTC) for each in (day, after)
        ]
        if end - start != 24 * HOUR:
            yield day
        day = after


NEW_YORK_CHANGES, LONDON_CHANGES = [tuple(clock_changes(zone)) for zone in (NEW_YORK, LONDON)]


def assert_edge(of: Calendar, edge: datetime, before: Phase, after: Phase) -> None:
    """One millisecond decides, and the last state announced exactly this edge."""
    assert state(of, edge - MS) == MarketState(phase=before, changes_at=edge)
    assert phase(of, edge) is after
    assert phase(of, edge + MS) is after


def test_both_zones_change_their_clocks_twice_a_year() -> None:
    assert [len(NEW_YORK_CHANGES), len(LONDON_CHANGES)] == [14, 14]


@pytest.mark.parametrize("change", NEW_YORK_CHANGES, ids=str)
def test_the_week_of_currencies_opens_and_closes_at_17_new_york_across_every_change(
    change: date,
) -> None:
    for sunday in (change - timedelta(days=7), change, change + timedelta(days=7)):
        friday = sunday + timedelta(days=5)
        opening = at(NEW_YORK, sunday.year, sunday.month, sunday.day, 17)
        closing = at(NEW_YORK, friday.year, friday.month, friday.day, 17)
        assert closing - opening == 120 * HOUR
        assert_edge(FX, opening, Phase.CLOSED, Phase.TRADING)
        assert_edge(FX, closing, Phase.TRADING, Phase.CLOSED)
        following = friday + timedelta(days=2)
        opens_again = at(NEW_YORK, following.year, following.month, following.day, 17)
        assert state(FX, closing).changes_at == opens_again


@pytest.mark.parametrize("change", NEW_YORK_CHANGES, ids=str)
def test_the_break_of_metals_lasts_an_hour_on_the_days_around_a_change(change: date) -> None:
    for day in (change - timedelta(days=3), change + timedelta(days=1)):
        halt = at(NEW_YORK, day.year, day.month, day.day, 17)
        assert_edge(METALS, halt, Phase.TRADING, Phase.CLOSED)
        assert_edge(METALS, halt + timedelta(minutes=55), Phase.CLOSED, Phase.QUOTING)
        assert_edge(METALS, halt + HOUR, Phase.QUOTING, Phase.TRADING)


@pytest.mark.parametrize("change", LONDON_CHANGES, ids=str)
def test_shares_trade_eight_and_a_half_hours_of_london_before_and_after_a_change(
    change: date,
) -> None:
    utc_hours = []
    for day in (change - timedelta(days=2), change + timedelta(days=1)):
        opening = at(LONDON, day.year, day.month, day.day, 8)
        assert_edge(SHARES, opening, Phase.CLOSED, Phase.TRADING)
        assert_edge(SHARES, opening + 8.5 * HOUR, Phase.TRADING, Phase.CLOSED)
        utc_hours.append(opening.hour)
    assert sorted(utc_hours) == [7, 8]


@pytest.mark.parametrize("change", LONDON_CHANGES, ids=str)
def test_a_session_over_the_night_of_a_change_lasts_what_the_clocks_show(change: date) -> None:
    night = calendar(tuple((day, 0, 24 * 60) for day in range(7)))
    assert phase(night, at(LONDON, change.year, change.month, change.day)) is Phase.TRADING
    early = calendar(((6, 0, 3 * 60),))
    opening = at(LONDON, change.year, change.month, change.day)
    length = 2 * HOUR if change.month == 3 else 4 * HOUR
    assert state(early, opening).changes_at == opening + length


def test_a_time_that_the_clocks_skip_is_the_moment_of_the_skip() -> None:
    skip = at(LONDON, 2026, 3, 29, 2)
    opens = calendar(((6, 75, 180),))
    assert_edge(opens, skip, Phase.CLOSED, Phase.TRADING)
    closes = calendar(((6, 0, 75),))
    assert_edge(closes, skip, Phase.TRADING, Phase.CLOSED)
    never = calendar(((6, 65, 110),))
    assert {phase(never, skip + n * MS) for n in (-1, 0, 1)} == {Phase.CLOSED}


def test_a_time_that_comes_twice_is_its_first_coming() -> None:
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    both = calendar(((6, 0, 90), (6, 90, 240)))
    assert phase(calendar(((6, 0, 90),)), first) is Phase.CLOSED
    assert {phase(both, first + n * MS) for n in (-1, 0, 1)} == {Phase.TRADING}


def test_a_holiday_closes_its_date_and_the_next_change_is_past_it() -> None:
    closing = at(NEW_YORK, 2026, 12, 24, 17)
    assert_edge(FX, closing, Phase.TRADING, Phase.CLOSED)
    assert state(FX, closing + HOUR).changes_at == at(NEW_YORK, 2026, 12, 27, 17)
    assert phase(FX, at(NEW_YORK, 2025, 12, 25, 12)) is Phase.TRADING


def test_a_short_day_closes_early_and_may_open_again() -> None:
    halt = at(NEW_YORK, 2026, 9, 7, 14, 30)
    assert_edge(METALS, halt, Phase.TRADING, Phase.CLOSED)
    assert_edge(METALS, at(NEW_YORK, 2026, 9, 7, 17, 55), Phase.CLOSED, Phase.QUOTING)
    assert_edge(METALS, at(NEW_YORK, 2026, 9, 7, 18), Phase.QUOTING, Phase.TRADING)


def test_a_late_open_cuts_the_morning_off() -> None:
    late = SpecialDay(
        day=date(2026, 7, 1), name="late", windows=(Window(open_minute=600, close_minute=1440),)
    )
    shares = calendar(((2, 480, 990),), days=(late,))
    assert_edge(shares, at(LONDON, 2026, 7, 1, 10), Phase.CLOSED, Phase.TRADING)
    assert_edge(shares, at(LONDON, 2026, 7, 8, 8), Phase.CLOSED, Phase.TRADING)


def test_a_market_without_an_end_announces_none() -> None:
    always = MarketState(phase=Phase.TRADING, changes_at=None)
    assert state(ROUND_THE_CLOCK, datetime(2026, 3, 29, 1, tzinfo=UTC)) == always
    never = MarketState(phase=Phase.CLOSED, changes_at=None)
    assert state(calendar(()), datetime(2026, 3, 29, 1, tzinfo=UTC)) == never


@pytest.mark.parametrize("name", CALENDARS)
def test_a_shipped_calendar_is_sound(name: str) -> None:
    assert problem(to_calendar(CALENDARS[name])) is None


WRONG = {
    "closes before it opens": calendar(((0, 60, 30),)),
    "is empty": calendar(((0, 60, 60),)),
    "lasts past midnight": calendar(((0, 60, 1441),)),
    "overlaps another": calendar(((0, 60, 120), (0, 119, 180))),
    "trades without quotes": calendar(((0, 60, 120),), quoting=((0, 60, 119),)),
    "has a date twice": calendar(
        (), days=(SpecialDay(day=date(2026, 1, 1), name="", windows=()),) * 2
    ),
    "has a window that ends before it begins": calendar(
        (),
        days=(
            SpecialDay(
                day=date(2026, 1, 1), name="", windows=(Window(open_minute=2, close_minute=1),)
            ),
        ),
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_calendar_with_a_mistake_is_refused(name: str) -> None:
    assert problem(WRONG[name]) is not None


@given(of=calendars(), now=INSTANTS)
def test_nothing_changes_before_the_announced_change_and_something_does_at_it(
    of: Calendar, now: datetime
) -> None:
    found = state(of, now)
    if found.changes_at is None:
        return
    assert found.changes_at > now
    assert phase(of, found.changes_at) is not found.phase
    until = found.changes_at - now
    for part in range(1, 8):
        assert phase(of, now + until * part / 8) is found.phase
    assert phase(of, found.changes_at - timedelta(microseconds=1)) is found.phase
