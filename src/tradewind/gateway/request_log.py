"""One line of JSON for each request, like every other log line but written in batches.

Rendering and writing each line on its own would cost as much as the rest of the gateway.
"""

import asyncio
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

_FLUSH_S: Final = 0.1
_LINES_MAX: Final = 1000


class RequestLine(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a request: nothing of its body, its query, its headers."""

    event: str = "request"
    level: str = "info"
    process: str = "api"
    timestamp: datetime
    id: str
    method: str
    route: str
    status: int
    ms: float
    user: str | None


Write = Callable[[bytes], object]


def write_to_standard_error(text: bytes) -> None:
    """Write whole lines at once, where every log line goes."""
    sys.stderr.buffer.write(text)
    sys.stderr.buffer.flush()


class RequestLog:
    """Gathers lines and writes them a tenth of a second later, or when there are many."""

    def __init__(self, write: Write = write_to_standard_error) -> None:
        """Take where the text goes."""
        self._write = write
        self._encoder = msgspec.json.Encoder()
        self._lines: list[bytes] = []

    def add(
        self, *, id_: str, method: str, route: str, status: int, seconds: float, user: object
    ) -> None:
        """Take one request that has been answered."""
        if not self._lines:
            asyncio.get_running_loop().call_later(_FLUSH_S, self.flush)
        line = RequestLine(
            timestamp=datetime.fromtimestamp(time.time(), UTC),
            id=id_,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1000, 3),
            user=None if user is None else str(user),
        )
        self._lines.append(self._encoder.encode(line))
        if len(self._lines) >= _LINES_MAX:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered; also once before the process ends."""
        if self._lines:
            text = b"\n".join([*self._lines, b""])
            self._lines.clear()
            self._write(text)
