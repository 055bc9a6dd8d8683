"""Pricing's configuration in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from tradewind.core.ids import GroupCode
from tradewind.core.markups import Markup, MarkupKind
from tradewind.core.money import ZERO
from tradewind.infra.postgres import Connection
from tradewind.services.pricing.records import Markups, Records, pricing_rules
from tradewind.services.pricing.rules import PricingRules
from tradewind.services.pricing.sessions import load_calendars

QUERY_TIMEOUT_S: Final = 2.0

PRICED_SYMBOLS_SQL: Final = """
    SELECT DISTINCT ON (v.symbol)
           v.symbol, i.asset_class, v.price_precision, v.quote_age_ms_max, v.allow_negative,
           v.lp_symbols::text,
           (SELECT max(at) FROM quote_rebase b WHERE b.symbol = v.symbol AND at <= $1) AS rebased_at
      FROM instrument_version v
      JOIN instrument i ON i.symbol = v.symbol
     WHERE v.effective_from <= $1
     ORDER BY v.symbol, v.version DESC
"""

MARKUPS_SQL: Final = """
    SELECT DISTINCT ON (g.code, r.symbol, r.asset_class)
           g.code, r.symbol, r.asset_class, r.id, r.kind, r.bid_points, r.ask_points,
           r.target_spread, r.percent, r.min_spread, r.max_spread
      FROM account_group g
      JOIN markup_rule r ON r.group_id = g.id
     WHERE r.effective_from <= $1
     ORDER BY g.code, r.symbol, r.asset_class, r.version DESC
"""

QUOTE_FILTERS_SQL: Final = """
    SELECT DISTINCT ON (symbol, asset_class)
           symbol, asset_class, soft_band, hard_band, band_floor_points, confirm_ticks,
           future_ms_max, late_ms_max, frozen_ms_max, warm_up_ticks, warm_up_ms_max,
           normal_spread * warm_up_spread_factor AS warm_up_spread
      FROM quote_filter
     WHERE effective_from <= $1
     ORDER BY symbol, asset_class, version DESC
"""

PRICING_LPS_SQL: Final = """
    SELECT code, priority, depth, symbol_map::text, replay
      FROM liquidity_provider
     WHERE enabled AND environment = $1
"""

RULES_VERSION_SQL: Final = """
    SELECT COALESCE(sum(version), 0)::bigint AS version FROM config_version
"""

#: When the next row comes into force by itself, null when none waits.
NEXT_CHANGE_SQL: Final = """
    SELECT min(effective_from) AS at
      FROM (SELECT effective_from FROM instrument_version
             UNION ALL SELECT effective_from FROM markup_rule
             UNION ALL SELECT effective_from FROM quote_filter
             UNION ALL SELECT effective_from FROM calendar_version
             UNION ALL SELECT at FROM quote_rebase) AS planned
     WHERE effective_from > $1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedRules:
    """The rules in force, and when they change by themselves."""

    rules: PricingRules
    changes_at: datetime | None


class RulesStore:
    """Reads the rules of one installation; `environment` keeps LPs of the other kind out."""

    def __init__(self, pool: asyncpg.Pool, environment: str) -> None:
        """Read through `pool`, as role tw_pricing."""
        self._pool = pool
        self._environment = environment

    async def version(self) -> int:
        """Return the configuration's version: it grows with every change."""
        return await self._pool.fetchval(RULES_VERSION_SQL, timeout=QUERY_TIMEOUT_S)

    async def load(self, now: datetime) -> LoadedRules:
        """Read everything in one snapshot."""
        async with (
            self._pool.acquire(timeout=QUERY_TIMEOUT_S) as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            version = await connection.fetchval(RULES_VERSION_SQL)
            records = Records(
                symbols=await connection.fetch(PRICED_SYMBOLS_SQL, now),
                markups=await load_markups(connection, now),
                filters=await connection.fetch(QUOTE_FILTERS_SQL, now),
                lps=await connection.fetch(PRICING_LPS_SQL, self._environment),
                calendars=await load_calendars(connection, now),
            )
            changes_at = await connection.fetchval(NEXT_CHANGE_SQL, now)
        rules = pricing_rules(version, records, self._environment)
        return LoadedRules(rules=rules, changes_at=changes_at)


async def load_markups(connection: Connection, now: datetime) -> Mapping[GroupCode, Markups]:
    """Read the rules in force, by group and by what they are for: symbol, asset class, or all."""
    by_group: defaultdict[GroupCode, dict[str | None, Markup]] = defaultdict(dict)
    rows: Sequence[asyncpg.Record] = await connection.fetch(MARKUPS_SQL, now)
    for row in rows:
        group = GroupCode(row["code"])
        by_group[group][row["symbol"] or row["asset_class"]] = Markup(
            group=group,
            rule=row["id"],
            kind=MarkupKind(row["kind"]),
            bid_points=row["bid_points"],
            ask_points=row["ask_points"],
            target_spread=row["target_spread"] or ZERO,
            percent=row["percent"] or ZERO,
            min_spread=row["min_spread"],
            max_spread=row["max_spread"],
        )
    return by_group
