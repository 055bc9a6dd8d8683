"""Reads recorded ticks: a CSV file with the columns time, bid and ask, line by line.

Nothing is held but the line before, so a file may be of any length.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

COLUMNS: Final = ("time", "bid", "ask")
FIELD_LENGTH_MAX: Final = 100
EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: Twelve digits before the point and twelve after it: no price needs more.
_PRICE: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTick:
    """One line. `seq` counts lines of the same time, so that each has a key of its own."""

    time: datetime
    seq: int
    bid: Decimal
    ask: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """A line that is no tick; lines are counted from 1, the heading included."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """A line that says again what the line before said."""

    line: int


Row: TypeAlias = RecordedTick | BadRow | Repeat


class NotAFileOfTicks(ValueError):
    """The file's heading does not name the columns."""


def read_rows(path: Path, latest: datetime) -> Iterator[Row]:
    """Yield what each line is; nothing may be later than `latest`.

    Raises NotAFileOfTicks for a file without the heading time,bid,ask; other columns and their
    order do not matter.
    """
    # A byte that is not UTF-8 makes its own line bad, not the whole file.
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        lines = csv.reader(file)
        places = _places(lines)
        last: RecordedTick | None = None
        while True:
            try:
                fields = next(lines)
            except StopIteration:
                return
            except csv.Error as error:
                yield BadRow(line=lines.line_num, reason=str(error))
                continue
            if not fields:
                continue
            row = _row(lines.line_num, fields, places, last, latest)
            if isinstance(row, RecordedTick):
                last = row
            yield row


def _places(lines: Iterator[list[str]]) -> tuple[int, ...]:
    try:
        heading = [name.strip().lower() for name in next(lines, [])]
    except csv.Error as error:
        raise NotAFileOfTicks(str(error)) from None
    missing = [name for name in COLUMNS if name not in heading]
    if missing:
        raise NotAFileOfTicks(f"line 1: the heading lacks {', '.join(missing)}")
    return tuple(heading.index(name) for name in COLUMNS)


def _row(
    line: int,
    fields: list[str],
    places: tuple[int, ...],
    last: RecordedTick | None,
    latest: datetime,
) -> Row:
    if len(fields) <= max(places):
        return BadRow(line=line, reason="too few columns")
    texts = [fields[place].strip() for place in places]
    for name, text in zip(COLUMNS, texts, strict=True):
        if len(text) > FIELD_LENGTH_MAX:
            return BadRow(line=line, reason=f"the {name} is too long")
    time = _time(texts[0])
    if isinstance(time, str):
        return BadRow(line=line, reason=time)
    for name, text in zip(COLUMNS[1:], texts[1:], strict=True):
        if _PRICE.fullmatch(text) is None:
            return BadRow(line=line, reason=f"the {name} {text!r} is not a price")
    return _tick(line, time, Decimal(texts[1]), Decimal(texts[2]), last, latest)


def _tick(
    line: int,
    time: datetime,
    bid: Decimal,
    ask: Decimal,
    last: RecordedTick | None,
    latest: datetime,
) -> Row:
    if bid <= 0:
        return BadRow(line=line, reason="the bid is not above zero")
    if bid > ask:
        return BadRow(line=line, reason=f"the bid {bid} is above the ask {ask}")
    if not EARLIEST <= time <= latest:
        return BadRow(line=line, reason=f"the time {time.isoformat()} is out of range")
    if last is None or time > last.time:
        return RecordedTick(time=time, seq=0, bid=bid, ask=ask)
    if time < last.time:
        return BadRow(line=line, reason="the time is before that of an earlier line")
    if (bid, ask) == (last.bid, last.ask):
        return Repeat(line=line)
    return RecordedTick(time=time, seq=last.seq + 1, bid=bid, ask=ask)


def _time(text: str) -> datetime | str:
    """Return the time in UTC, or what is wrong with it."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return f"the time {text!r} is not ISO 8601"
    if time.tzinfo is None:
        return f"the time {text!r} has no offset: write Z for UTC"
    try:
        return time.astimezone(UTC)
    except OverflowError:
        return f"the time {text!r} is out of range"
