"""Connections to PostgreSQL: one pool per database role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from tradewind.core.errors import TransientError
from tradewind.infra.secrets import read_secret
from tradewind.infra.settings import Settings

CONNECT_TIMEOUT_S: Final = 5.0
LEND_TIMEOUT_S: Final = 2.0

#: What a statement raises when the server is away, hung or shutting down. A server that dies may
#: leave the driver in a state in which it sends nothing: InternalClientError.
AWAY: Final = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)

#: What runs statements: a connection, or a loan of one from a pool.
Connection: TypeAlias = asyncpg.Connection | PoolConnectionProxy


async def open_pool(
    settings: Settings, role: str, *, size_max: int, size_min: int = 1, read_only: bool = False
) -> asyncpg.Pool:
    """Open a pool as `role`, whose password is the secret `pg_<role>`."""
    return await asyncpg.create_pool(
        settings.database_url,
        user=role,
        password=read_secret(settings.secrets_dir, f"pg_{role}"),
        min_size=size_min,
        max_size=size_max,
        timeout=CONNECT_TIMEOUT_S,
        server_settings={
            "application_name": f"tradewind-{role}",
            "default_transaction_read_only": "on" if read_only else "off",
        },
    )


async def connect(settings: Settings, role: str) -> asyncpg.Connection:
    """Open one connection of `role` outside of any pool; its owner reopens it when it breaks."""
    return await asyncpg.connect(
        settings.database_url,
        user=role,
        password=read_secret(settings.secrets_dir, f"pg_{role}"),
        timeout=CONNECT_TIMEOUT_S,
        server_settings={"application_name": f"tradewind-{role}"},
    )


@asynccontextmanager
async def lend(pool: asyncpg.Pool) -> AsyncIterator[Connection]:
    """Lend a connection for one request; a database that is away is a reason to come back."""
    try:
        async with pool.acquire(timeout=LEND_TIMEOUT_S) as connection:
            yield connection
    except AWAY as error:
        raise TransientError("database_unavailable", "Try again shortly.") from error
