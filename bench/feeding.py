"""Runs a feed of LPs in a process of its own and orders ticks of it."""

import subprocess
import sys
from array import array
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.fix_feed import FeedPlan, Order, Sent


class Feeding:
    """A feed that listens for its LPs' only client."""

    def __init__(self, process: "subprocess.Popen[bytes]", path: Path) -> None:
        """Take a process that is starting; `path` is where it writes when ticks were sent."""
        self._process = process
        self._path = path
        self._expect(b"listening")

    def until_subscribed(self) -> None:
        """Return when all LPs were asked for everything."""
        self._expect(b"subscribed")

    def begin(self, per_second: float, seconds: float) -> None:
        """Order ticks; `result` waits for the last."""
        order = Order(per_second=per_second, count=int(per_second * seconds), path=str(self._path))
        assert self._process.stdin is not None
        self._process.stdin.write(msgspec.json.encode(order) + b"\n")
        self._process.stdin.flush()

    def result(self) -> tuple[Sent, "array[int]"]:
        """Return what was sent, and when each tick was, in ns of the monotonic clock."""
        sent = msgspec.json.decode(self._line(), type=Sent)
        return sent, array("q", self._path.read_bytes())

    def end(self) -> None:
        """End the sessions: what the LPs' client does then is its own affair."""
        self._process.kill()

    def _expect(self, word: bytes) -> None:
        line = self._line()
        assert line.strip() == word, f"the feed said {line!r} instead of {word!r}"

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def feeding(plan: FeedPlan, path: Path) -> Generator[Feeding]:
    """Let LPs listen; on leaving, they are gone."""
    command = (sys.executable, "-m", "bench.fix_feed", msgspec.json.encode(plan).decode())
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        feed = Feeding(process, path)
        try:
            yield feed
        finally:
            feed.end()
