"""Prices: `python -m tradewind.processes.pricing`. One works, under a lease; others wait."""

import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import asyncpg
import structlog
import uvloop
from prometheus_client import CollectorRegistry

from tradewind.external.fix.endpoints import LpEndpoint, parse_endpoints
from tradewind.external.fix.feed import LpFeed
from tradewind.external.fix.market_data import MarketDataSession
from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.leases import Lease, LeaseLost, acquire
from tradewind.infra.logging import configure_logging
from tradewind.infra.metrics import serve_metrics
from tradewind.infra.postgres import open_pool
from tradewind.infra.readiness import notify_ready
from tradewind.infra.settings import Settings, required, settings_from_environment
from tradewind.services.pricing.counters import PricingCounters
from tradewind.services.pricing.publisher import RedisPublisher
from tradewind.services.pricing.service import (
    STORE_FAILURES,
    LoadedRules,
    PricingService,
    RulesStore,
)

LEASE: Final = "pricing"
STARTING_RETRY_S: Final = 0.25
#: QuickFIX's threads need the interpreter for each message; Python's usual 5 ms for each while we
#: price would leave messages in the sockets.
THREAD_SWITCH_S: Final = 0.0002

T = TypeVar("T")

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingSettings:
    """The common settings, and what pricing alone needs."""

    common: Settings
    #: TRADEWIND_HOME: FIX settings go to its folder `fix/pricing/<lp>`.
    home: Path
    #: TRADEWIND_LP_ENDPOINTS: `lp-one=127.0.0.1:8002,lp-two=127.0.0.1:8003`.
    endpoints: Sequence[LpEndpoint]


def main() -> None:
    """Serve until SIGTERM or SIGINT; exits with 1 when the lease was taken over."""
    trap_floats()
    sys.setswitchinterval(THREAD_SWITCH_S)
    configure_logging("pricing")
    settings = pricing_settings()
    sys.exit(uvloop.run(serve(settings)))


def pricing_settings(environment: Mapping[str, str] = os.environ) -> PricingSettings:
    """Parse the environment."""
    return PricingSettings(
        common=settings_from_environment(environment),
        home=Path(required(environment, "TRADEWIND_HOME")),
        endpoints=parse_endpoints(environment.get("TRADEWIND_LP_ENDPOINTS", "")),
    )


async def serve(settings: PricingSettings) -> int:
    """Wait for the lease, price, and give it back. Returns the exit code."""
    stopping = asyncio.Event()
    # QuickFIX changed SIGINT when it was imported; these handlers come after it.
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    registry, clock = CollectorRegistry(), clock_from_environment()
    metrics_port = serve_metrics(registry, settings.common.metrics_port)
    _log.info("pricing_starts", metrics_port=metrics_port, lps=len(settings.endpoints))
    async with await open_pool(settings.common, "tw_pricing", size_max=3) as pool:
        holder = f"{socket.gethostname()}:{os.getpid()}"
        lease = await _unless(stopping, acquire(pool, LEASE, holder))
        if lease is None:
            return 0
        try:
            return await _price(settings, pool, lease, stopping, (clock, registry))
        finally:
            await lease.release()


async def _price(
    settings: PricingSettings,
    pool: asyncpg.Pool,
    lease: Lease,
    stopping: asyncio.Event,
    shared: tuple[Clock, CollectorRegistry],
) -> int:
    clock, registry = shared
    store = RulesStore(pool, settings.common.environment)
    loaded = await _unless(stopping, _load(store, clock))
    if loaded is None:
        return 0
    counters = PricingCounters(registry)
    publisher = RedisPublisher(settings.common.redis_url, counters)
    feeds = _feeds(settings, clock)
    service = PricingService(loaded.rules, feeds, publisher, lease, clock, counters)
    exit_code = 0
    try:
        async with asyncio.TaskGroup() as tasks:
            publishing = tasks.create_task(publisher.run())
            await _until(stopping, service.run(), lease.keep(), service.follow(store, loaded))
            await service.close()
            publishing.cancel()
    except* LeaseLost as lost:
        _log.error("pricing_lost_its_lease", error=str(lost))
        exit_code = 1
    finally:
        await service.stop_sources()
    return exit_code


async def _until(stopping: asyncio.Event, *works: Coroutine[None, None, None]) -> None:
    """Do all works until told to stop; what one raises ends the others and is raised."""
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(work) for work in works]
        # What was built stays for ever; looking at it again would hold up ticks for 50 ms and more.
        gc.collect()
        gc.freeze()
        notify_ready()
        await stopping.wait()
        for task in running:
            task.cancel()


async def _unless(stopping: asyncio.Event, work: Coroutine[None, None, T]) -> T | None:
    """Return the work's result, or None when told to stop first."""
    async with asyncio.TaskGroup() as tasks:
        wanted, stop = tasks.create_task(work), tasks.create_task(stopping.wait())
        await asyncio.wait({wanted, stop}, return_when=asyncio.FIRST_COMPLETED)
        wanted.cancel()
        stop.cancel()
    return None if wanted.cancelled() else wanted.result()


async def _load(store: RulesStore, clock: Clock) -> LoadedRules:
    """Read the configuration; a database that does not answer is asked again."""
    while True:
        try:
            return await store.load(clock.now())
        except STORE_FAILURES as error:
            _log.warning("pricing_rules_not_read", error=repr(error))
            await asyncio.sleep(STARTING_RETRY_S)


def _feeds(settings: PricingSettings, clock: Clock) -> Sequence[LpFeed]:
    """Make a feed for each endpoint; an LP that is not enabled is not connected until it is."""
    folder = settings.home / "fix" / "pricing"
    return [
        LpFeed(MarketDataSession(endpoint, folder / endpoint.lp, clock))
        for endpoint in settings.endpoints
    ]


if __name__ == "__main__":
    main()
