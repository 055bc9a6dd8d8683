"""Connections to Redis (or Valkey)."""

from typing import Final

from redis.asyncio import Redis

#: A hung Redis must cost a request less than this.
SOCKET_TIMEOUT_S: Final = 0.05


def open_redis(url: str, *, timeout: float | None = SOCKET_TIMEOUT_S) -> Redis:
    """Return a client that connects at first use; `timeout=None` for subscriptions that wait."""
    return Redis.from_url(url, socket_timeout=timeout, socket_connect_timeout=SOCKET_TIMEOUT_S)
