"""When an instrument trades: weekly sessions in a time zone, and the days that differ.

Source: docs/domain/sessions.md
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from tradewind.core.values import frozen

MINUTES_A_DAY: Final = 24 * 60
DAYS_A_WEEK: Final = 7
#: How far ahead a change is looked for: past any week with a holiday in it.
HORIZON_DAYS: Final = 15
ONE_DAY: Final = timedelta(days=1)
ONE_SECOND: Final = timedelta(seconds=1)


class Phase(StrEnum):
    """What a market does at an instant."""

    TRADING = "trading"
    #: Prices are shown, and nothing trades.
    QUOTING = "quoting"
    CLOSED = "closed"


@frozen
class Session:
    """From `open_minute` until `close_minute` of a week day (Monday is 0); the end is outside."""

    weekday: int
    open_minute: int
    close_minute: int


@frozen
class Window:
    """A stretch of one date, in minutes since its midnight; the end is outside."""

    open_minute: int
    close_minute: int


@frozen
class SpecialDay:
    """A date on which sessions count only within `windows`; without any it is a holiday."""

    day: date
    name: str
    windows: tuple[Window, ...]


WHOLE_DAY: Final = (Window(open_minute=0, close_minute=MINUTES_A_DAY),)


@frozen
class Calendar:
    """A week of sessions in `time_zone`, an IANA name. Trading lies within quoting."""

    time_zone: str
    trading: tuple[Session, ...]
    quoting: tuple[Session, ...]
    special_days: tuple[SpecialDay, ...]


@frozen
class MarketState:
    """The phase at an instant; `changes_at` is its end, None if that is beyond the horizon."""

    phase: Phase
    changes_at: datetime | None


@frozen
class Span:
    """An open stretch of time in UTC; the end is outside."""

    start: datetime
    end: datetime


def state(calendar: Calendar, now: datetime) -> MarketState:
    """Return what the market does at `now`, and when that changes by itself."""
    first = now.astimezone(ZoneInfo(calendar.time_zone)).date() - ONE_DAY
    days = [first + n * ONE_DAY for n in range(HORIZON_DAYS + 1)]
    trading = _spans(calendar, calendar.trading, days)
    quoting = _spans(calendar, calendar.quoting, days)
    phase = _phase(trading, quoting, now)
    edges = {edge for span in (*trading, *quoting) for edge in (span.start, span.end)}
    horizon = now + timedelta(days=HORIZON_DAYS - 2)
    for edge in sorted(edges):
        if now < edge < horizon and _phase(trading, quoting, edge) is not phase:
            return MarketState(phase=phase, changes_at=edge)
    return MarketState(phase=phase, changes_at=None)


def trading_between(calendar: Calendar, start: datetime, end: datetime) -> Sequence[Span]:
    """Return what trades from `start` until `end`, in order, each session cut to that stretch."""
    zone = ZoneInfo(calendar.time_zone)
    # A day more on each side: where clocks go back at midnight a date's hours lie on two dates.
    first, last = start.astimezone(zone).date() - ONE_DAY, end.astimezone(zone).date() + ONE_DAY
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)]
    cut = [
        Span(start=max(span.start, start), end=min(span.end, end))
        for span in _spans(calendar, calendar.trading, days)
    ]
    return sorted((span for span in cut if span.start < span.end), key=lambda span: span.start)


def problem(calendar: Calendar) -> str | None:
    """Say what is wrong with a calendar, or None: order, overlap, trading outside quoting."""
    for sessions in (calendar.trading, calendar.quoting):
        for weekday in range(DAYS_A_WEEK):
            of_day = [
                (each.open_minute, each.close_minute)
                for each in sessions
                if each.weekday == weekday
            ]
            if not _are_in_order(sorted(of_day)):
                return "a day's sessions must open before they close and not overlap"
    if not all(_is_within(each, calendar.quoting) for each in calendar.trading):
        return "a trading session lies outside the quoting sessions"
    days = [each.day for each in calendar.special_days]
    if len(days) != len(set(days)):
        return "a date is listed twice"
    for special in calendar.special_days:
        if not _are_in_order([(each.open_minute, each.close_minute) for each in special.windows]):
            return "the windows of a special day must open before they close and not overlap"
    return None


def _phase(trading: Sequence[Span], quoting: Sequence[Span], at: datetime) -> Phase:
    if any(span.start <= at < span.end for span in trading):
        return Phase.TRADING
    if any(span.start <= at < span.end for span in quoting):
        return Phase.QUOTING
    return Phase.CLOSED


def _spans(calendar: Calendar, sessions: Sequence[Session], days: Sequence[date]) -> Sequence[Span]:
    """Return the sessions of some dates, as stretches of UTC."""
    zone = ZoneInfo(calendar.time_zone)
    special = {each.day: each for each in calendar.special_days}
    return [
        Span(start=_instant(day, start, zone), end=_instant(day, end, zone))
        for day in days
        for start, end in _minutes_of_day(sessions, day, special.get(day))
    ]


def _minutes_of_day(
    sessions: Sequence[Session], day: date, special: SpecialDay | None
) -> Iterator[tuple[int, int]]:
    windows = WHOLE_DAY if special is None else special.windows
    for each in sessions:
        if each.weekday != day.weekday():
            continue
        for window in windows:
            start = max(each.open_minute, window.open_minute)
            end = min(each.close_minute, window.close_minute)
            if start < end:
                yield start, end


def _instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return the first instant at which the zone's clocks show that minute or a later one.

    So a time that comes twice means its first coming, one that is skipped the moment of the skip,
    and whatever the clocks do no edge overtakes another.
    """
    wall = datetime.combine(day, time(0)) + timedelta(minutes=minute)
    instant = wall.replace(tzinfo=zone).astimezone(UTC)
    if _shown(instant, zone) == wall:
        return instant
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    while instant - before > ONE_SECOND:
        middle = before + (instant - before) / 2
        middle = middle.replace(microsecond=0)
        before, instant = (before, middle) if _shown(middle, zone) >= wall else (middle, instant)
    return instant


def _shown(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def _are_in_order(times: Sequence[tuple[int, int]]) -> bool:
    """Tell whether each pair is a stretch of one day and none begins before the last ended."""
    edges = [edge for pair in times for edge in pair]
    return (
        all(start < end for start, end in times)
        and edges == sorted(edges)
        and all(0 <= edge <= MINUTES_A_DAY for edge in edges)
    )


def _is_within(session: Session, quoting: Sequence[Session]) -> bool:
    return any(
        each.weekday == session.weekday
        and each.open_minute <= session.open_minute
        and session.close_minute <= each.close_minute
        for each in quoting
    )
