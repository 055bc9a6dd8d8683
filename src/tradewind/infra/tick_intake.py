"""Keeps a TickFeed fed from Redis: live messages, and a read of what a lost connection missed."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.contracts.ticks import ALIVE_KEY, LATEST_PREFIX
from tradewind.infra.pubsub import Subscription, Topics
from tradewind.infra.redis import honour_cancellation
from tradewind.infra.ticks import TickFeed

_TOPICS: Final = Topics(channels=(ALIVE_KEY,), patterns=(f"{LATEST_PREFIX}*",))
_ALIVE: Final = ALIVE_KEY.encode()
_RETRY_S: Final = 0.5


class TickIntake:
    """Runs beside a process that decides or shows prices."""

    def __init__(
        self, feed: TickFeed, redis: Redis, url: str, symbols: Callable[[], Iterable[str]]
    ) -> None:
        """`redis` answers reads; `symbols` names those to read after a loss."""
        self._feed = feed
        self._redis = redis
        self._symbols = symbols
        self._missed = asyncio.Event()
        self._subscription = Subscription(url, _TOPICS, self._hear, self._missed.set)
        self._log = structlog.get_logger()

    async def run(self) -> None:
        """Feed until cancelled; without Redis prices simply grow old."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._subscription.run())
            while True:
                honour_cancellation()
                await self._missed.wait()
                self._missed.clear()
                try:
                    await self._read()
                except (RedisError, OSError, TimeoutError) as error:
                    self._log.warning("prices_unreadable", error=repr(error))
                    self._missed.set()
                    await asyncio.sleep(_RETRY_S)

    async def _read(self) -> None:
        keys = [f"{LATEST_PREFIX}{symbol}" for symbol in self._symbols()]
        for payload in await self._redis.mget(keys) if keys else ():
            if isinstance(payload, bytes):
                self._receive(payload)

    def _hear(self, channel: bytes, payload: bytes) -> None:
        if channel == _ALIVE:
            self._feed.heartbeat()
        else:
            self._receive(payload)

    def _receive(self, payload: bytes) -> None:
        try:
            self._feed.receive(payload)
        except msgspec.MsgspecError as error:
            self._log.warning("price_unreadable", error=str(error))
