"""UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness; ids sort by time of making.

Those of one source sort strictly, within a millisecond too, so a list in the order of its ids is
in the order of its making.
"""

import os
import time
from typing import Final
from uuid import UUID

from asyncpg.pgproto import pgproto

_RANDOM_BLOCK: Final = 4096
_RANDOM_BITS: Final = 0x0FFF_3FFF_FFFF_FFFF_FFFF
_VERSION_AND_VARIANT: Final = 0x7000_8000_0000_0000_0000


def oldest_id(age_s: float) -> UUID:
    """Return the first id that could have been made so many seconds ago."""
    since = time.time_ns() // 1_000_000 - int(age_s * 1000)
    return pgproto.UUID((max(since, 0) << 80).to_bytes(16, "big"))


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
        random = int.from_bytes(self._block[self._at : self._at + 10], "big")
        self._at += 10
        value = (time.time_ns() // 1_000_000) << 80 | random & _RANDOM_BITS | _VERSION_AND_VARIANT
        if value <= self._last:
            value = self._last + 1
        self._last = value
        # The driver's own class is made in half the time, and is a UUID.
        return pgproto.UUID(value.to_bytes(16, "big"))
