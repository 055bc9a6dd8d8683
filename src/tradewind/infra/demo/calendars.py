"""Calendars that come with an installation: round the clock for the demo, the markets' beside it.

Times are of each calendar's zone, to the minute. The special days are those of two years as
exchanges commonly keep them; a broker confirms them with its LPs (docs/domain/sessions.md).
"""

from collections.abc import Iterable, Mapping
from typing import Final

from tradewind.infra.calendars import DAYS, StoredCalendar, StoredDay, StoredSession, StoredWindow

WEEKDAYS: Final = DAYS[:4]
NEW_YORK: Final = "America/New_York"


def _daily(days: Iterable[str], *times: tuple[str, str]) -> tuple[StoredSession, ...]:
    return tuple(
        StoredSession(day=day, open=start, close=end) for day in days for start, end in times
    )


def _week(start: str, end: str) -> tuple[StoredSession, ...]:
    """From Sunday to Friday with a break each day from `end` to `start`."""
    return (
        *_daily(("sunday",), (start, "24:00")),
        *_daily(WEEKDAYS, ("00:00", end), (start, "24:00")),
        *_daily(("friday",), ("00:00", end)),
    )


def _closed(name: str, *dates: str) -> tuple[StoredDay, ...]:
    return tuple(StoredDay(date=date, name=name) for date in dates)


def _open(name: str, windows: tuple[StoredWindow, ...], *dates: str) -> tuple[StoredDay, ...]:
    return tuple(StoredDay(date=date, name=name, windows=windows) for date in dates)


#: Currencies trade on every date but Christmas and New Year; the day ends at 17:00.
_UNTIL_FIVE: Final = (StoredWindow(open="00:00", close="17:00"),)
_FX_DAYS: Final = (
    *_open("Christmas Eve", _UNTIL_FIVE, "2026-12-24"),
    *_closed("Christmas", "2026-12-25"),
    *_open("New Year's Eve", _UNTIL_FIVE, "2026-12-31"),
    *_closed("New Year", "2027-01-01"),
)


def _exchange_days(halt: str, eve: str, reopening: str) -> tuple[StoredDay, ...]:
    """US exchange holidays: trading halts at `halt` and goes on in the evening, or ends at `eve`.

    A Friday's halt lasts until Sunday.
    """
    end = (StoredWindow(open="00:00", close=halt),)
    pause = (*end, StoredWindow(open=reopening, close="24:00"))
    early = (StoredWindow(open="00:00", close=eve),)
    return (
        *_open("Martin Luther King Day", pause, "2026-01-19", "2027-01-18"),
        *_open("Presidents' Day", pause, "2026-02-16", "2027-02-15"),
        *_closed("Good Friday", "2026-04-03", "2027-03-26"),
        *_open("Memorial Day", pause, "2026-05-25", "2027-05-31"),
        *_open("Juneteenth", end, "2026-06-19", "2027-06-18"),
        *_open("Independence Day", end, "2026-07-03"),
        *_open("Independence Day", pause, "2027-07-05"),
        *_open("Labor Day", pause, "2026-09-07", "2027-09-06"),
        *_open("Thanksgiving", pause, "2026-11-26", "2027-11-25"),
        *_open("Day after Thanksgiving", early, "2026-11-27", "2027-11-26"),
        *_open("Christmas Eve", early, "2026-12-24", "2027-12-23"),
        *_closed("Christmas", "2026-12-25", "2027-12-24"),
        *_closed("New Year", "2027-01-01"),
    )


CALENDARS: Final[Mapping[str, StoredCalendar]] = {
    "demo-24x7": StoredCalendar(time_zone="UTC", sessions=_daily(DAYS, ("00:00", "24:00"))),
    "crypto": StoredCalendar(time_zone="UTC", sessions=_daily(DAYS, ("00:00", "24:00"))),
    "fx": StoredCalendar(
        time_zone=NEW_YORK,
        sessions=_week("17:00", "17:00"),
        special_days=_FX_DAYS,
    ),
    "metals": StoredCalendar(
        time_zone=NEW_YORK,
        sessions=_week("18:00", "17:00"),
        quoting=_week("17:55", "17:00"),
        special_days=_exchange_days("14:30", "13:45", "17:55"),
    ),
    "us-index": StoredCalendar(
        time_zone=NEW_YORK,
        sessions=_week("18:00", "17:00"),
        quoting=_week("17:45", "17:00"),
        special_days=_exchange_days("13:00", "13:15", "17:45"),
    ),
}
