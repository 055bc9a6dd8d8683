"""Figures of the trigger engine: a million resting orders, and a tick that wakes a hundred."""

import asyncio
import os
import random
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

import asyncpg
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from bench.pgbench import Pgbench
from bench.report import Figure, at_most
from bench.running import BenchPlatform, bench_users, rss_kb
from bench.trigger_burst import ORDERS, POINT, SYMBOL, Took, burst_of, encoded, tick_at
from tradewind.contracts.ticks import RING_FIELD
from tradewind.core.ids import AccountId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.infra.clock import Clock
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.services.pricing.reference import Reference
from tradewind.services.triggers.evaluation import Evaluation
from tradewind.services.triggers.loading import load
from tradewind.services.triggers.metrics import TriggerMetrics
from tradewind.services.triggers.ring import Place, RingReader

#: Prices, orders and the engine are ours, in this process.
PROCESSES: Final = "seed"
RESTING: Final = 1_000_000
SYMBOLS: Final = tuple(f"BENCH{n:03}" for n in range(100))
ACCOUNTS: Final = 1_000
SLICE: Final = 50_000
ROUNDS: Final = 7
TICKS: Final = 20_000
PGBENCH_S: Final = 4.0
REBUILD_S_MAX: Final = 15.0
QUIET_TICK_US_MAX: Final = 50.0
BURST_COMMITS_MAX: Final = 60.0
_FIELD: Final = RING_FIELD.encode()

#: Limits and stops of both sides, each on the side of 1.05 to 1.15 where it rests.
INSERT_SQL: Final = """
    INSERT INTO trade_order (account_id, id, ticket, symbol, side, type, quantity, filled_quantity,
        limit_price, stop_price, time_in_force, reduce_only, state, channel, actor, reason,
        version, cancel_requested, reserved_margin, first_event, last_event, created_at,
        updated_at)
    SELECT ($1::uuid[])[1 + n / 7 % cardinality($1::uuid[])], gen_random_uuid(),
           nextval('ticket'), ($2::text[])[1 + n % cardinality($2::text[])],
           CASE WHEN kind IN (0, 1) THEN 'buy' ELSE 'sell' END,
           CASE WHEN kind IN (0, 2) THEN 'limit' ELSE 'stop' END, 1000, 0,
           CASE kind WHEN 0 THEN low WHEN 2 THEN high END,
           CASE kind WHEN 1 THEN high WHEN 3 THEN low END, 'gtc', false, 'working', 'api',
           'bench', 'client', 1, false, 0, 1, 1, now() - interval '1 hour',
           now() - interval '1 hour'
      FROM (SELECT n, n / 100 % 4 AS kind, round((1.05 - random() * 0.05)::numeric, 5) AS low,
                   round((1.15 + random() * 0.05)::numeric, 5) AS high
              FROM generate_series($3::integer, $4::integer) AS n) AS drawn
"""


def measure(platform: BenchPlatform, *, quick: bool) -> list[Figure]:
    """Wake orders of a hundred accounts by one tick; then hold ticks against a million orders."""
    settings = Settings(
        database_url=platform.home.database_url,
        redis_url=platform.home.redis_url,
        secrets_dir=platform.home.secrets,
        environment="demo",
        host="127.0.0.1",
        port=0,
        metrics_port=0,
    )
    users = bench_users(platform, ACCOUNTS)
    accounts = [AccountId(account.id) for user in users for account in user.accounts]
    pgbench = Pgbench(platform.home)
    pgbench.prepare()
    commits = [pgbench.measure("prepared", 1, PGBENCH_S).latency_ms]
    bursts = asyncio.run(_bursts(settings, accounts[:ORDERS], ROUNDS // (2 if quick else 1)))
    commits.append(pgbench.measure("prepared", 1, PGBENCH_S).latency_ms)
    pgbench.remove()
    return [
        *_burst_figures(bursts, statistics.mean(commits)),
        *asyncio.run(_million(platform, settings, accounts)),
    ]


def _burst_figures(bursts: Sequence[Took], commit_ms: float) -> list[Figure]:
    durable = sorted(1_000 * took.until_durable for took in bursts)
    median_ms = statistics.median(durable)
    note = f"{commit_ms:.2f} ms on average"
    return [
        Figure(
            name="from the publication of a tick to the first order asked about",
            value=1_000 * statistics.median(took.until_asked for took in bursts),
            unit="ms",
        ),
        Figure(
            name=f"a tick that wakes {ORDERS} orders, until all are durable",
            value=median_ms,
            unit="ms",
            comparison=f"median of {len(bursts)}, {durable[-1]:.0f} ms at most",
        ),
        at_most("÷ pgbench -N -c 1", median_ms / commit_ms, "", BURST_COMMITS_MAX, note),
    ]


async def _bursts(settings: Settings, accounts: Sequence[AccountId], rounds: int) -> Sequence[Took]:
    async with burst_of(settings, accounts, await _groups(settings)) as burst:
        await burst.round()
        return [await burst.round() for _ in range(rounds)]


async def _groups(settings: Settings) -> Sequence[str]:
    async with await open_pool(settings, "tw_oms", size_max=1) as pool:
        return [row["code"] for row in await pool.fetch("SELECT code FROM account_group")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Loaded:
    evaluation: Evaluation
    seconds: float
    cpu_s: float
    memory_kb: int


async def _million(
    platform: BenchPlatform, settings: Settings, accounts: Sequence[AccountId]
) -> list[Figure]:
    owner = await connect_superuser(platform.home, "tradewind")
    await _insert(owner, accounts)
    await owner.close()
    loaded = await _load(settings)
    assert len(loaded.evaluation.index.orders) == RESTING
    costs = sorted(_quiet_ticks(loaded.evaluation, await _groups(settings)))
    p50, p99 = costs[len(costs) // 2], costs[len(costs) * 99 // 100]
    return [
        at_most(
            f"index of {RESTING:,} orders, from PostgreSQL",
            loaded.seconds,
            "s",
            REBUILD_S_MAX,
            f"{len(SYMBOLS)} symbols, {len(accounts):,} accounts; CPU {loaded.cpu_s:.1f} s",
        ),
        Figure(
            name="memory of that index",
            value=loaded.memory_kb / 1_000,
            unit="MB",
            comparison=f"{1_024 * loaded.memory_kb / RESTING:.0f} bytes an order",
        ),
        at_most(
            "a tick that wakes nothing, p50", p50, "µs", QUIET_TICK_US_MAX, "CPU, decoding included"
        ),
        at_most("a tick that wakes nothing, p99", p99, "µs", QUIET_TICK_US_MAX, f"{TICKS:,} ticks"),
    ]


async def _insert(owner: asyncpg.Connection, accounts: Sequence[AccountId]) -> None:
    for first in range(0, RESTING, SLICE):
        await owner.execute(INSERT_SQL, list(accounts), list(SYMBOLS), first, first + SLICE - 1)
    await owner.execute("ANALYZE trade_order")


async def _load(settings: Settings) -> _Loaded:
    clock = Clock()
    async with await open_pool(settings, "tw_oms", size_max=1) as pool:
        reference = Reference(pool, clock)
        await reference.refresh()
        made = _instruments(reference.instruments[SYMBOL])
        evaluation = Evaluation(clock=clock, instruments=lambda: made, ask=_wake_nothing)
        before, began, cpu = rss_kb(os.getpid()), time.perf_counter(), time.process_time()
        async with pool.acquire() as connection:
            await load(connection, evaluation, SYMBOLS, clock.now())
        seconds, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    memory = rss_kb(os.getpid()) - before
    return _Loaded(evaluation=evaluation, seconds=seconds, cpu_s=cpu_s, memory_kb=memory)


def _instruments(like: Instrument) -> Mapping[Symbol, Instrument]:
    return {Symbol(symbol): replace(like, symbol=Symbol(symbol)) for symbol in SYMBOLS}


def _quiet_ticks(evaluation: Evaluation, groups: Sequence[str]) -> list[float]:
    """Read ticks of an entry each and hold them against the index; CPU time of each in µs."""
    reader = RingReader(redis=Redis(), metrics=TriggerMetrics(CollectorRegistry()))
    reader.places = {symbol: Place(entry="0-0") for symbol in SYMBOLS}
    draw, costs = random.Random(1), list[float]()
    ticks = [_entry(number, draw, groups) for number in range(TICKS)]
    for symbol, entry, payload in ticks:
        rows = [(entry, {_FIELD: payload})]
        began = time.thread_time_ns()
        evaluation.take(symbol, reader.take(symbol, rows))
        costs.append((time.thread_time_ns() - began) / 1_000)
    return costs


def _entry(number: int, draw: random.Random, groups: Sequence[str]) -> tuple[str, bytes, bytes]:
    """One of the ticks: symbols take turns, prices stay where nothing waits."""
    symbol, seq = SYMBOLS[number % len(SYMBOLS)], 1 + number // len(SYMBOLS)
    bid = Decimal("1.10000") + POINT * draw.randrange(-4_000, 4_000)
    return symbol, b"%d-0" % seq, encoded(tick_at(symbol, bid, seq, groups))


def _wake_nothing(asked: object) -> None:
    raise AssertionError(f"a tick woke {asked}")
