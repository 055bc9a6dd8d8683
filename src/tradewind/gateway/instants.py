"""The one way a time comes in: as RFC 3339 spells it, with its offset, whole."""

import re
from datetime import UTC, datetime
from typing import Final

_INSTANT: Final = re.compile(
    r"[1-9]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def parse_instant(text: object) -> datetime | None:
    """Return the moment a string spells, in UTC; None for anything else."""
    if not isinstance(text, str) or _INSTANT.fullmatch(text) is None:
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
