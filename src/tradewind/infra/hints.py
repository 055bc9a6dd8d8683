"""Tells other processes that something happened; nobody waits for the telling."""

import asyncio
from contextlib import suppress
from typing import Final

from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.infra.redis import honour_cancellation

_TIMEOUT_S: Final = 0.5


class Hints:
    """Publishes an empty message after `give`; many before it leaves are one."""

    def __init__(self, redis: Redis, channel: str) -> None:
        """Nothing is published before `run`."""
        self._redis = redis
        self._channel = channel
        self._wanted = asyncio.Event()

    def give(self) -> None:
        """Publish soon; never blocks."""
        self._wanted.set()

    async def run(self) -> None:
        """Publish until cancelled; a hint that is lost is made up for by a poll."""
        while True:
            honour_cancellation()
            await self._wanted.wait()
            self._wanted.clear()
            with suppress(RedisError, OSError, TimeoutError):
                async with asyncio.timeout(_TIMEOUT_S):
                    await self._redis.publish(self._channel, b"")
