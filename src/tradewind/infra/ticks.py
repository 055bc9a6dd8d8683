"""The latest price of every symbol, as a deciding process holds it.

A price is dropped unless it comes after the last by (epoch, seq). It does not exist once its
stamp or its local receipt is too old, or once pricing has been silent for longer than
`SILENCE_S`; who asks then gets None.
"""

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tradewind.contracts.ticks import Tick

#: How long a named price stays good for instant execution, before receipt of the order.
RECENT_S: Final = 0.5
#: Pricing says that it lives four times a second.
SILENCE_S: Final = 1.0

_DECODER: Final = msgspec.json.Decoder(Tick)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A tick and when it came, by this process's monotonic clock in seconds."""

    tick: Tick
    at: float


class TickFeed:
    """Latest tick and a short ring per symbol; fed with Redis messages."""

    def __init__(self) -> None:
        """Start without prices."""
        self._latest: dict[str, Received] = {}
        self._rings: dict[str, deque[Received]] = {}
        self._alive_at = float("-inf")

    def receive(self, payload: bytes) -> Tick | None:
        """Take one published tick; return it, or None when it was not newer."""
        tick = _DECODER.decode(payload)
        last = self._latest.get(tick.symbol)
        if last is not None and (tick.epoch, tick.seq) <= (last.tick.epoch, last.tick.seq):
            return None
        received = Received(tick=tick, at=time.monotonic())
        self._latest[tick.symbol] = received
        ring = self._rings.setdefault(tick.symbol, deque())
        ring.append(received)
        # The tick before the window began is kept: it was the latest for the window's first part.
        while len(ring) > 1 and ring[1].at < received.at - 4 * RECENT_S:
            ring.popleft()
        return tick

    def heartbeat(self) -> None:
        """Note that pricing lives."""
        self._alive_at = time.monotonic()

    @property
    def alive(self) -> bool:
        """False once pricing has been silent for too long."""
        return time.monotonic() - self._alive_at <= SILENCE_S

    def latest(self, symbol: str) -> Tick | None:
        """The last tick whatever its age; for valuation out of session and for display."""
        received = self._latest.get(symbol)
        return received.tick if received else None

    def tradable(self, symbol: str, now: datetime, age_max: timedelta) -> Tick | None:
        """The latest tick if it may be traded on now."""
        received = self._latest.get(symbol)
        if received is None or not received.tick.tradable or not self.alive:
            return None
        if now - received.tick.time > age_max:
            return None
        if time.monotonic() - received.at > age_max.total_seconds():
            return None
        return received.tick

    def recent(self, symbol: str, waited_s: float) -> Iterator[Tick]:
        """Every tick that was the latest at some moment of the window `waited_s` seconds ago."""
        until = time.monotonic() - waited_s
        begin = until - RECENT_S
        following: float | None = None
        for received in reversed(self._rings.get(symbol, ())):
            if received.at <= until and (following is None or following >= begin):
                yield received.tick
            following = received.at
