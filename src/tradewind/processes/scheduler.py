"""Work by the clock: `python -m tradewind.processes.scheduler`. One works, under a lease."""

import asyncio
import os
import signal
import socket
import sys
from dataclasses import dataclass
from typing import Final

import asyncpg
import structlog
import uvloop
from prometheus_client import CollectorRegistry, Counter

from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.leases import Lease, LeaseLost, acquire
from tradewind.infra.logging import configure_logging
from tradewind.infra.metrics import serve_metrics
from tradewind.infra.postgres import AWAY, open_pool
from tradewind.infra.readiness import notify_ready
from tradewind.infra.retention import purge_idempotency_keys
from tradewind.infra.settings import Settings, settings_from_environment
from tradewind.services.identity import throttle

LEASE: Final = "scheduler"
ROUND_S: Final = 60.0

_log = structlog.get_logger()


class SchedulerMetrics:
    """What an operator sees of the scheduler."""

    def __init__(self) -> None:
        """Register everything at zero."""
        self.registry = CollectorRegistry()
        self.rounds = Counter(
            "tradewind_scheduler_rounds", "Rounds done", ["outcome"], registry=self.registry
        )
        self.keys = Counter(
            "tradewind_scheduler_idempotency_keys_purged",
            "Idempotency keys deleted for age",
            registry=self.registry,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheduler:
    """What a round needs: `admin` is a pool of role `tw_admin`, `auth` of `tw_auth`."""

    admin: asyncpg.Pool
    auth: asyncpg.Pool
    clock: Clock
    metrics: SchedulerMetrics

    async def work(self) -> None:
        """Wait for the lease, then do a round every minute; raises LeaseLost."""
        lease = await acquire(self.admin, LEASE, f"{socket.gethostname()}:{os.getpid()}")
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(lease.keep())
                group.create_task(self._rounds(lease))
        finally:
            await lease.release()

    async def _rounds(self, lease: Lease) -> None:
        while True:
            try:
                await self.do_round(lease)
            except AWAY as error:
                self.metrics.rounds.labels("failed").inc()
                _log.warning("scheduler_round_failed", error=repr(error))
            else:
                self.metrics.rounds.labels("done").inc()
            await asyncio.sleep(ROUND_S)

    async def do_round(self, lease: Lease) -> None:
        """Delete what has been kept long enough."""
        now = self.clock.now()
        keys = 0
        async for deleted in purge_idempotency_keys(self.admin, lease, now):
            keys += deleted
            self.metrics.keys.inc(deleted)
        async with self.auth.acquire() as connection:
            await throttle.purge(connection, now)
        if keys:
            _log.info("idempotency_keys_purged", rows=keys)


def main() -> None:
    """Work until SIGTERM or SIGINT; exits with 1 when the lease was taken over."""
    trap_floats()
    configure_logging("scheduler")
    sys.exit(uvloop.run(serve(settings_from_environment())))


async def serve(settings: Settings) -> int:
    """Run until a signal and return the exit code; a process that waits for its turn is ready."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    metrics, exit_code = SchedulerMetrics(), 0
    metrics_port = serve_metrics(metrics.registry, settings.metrics_port)
    try:
        async with (
            await open_pool(settings, "tw_admin", size_max=2) as admin,
            await open_pool(settings, "tw_auth", size_max=1) as auth,
            asyncio.TaskGroup() as group,
        ):
            scheduler = Scheduler(
                admin=admin, auth=auth, clock=clock_from_environment(), metrics=metrics
            )
            work = group.create_task(scheduler.work())
            _log.info("scheduler_serves", metrics_port=metrics_port)
            notify_ready()
            await stopping.wait()
            work.cancel()
    except* LeaseLost as lost:
        _log.error("scheduler_lost_its_lease", error=str(lost))
        exit_code = 1
    return exit_code


if __name__ == "__main__":
    main()
