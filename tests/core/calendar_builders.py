"""Calendars and instants of all kinds, with clocks that change and clocks that do not."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from tradewind.core.calendars import Calendar, Session, SpecialDay

NEW_YORK, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/London")


def calendar(
    sessions: tuple[tuple[int, int, int], ...],
    zone: str = "Europe/London",
    days: tuple[SpecialDay, ...] = (),
    quoting: tuple[tuple[int, int, int], ...] | None = None,
) -> Calendar:
    made = [
        tuple(Session(weekday=d, open_minute=o, close_minute=c) for d, o, c in each)
        for each in (sessions, sessions if quoting is None else quoting)
    ]
    return Calendar(time_zone=zone, trading=made[0], quoting=made[1], special_days=days)


def at(zone: ZoneInfo, year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=zone).astimezone(UTC)


ZONES = st.sampled_from(
    ("America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo", "America/Sao_Paulo")
)
INSTANTS = st.datetimes(
    datetime.fromisoformat("2024-01-01"),
    datetime.fromisoformat("2030-12-31"),
    timezones=st.just(UTC),
)


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    sessions: list[tuple[int, int, int]] = []
    for day in draw(st.sets(st.integers(0, 6))):
        edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=2, max_size=6)))
        sessions += [(day, *pair) for pair in zip(edges[::2], edges[1::2], strict=False)]
    return calendar(tuple(sessions), draw(ZONES))
