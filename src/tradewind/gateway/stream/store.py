"""What the stream reads besides accounts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import asyncpg

_ACQUIRE_TIMEOUT_S: Final = 2.0
_QUERY_TIMEOUT_S: Final = 5.0

QUOTE_AGES_SQL: Final = """
    SELECT DISTINCT ON (symbol) symbol, quote_age_ms_max
      FROM instrument_version WHERE effective_from <= $1
     ORDER BY symbol, version DESC
"""


async def quote_ages(pool: asyncpg.Pool, now: datetime) -> Mapping[str, float]:
    """Return every instrument's maximum quote age in seconds."""
    async with pool.acquire(timeout=_ACQUIRE_TIMEOUT_S) as connection:
        rows = await connection.fetch(QUOTE_AGES_SQL, now, timeout=_QUERY_TIMEOUT_S)
    return {row["symbol"]: row["quote_age_ms_max"] / 1000 for row in rows}
