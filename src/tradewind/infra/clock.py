"""Where time enters: shells ask this clock, core is told."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path


class Clock:
    """The UTC time, shifted in demo installations by the seconds a file holds.

    The file lets DST, 17:00 New York and expiry be tested on a live platform; it is read again
    at most once a second.
    """

    def __init__(self, offset_file: Path | None = None) -> None:
        """Without a file the clock is the system's."""
        self._file = offset_file
        self._offset = timedelta(0)
        self._read_at = datetime.min.replace(tzinfo=UTC)

    def now(self) -> datetime:
        """Return the aware UTC time, microseconds."""
        real = datetime.now(UTC)
        if self._file is None:
            return real
        if real - self._read_at >= timedelta(seconds=1):
            self._offset = _offset(self._file)
            self._read_at = real
        return real + self._offset


class ClockFileRefusedError(RuntimeError):
    """`TRADEWIND_CLOCK_FILE` is set on an installation that is not a demo."""


def clock_from_environment() -> Clock:
    """Build the process's clock; a shifted clock is refused unless `TRADEWIND_DEMO=1`."""
    path = os.environ.get("TRADEWIND_CLOCK_FILE")
    if path is None:
        return Clock()
    if os.environ.get("TRADEWIND_DEMO") != "1":
        raise ClockFileRefusedError("TRADEWIND_CLOCK_FILE needs TRADEWIND_DEMO=1")
    return Clock(Path(path))


def _offset(path: Path) -> timedelta:
    try:
        return timedelta(seconds=int(path.read_text("ascii").strip() or "0"))
    except FileNotFoundError:
        return timedelta(0)
