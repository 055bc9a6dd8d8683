"""Connections to Redis (or Valkey)."""

import asyncio
from typing import Final

from redis.asyncio import Redis

#: A hung Redis must cost a request less than this.
SOCKET_TIMEOUT_S: Final = 0.05


def open_redis(url: str, *, timeout: float | None = SOCKET_TIMEOUT_S) -> Redis:
    """Return a client that connects at first use; `timeout=None` for subscriptions that wait."""
    return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=SOCKET_TIMEOUT_S)


def honour_cancellation() -> None:
    """End the task if it was cancelled; a loop that talks to Redis calls this each time round.

    redis-py sends under wait_for, which in Python 3.11 drops a cancellation that comes just as
    the wait ends.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
