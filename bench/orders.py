"""Figures of the order's way: durable orders a second, latency, and what one order costs."""

import asyncio
import statistics
from collections.abc import Coroutine, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import uvloop

from bench.listeners import ListenersPlan
from bench.listening import listening
from bench.order_client import Tally, Trader, closed_loop, open_loop
from bench.pgbench import Measured, Pgbench
from bench.report import Figure, at_least, at_most
from bench.running import BenchPlatform, bench_users, log_in
from tradewind.infra.local.postgres_server import connect_superuser

CLIENTS: Final = 64
#: The seed gives one login so many accounts.
ACCOUNTS_PER_USER: Final = 100
WATCHERS: Final = 100
API_METRICS: Final = 10
ROUND_TRIPS_PER_BATCH: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long each part takes, in seconds."""

    trial_s: float
    trials: int
    open_loop_s: float


FULL: Final = Plan(trial_s=8.0, trials=3, open_loop_s=60.0)
QUICK: Final = Plan(trial_s=3.0, trials=3, open_loop_s=10.0)


def measure(platform: BenchPlatform, *, quick: bool) -> list[Figure]:
    """Run everything about orders on a whole platform with living prices."""
    plan = QUICK if quick else FULL
    pgbench = Pgbench(platform.home)
    pgbench.prepare()
    users = bench_users(platform, 2 * ACCOUNTS_PER_USER)
    tokens = [log_in(platform, user) for user in users]
    accounts = users[0].accounts[:CLIENTS]
    traders = [Trader(account_id=str(account.id), token=tokens[0]) for account in accounts]
    _run(closed_loop(platform.port, traders, "warm", 2.0))
    compared = [
        *_throughput(platform, pgbench, traders, plan),
        *_latency(platform, pgbench, traders, plan),
    ]
    pgbench.remove()
    return [*compared, *_steady(platform, traders, tokens, plan)]


def _throughput(
    platform: BenchPlatform, pgbench: Pgbench, traders: Sequence[Trader], plan: Plan
) -> list[Figure]:
    ours: list[Tally] = []
    prepared: list[Measured] = []
    simple: list[Measured] = []
    costs: list[Cost] = []
    for trial in range(plan.trials):
        before = _costs(platform)
        ours.append(_run(closed_loop(platform.port, traders, f"many{trial}", plan.trial_s)))
        costs.append(_costs(platform) - before)
        prepared.append(pgbench.measure("prepared", CLIENTS, plan.trial_s))
        simple.append(pgbench.measure("simple", CLIENTS, plan.trial_s))
    rate = statistics.median(tally.per_second for tally in ours)
    fast = statistics.median(measured.tps for measured in prepared)
    slow = statistics.median(measured.tps for measured in simple)
    tally = ours[-1]
    note = f"medians of {plan.trials} interleaved runs of {plan.trial_s:g} s, {CLIENTS} clients"
    return [
        Figure(name="durable orders over HTTP", value=rate, unit="/s", comparison=note),
        at_least("÷ pgbench -N -M prepared", rate / fast, "", 0.8, f"{fast:,.0f} tps"),
        at_least("÷ pgbench -N -M simple", rate / slow, "", 1.0, f"{slow:,.0f} tps"),
        Figure(
            name=f"latency at {CLIENTS} clients, p50",
            value=tally.quantile(0.5),
            unit="ms",
            comparison=f"p99 {tally.quantile(0.99):.1f} ms",
        ),
        at_most("orders not filled", sum(t.other for t in ours), "", 0, tally.example[:200]),
        at_most("client's own CPU per request", tally.cpu_us, "µs", 40),
        *_cost_figures(sum(costs[1:], costs[0]), sum(t.answered for t in ours)),
    ]


def _latency(
    platform: BenchPlatform, pgbench: Pgbench, traders: Sequence[Trader], plan: Plan
) -> list[Figure]:
    ours: list[float] = []
    theirs: list[float] = []
    for trial in range(plan.trials):
        tally = _run(closed_loop(platform.port, traders[:1], f"one{trial}", plan.trial_s / 2))
        ours.append(tally.quantile(0.5))
        theirs.append(pgbench.measure("prepared", 1, plan.trial_s / 2).latency_ms)
    mine, yardstick = statistics.median(ours), statistics.median(theirs)
    return [
        Figure(name="one client, p50", value=mine, unit="ms"),
        at_most("÷ pgbench -N -c 1", mine / yardstick, "", 3.0, f"{yardstick:.2f} ms on average"),
    ]


def _steady(
    platform: BenchPlatform, traders: Sequence[Trader], tokens: list[str], plan: Plan
) -> list[Figure]:
    with _watching(platform, tokens, plan.open_loop_s + 1):
        tally = _run(open_loop(platform.port, traders, "open", plan.open_loop_s, 200.0))
    note = f"{plan.open_loop_s:g} s open loop, 100 WebSocket clients, p50 {tally.quantile(0.5):.2f}"
    worst = f"{note}, p99.9 {tally.quantile(0.999):.1f}, max {max(tally.latencies) * 1e3:.1f} ms"
    return [
        at_most("200 orders/s, p99", tally.quantile(0.99), "ms", 20, worst),
        at_most("200 orders/s, not filled", tally.other, "", 0, tally.example[:200]),
    ]


@contextmanager
def _watching(platform: BenchPlatform, tokens: list[str], seconds: float) -> Generator[None]:
    """Let 100 clients watch prices meanwhile, from a process of their own."""
    plan = ListenersPlan(
        port=platform.port + 1,
        tokens=tokens,
        symbols=["EURUSD", "GBPUSD", "USDJPY", "XAUUSD"],
        symbols_each=4,
        slow=WATCHERS,
        stalled=0,
        fast=0,
        warm_s=0.5,
        seconds=seconds,
    )
    with listening(plan) as crowd:
        crowd.until_begin()
        yield
        counted = crowd.result()
        assert counted.items > 0, "the WebSocket clients got no prices"
        assert counted.lost == 0, "WebSocket clients were sent away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Running totals of the platform, or the difference of two."""

    rows: float
    commits: float
    batches: float
    commands: float
    api_cpu_s: float
    deciding_cpu_s: float

    def __sub__(self, other: "Cost") -> "Cost":
        return self._with(other, -1)

    def __add__(self, other: "Cost") -> "Cost":
        return self._with(other, 1)

    def _with(self, other: "Cost", sign: int) -> "Cost":
        return Cost(
            rows=self.rows + sign * other.rows,
            commits=self.commits + sign * other.commits,
            batches=self.batches + sign * other.batches,
            commands=self.commands + sign * other.commands,
            api_cpu_s=self.api_cpu_s + sign * other.api_cpu_s,
            deciding_cpu_s=self.deciding_cpu_s + sign * other.deciding_cpu_s,
        )


def _cost_figures(cost: Cost, orders: int) -> list[Figure]:
    return [
        Figure(name="rows written per order", value=cost.rows / orders, unit=""),
        Figure(name="orders per batch", value=cost.commands / cost.batches, unit=""),
        Figure(
            name="round trips per batch",
            value=ROUND_TRIPS_PER_BATCH,
            unit="",
            comparison="BEGIN, lock and load, write, COMMIT; by construction",
        ),
        Figure(
            name="commits per order",
            value=cost.commits / orders,
            unit="",
            comparison="the whole database's, reads included",
        ),
        Figure(
            name="Python CPU per order, deciding (oms)",
            value=cost.deciding_cpu_s / orders * 1e6,
            unit="µs",
        ),
        Figure(
            name="Python CPU per order, the rest (gateway)",
            value=(cost.api_cpu_s - cost.deciding_cpu_s) / orders * 1e6,
            unit="µs",
            comparison="HTTP, checks, encoding, drivers of PostgreSQL and Redis, system calls",
        ),
    ]


def _costs(platform: BenchPlatform) -> Cost:
    rows, commits = asyncio.run(_database_totals(platform))
    return Cost(
        rows=rows,
        commits=commits,
        batches=platform.metric(API_METRICS, "tradewind_oms_batches_total"),
        commands=platform.metric(API_METRICS, "tradewind_oms_commands_total"),
        api_cpu_s=platform.cpu_s("api"),
        deciding_cpu_s=platform.metric(API_METRICS, "tradewind_oms_deciding_seconds_total"),
    )


async def _database_totals(platform: BenchPlatform) -> tuple[float, float]:
    """Wait until backends have reported what they did, then read rows written and commits."""
    await asyncio.sleep(1.5)
    connection = await connect_superuser(platform.home, "tradewind")
    try:
        rows = await connection.fetchval(
            "SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_user_tables"
        )
        commits = await connection.fetchval(
            "SELECT xact_commit FROM pg_stat_database WHERE datname = 'tradewind'"
        )
    finally:
        await connection.close()
    return float(rows), float(commits)


def _run(work: Coroutine[Any, Any, Tally]) -> Tally:
    return uvloop.run(work)
