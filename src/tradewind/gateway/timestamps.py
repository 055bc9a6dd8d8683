"""The one way a time comes in: RFC 3339 with an offset, at most microseconds."""

import re
from datetime import UTC, datetime
from typing import Final

from tradewind.core.errors import InvalidError

#: Hour 24 and second 60 do not exist here, whatever a newer parser may think.
PATTERN: Final = (
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])"
)
_FORM: Final = re.compile(PATTERN)
#: Arithmetic on later times would leave the calendar.
_LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)


def parse_timestamp(value: object, field: str) -> datetime:
    """Return the UTC time a string spells; InvalidError names `field`."""
    if not isinstance(value, str):
        raise InvalidError(field, "not_a_string", "A time is a JSON string.")
    if _FORM.fullmatch(value) is None:
        raise InvalidError(field, "invalid_time", "Like 2026-01-31T12:00:00Z, with an offset.")
    try:
        time = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidError(field, "invalid_time", "There is no such time.") from None
    if time >= _LATEST:
        raise InvalidError(field, "invalid_time", "Too far in the future.")
    return time
