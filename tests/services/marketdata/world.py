"""A tick store with an EURUSD and a USDJPY, and pricing's own way to publish into its rings."""

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import asyncpg
from prometheus_client import CollectorRegistry
from redis.asyncio import Redis

from tradewind.contracts.ticks import Tick, TickPrice, TickQuote
from tradewind.infra.clock import Clock
from tradewind.infra.leases import Lease, acquire
from tradewind.infra.postgres import connect, open_pool
from tradewind.infra.settings import Settings
from tradewind.services.marketdata.writer import TickWriter, shard_lease
from tradewind.services.marketdata.writer_metrics import WriterMetrics
from tradewind.services.pricing.counters import PricingCounters
from tradewind.services.pricing.publisher import RedisPublisher
from tradewind.services.pricing.wire import COMMANDS_PER_TICK, tick_commands

SYMBOLS = ("EURUSD", "USDJPY")
WHOLE = (0, 1)
FLUSH_S = 20.0

INSTRUMENT_SQL = """
    INSERT INTO instrument VALUES ($1, $1, 'fx', 'major', left($1, 3), right($1, 3))
        ON CONFLICT DO NOTHING
"""
ENTITY_SQL = "INSERT INTO legal_entity VALUES ($1, 'house', 'The house', 'USD') RETURNING id"
LP_SQL = """
    INSERT INTO liquidity_provider (code, entity_id, name, environment, priority, enabled, replay)
    VALUES ($1, $2, $1, 'demo', 1, true, $3)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A database with instruments and no ticks, and an empty Valkey."""

    settings: Settings
    #: tw_pricing, as in the worker.
    pool: asyncpg.Pool
    #: tw_admin, who may look at everything.
    admin: asyncpg.Pool
    #: One connection of each of these roles, for functions that take one.
    admin_connection: asyncpg.Connection
    worker_connection: asyncpg.Connection
    redis: "Redis"
    publisher: RedisPublisher

    async def publish(self, ticks: Iterable[Tick]) -> None:
        """Publish as pricing does and wait until Valkey has everything."""
        for tick in ticks:
            assert self.publisher.write(tick_commands(tick), COMMANDS_PER_TICK)
        await self.publisher.flush(FLUSH_S)

    def writer(self, shard: tuple[int, int] = WHOLE) -> "Writer":
        """A writer that has read nothing yet."""
        registry = CollectorRegistry()
        metrics = WriterMetrics(registry)
        writer = TickWriter(self.pool, self.redis, Clock(), metrics, shard)
        return Writer(writer=writer, registry=registry)

    async def lease(self, shard: tuple[int, int] = WHOLE) -> Lease:
        """The lease of a share of the symbols; good for two seconds."""
        return await acquire(self.pool, shard_lease(*shard), "test")

    async def add_lp(self, code: str, *, replays: bool) -> None:
        """Configure an LP of a demo installation."""
        entity = await self.admin.fetchval(ENTITY_SQL, uuid4())
        await self.admin.execute(LP_SQL, code, entity, replays)

    async def count(self, table: str) -> int:
        """How many rows a table has."""
        return await self.admin.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608

    async def sequences(self, symbol: str) -> Sequence[int]:
        """The sequence numbers of the BBO ticks written, in their order."""
        rows = await self.admin.fetch(
            "SELECT seq FROM bbo_tick WHERE symbol = $1 ORDER BY time, epoch, seq", symbol
        )
        return [row["seq"] for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """A tick writer and what it counts."""

    writer: TickWriter
    registry: CollectorRegistry

    async def write(self, lease: Lease) -> None:
        """Write until the rings are empty, as a process would."""
        await self.writer.follow_configuration()
        while await self.writer.write_batch(lease):
            pass

    def metric(self, name: str, **labels: str) -> float:
        """The value of one metric."""
        value = self.registry.get_sample_value(name, labels)
        assert value is not None, name
        return value


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncGenerator[Store]:
    """Open everything and connect the publisher."""
    publisher = RedisPublisher(settings.redis_url, PricingCounters(CollectorRegistry()))
    connected = asyncio.Event()
    publisher.on_connected = connected.set
    async with (
        await open_pool(settings, "tw_pricing", size_max=4) as pool,
        await open_pool(settings, "tw_admin", size_max=2) as admin,
        Redis.from_url(settings.redis_url, socket_timeout=FLUSH_S) as redis,
        asyncio.TaskGroup() as tasks,
    ):
        await admin.execute(
            "INSERT INTO currency VALUES ('USD', 2), ('JPY', 0) ON CONFLICT DO NOTHING"
        )
        await admin.executemany(INSTRUMENT_SQL, [(symbol,) for symbol in SYMBOLS])
        publishing = tasks.create_task(publisher.run())
        async with asyncio.timeout(FLUSH_S):
            await connected.wait()
        connections = [await connect(settings, role) for role in ("tw_admin", "tw_pricing")]
        yield Store(
            settings=settings,
            pool=pool,
            admin=admin,
            admin_connection=connections[0],
            worker_connection=connections[1],
            redis=redis,
            publisher=publisher,
        )
        for connection in connections:
            await connection.close()
        publishing.cancel()


#: Recent, or the worker's retention would drop raw ticks as soon as they are written.
BEGINNING = datetime.now(UTC).replace(microsecond=0)
POINT = Decimal("0.00001")


def quote(lp: str, bid: Decimal, at: datetime, lp_time: datetime | None = None) -> TickQuote:
    """A quote of ten points' spread, received at `at`."""
    size = Decimal(1_000_000)
    return TickQuote(
        lp=lp,
        bid=bid,
        ask=bid + 10 * POINT,
        bid_size=size,
        ask_size=size,
        lp_time=lp_time or at,
        received_at=at,
    )


def tick(
    seq: int,
    quotes: Sequence[TickQuote],
    *,
    symbol: str = "EURUSD",
    epoch: int = 1,
    at: datetime | None = None,
) -> Tick:
    """What pricing publishes for live quotes; untradable without any."""
    bid = max((each.bid for each in quotes), default=None)
    ask = min((each.ask for each in quotes), default=None)
    marked = {} if bid is None or ask is None else {"standard": TickPrice(bid=bid, ask=ask)}
    return Tick(
        symbol=symbol,
        epoch=epoch,
        seq=seq,
        time=at or BEGINNING + timedelta(milliseconds=seq),
        bid=bid,
        ask=ask,
        quotes=tuple(quotes),
        tradable=bid is not None,
        reason=None if bid is not None else "no_quote",
        rules_version=1,
        prices=marked,
    )


def moving(seq: int, *, symbol: str = "EURUSD", epoch: int = 1) -> Tick:
    """The tick number `seq` of one LP whose price is never the same twice in a row."""
    at = BEGINNING + timedelta(milliseconds=seq)
    bid = Decimal("1.10000") + POINT * (seq % 500)
    return tick(seq, [quote("lp-one", bid, at)], symbol=symbol, epoch=epoch)
