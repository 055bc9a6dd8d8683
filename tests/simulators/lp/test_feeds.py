"""Recordings as they are played: times that only grow, several symbols at once."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.feeds import Pace, ReplayFeed, ReplayFeeds
from tradewind.simulators.lp.recording import RecordingError, read_recording
from tradewind.simulators.lp.ticks import TimedTick

DEADLINE_S = 10.0
FIRST = datetime(2020, 1, 1, 22, 0, 0, 65_000, UTC)


class Listener:
    """Takes what a feed publishes, until it has as many as it wants."""

    def __init__(self, wanted: int) -> None:
        self.subscription_made = asyncio.Event()
        self.heard: list[TimedTick] = []
        self.done = asyncio.Event()
        self._wanted = wanted

    def subscribed(self, symbol: str) -> bool:  # noqa: ARG002 the protocol's signature
        return True

    async def publish(self, ticks: Sequence[TimedTick]) -> None:
        self.heard += ticks
        if len(self.heard) >= self._wanted:
            self.done.set()

    async def room(self) -> None:
        """Have room always."""


def recording(folder: Path, symbol: str, *after: timedelta) -> Path:
    """A file with one row at FIRST and one some time after it for each of the others."""
    rows = [
        f"{(FIRST + each).isoformat()},{1 + number / 100:.2f},{1.5 + number / 100:.2f}\n"
        for number, each in enumerate((timedelta(0), *after))
    ]
    path = folder / f"{symbol.lower()}-ticks.csv"
    path.write_text("time,bid,ask\n" + "".join(rows), "utf-8")
    return path


async def played(feed: ReplayFeed | ReplayFeeds, count: int) -> list[TimedTick]:
    listener = Listener(count)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        playing = tasks.create_task(feed.run(listener))
        await listener.done.wait()
        playing.cancel()
    return listener.heard[:count]


def feed_of(path: Path, symbol: str, pace: Pace) -> ReplayFeed:
    return ReplayFeed(read_recording(path, symbol), pace, LpCounters(CollectorRegistry()))


@pytest.mark.parametrize(
    ("span", "days"),
    [
        (timedelta(hours=2), 1),
        (timedelta(days=1) - timedelta(milliseconds=1), 1),
        (timedelta(days=1), 2),
        (timedelta(days=1, hours=1), 2),
    ],
)
@pytest.mark.parametrize("speed", [None, 1e7])
async def test_a_loop_begins_again_whole_days_later_and_after_its_end(
    tmp_path: Path, span: timedelta, days: int, speed: float | None
) -> None:
    path = recording(tmp_path, "EURUSD", timedelta(minutes=1), span)
    heard = await played(feed_of(path, "EURUSD", Pace(speed=speed, loops=True)), 9)
    once = [FIRST, FIRST + timedelta(minutes=1), FIRST + span]
    loops = [timedelta(days=days * loop) for loop in range(3)]
    assert [tick.at for tick in heard] == [at + later for later in loops for at in once]
    assert [tick.tick for tick in heard[3:6]] == [tick.tick for tick in heard[:3]]


async def test_what_is_current_has_the_time_it_was_played_with(tmp_path: Path) -> None:
    feed = feed_of(recording(tmp_path, "EURUSD"), "EURUSD", Pace(speed=None, loops=True))
    assert feed.current("EURUSD") is None
    await played(feed, 3)
    current = feed.current("EURUSD")
    assert current is not None
    assert current.at >= FIRST + timedelta(days=2)


async def test_several_recordings_are_played_at_once(tmp_path: Path) -> None:
    later = [timedelta(seconds=each) for each in range(1, 5)]
    feeds = ReplayFeeds(
        [
            feed_of(recording(tmp_path, symbol, *later), symbol, Pace(speed=100.0, loops=False))
            for symbol in ("EURUSD", "USDJPY")
        ]
    )
    heard = [tick.tick.symbol for tick in await played(feeds, 10)]
    assert {symbol: heard.count(symbol) for symbol in heard} == {"EURUSD": 5, "USDJPY": 5}
    assert set(heard[:4]) == {"EURUSD", "USDJPY"}
    assert [feeds.offers(symbol) for symbol in ("EURUSD", "USDJPY", "XAUUSD")] == [
        True,
        True,
        False,
    ]


def test_two_recordings_of_one_symbol_are_refused(tmp_path: Path) -> None:
    pace = Pace(speed=None, loops=False)
    feed = feed_of(recording(tmp_path, "EURUSD"), "EURUSD", pace)
    with pytest.raises(RecordingError, match="one file only"):
        ReplayFeeds([feed, feed])
