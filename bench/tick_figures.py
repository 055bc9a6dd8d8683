"""What the passages of ticks say: delays beside the relay's, and that nothing grows."""

from collections.abc import Sequence
from typing import Final

from bench.report import Figure, at_least, at_most
from bench.tick_matching import Seen, percentile
from bench.tick_passage import Passage

LPS: Final = 3
SYMBOLS: Final = 50
GROUPS: Final = 20
PATIENT: Final = 180
EAGER: Final = 20
SYMBOLS_EACH: Final = 5
WINDOW_MS: Final = 50
ORDINARY_PER_S: Final = 1_000
FLOOD_PER_S: Final = 5_000
P50_MS_MAX: Final = 5.0
P99_MS_MAX: Final = 20.0
#: So much of the rate that was asked for must have been sent.
RATE_SHARE_MIN: Final = 0.99
#: Nothing grows but pricing's table of group prices, which is bounded: what waits, the delay from
#: the middle of the window to its end, memory.
WAITING_MAX: Final = 500.0
LAG_MS_MAX: Final = 20.0
GROWTH_MB_MAX: Final = 8.0


def ordinary_figures(ours: Passage, floor: Passage) -> list[Figure]:
    """What a client notices when nothing is in a hurry."""
    delays, least, patient = _sorted(ours.eager), _sorted(floor.eager), _sorted(ours.patient)
    name = f"FIX bytes to frame at {ORDINARY_PER_S:,} ticks/s"
    return [
        _offered(ours, ORDINARY_PER_S),
        at_most(
            f"{name}, p50",
            percentile(delays, 0.5),
            "ms",
            P50_MS_MAX,
            f"{percentile(least, 0.5):.2f} ms through a relay that only passes on",
        ),
        at_most(
            f"{name}, p99",
            percentile(delays, 0.99),
            "ms",
            P99_MS_MAX,
            f"{percentile(least, 0.99):.2f} ms through the relay",
        ),
        Figure(
            name=f"{name}, p99.9",
            value=percentile(delays, 0.999),
            unit="ms",
            comparison=f"{percentile(least, 0.999):.2f} ms through the relay; {_seen(ours)}",
        ),
        Figure(
            name=f"clients at {WINDOW_MS} ms, p50",
            value=percentile(patient, 0.5),
            unit="ms",
            comparison=f"p99 {percentile(patient, 0.99):.1f} ms, their window included",
        ),
    ]


def flood_figures(ours: Passage, floor: Passage) -> list[Figure]:
    """What must hold when more comes than anybody looks at: late ticks are left out, none queue."""
    delays, least = _sorted(ours.eager), _sorted(floor.eager)
    name = f"FIX bytes to frame at {FLOOD_PER_S:,} ticks/s"
    return [
        _offered(ours, FLOOD_PER_S),
        Figure(
            name=f"{name}, p50",
            value=percentile(delays, 0.5),
            unit="ms",
            comparison=f"{percentile(least, 0.5):.2f} ms through the relay",
        ),
        Figure(
            name=f"{name}, p99",
            value=percentile(delays, 0.99),
            unit="ms",
            comparison=f"p99.9 {percentile(delays, 0.999):.1f} ms; through the relay "
            f"{percentile(least, 0.99):.2f} and {percentile(least, 0.999):.1f} ms",
        ),
        *_queues(ours),
        *_delivered(ours),
        *_memory(ours, f"{FLOOD_PER_S:,} ticks/s"),
        at_most("connections lost", ours.counted.lost, "", 0),
    ]


def _queues(ours: Passage) -> list[Figure]:
    middle, end = _at(ours.eager, 0.5), _at(ours.eager, 0.95)
    return [
        at_most(
            "p50 at the end less p50 in the middle",
            end - middle,
            "ms",
            LAG_MS_MAX,
            f"{middle:.1f} ms in the middle, {end:.1f} ms at the end",
        ),
        at_most(
            "messages waiting in pricing, at most",
            max(each.messages for each in ours.backlogs),
            "",
            WAITING_MAX,
            f"at most {max(e.redis_bytes for e in ours.backlogs) / 1024:,.0f} kB wait in Redis",
        ),
    ]


def _delivered(ours: Passage) -> list[Figure]:
    counted, patient = ours.counted, _sorted(ours.patient)
    return [
        Figure(
            name="items delivered",
            value=counted.items / counted.wall_s,
            unit="/s",
            comparison=f"in {counted.frames / counted.wall_s:,.0f} frames/s; {_seen(ours)}",
        ),
        Figure(
            name=f"clients at {WINDOW_MS} ms, p50",
            value=percentile(patient, 0.5),
            unit="ms",
            comparison=f"p99 {percentile(patient, 0.99):.1f} ms, their window included",
        ),
    ]


def _offered(ours: Passage, asked: float) -> Figure:
    load = f"{SYMBOLS} symbols, {LPS} LPs, {GROUPS} groups"
    return at_least(
        "FIX ticks sent",
        ours.per_second,
        "/s",
        asked * RATE_SHARE_MIN,
        f"{asked:,.0f} asked for, {ours.sent.behind_max_s * 1e3:.1f} ms behind at most; {load}",
    )


def _memory(ours: Passage, load: str) -> list[Figure]:
    return [
        at_most(
            f"{use.name} grows at {load}",
            use.to_mb - use.from_mb,
            "MB",
            GROWTH_MB_MAX,
            f"from {use.from_mb:.0f} to {use.to_mb:.0f} MB, {use.share * 100:.0f} % of a core",
        )
        for use in ours.uses
    ]


def _seen(ours: Passage) -> str:
    share = ours.shown_share(SYMBOLS, SYMBOLS_EACH, EAGER)
    return f"{share * 100:.1f} % of ticks seen by the {EAGER} clients at 0 ms"


def _sorted(seen: Sequence[Seen]) -> Sequence[float]:
    return sorted(each.delay_ms for each in seen)


def _at(seen: Sequence[Seen], share: float) -> float:
    """The median delay of a tenth of the window around a point of it."""
    first, last = seen[0].sent_ns, seen[-1].sent_ns
    centre, half = first + (last - first) * share, (last - first) * 0.05
    return percentile(_sorted([e for e in seen if abs(e.sent_ns - centre) <= half]), 0.5)
