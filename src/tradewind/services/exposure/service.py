"""The exposure task: reads every open position once, follows the event log, publishes the sums.

Nothing is remembered: who has the lease next reads it all again (docs/how-to/watch-exposure.md).
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.contracts.exposure import ExposureTable
from tradewind.contracts.ticks import ALIVE_KEY, LATEST_PREFIX
from tradewind.core.exposure import Exposure, Prices, exposure
from tradewind.core.ids import GroupCode, Symbol
from tradewind.core.margin import Mark
from tradewind.core.money import Currency, CurrencyCode
from tradewind.infra.clock import Clock
from tradewind.infra.eventlog import log_end
from tradewind.infra.exposure_table import publish_exposure
from tradewind.infra.leases import Lease
from tradewind.infra.postgres import AWAY, Connection
from tradewind.infra.redis import honour_cancellation
from tradewind.infra.ticks import TickFeed
from tradewind.services.accounts.groups import read_all_groups, read_groups, read_moved
from tradewind.services.exposure import store
from tradewind.services.exposure.view import ExposureView
from tradewind.services.oms.markets import Markets
from tradewind.services.pricing.reference import Reference

LEASE: Final = "exposure"
PUBLISH_S: Final = 0.25
#: What has not changed is published all the same, so that its age tells that it is current.
RESTATE: Final = timedelta(seconds=1)
LOG_POLL_S: Final = 0.2
#: How soon to look again while a running transaction may be holding events back.
LOG_BUSY_POLL_S: Final = 0.02
#: Assignments are looked for this far back, for one that is committed late, and all of them are
#: read again so often, for one that was entered with a time long past.
GROUPS_BACK: Final = timedelta(minutes=1)
GROUPS_WHOLE: Final = timedelta(seconds=30)
RETRY_S: Final = 0.5
_TIMEOUT_S: Final = 10.0

_log = structlog.get_logger()


@dataclass(slots=True, kw_only=True)
class _Watch:
    """What one holding of the lease is made of; `read_at` is when the log was read last."""

    view: ExposureView
    reporting: Currency
    start: int
    read_at: datetime
    groups_at: datetime
    feed: TickFeed
    markets: Markets


class ExposureJob:
    """Exposure, whenever this process has the lease of it; `pool` may read what `tw_oms` may."""

    def __init__(self, pool: asyncpg.Pool, redis: Redis, clock: Clock) -> None:
        """Nothing is read before `run`."""
        self._pool = pool
        self._redis = redis
        self._clock = clock
        self._reference = Reference(pool, clock)

    async def run(self, _lease: Lease) -> None:
        """Follow and publish until cancelled; whoever keeps the lease ends it when it is lost."""
        watch = await self._begin()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._reference.follow())
            group.create_task(self._follow(watch))
            group.create_task(self._publish(watch))

    async def _begin(self) -> _Watch:
        """Load until it works."""
        while True:
            try:
                loaded = await self._load()
                if loaded is not None:
                    return loaded
            except (asyncpg.PostgresError, *AWAY) as error:
                _log.warning("exposure_round_failed", work="load", error=repr(error))
            await asyncio.sleep(RETRY_S)

    async def _load(self) -> _Watch | None:
        """Read all of one moment; None in a database that nobody has filled yet."""
        await self._reference.refresh()
        view, feed, now = ExposureView(), TickFeed(), self._clock.now()
        async with (
            self._pool.acquire(timeout=_TIMEOUT_S) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            start = await log_end(connection)
            reporting = await store.read_reporting(connection)
            if reporting is None:
                return None
            view.regroup(await read_all_groups(connection, now))
            view.put(await store.read_open(connection))
        _log.info("exposure_loaded", places=len(view.stakes))
        return _Watch(
            view=view,
            reporting=reporting,
            start=start,
            read_at=now,
            groups_at=now,
            feed=feed,
            markets=Markets(self._reference, feed),
        )

    async def _follow(self, watch: _Watch) -> None:
        """Keep the view as the log and the assignments say; what fails is tried again."""
        whole_at = watch.read_at
        while True:
            now = self._clock.now()
            is_whole = now < watch.groups_at or now >= whole_at + GROUPS_WHOLE
            since = None if is_whole else watch.groups_at - GROUPS_BACK
            try:
                async with self._pool.acquire(timeout=_TIMEOUT_S) as connection:
                    busy = await self._read_log(connection, watch, now)
                    await self._read_groups(connection, watch, since, now)
            except (asyncpg.PostgresError, *AWAY) as error:
                _log.warning("exposure_round_failed", work="follow", error=repr(error))
                await asyncio.sleep(RETRY_S)
                continue
            watch.read_at = watch.groups_at = now
            whole_at = now if is_whole else whole_at
            await asyncio.sleep(LOG_BUSY_POLL_S if busy else LOG_POLL_S)

    async def _read_log(self, connection: Connection, watch: _Watch, now: datetime) -> bool:
        """Put what changed since the last page; tell whether more is on its way."""
        changed = await store.read_changed(connection, watch.start)
        if changed.keys:
            parts = await store.read_some(connection, changed.keys)
            if strangers := watch.view.strangers(changed.keys):
                watch.view.regroup(await read_groups(connection, now, strangers))
            watch.view.put(parts)
        watch.start = changed.next_start
        return changed.busy

    async def _read_groups(
        self, connection: Connection, watch: _Watch, since: datetime | None, now: datetime
    ) -> None:
        if since is None:
            watch.view.regroup(await read_all_groups(connection, now))
        elif moved := await read_moved(connection, since, now):
            watch.view.regroup(await read_groups(connection, now, moved))

    async def _publish(self, watch: _Watch) -> None:
        """Publish what changed, and what did not before it looks old."""
        last: ExposureTable | None = None
        while True:
            honour_cancellation()
            try:
                await self._read_prices(watch.feed)
                table = self._table(watch)
                if last is None or _differs(last, table):
                    await publish_exposure(self._redis, table)
                    last = table
            except (RedisError, OSError, TimeoutError) as error:
                _log.warning("exposure_round_failed", work="publish", error=repr(error))
                last = None
            await asyncio.sleep(PUBLISH_S)

    async def _read_prices(self, feed: TickFeed) -> None:
        """Read the latest tick of every symbol: four times a second is less than each of them."""
        keys = [LATEST_PREFIX + symbol for symbol in self._reference.instruments]
        alive, *payloads = await self._redis.mget([ALIVE_KEY, *keys])
        for payload in payloads:
            if isinstance(payload, bytes):
                feed.receive(payload)
        if alive is not None:
            feed.heartbeat()

    def _table(self, watch: _Watch) -> ExposureTable:
        return ExposureTable(
            as_of=watch.read_at,
            log_position=watch.start,
            currency=watch.reporting.code,
            minor_digits=watch.reporting.minor_digits,
            exposure=self._exposure(watch),
        )

    def _exposure(self, watch: _Watch) -> Exposure:
        now, reporting = self._clock.now(), watch.reporting.code

        def mark(symbol: Symbol, group: GroupCode) -> Mark | None:
            return watch.markets.mark(symbol, group, reporting, now)

        def rate(currency: CurrencyCode) -> Decimal | None:
            found = watch.markets.conversion(currency, reporting, now)
            return None if found is None else found.rate

        prices = Prices(mark=mark, rate=rate)
        return exposure(watch.view.stakes, self._reference.instruments, prices)


def _differs(last: ExposureTable, table: ExposureTable) -> bool:
    return table.exposure != last.exposure or table.as_of >= last.as_of + RESTATE
