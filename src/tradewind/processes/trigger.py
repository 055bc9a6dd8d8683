"""Wakes resting orders: `python -m tradewind.processes.trigger`. Any number may run.

Each share of the symbols, and the end of orders whose time is over, has one process at a time, by
lease. It holds an OMS batch of its own, so that a trigger is decided where it was seen.
"""

import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Final

import asyncpg
import structlog
import uvloop
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.eventlog import HINT_CHANNEL
from tradewind.infra.hints import Hints
from tradewind.infra.identifiers import IdSource
from tradewind.infra.leases import Lease
from tradewind.infra.logging import configure_logging
from tradewind.infra.metrics import serve_metrics
from tradewind.infra.postgres import open_pool
from tradewind.infra.readiness import notify_ready
from tradewind.infra.redis import open_redis
from tradewind.infra.settings import Settings, integer, settings_from_environment
from tradewind.infra.tick_intake import TickIntake
from tradewind.infra.ticks import TickFeed
from tradewind.processes.deciding import keep_current, order_service
from tradewind.processes.oms_metrics import expose_oms
from tradewind.processes.worker import Task, hold
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.oms.submission import Answer, Command
from tradewind.services.pricing.reference import Reference
from tradewind.services.triggers.expiry import LEASE as EXPIRY
from tradewind.services.triggers.expiry import ExpirySweep
from tradewind.services.triggers.metrics import TriggerMetrics
from tradewind.services.triggers.ports import Submit
from tradewind.services.triggers.service import Tools, TriggerEngine, shard_lease

#: Longer than a ring is waited for.
REDIS_TIMEOUT_S: Final = 5.0
SHARDS_MAX: Final = 64
#: Of each shard: its lease, the log, groups and progress.
_CONNECTIONS_PER_SHARD: Final = 4
_CONNECTIONS: Final = 3

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that lives as long as the process; `pool` is of role `tw_oms`."""

    pool: asyncpg.Pool
    rings: Redis
    oms: Oms
    reference: Reference
    intake: TickIntake
    hints: Hints
    clock: Clock
    registry: CollectorRegistry
    metrics: TriggerMetrics


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    trap_floats()
    configure_logging("trigger")
    #: TRADEWIND_TRIGGER_SHARDS: how many shares the symbols have; the same in every process.
    shards = min(max(integer(os.environ, "TRADEWIND_TRIGGER_SHARDS", 1), 1), SHARDS_MAX)
    uvloop.run(serve(settings_from_environment(), shards))


async def serve(settings: Settings, shards: int = 1) -> None:
    """Run until a signal; a process that waits for its turn is ready."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        parts = await build_parts(stack, settings, shards)
        engines = [TriggerEngine(tools_of(parts), (shard, shards)) for shard in range(shards)]
        background = group.create_task(run_background(parts, settings, engines))
        deciding = group.create_task(parts.oms.run())
        holding = [group.create_task(hold(parts.pool, task)) for task in tasks(parts, engines)]
        metrics_port = serve_metrics(parts.registry, settings.metrics_port)
        _log.info("trigger_serves", metrics_port=metrics_port, shards=shards)
        notify_ready()
        await stopping.wait()
        for task in holding:
            task.cancel()
        await asyncio.wait(holding)
        parts.oms.stop()
        await deciding
        background.cancel()


async def build_parts(stack: AsyncExitStack, settings: Settings, shards: int) -> Parts:
    """Connect, and read the instruments."""
    clock, feed, registry = clock_from_environment(), TickFeed(), CollectorRegistry()
    size = _CONNECTIONS + _CONNECTIONS_PER_SHARD * shards
    pool = await stack.enter_async_context(await open_pool(settings, "tw_oms", size_max=size))
    redis = await stack.enter_async_context(open_redis(settings.redis_url))
    rings = await stack.enter_async_context(open_redis(settings.redis_url, timeout=REDIS_TIMEOUT_S))
    reference, hints = Reference(pool, clock), Hints(redis, HINT_CHANNEL)
    await reference.refresh()
    oms = order_service(settings, Markets(reference, feed), clock, IdSource(), hints)
    expose_oms(registry, oms)
    return Parts(
        pool=pool,
        rings=rings,
        oms=oms,
        reference=reference,
        intake=TickIntake(feed, redis, settings.redis_url, lambda: reference.instruments),
        hints=hints,
        clock=clock,
        registry=registry,
        metrics=TriggerMetrics(registry),
    )


def tools_of(parts: Parts) -> Tools:
    """What the engines need of the process."""
    return Tools(
        pool=parts.pool,
        redis=parts.rings,
        clock=parts.clock,
        instruments=lambda: parts.reference.instruments,
        submit=submitter(parts.oms),
        metrics=parts.metrics,
    )


def tasks(parts: Parts, engines: list[TriggerEngine]) -> list[Task]:
    """Everything that is done under a lease."""
    sweep = ExpirySweep(parts.pool, parts.clock, submitter(parts.oms), parts.metrics)
    return [
        *(Task(name=shard_lease(*engine.shard), work=engine.run) for engine in engines),
        Task(name=EXPIRY, work=sweep.run),
    ]


def submitter(oms: Oms) -> Submit:
    """Ask the order service of this process; these commands need no key, they name a version."""

    async def submit(command: Command, lease: Lease) -> Answer:
        return await oms.submit(command, None, lease)

    return submit


async def run_background(parts: Parts, settings: Settings, engines: list[TriggerEngine]) -> None:
    """Keep prices and instruments current, and tell the engines of what was committed."""

    def committed() -> None:
        for engine in engines:
            engine.wake()

    await keep_current(settings, parts.reference, parts.hints, parts.intake, committed)


if __name__ == "__main__":
    main()
