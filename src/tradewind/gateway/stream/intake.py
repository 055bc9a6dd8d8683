"""What reaches the stream from Redis: prices, the sign that pricing lives, hints of new events."""

import asyncio
from collections.abc import Callable
from typing import Final

import asyncpg
import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.contracts.candles import CORRECTIONS_PREFIX
from tradewind.contracts.ticks import ALIVE_KEY, LATEST_PREFIX
from tradewind.gateway.stream import store
from tradewind.gateway.stream.candles import CandleFeed
from tradewind.gateway.stream.metrics import StreamMetrics
from tradewind.gateway.stream.prices import PriceTable
from tradewind.infra.clock import Clock
from tradewind.infra.eventlog import HINT_CHANNEL
from tradewind.infra.postgres import AWAY
from tradewind.infra.pubsub import Topics

TOPICS: Final = Topics(
    channels=(ALIVE_KEY, HINT_CHANNEL), patterns=(f"{LATEST_PREFIX}*", f"{CORRECTIONS_PREFIX}*")
)

_ALIVE: Final = ALIVE_KEY.encode()
_HINT: Final = HINT_CHANNEL.encode()
_CORRECTION: Final = CORRECTIONS_PREFIX.encode()
_REFERENCE_S: Final = 5.0
_RETRY_S: Final = 0.5


class Intake:
    """Feeds the price table from messages, and after each loss of messages from a read."""

    def __init__(
        self,
        table: PriceTable,
        candles: CandleFeed,
        redis: Redis,
        clock: Clock,
        metrics: StreamMetrics,
    ) -> None:
        """`redis` answers reads; messages come through `hear`."""
        self._table = table
        self._candles = candles
        self._redis = redis
        self._clock = clock
        self._metrics = metrics
        self._missed = asyncio.Event()
        self._log = structlog.get_logger()
        self.on_hint: Callable[[], None] = _nobody

    def hear(self, channel: bytes, payload: bytes) -> None:
        """Take one message."""
        try:
            if channel == _ALIVE:
                self._table.heartbeat(payload)
            elif channel == _HINT:
                self.on_hint()
            elif channel.startswith(_CORRECTION):
                self._candles.hear_correction(payload)
            elif self._table.apply(payload):
                self._metrics.ticks.inc()
                self._candles.hear(channel[len(LATEST_PREFIX) :].decode(), payload)
        except ValueError as error:
            self._metrics.bad_ticks.inc()
            self._log.warning("message_unreadable", channel=channel.decode(), error=str(error))

    def subscribed(self) -> None:
        """Messages before this moment were missed: read the latest prices, look for events."""
        self._missed.set()
        self._candles.missed()
        self.on_hint()

    async def read_missed(self) -> None:
        """Read the latest price of every symbol whenever messages were missed; until cancelled."""
        while True:
            await self._missed.wait()
            self._missed.clear()
            try:
                await self._read()
            except (RedisError, OSError, TimeoutError) as error:
                self._log.warning("prices_unreadable", error=repr(error))
                self._missed.set()
                await asyncio.sleep(_RETRY_S)

    async def follow_reference(self, pool: asyncpg.Pool) -> None:
        """Know new instruments within seconds; until cancelled. `pool` is of role `tw_read`."""
        while True:
            await asyncio.sleep(_REFERENCE_S)
            try:
                await self.load_reference(pool)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._log.warning("reference_unreadable", error=repr(error))

    async def load_reference(self, pool: asyncpg.Pool) -> None:
        """Read the instruments in force; a new one's price is read too."""
        ages = await store.quote_ages(pool, self._clock.now())
        if ages.keys() - self._table.symbols.keys():
            self._missed.set()
        self._table.set_symbols(ages)

    async def _read(self) -> None:
        keys = [f"{LATEST_PREFIX}{symbol}" for symbol in self._table.symbols]
        if not keys:
            return
        for payload in await self._redis.mget(keys):
            if isinstance(payload, bytes):
                try:
                    self._table.apply(payload, self._clock.now())
                except msgspec.MsgspecError as error:
                    self._metrics.bad_ticks.inc()
                    self._log.warning("price_unreadable", error=str(error))


def _nobody() -> None:
    """Nobody reads events yet."""
