"""Watches margin: `python -m tradewind.processes.risk`. Any number may run.

Each share of the accounts has one process at a time, by lease. It holds an OMS batch of its own, so
that what is found is decided here too.
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

from tradewind.core.commands import CheckMargin
from tradewind.core.ids import AccountId, OrderId
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
from tradewind.processes.deciding import keep_current, order_service, spare_the_collector
from tradewind.processes.oms_metrics import expose_oms
from tradewind.processes.worker import Task, hold
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.pricing.reference import Reference
from tradewind.services.risk.metrics import RiskMetrics
from tradewind.services.risk.ports import Check
from tradewind.services.risk.service import MarginWatcher, Tools, shard_lease

SHARDS_MAX: Final = 64
#: Of each shard: its lease, the log, accounts to read, terms and verification.
_CONNECTIONS_PER_SHARD: Final = 5
_CONNECTIONS: Final = 2

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that lives as long as the process; `pool` is of role `tw_oms`."""

    pool: asyncpg.Pool
    feed: TickFeed
    oms: Oms
    reference: Reference
    intake: TickIntake
    hints: Hints
    ids: IdSource
    clock: Clock
    registry: CollectorRegistry


def main() -> None:
    """Work until SIGTERM or SIGINT."""
    trap_floats()
    configure_logging("risk")
    #: TRADEWIND_RISK_SHARDS: how many shares the accounts have; the same in every process.
    shards = min(max(integer(os.environ, "TRADEWIND_RISK_SHARDS", 1), 1), SHARDS_MAX)
    uvloop.run(serve(settings_from_environment(), shards))


async def serve(settings: Settings, shards: int = 1) -> None:
    """Run until a signal; a process that waits for its turn is ready."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        parts = await build_parts(stack, settings, shards)
        tools = tools_of(parts)
        watchers = [MarginWatcher(tools, (shard, shards)) for shard in range(shards)]
        background = group.create_task(run_background(parts, settings, watchers))
        deciding = group.create_task(parts.oms.run())
        tasks = (Task(name=shard_lease(*each.shard), work=each.run) for each in watchers)
        holding = [group.create_task(hold(parts.pool, task)) for task in tasks]
        metrics_port = serve_metrics(parts.registry, settings.metrics_port)
        _log.info("risk_serves", metrics_port=metrics_port, shards=shards)
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
    clock, feed, ids = clock_from_environment(), TickFeed(), IdSource()
    registry = CollectorRegistry()
    size = _CONNECTIONS + _CONNECTIONS_PER_SHARD * shards
    pool = await stack.enter_async_context(await open_pool(settings, "tw_oms", size_max=size))
    redis = await stack.enter_async_context(open_redis(settings.redis_url))
    reference, hints = Reference(pool, clock), Hints(redis, HINT_CHANNEL)
    await reference.refresh()
    oms = order_service(settings, Markets(reference, feed), clock, ids, hints)
    expose_oms(registry, oms)
    return Parts(
        pool=pool,
        feed=feed,
        oms=oms,
        reference=reference,
        intake=TickIntake(feed, redis, settings.redis_url, lambda: reference.instruments),
        hints=hints,
        ids=ids,
        clock=clock,
        registry=registry,
    )


def tools_of(parts: Parts) -> Tools:
    """What the watchers need of the process."""
    return Tools(
        pool=parts.pool,
        feed=parts.feed,
        clock=parts.clock,
        instruments=lambda: parts.reference.instruments,
        pairs=lambda: parts.reference.pairs,
        check=checker(parts.oms, parts.ids),
        metrics=RiskMetrics(parts.registry),
        filled=spare_the_collector,
    )


def checker(oms: Oms, ids: IdSource) -> Check:
    """Ask the order service of this process; a check that comes twice finds nothing left to do."""

    async def check(account_id: AccountId, lease: Lease) -> str:
        command = CheckMargin(order_id=OrderId(ids.new()), account_id=account_id)
        answer = await oms.submit(command, None, lease)
        return answer.code or "unknown"

    return check


async def run_background(parts: Parts, settings: Settings, watchers: list[MarginWatcher]) -> None:
    """Keep prices and instruments current, and tell the watchers of what was committed."""

    def committed() -> None:
        for watcher in watchers:
            watcher.wake()

    await keep_current(settings, parts.reference, parts.hints, parts.intake, committed)


if __name__ == "__main__":
    main()
