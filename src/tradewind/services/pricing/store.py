"""Pricing's configuration in PostgreSQL."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from tradewind.core.ids import GroupCode, LpCode, Symbol
from tradewind.core.quotes import Markup
from tradewind.services.pricing.rules import PricingRules, SymbolRules

QUERY_TIMEOUT_S: Final = 2.0

PRICED_SYMBOLS_SQL: Final = """
    SELECT DISTINCT ON (symbol) symbol, price_precision, quote_age_ms_max, lp_symbols::text
      FROM instrument_version
     WHERE effective_from <= $1
     ORDER BY symbol, version DESC
"""

#: The rule of a symbol wins over its group's default, whatever their versions.
MARKUPS_SQL: Final = """
    SELECT DISTINCT ON (g.code, r.symbol)
           g.code, r.symbol, r.version, r.bid_points, r.ask_points
      FROM account_group g
      JOIN markup_rule r ON r.group_id = g.id
     WHERE r.effective_from <= $1
     ORDER BY g.code, r.symbol, r.version DESC
"""

PRICING_LPS_SQL: Final = """
    SELECT code FROM liquidity_provider WHERE enabled AND environment = $1
"""

RULES_VERSION_SQL: Final = """
    SELECT COALESCE(sum(version), 0)::bigint AS version FROM config_version
"""

#: When the next row comes into force by itself, null when none waits.
NEXT_CHANGE_SQL: Final = """
    SELECT min(effective_from) AS at
      FROM (SELECT effective_from FROM instrument_version
             UNION ALL SELECT effective_from FROM markup_rule) AS planned
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
            symbols = await connection.fetch(PRICED_SYMBOLS_SQL, now)
            markups = await connection.fetch(MARKUPS_SQL, now)
            lps = await connection.fetch(PRICING_LPS_SQL, self._environment)
            changes_at = await connection.fetchval(NEXT_CHANGE_SQL, now)
        rules = PricingRules(
            version=version,
            symbols=_symbol_rules(symbols, markups),
            lps=_lp_symbols(symbols, [LpCode(row["code"]) for row in lps]),
        )
        return LoadedRules(rules=rules, changes_at=changes_at)


def _symbol_rules(
    symbols: Sequence[asyncpg.Record], markups: Sequence[asyncpg.Record]
) -> Mapping[Symbol, SymbolRules]:
    """Give every symbol one markup for each group that has a default or a rule of its own."""
    by_group: defaultdict[GroupCode, dict[Symbol | None, Markup]] = defaultdict(dict)
    for row in markups:
        group = GroupCode(row["code"])
        by_group[group][row["symbol"]] = Markup(
            group=group,
            version=row["version"],
            bid_points=row["bid_points"],
            ask_points=row["ask_points"],
        )
    return {
        row["symbol"]: SymbolRules(
            precision=row["price_precision"],
            quote_age_max=timedelta(milliseconds=row["quote_age_ms_max"]),
            markups=tuple(
                rules.get(row["symbol"]) or rules[None]
                for rules in by_group.values()
                if row["symbol"] in rules or None in rules
            ),
        )
        for row in symbols
    }


def _lp_symbols(
    symbols: Sequence[asyncpg.Record], lps: Sequence[LpCode]
) -> Mapping[LpCode, Mapping[str, Symbol]]:
    """Turn each instrument's map (LP to its name) into each LP's map (its name to ours)."""
    names = [(Symbol(row["symbol"]), json.loads(row["lp_symbols"])) for row in symbols]
    return {lp: {known[lp]: symbol for symbol, known in names if lp in known} for lp in lps}
