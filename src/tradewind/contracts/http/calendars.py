"""How staff write down when something trades."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from tradewind.contracts.http.identity import STRICT

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekSession:
    """From `open` until `close` of a week day, in the calendar's zone; `24:00` ends the day."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    day: Day
    open: str
    close: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DayWindow:
    """A stretch of one date."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    open: str
    close: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarDay:
    """A date on which sessions count within `windows` alone; without any it is a holiday."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    date: str
    name: str
    windows: tuple[DayWindow, ...] = field(default=())
