"""Figures of the price stream: what one core delivers, how late, at what memory."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from bench.listeners import CONNECTIONS_PER_TOKEN, Counted, ListenersPlan
from bench.listening import listening
from bench.report import Figure, at_least, at_most
from bench.running import BenchPlatform, bench_users, cpu_s, free_ports, log_in, pss_kb
from tradewind.infra.local.postgres_server import connect_superuser

PROCESSES: Final = "seed,api,stream"
SYMBOLS: Final = 50
TICKS_PER_S: Final = 1_000
SLOW: Final = 1_000
FAST: Final = 20
STALLED: Final = 10
TRIALS: Final = 3
SYMBOLS_EACH: Final = 10
#: The server reads its instruments this often, and a moment more.
_REFERENCE_S: Final = 6.0

#: Copies of EURUSD: no process that prices runs.
COPY_INSTRUMENT = """
    INSERT INTO instrument SELECT $1, $1, asset_class, regulatory_class, base, quote
      FROM instrument WHERE symbol = 'EURUSD'
"""
COPY_VERSION = """
    INSERT INTO instrument_version
    SELECT (jsonb_populate_record(v, jsonb_build_object('symbol', $1::text))).*
      FROM instrument_version v WHERE v.symbol = 'EURUSD'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """One measured window, and what the writing process used in it."""

    counted: Counted
    writer_cpu_s: float

    @property
    def per_core(self) -> float:
        """Items a second if the writer had a core to itself."""
        return self.counted.items / self.writer_cpu_s

    @property
    def share(self) -> float:
        """The writer's share of a core, in percent."""
        return self.writer_cpu_s / self.counted.wall_s * 100


def measure(platform: BenchPlatform, *, quick: bool) -> list[Figure]:
    """Run the stream process alone, fed by made-up ticks."""
    seconds = 5.0 if quick else 15.0
    symbols = [f"BENCH{number:02}" for number in range(SYMBOLS)]
    asyncio.run(add_instruments(platform, symbols))
    ready_at = time.monotonic() + _REFERENCE_S
    users = bench_users(platform, -(-(SLOW + FAST) // CONNECTIONS_PER_TOKEN) * 100)
    tokens = [log_in(platform, user) for user in users]
    plan = ListenersPlan(
        port=platform.port + 1,
        tokens=tokens,
        symbols=symbols,
        symbols_each=SYMBOLS_EACH,
        slow=SLOW,
        stalled=STALLED,
        fast=FAST,
        warm_s=2.0,
        seconds=seconds,
    )
    with _ticker(platform, symbols):
        time.sleep(max(0.0, ready_at - time.monotonic()))
        stream = platform.pid("stream")
        memory_before = pss_kb(stream)
        ours = _deliver(plan, stream)
        memory = pss_kb(stream)
        harm = _harm(plan, stream, 2.0 if quick else 5.0)
    raw = _raw(plan, round(ours.counted.items / ours.counted.frames))
    per_connection = (memory - memory_before) / (SLOW + FAST)
    return [*_figures(ours, raw, per_connection), harm]


def _harm(plan: ListenersPlan, stream: int, seconds: float) -> Figure:
    """What clients that stop reading do to those that do not; medians of interleaved runs."""
    p99: dict[int, list[float]] = {0: [], STALLED: []}
    for _ in range(TRIALS):
        for stalled, found in p99.items():
            run = msgspec.structs.replace(plan, stalled=stalled, seconds=seconds)
            found.append(_deliver(run, stream).counted.delay_p99_ms)
    alone, together = (statistics.median(found) for found in p99.values())
    return at_most(
        "p99 at 0 ms with 1 % stalled ÷ without",
        together / alone,
        "",
        1.1,
        f"{together:.1f} ms and {alone:.1f} ms, medians of {TRIALS}",
    )


def _figures(ours: Delivered, raw: Delivered, per_connection: float) -> list[Figure]:
    counted = ours.counted
    load = f"{TICKS_PER_S} ticks/s, {SLOW} clients with {SYMBOLS_EACH} symbols at 100 ms"
    mean = f"{counted.items / counted.frames:.1f} items a frame, {ours.share:.0f} % of a core"
    return [
        Figure(
            name="stream items delivered",
            value=counted.items / counted.wall_s,
            unit="/s",
            comparison=f"{load}, {FAST} at 0 ms, {STALLED} stalled",
        ),
        Figure(name="stream items/s per core", value=ours.per_core, unit="/s", comparison=mean),
        at_least(
            "÷ raw asyncio writer",
            ours.per_core / raw.per_core,
            "",
            0.5,
            f"{raw.per_core:,.0f} items/s per core, frames made once",
        ),
        Figure(
            name="tick to client at 0 ms, p50",
            value=counted.delay_p50_ms,
            unit="ms",
            comparison="from the tick's making to the client's socket",
        ),
        Figure(
            name="tick to client at 0 ms, p99",
            value=counted.delay_p99_ms,
            unit="ms",
            comparison=f"max {counted.delay_max_ms:.1f} ms",
        ),
        Figure(name="memory per connection", value=per_connection, unit="kB"),
        at_most("connections lost", counted.lost, "", 0),
    ]


def _deliver(plan: ListenersPlan, writer: int) -> Delivered:
    with listening(plan) as crowd:
        crowd.until_begin()
        before = cpu_s(writer)
        counted = crowd.result()
        return Delivered(counted=counted, writer_cpu_s=cpu_s(writer) - before)


def _raw(plan: ListenersPlan, items: int) -> Delivered:
    """The same clients, written to by the least that can write."""
    port = free_ports()
    command = (sys.executable, "-m", "bench.raw_writer", str(port), str(items))
    with _child(command) as process:
        time.sleep(1.0)
        return _deliver(msgspec.structs.replace(plan, port=port, fast=0), process.pid)


@contextmanager
def _ticker(platform: BenchPlatform, symbols: Sequence[str]) -> Generator[None]:
    socket = str(platform.home.redis_socket)
    with _child((sys.executable, "-m", "bench.ticker", socket, str(TICKS_PER_S), *symbols)):
        yield


@contextmanager
def _child(command: Sequence[str]) -> Generator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(command) as process:
        try:
            yield process
        finally:
            process.terminate()


async def add_instruments(platform: BenchPlatform, symbols: Sequence[str]) -> None:
    """Copy EURUSD under other names."""
    connection = await connect_superuser(platform.home, "tradewind")
    try:
        for symbol in symbols:
            await connection.execute(COPY_INSTRUMENT, symbol)
            await connection.execute(COPY_VERSION, symbol)
    finally:
        await connection.close()
