"""Where ticks come from: the seeded market, in real time, or a recording at any speed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final, Protocol

import structlog

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.instruments import INSTRUMENTS
from tradewind.simulators.lp.market import Market
from tradewind.simulators.lp.recording import RecordingError
from tradewind.simulators.lp.schedule import Schedule
from tradewind.simulators.lp.ticks import TimedTick

DAY: Final = timedelta(days=1)
STEP_S: Final = 0.05
#: A feed that fell behind by more than this (suspended machine) starts again from now.
LAG_S_MAX: Final = 1.0
#: Ticks written at once when playing a recording as fast as possible.
BATCH: Final = 200

_log = structlog.get_logger()


class Publisher(Protocol):
    """The server, as a feed sees it."""

    #: Set at every subscription.
    subscription_made: asyncio.Event

    def subscribed(self, symbol: str) -> bool:
        """Tell whether anybody listens to a symbol."""
        ...

    async def publish(self, ticks: Sequence[TimedTick]) -> None:
        """Queue ticks in order for whoever listens."""
        ...

    async def room(self) -> None:
        """Wait until clients have taken most of what was queued."""
        ...


class MarketFeed:
    """The seeded market in real time, all symbols."""

    def __init__(self, seed: int, ticks_per_second: float, clock: Clock) -> None:
        """Prepare the market of one LP."""
        self._market = Market(seed)
        self._schedule = Schedule(self._market, seed, ticks_per_second)
        self._clock = clock

    def offers(self, symbol: str) -> bool:
        """Quote every simulated instrument."""
        return symbol in INSTRUMENTS

    def current(self, symbol: str) -> TimedTick:
        """Return the quote of this moment."""
        now = self._clock.now()
        return TimedTick(tick=self._market.tick(symbol, now.timestamp()), at=now)

    async def run(self, server: Publisher) -> None:
        """Publish the market for ever, in small steps of time."""
        loop = asyncio.get_running_loop()
        since, step_ends = self._clock.now().timestamp(), loop.time()
        while True:
            step_ends = max(step_ends + STEP_S, loop.time() - LAG_S_MAX)
            await asyncio.sleep(step_ends - loop.time())
            now = self._clock.now()
            until = now.timestamp()
            if not 0 < until - since <= LAG_S_MAX:
                since = until - STEP_S
            ticks = self._schedule.step(since, until)
            since = until
            if ticks:
                await server.publish([TimedTick(tick=tick, at=now) for tick in ticks])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How a recording is played: `speed` times as fast, None for as fast as possible."""

    speed: float | None
    loops: bool


class ReplayFeed:
    """One symbol's recording; it waits for a subscriber and pauses without one.

    Each time it is played again its times lie whole days later, so that they only grow.
    """

    def __init__(self, rows: Sequence[TimedTick], pace: Pace, counters: LpCounters) -> None:
        """Take the rows of one symbol in their order; at least one."""
        self._rows = rows
        self._pace = pace
        self._counters = counters
        self._symbol = rows[0].tick.symbol
        self._current: TimedTick | None = None
        self._shift = timedelta(0)

    @property
    def symbol(self) -> str:
        """Return the recorded symbol."""
        return self._symbol

    def offers(self, symbol: str) -> bool:
        """Quote the recorded symbol alone."""
        return symbol == self._symbol

    def current(self, symbol: str) -> TimedTick | None:
        """Return the last row played."""
        return self._current if symbol == self._symbol else None

    async def run(self, server: Publisher) -> None:
        """Play the recording once, or for ever."""
        play = self._play_fast if self._pace.speed is None else self._play
        while True:
            await play(server)
            _log.info("lp_replay_finished", symbol=self._symbol, **self._counters.totals())
            if not self._pace.loops:
                return
            self._shift += period(self._rows)

    async def _play_fast(self, server: Publisher) -> None:
        for at in range(0, len(self._rows), BATCH):
            await self._send(server, self._rows[at : at + BATCH])
            await asyncio.sleep(0)

    async def _play(self, server: Publisher) -> None:
        loop, speed = asyncio.get_running_loop(), self._pace.speed or 1.0
        await self._subscriber(server)
        began, first = loop.time(), self._rows[0].at
        for row in self._rows:
            due = began + (row.at - first).total_seconds() / speed
            await asyncio.sleep(max(0.0, due - loop.time()))
            await self._send(server, [row])

    async def _send(self, server: Publisher, rows: Sequence[TimedTick]) -> None:
        await self._subscriber(server)
        if self._shift:
            rows = [replace(row, at=row.at + self._shift) for row in rows]
        self._current = rows[-1]
        await server.publish(rows)
        self._counters.rows.inc(len(rows))
        await server.room()

    async def _subscriber(self, server: Publisher) -> None:
        while not server.subscribed(self._symbol):
            server.subscription_made.clear()
            await server.subscription_made.wait()


class ReplayFeeds:
    """Several recordings at once, one symbol each; each begins when its symbol is subscribed."""

    def __init__(self, feeds: Sequence[ReplayFeed]) -> None:
        """Take recordings of different symbols."""
        self._feeds = {feed.symbol: feed for feed in feeds}
        if len(self._feeds) < len(feeds):
            raise RecordingError("each symbol may be recorded in one file only")

    def offers(self, symbol: str) -> bool:
        """Quote the recorded symbols."""
        return symbol in self._feeds

    def current(self, symbol: str) -> TimedTick | None:
        """Return the last row played of one symbol."""
        feed = self._feeds.get(symbol)
        return feed.current(symbol) if feed else None

    async def run(self, server: Publisher) -> None:
        """Play all recordings."""
        async with asyncio.TaskGroup() as tasks:
            for feed in self._feeds.values():
                tasks.create_task(feed.run(server))


def period(rows: Sequence[TimedTick]) -> timedelta:
    """Return the fewest whole days that move a recording beyond itself."""
    times = [row.at for row in rows]
    return DAY * ((max(times) - min(times)) // DAY + 1)
