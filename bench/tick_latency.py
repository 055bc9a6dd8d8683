"""Figures of a tick's whole way: FIX bytes of three LPs in, WebSocket frames of 200 clients out."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec
from redis import Redis

from bench.feeding import Feeding, feeding
from bench.fix_feed import FeedPlan
from bench.listeners import CONNECTIONS_PER_TOKEN, ListenersPlan
from bench.raw_relay import RelayPlan
from bench.report import Figure
from bench.running import BenchPlatform, bench_users, beside, free_ports, log_in
from bench.stream import add_instruments
from bench.tick_figures import (
    EAGER,
    FLOOD_PER_S,
    GROUPS,
    ORDINARY_PER_S,
    PATIENT,
    SYMBOLS,
    SYMBOLS_EACH,
    WINDOW_MS,
    flood_figures,
    ordinary_figures,
)
from bench.tick_passage import Backlog, Subject, passage
from tradewind.infra.local.postgres_server import connect_superuser

#: Pricing is ours: it has a third LP.
PROCESSES: Final = "seed,api,stream"
PRICING_METRICS: Final = 12
#: LPs and their offsets from the platform's port.
LPS: Final = {"lp-one": 2, "lp-two": 3, "lp-three": 6}
#: The benchmark's accounts are of group pro, whose bids are so much lower.
MARKUP_POINTS: Final = 3
#: The stream reads its instruments this often, and a moment more.
_REFERENCE_S: Final = 6.0
_WARM_S: Final = 3.0

ADD_LP: Final = """
    INSERT INTO liquidity_provider
    SELECT (jsonb_populate_record(l, '{"code": "lp-three", "priority": 3}')).*
      FROM liquidity_provider l WHERE l.code = 'lp-two'
"""
QUOTED_BY_ALL: Final = """
    UPDATE instrument_version
       SET lp_symbols = (SELECT jsonb_object_agg(code, symbol) FROM liquidity_provider)
     WHERE symbol = ANY($1)
"""
ADD_GROUPS: Final = """
    WITH made AS (
        INSERT INTO account_group (id, entity_id, code, name)
        SELECT gen_random_uuid(), entity_id, 'bench-' || n, 'Bench ' || n
          FROM account_group, generate_series(1, $1 - (SELECT count(*) FROM account_group)) AS n
         WHERE code = 'pro'
        RETURNING id, code
    )
    INSERT INTO markup_rule (group_id, version, effective_from, bid_points, ask_points)
    SELECT id, 1, 'epoch', length(code), length(code) FROM made
"""


def measure(platform: BenchPlatform, *, quick: bool) -> list[Figure]:
    """Send ticks at an ordinary and at a high rate through everything, then past everything."""
    symbols = [f"BENCH{number:02}" for number in range(SYMBOLS)]
    asyncio.run(_configure(platform, symbols))
    ready_at = time.monotonic() + _REFERENCE_S
    users = bench_users(platform, -(-(PATIENT + EAGER) // CONNECTIONS_PER_TOKEN) * 100)
    plan = ListenersPlan(
        port=platform.port + 1,
        tokens=[log_in(platform, user) for user in users],
        symbols=symbols,
        symbols_each=SYMBOLS_EACH,
        slow=PATIENT,
        stalled=0,
        fast=EAGER,
        warm_s=_WARM_S,
        seconds=8.0 if quick else 30.0,
        window_ms=WINDOW_MS,
        record=str(platform.home.root / "chunks"),
    )
    with _priced(platform, symbols) as (feed, subject):
        time.sleep(max(0.0, ready_at - time.monotonic()))
        ordinary = passage(feed, plan, subject, ORDINARY_PER_S)
        flood = passage(feed, plan, subject, FLOOD_PER_S)
    with _relayed(platform, symbols) as (feed, port, subject):
        past = msgspec.structs.replace(plan, port=port)
        floor = passage(feed, past, subject, ORDINARY_PER_S)
        flood_floor = passage(feed, past, subject, FLOOD_PER_S)
    return [*ordinary_figures(ordinary, floor), *flood_figures(flood, flood_floor)]


@contextmanager
def _priced(platform: BenchPlatform, symbols: Sequence[str]) -> Generator[tuple[Feeding, Subject]]:
    """The platform with its LPs: pricing and stream."""
    ports = {lp: platform.port + at for lp, at in LPS.items()}
    plan = FeedPlan(ports=_comp_ids(ports), symbols=list(symbols))
    endpoints = ",".join(f"{lp}=127.0.0.1:{port}" for lp, port in ports.items())
    settings = {"TRADEWIND_LP_ENDPOINTS": endpoints}
    redis = Redis(unix_socket_path=str(platform.home.redis_socket))
    with (
        beside(platform, "tradewind.processes.pricing", PRICING_METRICS, settings) as pricing,
        feeding(plan, platform.home.root / "sent") as feed,
    ):
        feed.until_subscribed()

        def backlog() -> Backlog:
            return Backlog(
                messages=platform.metric(PRICING_METRICS, "tradewind_pricing_waiting"),
                redis_bytes=sum(int(client["tot-mem"]) for client in redis.client_list()),
            )

        yield (
            feed,
            Subject(
                pids={"pricing": pricing.pid, "stream": platform.pid("stream")},
                backlog=backlog,
                markup_points=MARKUP_POINTS,
            ),
        )


@contextmanager
def _relayed(
    platform: BenchPlatform, symbols: Sequence[str]
) -> Generator[tuple[Feeding, int, Subject]]:
    """The relay with LPs of its own."""
    first = free_ports()
    ports = {lp: first + number for number, lp in enumerate(LPS, start=1)}
    plan = FeedPlan(ports=_comp_ids(ports), symbols=list(symbols))
    relay = RelayPlan(lp_ports=list(ports.values()), symbols=list(symbols), port=first)
    command = (sys.executable, "-m", "bench.raw_relay", msgspec.json.encode(relay).decode())
    with (
        feeding(plan, platform.home.root / "sent") as feed,
        subprocess.Popen(command) as process,
    ):
        feed.until_subscribed()
        try:
            yield feed, first, Subject(pids={}, backlog=Backlog, markup_points=0)
        finally:
            feed.end()
            process.kill()


def _comp_ids(ports: dict[str, int]) -> dict[str, int]:
    return {f"{lp.upper()}-MD": port for lp, port in ports.items()}


async def _configure(platform: BenchPlatform, symbols: Sequence[str]) -> None:
    await add_instruments(platform, symbols)
    connection = await connect_superuser(platform.home, "tradewind")
    try:
        await connection.execute(ADD_LP)
        await connection.execute(QUOTED_BY_ALL, symbols)
        await connection.execute(ADD_GROUPS, GROUPS)
    finally:
        await connection.close()
