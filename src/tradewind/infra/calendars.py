"""How a calendar is written down: week days by name, times as `HH:MM`, `24:00` ends a day."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from tradewind.core.calendars import Calendar, Session, SpecialDay, Window, problem

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: Two digits each; anything after 24:00 is refused by the calendar's own rules.
TIME_PATTERN: Final = r"[0-2][0-9]:[0-5][0-9]"
_TIME: Final = re.compile(TIME_PATTERN)


class CalendarError(ValueError):
    """What is written down makes no calendar; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSession:
    """From `open` until `close` of a week day, in the calendar's zone."""

    day: str
    open: str
    close: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredWindow:
    """A stretch of one date."""

    open: str
    close: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredDay:
    """A date on which sessions count only within `windows`; without any it is a holiday."""

    date: str
    name: str
    windows: tuple[StoredWindow, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCalendar:
    """A week of sessions; without `quoting` quotes are taken in the trading sessions."""

    time_zone: str
    sessions: tuple[StoredSession, ...]
    quoting: tuple[StoredSession, ...] | None = None
    special_days: tuple[StoredDay, ...] = ()


def to_calendar(stored: StoredCalendar) -> Calendar:
    """Return the calendar that is written down; CalendarError says what is wrong with it."""
    _check_zone(stored.time_zone)
    trading = _sessions(stored.sessions)
    calendar = Calendar(
        time_zone=stored.time_zone,
        trading=trading,
        quoting=trading if stored.quoting is None else _sessions(stored.quoting),
        special_days=tuple(_special_day(each) for each in stored.special_days),
    )
    wrong = problem(calendar)
    if wrong is not None:
        raise CalendarError(wrong)
    return calendar


def read_calendar(time_zone: str, sessions: str, quoting: str | None, days: str) -> Calendar:
    """Return the calendar of a database row, whose columns are JSON texts."""
    stored = StoredCalendar(
        time_zone=time_zone,
        sessions=msgspec.json.decode(sessions, type=tuple[StoredSession, ...]),
        quoting=None
        if quoting is None
        else msgspec.json.decode(quoting, type=tuple[StoredSession, ...]),
        special_days=msgspec.json.decode(days, type=tuple[StoredDay, ...]),
    )
    return to_calendar(stored)


def clock_text(minute: int) -> str:
    """Spell a minute of the day."""
    return f"{minute // 60:02}:{minute % 60:02}"


def _sessions(stored: Sequence[StoredSession]) -> tuple[Session, ...]:
    for each in stored:
        if each.day not in DAYS:
            raise CalendarError("a day is monday, tuesday, … or sunday")
    return tuple(
        Session(
            weekday=DAYS.index(each.day),
            open_minute=_minute(each.open),
            close_minute=_minute(each.close),
        )
        for each in stored
    )


def _special_day(stored: StoredDay) -> SpecialDay:
    try:
        day = date.fromisoformat(stored.date)
    except ValueError:
        raise CalendarError("a date is spelt 2026-12-25") from None
    return SpecialDay(
        day=day,
        name=stored.name,
        windows=tuple(
            Window(open_minute=_minute(each.open), close_minute=_minute(each.close))
            for each in stored.windows
        ),
    )


def _minute(text: str) -> int:
    if _TIME.fullmatch(text) is None:
        raise CalendarError("a time is spelt 17:00, and 24:00 ends the day")
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        raise CalendarError("there is no such time zone; use an IANA name") from None
