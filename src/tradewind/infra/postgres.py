"""Connections to PostgreSQL: one pool per database role."""

from typing import Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from tradewind.infra.secrets import read_secret
from tradewind.infra.settings import Settings

CONNECT_TIMEOUT_S: Final = 5.0

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
