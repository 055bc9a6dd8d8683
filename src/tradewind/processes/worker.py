"""Work beside the hot path: `python -m tradewind.processes.worker`. Any number may run.

Each task waits for a lease of its own, so that several workers share the tasks and one takes over
what another leaves.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import asyncpg
import structlog
import uvloop
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.leases import Lease, LeaseLost, acquire
from tradewind.infra.logging import configure_logging
from tradewind.infra.metrics import serve_metrics
from tradewind.infra.postgres import open_pool
from tradewind.infra.readiness import notify_ready
from tradewind.infra.redis import open_redis
from tradewind.infra.settings import Settings, integer, settings_from_environment
from tradewind.services.exposure.service import LEASE as EXPOSURE
from tradewind.services.exposure.service import ExposureJob
from tradewind.services.marketdata.aggregation import LEASE as CANDLES
from tradewind.services.marketdata.aggregation import CandleJob
from tradewind.services.marketdata.retention import Retention
from tradewind.services.marketdata.writer import TickWriter, shard_lease
from tradewind.services.marketdata.writer_metrics import WriterMetrics

#: Rings are read in pages of a megabyte or so.
REDIS_TIMEOUT_S: Final = 5.0
SHARDS_MAX: Final = 64

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that one worker at a time does, for as long as it holds the lease `name`."""

    name: str
    work: Callable[[Lease], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What tasks are built of: `pool` is of role `tw_pricing`, `trading` reads as `tw_oms`."""

    pool: asyncpg.Pool
    trading: asyncpg.Pool
    redis: Redis
    clock: Clock
    registry: CollectorRegistry
    #: TRADEWIND_TICK_SHARDS: how many tick writers share the symbols; the same in every worker.
    shards: int


def tasks(parts: Parts) -> Sequence[Task]:
    """Everything a worker does: the list to extend when a task is added."""
    metrics = WriterMetrics(parts.registry)
    writers = [
        TickWriter(parts.pool, parts.redis, parts.clock, metrics, (shard, parts.shards))
        for shard in range(parts.shards)
    ]
    return (
        *(Task(name=shard_lease(*writer.shard), work=writer.run) for writer in writers),
        Task(name=EXPOSURE, work=ExposureJob(parts.trading, parts.redis, parts.clock).run),
        Task(name=CANDLES, work=CandleJob(parts.pool, parts.redis, parts.clock).run),
        Task(name="tick-retention", work=Retention(parts.pool, parts.clock, parts.registry).run),
    )


async def hold(pool: asyncpg.Pool, task: Task) -> None:
    """Do a task whenever its lease is free, for ever."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    while True:
        lease = await acquire(pool, task.name, holder)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(lease.keep())
                group.create_task(_do(task, lease))
        except* LeaseLost as lost:
            _log.error("lease_lost", lease=task.name, error=str(lost.exceptions[0]))
        finally:
            await lease.release()


async def _do(task: Task, lease: Lease) -> None:
    await task.work(lease)


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    trap_floats()
    configure_logging("worker")
    shards = min(max(integer(os.environ, "TRADEWIND_TICK_SHARDS", 1), 1), SHARDS_MAX)
    uvloop.run(serve(settings_from_environment(), shards))


async def serve(settings: Settings, shards: int = 1) -> None:
    """Run until a signal; a worker that waits for its turn is ready."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    registry = CollectorRegistry()
    metrics_port = serve_metrics(registry, settings.metrics_port)
    async with (
        await open_pool(settings, "tw_pricing", size_max=4 + 2 * shards) as pool,
        await open_pool(settings, "tw_oms", size_max=2, read_only=True) as trading,
        open_redis(settings.redis_url, timeout=REDIS_TIMEOUT_S) as redis,
    ):
        parts = Parts(
            pool=pool,
            trading=trading,
            redis=redis,
            clock=clock_from_environment(),
            registry=registry,
            shards=shards,
        )
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(hold(pool, task)) for task in tasks(parts)]
            _log.info("worker_serves", metrics_port=metrics_port, tasks=len(running))
            notify_ready()
            await stopping.wait()
            for task in running:
                task.cancel()


if __name__ == "__main__":
    main()
