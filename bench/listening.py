"""Runs listeners in a process of their own and tells when they count."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

import msgspec

from bench.listeners import Counted, ListenersPlan


class Listening:
    """Listeners that are connected."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        """Take a process that is starting."""
        self._process = process
        self._expect(b"connected")

    def until_begin(self) -> None:
        """Return when they start to count."""
        self._expect(b"begin")

    def result(self) -> Counted:
        """Wait until they have counted."""
        return msgspec.json.decode(self._line(), type=Counted)

    def _expect(self, word: bytes) -> None:
        line = self._line()
        assert line.strip() == word, f"the listeners said {line!r} instead of {word!r}"

    def _line(self) -> bytes:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def listening(plan: ListenersPlan) -> Generator[Listening]:
    """Connect everybody of a plan; on leaving, they are gone."""
    command = (sys.executable, "-m", "bench.listeners", msgspec.json.encode(plan).decode())
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            yield Listening(process)
        finally:
            process.kill()
