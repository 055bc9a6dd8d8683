"""Candles as docs/domain/candles.md says."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.core.candles import (
    EVEN,
    GRACE,
    Candle,
    Interval,
    Mark,
    Ohlc,
    end_of,
    folded,
    known_until,
    merged,
    of_tick,
    start_of,
)

NEW_YORK = ZoneInfo("America/New_York")
BY_DAY = tuple(interval for interval in Interval if interval not in EVEN)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("interval", "at", "start", "end"),
    [
        ("1s", "2020-01-02T03:04:05.999999Z", "2020-01-02T03:04:05Z", "2020-01-02T03:04:06Z"),
        ("1m", "2020-01-02T03:04:05Z", "2020-01-02T03:04Z", "2020-01-02T03:05Z"),
        ("5m", "2020-01-02T03:04:59Z", "2020-01-02T03:00Z", "2020-01-02T03:05Z"),
        ("15m", "2020-01-02T03:15Z", "2020-01-02T03:15Z", "2020-01-02T03:30Z"),
        ("30m", "2020-01-02T03:29:59Z", "2020-01-02T03:00Z", "2020-01-02T03:30Z"),
        ("1h", "2020-01-02T03:59:59Z", "2020-01-02T03:00Z", "2020-01-02T04:00Z"),
        # In winter New York's 17:00 is 22:00 UTC, in summer 21:00.
        ("4h", "2020-01-02T22:00Z", "2020-01-02T22:00Z", "2020-01-03T02:00Z"),
        ("4h", "2020-07-02T00:59:59Z", "2020-07-01T21:00Z", "2020-07-02T01:00Z"),
        ("1d", "2020-01-02T21:59:59Z", "2020-01-01T22:00Z", "2020-01-02T22:00Z"),
        ("1d", "2020-01-02T22:00Z", "2020-01-02T22:00Z", "2020-01-03T22:00Z"),
        ("1w", "2020-01-05T21:59:59Z", "2019-12-29T22:00Z", "2020-01-05T22:00Z"),
        ("1w", "2020-01-05T22:00Z", "2020-01-05T22:00Z", "2020-01-12T22:00Z"),
        ("1M", "2020-01-31T21:59:59Z", "2019-12-31T22:00Z", "2020-01-31T22:00Z"),
        ("1M", "2020-12-31T22:00Z", "2020-12-31T22:00Z", "2021-01-31T22:00Z"),
    ],
)
def test_a_candle_begins_and_ends_where_its_interval_says(
    interval: str, at: str, start: str, end: str
) -> None:
    begin = start_of(Interval(interval), utc(at))
    assert begin == utc(start)
    assert end_of(Interval(interval), begin) == utc(end)


def test_the_day_on_which_summer_time_begins_has_twenty_three_hours() -> None:
    begin = start_of(Interval.ONE_DAY, utc("2020-03-08T12:00Z"))
    assert begin == utc("2020-03-07T22:00Z")
    assert end_of(Interval.ONE_DAY, begin) == utc("2020-03-08T21:00Z")
    last = start_of(Interval.FOUR_HOURS, utc("2020-03-08T20:59:59Z"))
    assert (last, end_of(Interval.FOUR_HOURS, last)) == (
        utc("2020-03-08T18:00Z"),
        utc("2020-03-08T21:00Z"),
    )


def test_the_day_on_which_summer_time_ends_has_a_seventh_short_candle_of_four_hours() -> None:
    last = start_of(Interval.FOUR_HOURS, utc("2020-11-01T21:30Z"))
    assert (last, end_of(Interval.FOUR_HOURS, last)) == (
        utc("2020-11-01T21:00Z"),
        utc("2020-11-01T22:00Z"),
    )


instants = st.datetimes(datetime(1990, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(instants, st.sampled_from(Interval))
def test_every_instant_is_in_its_candle_and_candles_meet(at: datetime, interval: Interval) -> None:
    start = start_of(interval, at)
    end = end_of(interval, start)
    assert start <= at < end
    assert start_of(interval, start) == start
    assert start_of(interval, end) == end
    assert start_of(interval, end - timedelta(microseconds=1)) == start


@given(instants, st.sampled_from(BY_DAY))
def test_days_weeks_and_months_begin_at_five_in_new_york(at: datetime, interval: Interval) -> None:
    local = start_of(interval, at).astimezone(NEW_YORK)
    if interval is not Interval.FOUR_HOURS:
        assert (local.hour, local.minute) == (17, 0)
    if interval is Interval.ONE_WEEK:
        assert local.strftime("%A") == "Sunday"
    if interval is Interval.ONE_MONTH:
        assert (local + timedelta(days=1)).day == 1


prices = st.integers(1, 10**6).map(lambda points: Decimal(points).scaleb(-5))
quotes = st.tuples(prices, prices).map(lambda pair: (min(pair), max(pair)))
ticks = st.lists(
    st.tuples(st.integers(0, 40 * 86_400_000), quotes).map(
        lambda drawn: (utc("2020-02-27T00:00Z") + timedelta(milliseconds=drawn[0]), *drawn[1])
    ),
    max_size=40,
)
Tick = tuple[Mark, Decimal, Decimal]


@given(ticks, st.sampled_from(Interval), st.sampled_from(Interval))
def test_folded_finer_candles_equal_the_candles_of_the_ticks(
    drawn: list[tuple[datetime, Decimal, Decimal]], one: Interval, other: Interval
) -> None:
    finer, coarser = sorted((one, other), key=list(Interval).index)
    numbered = [((at, 1, seq), bid, ask) for seq, (at, bid, ask) in enumerate(drawn)]
    parts = folded(finer, [of_tick(finer, *tick) for tick in numbered])
    assert folded(coarser, parts) == from_the_ticks(coarser, numbered)


@given(ticks, st.randoms(use_true_random=False))
def test_the_order_in_which_ticks_come_changes_nothing(
    drawn: list[tuple[datetime, Decimal, Decimal]], dice: Random
) -> None:
    numbered = [((at, 1, seq), bid, ask) for seq, (at, bid, ask) in enumerate(drawn)]
    hour = Interval.ONE_HOUR
    expected = folded(hour, [of_tick(hour, *tick) for tick in numbered])
    dice.shuffle(numbered)
    assert folded(hour, [of_tick(hour, *tick) for tick in numbered]) == expected


def from_the_ticks(interval: Interval, numbered: Sequence[Tick]) -> list[Candle]:
    """Candles as their definition has them: all ticks of each, sorted."""
    groups: defaultdict[datetime, list[Tick]] = defaultdict(list)
    for tick in sorted(numbered):
        groups[start_of(interval, tick[0][0])].append(tick)
    return [
        Candle(
            time=start,
            bid=ohlc([bid for _, bid, _ in group]),
            ask=ohlc([ask for _, _, ask in group]),
            mid=ohlc([(bid + ask) / 2 for _, bid, ask in group]),
            ticks=len(group),
            opened=group[0][0],
            closed=group[-1][0],
        )
        for start, group in sorted(groups.items())
    ]


def ohlc(values: Sequence[Decimal]) -> Ohlc:
    return Ohlc(open=values[0], high=max(values), low=min(values), close=values[-1])


def test_the_highest_middle_is_not_the_middle_of_the_highest_prices() -> None:
    at = utc("2020-01-02T00:00Z")
    narrow = of_tick(Interval.ONE_MINUTE, (at, 1, 1), Decimal("1.10"), Decimal("1.11"))
    wide = of_tick(Interval.ONE_MINUTE, (at, 1, 2), Decimal("1.00"), Decimal("1.20"))
    both = merged(narrow, wide)
    assert (both.bid.high, both.ask.high, both.mid.high) == (
        Decimal("1.10"),
        Decimal("1.20"),
        Decimal("1.105"),
    )


def test_a_time_without_ticks_makes_no_candle() -> None:
    minute = Interval.ONE_MINUTE
    instants = [utc("2020-01-02T00:00:30Z"), utc("2020-01-02T00:05:30Z")]
    parts = [of_tick(minute, (at, 1, 1), Decimal(1), Decimal(2)) for at in instants]
    assert [candle.time for candle in folded(minute, parts)] == [
        utc("2020-01-02T00:00Z"),
        utc("2020-01-02T00:05Z"),
    ]


def test_a_symbols_time_stands_at_its_last_tick_and_goes_on_after_a_grace() -> None:
    tick, came = utc("2020-01-02T00:00Z"), utc("2026-01-02T00:00Z")
    assert known_until(tick, came, came + GRACE) == tick
    assert known_until(tick, came, came + GRACE + timedelta(seconds=3)) == tick + timedelta(
        seconds=3
    )
    assert known_until(tick, came, came - timedelta(hours=1)) == tick
