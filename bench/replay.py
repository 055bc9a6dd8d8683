"""Figures of recorded prices at full speed: simulated LP, FIX, pricing, Redis, stream, client."""

import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bench import replayed_candles
from bench.fix_sink import drain
from bench.listeners import Counted, ListenersPlan
from bench.listening import listening
from bench.report import Figure, at_most
from bench.running import BenchPlatform, bench_users, free_ports, log_in, metric

#: The LP is ours, so that it starts when everybody listens.
PROCESSES: Final = "seed,pricing,api,stream"
#: Where it plays into candles, there is a worker, which the run at full speed would outrun.
CANDLE_PROCESSES: Final = "seed,pricing,worker"
RECORDING: Final = Path("../shared/data/eurusd-ticks-2020-01-01.csv")
SYMBOL: Final = "EURUSD"
LP_PORT: Final = 2
STREAM_METRICS: Final = 11
PRICING_METRICS: Final = 12
LP_METRICS: Final = 15
SENT: Final = "tradewind_lp_ticks_sent_total"
_TIMEOUT_S: Final = 180.0
_POLL_S: Final = 0.05
_QUIET_S: Final = 1.5
#: The LP starts meanwhile.
_START_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """How a counter rose: by how much, in what time."""

    count: float
    wall_s: float

    @property
    def per_second(self) -> float:
        """The mean rate."""
        return self.count / self.wall_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Counters:
    """What every station on the tick's way counted so far."""

    received: float
    dropped: float
    published: float
    streamed: float
    pricing_cpu_s: float

    def __sub__(self, other: "Counters") -> "Counters":
        return Counters(
            received=self.received - other.received,
            dropped=self.dropped - other.dropped,
            published=self.published - other.published,
            streamed=self.streamed - other.streamed,
            pricing_cpu_s=self.pricing_cpu_s - other.pricing_cpu_s,
        )


def measure(platform: BenchPlatform, *, quick: bool) -> list[Figure]:
    """Play the recording, repeated to last, through everything; then into a socket alone."""
    recording = platform.home.root / "eurusd-repeated.csv"
    _repeat(RECORDING, recording, 6 if quick else 20)
    plan = ListenersPlan(
        port=platform.port + 1,
        tokens=[log_in(platform, bench_users(platform, 1)[0])],
        symbols=[SYMBOL],
        symbols_each=1,
        slow=0,
        stalled=0,
        fast=1,
        warm_s=_START_S,
        seconds=3.0 if quick else 8.0,
    )
    before = _counters(platform)
    with (
        listening(plan) as client,
        _simulator(recording, platform.port + LP_PORT, platform.port + LP_METRICS),
    ):
        through = _course(lambda: platform.metric(STREAM_METRICS, "tradewind_stream_ticks_total"))
        client.until_begin()
        delivered = client.result()
        sent = metric(platform.port + LP_METRICS, SENT)
    passed = _counters(platform) - before
    return [
        *_speed(through, _alone(recording), delivered),
        Figure(
            name="pricing CPU per tick",
            value=passed.pricing_cpu_s / passed.received * 1e6,
            unit="µs",
        ),
        *_losses(sent, passed),
    ]


def measure_candles(platform: BenchPlatform) -> list[Figure]:
    """Play the recording once and compare what became of it."""
    lp, speed = platform.port + LP_PORT, str(replayed_candles.SPEED)
    with _simulator(RECORDING, lp, platform.port + LP_METRICS, speed):
        return replayed_candles.compare(platform, RECORDING, SYMBOL)


def _speed(through: Course, alone: Course, delivered: Counted) -> list[Figure]:
    return [
        Figure(
            name="recorded ticks, LP to stream",
            value=through.per_second,
            unit="/s",
            comparison=f"the whole path reaches {through.per_second / alone.per_second:.2f} of it",
        ),
        Figure(name="simulator into a socket alone", value=alone.per_second, unit="/s"),
        Figure(
            name="replayed items to a WebSocket client",
            value=delivered.items / delivered.wall_s,
            unit="/s",
            comparison=f"p50 {delivered.delay_p50_ms:.1f} ms, p99 {delivered.delay_p99_ms:.1f} ms",
        ),
    ]


def _losses(sent: float, passed: Counters) -> list[Figure]:
    """Compare what each station counted; ticks that time alone made are more, never a loss."""
    used = passed.published + passed.dropped
    return [
        at_most("ticks lost, LP to pricing", sent - passed.received, "", 0, f"{sent:,.0f} sent"),
        at_most(
            "ticks lost, in pricing",
            max(0.0, passed.received - used),
            "",
            0,
            f"{passed.dropped:,.0f} dropped by the filter",
        ),
        at_most(
            "ticks lost, pricing to stream",
            passed.published - passed.streamed,
            "",
            0,
            f"{passed.published:,.0f} published",
        ),
    ]


def _counters(platform: BenchPlatform) -> Counters:
    time.sleep(_QUIET_S)
    return Counters(
        received=platform.metric(PRICING_METRICS, "tradewind_pricing_quotes_received_total"),
        dropped=platform.metric(PRICING_METRICS, "tradewind_pricing_dropped_total")
        + platform.metric(PRICING_METRICS, "tradewind_pricing_quarantined_total"),
        published=platform.metric(PRICING_METRICS, "tradewind_pricing_ticks_published_total"),
        streamed=platform.metric(STREAM_METRICS, "tradewind_stream_ticks_total"),
        pricing_cpu_s=platform.cpu_s("pricing"),
    )


def _course(read: Callable[[], float]) -> Course:
    """Follow a counter from its first rise until it has been still for a while."""
    deadline = time.monotonic() + _TIMEOUT_S
    start = last = read()
    began = ended = 0.0
    while time.monotonic() < deadline:
        time.sleep(_POLL_S)
        now, value = time.monotonic(), read()
        # A few ticks a second come from other symbols that go stale.
        if value > last + 20:
            if not began:
                began, start = now, value
            ended, last = now, value
        elif began and now - ended > _QUIET_S:
            return Course(count=last - start, wall_s=ended - began)
    raise AssertionError("the replay did not begin or did not end")


def _alone(recording: Path) -> Course:
    """What the simulator sends to a session that only reads."""
    port = free_ports()
    with _simulator(recording, port, port + 1):
        _until_served(port + 1)
        count, wall_s = drain(port, SYMBOL, _QUIET_S)
        return Course(count=count, wall_s=wall_s)


def _until_served(metrics_port: int) -> None:
    """Wait until a process that was just started answers: its metrics come after its doors."""
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        with suppress(OSError):
            metric(metrics_port, SENT)
            return
        time.sleep(_POLL_S)
    raise AssertionError("the simulator did not start")


@contextmanager
def _simulator(
    recording: Path, port: int, metrics_port: int, speed: str = "max"
) -> Generator[None]:
    """lp-one, playing as soon as somebody subscribes."""
    options = ("--name", "lp-one", "--port", str(port), "--metrics-port", str(metrics_port))
    replay = ("--replay", str(recording), "--symbol", SYMBOL, "--speed", speed)
    command = (sys.executable, "-m", "tradewind.processes.lp_simulator", *options, *replay)
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


def _repeat(source: Path, target: Path, times: int) -> None:
    """Write the recording several times over, each a day after the last."""
    header, *rows = source.read_text("utf-8").splitlines()
    parsed = [
        (datetime.fromisoformat(time_), rest) for time_, _, rest in (r.partition(",") for r in rows)
    ]
    with target.open("w", encoding="utf-8") as file:
        file.write(f"{header}\n")
        for day in range(times):
            later = timedelta(days=day)
            file.writelines(f"{(at + later).isoformat()},{rest}\n" for at, rest in parsed)
