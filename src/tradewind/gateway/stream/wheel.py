"""One timer for all clients with the same window, spread over the window's slots.

A thousand clients with 100 ms are served as a hundred every 10 ms, so that nobody waits for the
other nine hundred writes.
"""

import asyncio
from collections.abc import Callable
from typing import Final, TypeAlias

Turn: TypeAlias = Callable[[], None]

_SLOT_MS_MIN: Final = 10
_SLOTS_MAX: Final = 50


class Wheel:
    """Calls each turn once in its interval; interval 0 is as soon as something changed."""

    def __init__(self) -> None:
        """Start empty; an interval's timer runs while somebody is on it."""
        self._rings: dict[int, _Ring] = {}
        self._eager: dict[Turn, None] = {}
        self._scheduled = False

    def add(self, turn: Turn, interval_ms: int) -> None:
        """Put a turn on its interval; it may be on one only."""
        if interval_ms == 0:
            self._eager[turn] = None
            return
        ring = self._rings.get(interval_ms)
        if ring is None:
            ring = self._rings[interval_ms] = _Ring(interval_ms)
        ring.add(turn)

    def remove(self, turn: Turn, interval_ms: int) -> None:
        """Take a turn off its interval; taking it off again changes nothing."""
        if interval_ms == 0:
            self._eager.pop(turn, None)
            return
        ring = self._rings.get(interval_ms)
        if ring is not None and ring.remove(turn):
            ring.stop()
            del self._rings[interval_ms]

    def changed(self) -> None:
        """Serve interval 0 once this round of the event loop has read what there is."""
        if self._eager and not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._serve_eager)

    def _serve_eager(self) -> None:
        self._scheduled = False
        for turn in list(self._eager):
            turn()


class _Ring:
    """The slots of one interval."""

    def __init__(self, interval_ms: int) -> None:
        count = max(1, min(_SLOTS_MAX, interval_ms // _SLOT_MS_MIN))
        self._slots: list[dict[Turn, None]] = [{} for _ in range(count)]
        self._slot_of: dict[Turn, int] = {}
        self._step_s = interval_ms / count / 1000
        self._at = 0
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time() + self._step_s
        self._timer = self._loop.call_at(self._due, self._step)

    def add(self, turn: Turn) -> None:
        index = min(range(len(self._slots)), key=lambda slot: len(self._slots[slot]))
        self._slots[index][turn] = None
        self._slot_of[turn] = index

    def remove(self, turn: Turn) -> bool:
        """Return True when the ring is empty."""
        index = self._slot_of.pop(turn, None)
        if index is not None:
            del self._slots[index][turn]
        return not self._slot_of

    def stop(self) -> None:
        self._timer.cancel()

    def _step(self) -> None:
        turns = self._slots[self._at]
        self._at = (self._at + 1) % len(self._slots)
        # A late step does not make the next ones hurry: the window is a minimum.
        self._due = max(self._due + self._step_s, self._loop.time())
        self._timer = self._loop.call_at(self._due, self._step)
        for turn in list(turns):
            turn()
