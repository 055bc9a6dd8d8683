"""One measured window: ticks from LPs' bytes to clients' frames, and what waited meanwhile."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from bench.feeding import Feeding
from bench.fix_feed import Sent
from bench.listeners import Chunk, Counted, ListenersPlan
from bench.listening import listening
from bench.running import cpu_s, rss_kb
from bench.tick_matching import Seen, TickTimes

#: Ticks still come while the listeners end.
_AFTER_S: Final = 2.0
_POLL_S: Final = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """What waits at one moment: messages of LPs in pricing, bytes of ticks in Redis."""

    messages: float = 0.0
    redis_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is between the LPs and the clients: its processes and its queues."""

    pids: Mapping[str, int]
    backlog: Callable[[], Backlog]
    markup_points: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What one process used in the window."""

    name: str
    share: float
    from_mb: float
    to_mb: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """One measured window. What clients saw is in the order in which it came."""

    sent: Sent
    counted: Counted
    eager: Sequence[Seen]
    patient: Sequence[Seen]
    backlogs: Sequence[Backlog]
    uses: Sequence[Use]

    @property
    def per_second(self) -> float:
        """How many ticks a second were sent."""
        return (self.sent.count - 1) / self.sent.wall_s

    def shown_share(self, symbols: int, symbols_each: int, clients: int) -> float:
        """Of the ticks of what each client without a window watches, the share it saw itself."""
        due = self.per_second / symbols * symbols_each * clients * self.counted.wall_s
        return len(self.eager) / due


def passage(feed: Feeding, plan: ListenersPlan, subject: Subject, per_second: float) -> Passage:
    """Let ticks pass at a rate; nothing of the warm time counts."""
    with listening(plan) as crowd:
        feed.begin(per_second, plan.warm_s + plan.seconds + _AFTER_S)
        crowd.until_begin()
        before = {name: (cpu_s(pid), rss_kb(pid)) for name, pid in subject.pids.items()}
        ends = time.monotonic() + plan.seconds
        backlogs = []
        while time.monotonic() < ends:
            backlogs.append(subject.backlog())
            time.sleep(_POLL_S)
        uses = [
            Use(
                name=name,
                share=(cpu_s(pid) - before[name][0]) / plan.seconds,
                from_mb=before[name][1] / 1024,
                to_mb=rss_kb(pid) / 1024,
            )
            for name, pid in subject.pids.items()
        ]
        counted = crowd.result()
    sent, sent_at = feed.result()
    times = TickTimes(sent, sent_at, plan.symbols)
    chunks = msgspec.msgpack.decode(Path(plan.record).read_bytes(), type=list[Chunk])
    return Passage(
        sent=sent,
        counted=counted,
        eager=times.first_seen([c for c in chunks if c.client >= plan.slow], subject.markup_points),
        patient=times.first_seen(
            [c for c in chunks if c.client < plan.slow], subject.markup_points
        ),
        backlogs=backlogs,
        uses=uses,
    )
