"""Spot value dates and the days by which they move, worked by hand and as properties."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.swap_builders import HOLIDAYS, closed_on, named, rule_of
from tradewind.core.errors import NotFoundError
from tradewind.core.money import CurrencyCode
from tradewind.core.settlement import next_trade_date, pair_calendar, rolled_days, spot_date
from tradewind.core.swap_nights import night_days
from tradewind.core.tradedates import value_date

NO_HOLIDAYS = closed_on()
dates = st.dates(date(2000, 1, 1), date(2040, 1, 1))
lags = st.sampled_from([0, 1, 2])
#: At most fourteen days of a quarter of a year, so that some day is always open.
closed = st.sets(st.dates(date(2024, 1, 1), date(2024, 3, 31)), max_size=14)
quarter = st.dates(date(2024, 1, 1), date(2024, 3, 31))


@pytest.mark.parametrize(
    ("symbol", "first", "expected"),
    [
        # An ordinary week: Wednesday's trades settle on Friday, Thursday's on Monday.
        pytest.param("EURUSD", "2024-03-04", "1 1 3 1 1 0 0", id="EURUSD-ordinary"),
        pytest.param("USDCAD", "2024-03-04", "1 1 1 3 1 0 0", id="USDCAD-ordinary"),
        pytest.param("USDJPY", "2024-03-04", "1 1 3 1 1 0 0", id="USDJPY-ordinary"),
        # Clocks go forward on Sunday 10 March and back on Sunday 3 November.
        pytest.param("EURUSD", "2024-03-06", "3 1 1 0 0 1 1", id="EURUSD-clocks-forward"),
        pytest.param("EURUSD", "2024-10-30", "3 1 1 0 0 1 1", id="EURUSD-clocks-back"),
        # Tuesday settles before Good Friday, Wednesday after Easter Monday.
        pytest.param("EURUSD", "2024-03-25", "1 5 1 0 0 0 0", id="EURUSD-easter-2024"),
        pytest.param("EURUSD", "2024-04-01", "1 1 3 1 1 0 0", id="EURUSD-easter-monday-2024"),
        pytest.param("EURUSD", "2025-04-14", "1 5 1 0 0 0 0", id="EURUSD-easter-2025"),
        pytest.param("EURUSD", "2026-03-30", "1 5 1 0 0 0 0", id="EURUSD-easter-2026"),
        # Tuesday would settle on Thursday the 4th; Wednesday counts the 4th and settles on Friday.
        pytest.param("EURUSD", "2024-07-01", "2 0 3 1 1 0 0", id="EURUSD-fourth-of-july-2024"),
        # Wednesday would settle on Friday the 4th; Thursday counts the 4th, settles on Monday.
        pytest.param("EURUSD", "2025-06-30", "1 4 0 1 1 0 0", id="EURUSD-fourth-of-july-2025"),
        # The 4th is a Saturday, and the Friday before it settles.
        pytest.param("EURUSD", "2026-06-29", "1 1 3 1 1 0 0", id="EURUSD-fourth-of-july-2026"),
        pytest.param("EURUSD", "2024-11-25", "2 0 3 1 1 0 0", id="EURUSD-thanksgiving-2024"),
        pytest.param("EURUSD", "2025-11-24", "2 0 3 1 1 0 0", id="EURUSD-thanksgiving-2025"),
        pytest.param("EURUSD", "2026-11-23", "2 0 3 1 1 0 0", id="EURUSD-thanksgiving-2026"),
        # The first of May closes the euro: it is neither counted nor settled on.
        pytest.param("EURUSD", "2025-04-28", "2 3 0 1 1 0 0", id="EURUSD-labour-day-2025"),
        # Monday 23 settles on the 27th, Tuesday 24 to Thursday 26 on the 30th.
        pytest.param("EURUSD", "2024-12-23", "3 0 0 1 2 0 0", id="EURUSD-christmas-2024"),
        pytest.param("EURUSD", "2024-12-30", "1 0 3 1 1 0 0", id="EURUSD-new-year-2025"),
        # Only one day is between a USDCAD trade and its value, so there is none to count.
        pytest.param("USDCAD", "2024-07-01", "1 2 0 3 1 0 0", id="USDCAD-fourth-of-july-2024"),
        pytest.param("USDCAD", "2024-06-24", "1 1 1 4 0 0 0", id="USDCAD-canada-day-2024"),
        pytest.param("USDCAD", "2025-11-24", "1 2 0 3 1 0 0", id="USDCAD-thanksgiving-2025"),
        # Friday and Monday are closed: Wednesday 1 May settles on Tuesday 7.
        pytest.param("USDJPY", "2024-04-29", "1 5 1 0 0 0 0", id="USDJPY-golden-week-2024"),
        # Monday 11 November is a day to count and not to settle on.
        pytest.param("USDJPY", "2024-11-04", "1 1 4 0 1 0 0", id="USDJPY-veterans-day-2024"),
        # Christmas is counted in Tokyo, which is shut from 31 December to 3 January.
        pytest.param("USDJPY", "2024-12-23", "0 1 3 7 1 0 0", id="USDJPY-new-year-2025"),
        # A cross settles through the dollar: not on Thanksgiving, though it is counted.
        pytest.param("EURGBP", "2024-11-25", "2 0 3 1 1 0 0", id="EURGBP-thanksgiving-2024"),
        pytest.param("EURGBP", "2024-08-19", "1 1 4 1 0 0 0", id="EURGBP-bank-holiday-2024"),
        pytest.param("XAUUSD", "2024-07-01", "1 1 3 1 1 0 0", id="XAUUSD-fourth-of-july-2024"),
        pytest.param("US500", "2024-11-25", "1 1 1 1 3 0 0", id="US500-thanksgiving-2024"),
        pytest.param("BTCUSD", "2024-12-23", "1 1 1 1 1 1 1", id="BTCUSD-christmas-2024"),
    ],
)
def test_seven_nights_count(symbol: str, first: str, expected: str) -> None:
    start, rule = date.fromisoformat(first), rule_of(symbol)
    nights = (start + timedelta(days=each) for each in range(7))
    counted = [night_days(named(symbol).symbol, night, rule) for night in nights]
    assert counted == [int(each) for each in expected.split()]


@pytest.mark.parametrize(
    ("symbol", "traded", "expected"),
    [
        ("EURUSD", "2024-03-26", "2024-03-28"),
        ("EURUSD", "2024-03-27", "2024-04-02"),
        ("EURUSD", "2024-07-03", "2024-07-05"),
        ("EURUSD", "2024-12-24", "2024-12-30"),
        ("USDCAD", "2024-07-03", "2024-07-05"),
        ("USDCAD", "2024-06-28", "2024-07-02"),
        ("USDJPY", "2024-12-30", "2025-01-07"),
        ("USDJPY", "2024-05-02", "2024-05-08"),
        ("EURGBP", "2024-11-26", "2024-11-29"),
    ],
)
def test_the_spot_date_of(symbol: str, traded: str, expected: str) -> None:
    pair = named(symbol)
    calendar = pair_calendar(pair.base, pair.quote, HOLIDAYS)
    found = spot_date(date.fromisoformat(traded), pair.settlement_lag, calendar)
    assert found == date.fromisoformat(expected)


@given(dates, lags)
def test_without_holidays_spot_counts_weekdays(traded: date, lag: int) -> None:
    assert spot_date(traded, lag, NO_HOLIDAYS) == value_date(traded, lag)


@given(dates, lags)
def test_without_holidays_any_seven_nights_count_seven_days(first: date, lag: int) -> None:
    nights = (first + timedelta(days=each) for each in range(7))
    assert sum(rolled_days(night, lag, NO_HOLIDAYS) for night in nights) == 7


@given(dates, st.sampled_from([(0, 4), (1, 3), (2, 2)]))
def test_without_holidays_one_night_a_week_counts_three(
    night: date, lag_and_day: tuple[int, int]
) -> None:
    lag, triple = lag_and_day
    weekend = 0 if night.weekday() >= 5 else 1
    expected = 3 if night.weekday() == triple else weekend
    assert rolled_days(night, lag, NO_HOLIDAYS) == expected


@given(quarter, lags, closed, closed)
def test_holidays_move_days_between_nights_and_lose_none(
    first: date, lag: int, euro: set[date], dollar: set[date]
) -> None:
    calendar = closed_on(euro, dollar)
    nights = [first + timedelta(days=each) for each in range(60)]
    counted = [rolled_days(night, lag, calendar) for night in nights]
    start = first if first.weekday() < 5 else next_trade_date(first)
    end = next_trade_date(nights[-1])
    moved = spot_date(end, lag, calendar) - spot_date(start, lag, calendar)
    assert min(counted) >= 0
    assert sum(counted) == moved.days


@given(quarter, lags, closed, closed, st.sampled_from(["EURUSD", "USDEUR", "EURGBP"]))
def test_no_trade_settles_on_a_holiday_of_its_currencies_or_the_dollar(
    traded: date, lag: int, euro: set[date], dollar: set[date], pair: str
) -> None:
    found = spot_date(traded, lag, closed_on(euro, dollar, pair))
    assert found.weekday() < 5
    assert found not in euro | dollar


@given(quarter, closed)
def test_a_dollar_holiday_before_the_value_date_is_counted(traded: date, dollar: set[date]) -> None:
    day = spot_date(traded, 2, NO_HOLIDAYS)
    assert (spot_date(traded, 2, closed_on(dollar=dollar)) == day) is (day not in dollar)


def test_a_currency_without_a_calendar_is_refused() -> None:
    with pytest.raises(NotFoundError, match="settlement_calendar_not_found: no calendar of CHF"):
        pair_calendar(CurrencyCode("USD"), CurrencyCode("CHF"), HOLIDAYS)


def test_a_cross_needs_the_dollars_calendar_too() -> None:
    without = {code: days for code, days in HOLIDAYS.items() if code != "USD"}
    with pytest.raises(NotFoundError, match="no calendar of USD"):
        pair_calendar(CurrencyCode("EUR"), CurrencyCode("GBP"), without)


def test_a_calendar_that_never_opens_is_found_out() -> None:
    shut = {date(2024, 1, 1) + timedelta(days=each) for each in range(90)}
    with pytest.raises(AssertionError, match="within 60 days after 2024-01-02"):
        spot_date(date(2024, 1, 2), 2, closed_on(euro=shut))
