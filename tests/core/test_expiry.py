"""A DAY order ends with the last session of its trade date, whatever clocks and holidays do."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.calendar_builders import INSTANTS, calendar, calendars
from tradewind.core.calendars import Calendar, Phase, SpecialDay, state
from tradewind.core.expiry import day_end
from tradewind.core.tradedates import trade_date, trade_date_end
from tradewind.infra.calendars import to_calendar
from tradewind.infra.demo.calendars import CALENDARS

US = timedelta(microseconds=1)
WEEKDAYS = range(5)
#: 09:00 to 11:30 and 12:30 to 15:30 of Tokyo: 00:00 to 02:30 and 03:30 to 06:30 UTC.
LUNCH = calendar(
    tuple((day, start, end) for day in WEEKDAYS for start, end in ((540, 690), (750, 930))),
    "Asia/Tokyo",
    (SpecialDay(day=date(2026, 3, 20), name="Equinox", windows=()),),
)
OWN: dict[str, Calendar] = {
    "lunch": LUNCH,
    # 08:00 to 16:30 of London.
    "shares": calendar(tuple((day, 480, 990) for day in WEEKDAYS)),
    # 10:00 to 16:45 of Auckland: 21:00 to 03:45 UTC while New York's day ends at 22:00.
    "antipodes": calendar(tuple((day, 600, 1005) for day in WEEKDAYS), "Pacific/Auckland"),
}

GOLDEN = [
    # Round the clock the day is New York's: 22:00 UTC in winter, 21:00 in summer.
    ("demo-24x7", "2026-03-06T12:00:00Z", "2026-03-06T22:00:00Z"),
    ("demo-24x7", "2026-03-06T21:59:59.999999Z", "2026-03-06T22:00:00Z"),
    ("demo-24x7", "2026-03-06T22:00:00Z", "2026-03-07T22:00:00Z"),
    # Clocks go forward on 8 March: that trade date has 23 hours; back on 1 November: 25.
    ("demo-24x7", "2026-03-07T22:00:00Z", "2026-03-08T21:00:00Z"),
    ("demo-24x7", "2026-10-31T21:00:00Z", "2026-11-01T22:00:00Z"),
    # Currencies: Thursday, Friday, and the weekend, which belongs to Monday, in summer's time.
    ("fx", "2026-03-05T21:59:59.999999Z", "2026-03-05T22:00:00Z"),
    ("fx", "2026-03-05T22:00:00Z", "2026-03-06T22:00:00Z"),
    ("fx", "2026-03-06T21:59:59.999999Z", "2026-03-06T22:00:00Z"),
    ("fx", "2026-03-06T22:00:00Z", "2026-03-09T21:00:00Z"),
    ("fx", "2026-03-08T20:59:59Z", "2026-03-09T21:00:00Z"),
    ("fx", "2026-03-08T21:00:00Z", "2026-03-09T21:00:00Z"),
    # Christmas is a Friday: Thursday's close ends the week, Monday comes next.
    ("fx", "2026-12-24T21:00:00Z", "2026-12-24T22:00:00Z"),
    ("fx", "2026-12-24T22:00:00Z", "2026-12-28T22:00:00Z"),
    ("fx", "2026-12-25T12:00:00Z", "2026-12-28T22:00:00Z"),
    # Labor Day: the index halts at 13:00 and goes on at 18:00, which is Tuesday's trade date.
    ("us-index", "2026-09-07T14:00:00Z", "2026-09-07T17:00:00Z"),
    ("us-index", "2026-09-07T17:00:00Z", "2026-09-08T21:00:00Z"),
    # The day after Thanksgiving ends at 13:45; its trade date began the evening before.
    ("metals", "2026-11-26T15:00:00Z", "2026-11-26T19:30:00Z"),
    ("metals", "2026-11-26T19:30:00Z", "2026-11-27T18:45:00Z"),
    ("metals", "2026-11-27T15:00:00Z", "2026-11-27T18:45:00Z"),
    ("metals", "2026-11-27T18:45:00Z", "2026-11-30T22:00:00Z"),
    # In the break of metals the day that follows has begun.
    ("metals", "2026-03-03T22:30:00Z", "2026-03-04T22:00:00Z"),
    # Before, in and after the lunch break; after the close; before a holiday on a Friday.
    ("lunch", "2026-03-02T01:00:00Z", "2026-03-02T06:30:00Z"),
    ("lunch", "2026-03-02T03:00:00Z", "2026-03-02T06:30:00Z"),
    ("lunch", "2026-03-02T06:29:59.999999Z", "2026-03-02T06:30:00Z"),
    ("lunch", "2026-03-02T06:30:00Z", "2026-03-03T06:30:00Z"),
    ("lunch", "2026-03-19T06:30:00Z", "2026-03-23T06:30:00Z"),
    # London's clocks go forward on 29 March and back on 25 October.
    ("shares", "2026-03-27T12:00:00Z", "2026-03-27T16:30:00Z"),
    ("shares", "2026-03-27T16:30:00Z", "2026-03-30T15:30:00Z"),
    ("shares", "2026-10-23T12:00:00Z", "2026-10-23T15:30:00Z"),
    ("shares", "2026-10-23T15:30:00Z", "2026-10-26T16:30:00Z"),
    # A session over the end of the trade date is cut there.
    ("antipodes", "2026-01-13T21:30:00Z", "2026-01-13T22:00:00Z"),
    ("antipodes", "2026-01-13T22:00:00Z", "2026-01-14T22:00:00Z"),
]


@pytest.mark.parametrize(("name", "placed", "ends"), GOLDEN)
def test_a_day_order_ends_with_the_last_session_of_its_trade_date(
    name: str, placed: str, ends: str
) -> None:
    of = OWN[name] if name in OWN else to_calendar(CALENDARS[name])
    assert day_end(of, datetime.fromisoformat(placed)) == datetime.fromisoformat(ends)


def test_where_nothing_trades_within_the_horizon_no_day_ends() -> None:
    now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    assert day_end(calendar(()), now) is None
    mondays = [date(2026, 3, 9), date(2026, 3, 16)]
    holidays = tuple(SpecialDay(day=day, name="", windows=()) for day in mondays)
    weekly = ((0, 480, 990),)
    assert day_end(calendar(weekly, days=holidays[:1]), now) == datetime(
        2026, 3, 16, 16, 30, tzinfo=UTC
    )
    assert day_end(calendar(weekly, days=holidays), now) is None


def test_without_a_calendar_the_day_is_new_yorks() -> None:
    now = datetime(2026, 7, 4, 21, tzinfo=UTC)
    assert day_end(None, now - US) == now
    assert day_end(None, now) == now + timedelta(days=1)


@given(of=calendars(), now=INSTANTS)
def test_the_market_trades_until_the_end_and_not_again_in_that_trade_date(
    of: Calendar, now: datetime
) -> None:
    ends = day_end(of, now)
    if ends is None:
        assert state(of, now).phase is not Phase.TRADING
        return
    assert now < ends
    assert state(of, ends - US).phase is Phase.TRADING
    day = trade_date(ends - US)
    after = state(of, ends)
    assert ends == trade_date_end(day) or (
        after.phase is not Phase.TRADING
        and (after.changes_at is None or after.changes_at >= trade_date_end(day))
    )


@given(of=calendars(), now=INSTANTS, part=st.fractions(0, 1))
def test_all_that_is_placed_until_the_end_ends_together(
    of: Calendar, now: datetime, part: Fraction
) -> None:
    ends = day_end(of, now)
    if ends is None:
        return
    between = now + timedelta(microseconds=int((ends - US - now) // US * part))
    assert day_end(of, between) == ends


@given(of=calendars(), now=INSTANTS)
def test_before_its_own_trade_date_nothing_trades(of: Calendar, now: datetime) -> None:
    ends = day_end(of, now)
    if ends is None:
        return
    begins = trade_date_end(trade_date(ends - US) - timedelta(days=1))
    if begins <= now:
        return
    found = state(of, now)
    assert found.phase is not Phase.TRADING
    assert found.changes_at is not None
    assert found.changes_at >= begins
