"""Values of the options of `tradewind ticks`; each parses one, or fails as click does."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, TypeAlias

import click

Keep: TypeAlias = timedelta | Literal["forever"]

_KEEP: Final = re.compile(r"([1-9][0-9]{0,4})d")


def parse_time(_context: click.Context, _option: click.Parameter, text: str) -> datetime:
    """Parse a time with Z or an offset; a date alone is its midnight in UTC."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is not an ISO 8601 time") from None
    if time.tzinfo is not None:
        return time.astimezone(UTC)
    if len(text) > len("2026-01-31"):
        raise click.BadParameter(f"{text!r} has no offset: write Z for UTC")
    return time.replace(tzinfo=UTC)


def parse_keep(_context: click.Context, _option: click.Parameter, text: str | None) -> Keep | None:
    """Parse a number of days, or for ever."""
    if text is None or text == "forever":
        return text
    found = _KEEP.fullmatch(text)
    if found is None:
        raise click.BadParameter(f"{text!r} is neither like 30d nor forever")
    return timedelta(days=int(found[1]))
