"""Instruments as every deciding process knows them: versioned rows, cached, polled for change."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import asyncpg
import msgspec
import structlog

from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.money import CurrencyCode
from tradewind.infra.clock import Clock

POLL_S: Final = 0.25

INSTRUMENTS_SQL: Final = """
    SELECT DISTINCT ON (v.symbol)
           v.symbol, i.name, v.version, i.asset_class, i.base, i.quote,
           c.minor_digits AS quote_minor_digits, v.price_precision, v.pip, v.contract_size,
           v.quantity_min, v.quantity_step, v.quantity_max, v.instant_quantity_max,
           v.margin_rate, v.margin_floor, v.allow_negative, v.extend_last_level, v.trade_mode,
           v.settlement_lag, v.quote_age_ms_max
      FROM instrument_version v
      JOIN instrument i ON i.symbol = v.symbol
      JOIN currency c ON c.code = i.quote
     WHERE v.effective_from <= $1
     ORDER BY v.symbol, v.version DESC
"""

VERSION_SQL: Final = "SELECT COALESCE(sum(version), 0)::bigint FROM config_version"


class Reference:
    """The instruments in force; `refresh` loads them, `follow` keeps them current."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        """Start empty; nothing is tradable until the first refresh."""
        self._pool = pool
        self._clock = clock
        self._version = -1
        self.instruments: Mapping[Symbol, Instrument] = MappingProxyType({})
        self.pairs: Mapping[tuple[CurrencyCode, CurrencyCode], Symbol] = MappingProxyType({})

    async def refresh(self) -> None:
        """Read the instruments in force now."""
        async with self._pool.acquire() as connection:
            self._version = await connection.fetchval(VERSION_SQL)
            await self._load(connection, self._clock.now())

    async def follow(self) -> None:
        """Poll for a changed configuration until cancelled; an unreachable server is retried."""
        log = structlog.get_logger()
        while True:
            await asyncio.sleep(POLL_S)
            try:
                async with self._pool.acquire(timeout=1) as connection:
                    version = await connection.fetchval(VERSION_SQL, timeout=1)
                    if version != self._version:
                        await self._load(connection, self._clock.now())
                        self._version = version
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("reference_poll_failed", error=str(error))

    async def _load(self, connection: asyncpg.pool.PoolConnectionProxy, now: datetime) -> None:
        rows = await connection.fetch(INSTRUMENTS_SQL, now)
        loaded = [msgspec.convert(dict(row), Instrument) for row in rows]
        self.instruments = MappingProxyType({i.symbol: i for i in loaded})
        self.pairs = MappingProxyType({(i.base, i.quote): i.symbol for i in loaded})
