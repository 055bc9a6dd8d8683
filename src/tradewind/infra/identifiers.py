"""UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness; ids sort by time of making.

Those of one source sort strictly, within a millisecond too, so a list in the order of its ids is
in the order of its making.
"""

import os
import time
from uuid import UUID

_RANDOM_BLOCK = 4096


class IdSource:
    """Makes UUIDv7 values; randomness is drawn in blocks because a system call an id is dear."""

    def __init__(self) -> None:
        """Start with an empty block."""
        self._block = b""
        self._at = 0
        self._last = 0

    def new(self) -> UUID:
        """Return a fresh id."""
        if self._at + 10 > len(self._block):
            self._block = os.urandom(_RANDOM_BLOCK)
            self._at = 0
        rest = int.from_bytes(self._block[self._at : self._at + 10], "big")
        self._at += 10
        value = (time.time_ns() // 1_000_000) << 80 | rest
        value = value & ~(0xF000 << 64) | 0x7000 << 64
        value = value & ~(0xC000 << 48) | 0x8000 << 48
        if value <= self._last:
            value = self._last + 1
        self._last = value
        return UUID(int=value)
