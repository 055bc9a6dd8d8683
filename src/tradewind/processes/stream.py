"""The stream process: `python -m tradewind.processes.stream`, WebSockets on TRADEWIND_PORT + 1."""

import asyncio
import gc
import os
import signal
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import asyncpg
import structlog
import uvloop

from tradewind.gateway.candles import GroupMarkups
from tradewind.gateway.stream.accounts import AccountFeed, View
from tradewind.gateway.stream.candles import CandleFeed
from tradewind.gateway.stream.conversation import Hub
from tradewind.gateway.stream.intake import TOPICS, Intake
from tradewind.gateway.stream.limits import Limits
from tradewind.gateway.stream.metrics import StreamMetrics
from tradewind.gateway.stream.origin import own_origins
from tradewind.gateway.stream.prices import PriceTable
from tradewind.gateway.stream.server import StreamServer
from tradewind.gateway.stream.wheel import Wheel
from tradewind.gateway.views import event_json
from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.eventlog import Deliver, LoggedEvent, Tail, log_end
from tradewind.infra.logging import configure_logging
from tradewind.infra.metrics import serve_metrics
from tradewind.infra.postgres import open_pool
from tradewind.infra.pubsub import Subscription
from tradewind.infra.readiness import notify_ready
from tradewind.infra.redis import open_redis
from tradewind.infra.secrets import read_secret
from tradewind.infra.settings import Settings, settings_from_environment
from tradewind.services.accounts.service import Accounts
from tradewind.services.identity.access_tokens import AccessTokens
from tradewind.services.identity.authenticator import Authenticator
from tradewind.services.identity.standing import Standing
from tradewind.services.marketdata.candles import Candles


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    trap_floats()
    configure_logging("stream")
    #: TRADEWIND_ORIGINS: further web origins that may open the stream, as a comma list.
    origins = os.environ.get("TRADEWIND_ORIGINS", "")
    uvloop.run(serve(settings_from_environment(), origins, Limits(), event_json))


async def serve(settings: Settings, origins: str, limits: Limits, view: View) -> None:
    """Run one stream process until a signal; its clients are sent away before it returns."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        parts = await _build(stack, settings, limits, view)
        ready = asyncio.Event()
        background = group.create_task(_run_background(parts, ready))
        await ready.wait()
        allowed = own_origins(settings.host, settings.port, origins)
        server = StreamServer(parts.hub, parts.standing.require, allowed)
        sweep = group.create_task(server.sweep())
        port = await server.start(settings.host, settings.port + 1 if settings.port else 0)
        metrics_port = serve_metrics(parts.hub.metrics.registry, settings.metrics_port)
        structlog.get_logger().info("stream_serves", port=port, metrics_port=metrics_port)
        # What was built stays for ever; looking at it again would hold up ticks for 50 ms and more.
        gc.collect()
        gc.freeze()
        notify_ready()
        await stopping.wait()
        await server.stop()
        sweep.cancel()
        background.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that runs beside the listening socket.

    The tail sees every account, which row-level security grants `tw_oms` alone, so it reads as
    that role in sessions that cannot write.
    """

    hub: Hub
    standing: Standing
    intake: Intake
    subscription: Subscription
    tail: Tail
    redis_url: str
    reading: asyncpg.Pool
    clients: "Clients"


class Clients:
    """The task group of the clients' work, once it runs."""

    def __init__(self) -> None:
        """Nothing can be spawned before `run`."""
        self._group: asyncio.TaskGroup | None = None

    def spawn(self, work: Coroutine[None, None, None]) -> None:
        """Run a client's work; it contains its own failures."""
        if self._group is None:
            work.close()
        else:
            self._group.create_task(work)

    async def run(self) -> None:
        """Hold the group open until cancelled."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            await asyncio.Event().wait()


async def _build(stack: AsyncExitStack, settings: Settings, limits: Limits, view: View) -> Parts:
    clock, metrics, wheel, clients = clock_from_environment(), StreamMetrics(), Wheel(), Clients()
    sessions = await _pool(stack, settings, "tw_auth", 2)
    reading = await _pool(stack, settings, "tw_read", 8)
    log = await _pool(stack, settings, "tw_oms", 1)
    redis = await stack.enter_async_context(open_redis(settings.redis_url))
    standing = Standing(sessions, redis, clock)
    table, accounts = PriceTable(wheel.changed), Accounts(reading, clock)
    markups = await _markups(reading, settings, clock)
    candles = CandleFeed(Candles(reading, clock), markups, redis, clock)
    intake = Intake(table, candles, redis, clock, metrics)
    feed = AccountFeed(view, accounts, limits.page_events)
    async with log.acquire() as connection:
        start = await log_end(connection)
    tail = Tail(log, _counted(feed, metrics), start, feed.watched)
    intake.on_hint = tail.wake
    await intake.load_reference(reading)
    hub = Hub(
        limits=limits,
        clock=clock,
        accounts=accounts,
        authenticator=_authenticator(settings, standing, clock),
        table=table,
        candles=candles,
        wheel=wheel,
        feed=feed,
        metrics=metrics,
        spawn=clients.spawn,
        users=Counter(),
    )
    return Parts(
        hub=hub,
        standing=standing,
        intake=intake,
        subscription=Subscription(settings.redis_url, TOPICS, intake.hear, intake.subscribed),
        tail=tail,
        redis_url=settings.redis_url,
        reading=reading,
        clients=clients,
    )


async def _run_background(parts: Parts, ready: asyncio.Event) -> None:
    await parts.standing.poll()
    async with asyncio.TaskGroup() as group:
        group.create_task(parts.clients.run())
        group.create_task(parts.standing.run(parts.redis_url))
        group.create_task(parts.hub.authenticator.run())
        group.create_task(parts.subscription.run())
        group.create_task(parts.intake.read_missed())
        group.create_task(parts.hub.candles.read_missed())
        group.create_task(parts.hub.candles.markups.follow())
        group.create_task(parts.intake.follow_reference(parts.reading))
        group.create_task(parts.tail.run())
        ready.set()


async def _pool(
    stack: AsyncExitStack, settings: Settings, role: str, size_max: int
) -> asyncpg.Pool:
    pool = await open_pool(settings, role, size_max=size_max, read_only=True)
    return await stack.enter_async_context(pool)


async def _markups(reading: asyncpg.Pool, settings: Settings, clock: Clock) -> GroupMarkups:
    markups = GroupMarkups(reading, settings.environment, clock)
    await markups.load()
    return markups


def _authenticator(settings: Settings, standing: Standing, clock: Clock) -> Authenticator:
    key = read_secret(settings.secrets_dir, "jwt_ed25519")
    return Authenticator(AccessTokens(key, settings.environment), standing, clock)


def _counted(feed: AccountFeed, metrics: StreamMetrics) -> Deliver:
    def deliver(events: Sequence[LoggedEvent]) -> None:
        metrics.events.inc(len(events))
        feed.deliver(events)

    return deliver


if __name__ == "__main__":
    main()
