"""What the API process is made of, and what runs beside its listening socket."""

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import asyncpg
from redis.asyncio import Redis

from tradewind.core.calendars import Calendar
from tradewind.core.ids import Symbol
from tradewind.gateway.candles import GroupMarkups
from tradewind.gateway.dependencies import AddressLimits, Dependencies, GatewaySettings, Probe
from tradewind.gateway.gate import Gate, UserLimits
from tradewind.gateway.metrics import GatewayMetrics
from tradewind.gateway.request_log import RequestLog
from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.eventlog import HINT_CHANNEL
from tradewind.infra.exposure_table import read_exposure
from tradewind.infra.hints import Hints
from tradewind.infra.identifiers import IdSource
from tradewind.infra.lp_statuses import read_lp_statuses
from tradewind.infra.postgres import lend, open_pool
from tradewind.infra.redis import open_redis
from tradewind.infra.secrets import read_secret
from tradewind.infra.settings import Settings
from tradewind.infra.tick_intake import TickIntake
from tradewind.infra.ticks import TickFeed
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.processes.deciding import order_service
from tradewind.services.accounts.service import Accounts
from tradewind.services.configuration.approvals import Approvals
from tradewind.services.configuration.service import Configuration
from tradewind.services.dealing.service import Dealing
from tradewind.services.identity.access_tokens import AccessTokens
from tradewind.services.identity.authenticator import Authenticator
from tradewind.services.identity.service import Identity
from tradewind.services.identity.standing import Standing
from tradewind.services.marketdata.candles import Candles
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.pricing.reference import Reference
from tradewind.services.pricing.sessions import load_calendars

_READ_CONNECTIONS: Final = 8
_AUTH_CONNECTIONS: Final = 4
#: One more than a mass close takes, so that trade can be stopped meanwhile.
_STAFF_CONNECTIONS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that lives as long as the process."""

    settings: Settings
    clock: Clock
    ids: IdSource
    redis: Redis
    reading: asyncpg.Pool
    configuration: Configuration
    standing: Standing
    authenticator: Authenticator
    identity: Identity
    gate: Gate
    metrics: GatewayMetrics
    log: RequestLog
    reference: Reference
    markups: GroupMarkups
    feed: TickFeed
    markets: Markets
    oms: Oms
    hints: Hints


async def build_parts(stack: AsyncExitStack, settings: Settings, user_rate: int) -> Parts:
    """Connect, and read what must be known before the first request."""
    clock, ids, feed = clock_from_environment(), IdSource(), TickFeed()
    redis = await stack.enter_async_context(open_redis(settings.redis_url))
    reading, users, staff = await _open_pools(stack, settings)
    tokens = AccessTokens(read_secret(settings.secrets_dir, "jwt_ed25519"), settings.environment)
    standing = Standing(users, redis, clock)
    secret = bytes.fromhex(read_secret(settings.secrets_dir, "refresh_hmac"))
    identity = Identity(users, redis, clock, tokens, standing, secret)
    stack.callback(identity.close)
    authenticator = Authenticator(tokens, standing, clock)
    reference = Reference(reading, clock)
    markups = GroupMarkups(reading, settings.environment, clock)
    markets = Markets(reference, feed)
    hints = Hints(redis, HINT_CHANNEL)
    await reference.refresh()
    await markups.load()
    await standing.poll()
    return Parts(
        settings=settings,
        clock=clock,
        ids=ids,
        redis=redis,
        reading=reading,
        configuration=Configuration(staff, clock, ids.new),
        standing=standing,
        authenticator=authenticator,
        identity=identity,
        gate=Gate(authenticator, _user_limits(user_rate)),
        metrics=GatewayMetrics(),
        log=_request_log(stack),
        reference=reference,
        markups=markups,
        feed=feed,
        markets=markets,
        oms=order_service(settings, markets, clock, ids, hints),
        hints=hints,
    )


async def _open_pools(
    stack: AsyncExitStack, settings: Settings
) -> tuple[asyncpg.Pool, asyncpg.Pool, asyncpg.Pool]:
    """Connect as who reads for clients, who knows logins, and who changes the configuration."""
    reading = await open_pool(settings, "tw_read", size_max=_READ_CONNECTIONS, read_only=True)
    await stack.enter_async_context(reading)
    users = await open_pool(settings, "tw_auth", size_max=_AUTH_CONNECTIONS)
    await stack.enter_async_context(users)
    staff = await open_pool(settings, "tw_admin", size_max=_STAFF_CONNECTIONS)
    await stack.enter_async_context(staff)
    return reading, users, staff


def _request_log(stack: AsyncExitStack) -> RequestLog:
    """The log of requests; its last lines are written when the process ends."""
    log = RequestLog()
    stack.callback(log.flush)
    return log


async def run_background(parts: Parts) -> None:
    """Keep everything current until cancelled."""
    intake = TickIntake(
        parts.feed,
        parts.redis,
        parts.settings.redis_url,
        lambda: parts.reference.instruments,
    )
    async with asyncio.TaskGroup() as group:
        group.create_task(parts.standing.run(parts.settings.redis_url))
        group.create_task(parts.authenticator.run())
        group.create_task(parts.identity.run())
        group.create_task(parts.reference.follow())
        group.create_task(parts.markups.follow())
        group.create_task(parts.hints.run())
        group.create_task(intake.run())


def dependencies_of(
    parts: Parts, settings: GatewaySettings, addresses: AddressLimits
) -> Dependencies:
    """Hand the gateway what its routes need."""

    async def calendars() -> Mapping[Symbol, Calendar]:
        async with lend(parts.reading) as connection:
            return await load_calendars(connection, parts.clock.now())

    return Dependencies(
        settings=settings,
        clock=parts.clock,
        gate=parts.gate,
        addresses=addresses,
        metrics=parts.metrics,
        log=parts.log,
        identity=parts.identity,
        accounts=Accounts(parts.reading, parts.clock),
        reference=parts.reference,
        calendars=calendars,
        ticks=parts.feed,
        candles=Candles(parts.reading, parts.clock),
        markups=parts.markups,
        markets=parts.markets,
        configuration=parts.configuration,
        approvals=Approvals(parts.configuration),
        dealing=Dealing(
            parts.configuration, parts.oms, parts.markets, Decimal(settings.dealer_limit)
        ),
        lp_statuses=lambda: read_lp_statuses(parts.redis),
        exposure=lambda: read_exposure(parts.redis),
        probes=_probes(parts),
    )


def _user_limits(rate: int) -> UserLimits:
    return UserLimits(general=TokenBuckets(rate, 2 * rate), relief=TokenBuckets(rate, 2 * rate))


def _probes(parts: Parts) -> Mapping[str, Probe]:
    async def database() -> bool:
        async with lend(parts.reading) as connection:
            return await connection.fetchval("SELECT true")

    async def sessions() -> bool:
        return parts.standing.is_current

    async def redis() -> bool:
        return bool(await parts.redis.ping())

    async def prices() -> bool:
        return parts.feed.alive

    return {
        "database": Probe(answers=database, vital=True),
        "sessions": Probe(answers=sessions, vital=True),
        "redis": Probe(answers=redis, vital=False),
        "prices": Probe(answers=prices, vital=False),
    }
