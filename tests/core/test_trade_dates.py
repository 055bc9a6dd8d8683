"""Trade dates end at 17:00 New York, summer and winter."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.tradedates import trade_date, value_date


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        # Winter: 17:00 New York is 22:00 UTC.
        ("2024-01-10T21:59:59.999999Z", date(2024, 1, 10)),
        ("2024-01-10T22:00:00Z", date(2024, 1, 11)),
        # The Friday before and the Sunday after clocks go forward on 10 March 2024.
        ("2024-03-08T21:59:59Z", date(2024, 3, 8)),
        ("2024-03-08T22:00:00Z", date(2024, 3, 9)),
        ("2024-03-10T20:59:59Z", date(2024, 3, 10)),
        ("2024-03-10T21:00:00Z", date(2024, 3, 11)),
        # Summer: 21:00 UTC; clocks go back on 3 November 2024.
        ("2024-11-02T20:59:59Z", date(2024, 11, 2)),
        ("2024-11-02T21:00:00Z", date(2024, 11, 3)),
        ("2024-11-03T21:59:59Z", date(2024, 11, 3)),
        ("2024-11-03T22:00:00Z", date(2024, 11, 4)),
        # The last instant of a year is already January's first trade date.
        ("2024-12-31T22:00:00Z", date(2025, 1, 1)),
    ],
)
def test_the_trade_date_changes_at_five_in_new_york(instant: str, expected: date) -> None:
    assert trade_date(datetime.fromisoformat(instant)) == expected


@given(st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1)))  # noqa: DTZ001
def test_trade_dates_never_go_back_and_never_skip(naive: datetime) -> None:
    now = naive.replace(tzinfo=UTC)
    step = trade_date(now + timedelta(hours=1)) - trade_date(now)
    assert step in {timedelta(0), timedelta(days=1)}


@pytest.mark.parametrize(
    ("traded", "lag", "expected"),
    [
        (date(2024, 3, 6), 2, date(2024, 3, 8)),
        (date(2024, 3, 7), 2, date(2024, 3, 11)),
        (date(2024, 3, 8), 2, date(2024, 3, 12)),
        (date(2024, 3, 8), 1, date(2024, 3, 11)),
        (date(2024, 3, 8), 0, date(2024, 3, 8)),
        (date(2024, 3, 9), 0, date(2024, 3, 11)),
        (date(2024, 3, 9), 1, date(2024, 3, 11)),
    ],
)
def test_value_dates_count_weekdays(traded: date, lag: int, expected: date) -> None:
    assert value_date(traded, lag) == expected
