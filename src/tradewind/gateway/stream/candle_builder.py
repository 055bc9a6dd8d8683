"""One symbol's candles of one interval, growing with published ticks."""

import time
from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from tradewind.contracts.candles import CandleRow, CandlesCorrected
from tradewind.core.candles import GRACE, HALF, Interval, end_of, start_of
from tradewind.gateway.stream.candle_ticks import CountedTick, Order
from tradewind.services.marketdata.candles import END, CandleStart

#: Changed candles that are remembered for clients between two of their frames.
_CHANGES: Final = 128


class CandleBuilder:
    """The running candle and its predecessor; `version` grows with every change."""

    def __init__(self, interval: Interval) -> None:
        """Start without candles."""
        self.interval = interval
        self.version = 0
        #: A client whose last frame is older than this must read its history anew.
        self.reload_version = 0
        self.running: CandleRow | None = None
        self._order: Order = (-1, -1)
        self._last: datetime | None = None
        self._last_at = float("-inf")
        self._ended = False
        self._changes: deque[tuple[int, CandleRow]] = deque(maxlen=_CHANGES)
        self._forgotten = 0

    @property
    def known_until(self) -> datetime:
        """What ends by then has ended; a symbol without ticks has ended candles alone."""
        if self._last is None:
            return END
        quiet_s = time.monotonic() - self._last_at - GRACE.total_seconds()
        return self._last + timedelta(seconds=max(0.0, quiet_s))

    def begin(self, start: CandleStart, now: datetime) -> Order:
        """Take the kept candles; returns the last tick in them."""
        self.version += 1
        self._changes.clear()
        for candle in start.candles[:-1]:
            self._note(candle)
        self.running = start.candles[-1] if start.candles else None
        self._ended = False
        self._order = (-1, -1)
        if start.clock is not None:
            self._order = (start.clock.epoch, start.clock.seq)
            self._last = start.clock.time
            ago = (now - start.clock.arrived_at).total_seconds()
            self._last_at = time.monotonic() - max(0.0, ago)
        return self._order

    def take(self, ticks: Iterable[CountedTick]) -> None:
        """Grow; what is not after the last tick is in already."""
        for tick in ticks:
            if tick.order > self._order:
                self._order = tick.order
                self._grow(tick)

    def correct(self, message: CandlesCorrected) -> None:
        """Take candles as they are kept now."""
        self.version += 1
        for candle in message.candles:
            if self.running is not None and candle.time == self.running.time:
                self.running = candle
            elif self.running is None or candle.time < self.running.time:
                self._note(candle)
        if not message.complete:
            self.reload_version = self.version

    def restate(self) -> None:
        """What clients have been shown is not what they would be shown now."""
        self.version += 1
        self.reload_version = self.version

    def judge(self) -> None:
        """Note when the running candle has ended without a tick that says so."""
        known = self.known_until
        if self.running is None or self._ended:
            return
        if end_of(self.interval, self.running.time) <= known:
            self._ended = True
            self.version += 1

    def changed(self, since: int) -> list[CandleRow]:
        """Return the candles that changed after a version, by time, the running one last."""
        latest = {candle.time: candle for version, candle in self._changes if version > since}
        found = [latest[at] for at in sorted(latest)]
        if self.running is not None and self.version > since:
            found.append(self.running)
        return found

    def missed(self, since: int) -> bool:
        """Tell whether some change after a version is not known any more, or more changed."""
        return since < self.reload_version or since < self._forgotten

    def _grow(self, tick: CountedTick) -> None:
        running = self.running
        start = start_of(self.interval, tick.time)
        if running is not None and start < running.time:
            # A late tick: the job will say what became of its candle.
            return
        self.version += 1
        if running is None or start > running.time:
            if running is not None:
                self._note(running)
            self.running, self._ended = _first(start, tick), False
        else:
            is_last = self._last is None or tick.time >= self._last
            self.running = _grown(running, tick, is_last=is_last)
        if self._last is None or tick.time >= self._last:
            self._last = tick.time
            self._last_at = time.monotonic()

    def _note(self, candle: CandleRow) -> None:
        if len(self._changes) == _CHANGES:
            self._forgotten = self._changes[0][0]
        self._changes.append((self.version, candle))


def _first(start: datetime, tick: CountedTick) -> CandleRow:
    mid = (tick.bid + tick.ask) * HALF
    return CandleRow(
        time=start, ticks=1, revision=0,
        bid_open=tick.bid, bid_high=tick.bid, bid_low=tick.bid, bid_close=tick.bid,
        ask_open=tick.ask, ask_high=tick.ask, ask_low=tick.ask, ask_close=tick.ask,
        mid_open=mid, mid_high=mid, mid_low=mid, mid_close=mid,
    )  # fmt: skip


def _grown(candle: CandleRow, tick: CountedTick, *, is_last: bool) -> CandleRow:
    mid = (tick.bid + tick.ask) * HALF
    return replace(
        candle,
        ticks=candle.ticks + 1,
        bid_high=max(candle.bid_high, tick.bid),
        bid_low=min(candle.bid_low, tick.bid),
        bid_close=tick.bid if is_last else candle.bid_close,
        ask_high=max(candle.ask_high, tick.ask),
        ask_low=min(candle.ask_low, tick.ask),
        ask_close=tick.ask if is_last else candle.ask_close,
        mid_high=max(candle.mid_high, mid),
        mid_low=min(candle.mid_low, mid),
        mid_close=mid if is_last else candle.mid_close,
    )
