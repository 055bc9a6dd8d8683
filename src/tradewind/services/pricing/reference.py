"""Instruments and their calendars as every deciding process knows them.

Versioned rows, cached, polled for change.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

import asyncpg
import msgspec
import structlog

from tradewind.core.calendars import Calendar
from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument, MarginTier
from tradewind.core.money import CurrencyCode
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import AWAY
from tradewind.services.pricing.sessions import load_calendars

POLL_S: Final = 0.25

INSTRUMENTS_SQL: Final = """
    SELECT DISTINCT ON (v.symbol)
           v.symbol, i.name, v.version, i.asset_class, i.regulatory_class, i.base, i.quote,
           c.minor_digits AS quote_minor_digits, v.price_precision, v.pip, v.contract_size,
           v.quantity_min, v.quantity_step, v.quantity_max, v.instant_quantity_max,
           v.margin_rate, v.margin_floor, v.allow_negative, v.extend_last_level, v.trade_mode,
           v.settlement_lag, v.quote_age_ms_max, v.time_in_force, v.stop_distance_points,
           v.freeze_distance_points, v.price_collar, v.guaranteed_stop_premium_points,
           v.guaranteed_stop_distance_points, v.margin_tiers::text
      FROM instrument_version v
      JOIN instrument i ON i.symbol = v.symbol
      JOIN currency c ON c.code = i.quote
     WHERE v.effective_from <= $1
     ORDER BY v.symbol, v.version DESC
"""

#: When the next version comes into force by itself, null when none waits.
NEXT_VERSION_SQL: Final = """
    SELECT min(effective_from) AS at
      FROM (SELECT effective_from FROM instrument_version
             UNION ALL SELECT effective_from FROM calendar_version) AS planned
     WHERE effective_from > $1
"""

VERSION_SQL: Final = "SELECT COALESCE(sum(version), 0)::bigint FROM config_version"


class Reference:
    """The instruments in force; `refresh` loads them, `follow` keeps them current."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        """Start empty; nothing is tradable until the first refresh."""
        self._pool = pool
        self._clock = clock
        self._version = -1
        self._changes_at: datetime | None = None
        self.instruments: Mapping[Symbol, Instrument] = MappingProxyType({})
        self.pairs: Mapping[tuple[CurrencyCode, CurrencyCode], Symbol] = MappingProxyType({})
        #: A symbol without one never closes.
        self.calendars: Mapping[Symbol, Calendar] = MappingProxyType({})

    async def refresh(self) -> None:
        """Read the instruments in force now."""
        async with self._pool.acquire() as connection:
            self._version = await connection.fetchval(VERSION_SQL)
            await self._load(connection, self._clock.now())

    async def follow(self) -> None:
        """Follow what is changed and what changes by itself; an unreachable server is retried."""
        log = structlog.get_logger()
        while True:
            await asyncio.sleep(POLL_S)
            try:
                async with self._pool.acquire(timeout=1) as connection:
                    version = await connection.fetchval(VERSION_SQL, timeout=1)
                    now = self._clock.now()
                    if version != self._version or self._is_due(now):
                        await self._load(connection, now)
                        self._version = version
            except (asyncpg.PostgresError, *AWAY) as error:
                log.warning("reference_poll_failed", error=str(error))

    def _is_due(self, now: datetime) -> bool:
        return self._changes_at is not None and now >= self._changes_at

    async def _load(self, connection: asyncpg.pool.PoolConnectionProxy, now: datetime) -> None:
        self._changes_at = await connection.fetchval(NEXT_VERSION_SQL, now)
        rows = await connection.fetch(INSTRUMENTS_SQL, now)
        self.calendars = MappingProxyType(dict(await load_calendars(connection, now)))
        loaded = [_instrument(row) for row in rows]
        self.instruments = MappingProxyType({i.symbol: i for i in loaded})
        self.pairs = MappingProxyType({(i.base, i.quote): i.symbol for i in loaded})


def _instrument(row: asyncpg.Record) -> Instrument:
    tiers = msgspec.json.decode(row["margin_tiers"], type=tuple[MarginTier, ...])
    return msgspec.convert({**dict(row), "margin_tiers": tiers}, Instrument)
