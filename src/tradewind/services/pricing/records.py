"""From configuration rows to the rules of one version."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

import asyncpg

from tradewind.core.calendars import Calendar
from tradewind.core.filter_state import FilterRules
from tradewind.core.ids import GroupCode, LpCode, Symbol
from tradewind.core.markups import Markup
from tradewind.core.money import STEPS
from tradewind.core.quotes import LpTerms
from tradewind.services.pricing.rules import PricingRules, SymbolRules

#: One group's rules by symbol, by asset class (their names never meet: symbols are in capitals),
#: and by None for the rest.
Markups = Mapping[str | None, Markup]

DEMO: Final = "demo"
#: What a demo's LP sends with a time older than this is a recording, whether or not it is marked.
RECORDING_AGE_MIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Records:
    """The rows in force at one moment."""

    symbols: Sequence[asyncpg.Record]
    markups: Mapping[GroupCode, Markups]
    filters: Sequence[asyncpg.Record]
    lps: Sequence[asyncpg.Record]
    calendars: Mapping[Symbol, Calendar]


class MissingFilter(LookupError):
    """An asset class has no row in quote_filter: unfiltered quotes are never let through."""


def pricing_rules(version: int, records: Records, environment: str) -> PricingRules:
    """Put the rows together; environment `demo` knows recordings by their age."""
    replaying = frozenset(LpCode(row["code"]) for row in records.lps if row["replay"])
    filters = {row["symbol"] or row["asset_class"]: row for row in records.filters}
    recording_age_min = RECORDING_AGE_MIN if environment == DEMO else None
    symbols: dict[Symbol, SymbolRules] = {}
    for row in records.symbols:
        symbol, asset_class = Symbol(row["symbol"]), row["asset_class"]
        chosen = filters.get(symbol) or filters.get(asset_class)
        if chosen is None:
            raise MissingFilter(f"{symbol}: no filter for {asset_class}")
        symbols[symbol] = SymbolRules(
            precision=row["price_precision"],
            quote_age_max=_milliseconds(row["quote_age_ms_max"]),
            markups=tuple(
                markup
                for rules in records.markups.values()
                if (markup := _winning(rules, symbol, asset_class)) is not None
            ),
            filter=_filter(chosen, row, replaying, recording_age_min),
            rebased_at=row["rebased_at"],
            calendar=records.calendars.get(symbol),
        )
    return PricingRules(
        version=version,
        symbols=symbols,
        lps={LpCode(row["code"]): _terms(row, records.symbols) for row in records.lps},
    )


def _winning(rules: Markups, symbol: Symbol, asset_class: str) -> Markup | None:
    """Choose a symbol's rule before its asset class's, and that before the group's default."""
    return rules.get(symbol) or rules.get(asset_class) or rules.get(None)


def _filter(
    row: asyncpg.Record,
    symbol: asyncpg.Record,
    replaying: frozenset[LpCode],
    recording_age_min: timedelta | None,
) -> FilterRules:
    frozen_ms_max: int | None = row["frozen_ms_max"]
    floor: Decimal = row["band_floor_points"] * STEPS[symbol["price_precision"]]
    return FilterRules(
        soft_band=row["soft_band"],
        hard_band=row["hard_band"],
        band_floor=floor,
        confirm_ticks=row["confirm_ticks"],
        future_max=_milliseconds(row["future_ms_max"]),
        late_max=_milliseconds(row["late_ms_max"]),
        recording_age_min=recording_age_min,
        frozen_max=None if frozen_ms_max is None else _milliseconds(frozen_ms_max),
        warm_up_ticks=row["warm_up_ticks"],
        warm_up_max=_milliseconds(row["warm_up_ms_max"]),
        warm_up_spread=row["warm_up_spread"],
        allow_negative=symbol["allow_negative"],
        quote_age_max=_milliseconds(symbol["quote_age_ms_max"]),
        replaying=replaying,
    )


def _terms(row: asyncpg.Record, symbols: Sequence[asyncpg.Record]) -> LpTerms:
    """Name every symbol as the LP does: its own map first, the instruments' after."""
    lp, own = row["code"], json.loads(row["symbol_map"])
    names: dict[str, Symbol] = {}
    for each in symbols:
        symbol = each["symbol"]
        name = own[symbol] if symbol in own else json.loads(each["lp_symbols"]).get(lp)
        if name is not None:
            names[name] = Symbol(symbol)
    return LpTerms(
        symbols=names, priority=row["priority"], depth=row["depth"], replay=row["replay"]
    )


def _milliseconds(count: int) -> timedelta:
    return timedelta(milliseconds=count)
