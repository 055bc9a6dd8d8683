"""Writes the demo's reference data: each row once, as version 1 of its terms."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tradewind.core.accounts import Liquidation
from tradewind.core.orders import TimeInForce
from tradewind.core.regimes import Regime
from tradewind.infra.calendars import StoredCalendar
from tradewind.infra.demo.calendars import CALENDARS
from tradewind.infra.demo.catalogue import (
    CALENDAR,
    CURRENCIES,
    ENTITY_CODE,
    ENTITY_NAME,
    GROUPS,
    INSTRUMENTS,
    LIQUIDITY_PROVIDERS,
    LP_DEPTH,
    MARGIN_CALL_LEVEL,
    OPEN_ORDERS_MAX,
    ORDERS_PER_SECOND_MAX,
    PRICE_COLLAR,
    REPORTING_CURRENCY,
    STOP_OUT_LEVEL,
    Specification,
    Terms,
)
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import Connection

INSERT_INSTALLATION_SQL: Final = """
    INSERT INTO installation (environment, installed_at) VALUES ($1, $2)
"""
INSERT_CURRENCIES_SQL: Final = """
    INSERT INTO currency (code, minor_digits)
    SELECT c.code, c.minor_digits FROM unnest($1::text[], $2::smallint[]) AS c(code, minor_digits)
"""
INSERT_ENTITY_SQL: Final = """
    INSERT INTO legal_entity (id, code, name, reporting_currency) VALUES ($1, $2, $3, $4)
"""
INSERT_CALENDARS_SQL: Final = """
    INSERT INTO calendar_version
    SELECT r.* FROM jsonb_populate_recordset(NULL::calendar_version, $1::jsonb) AS r
"""
INSERT_INSTRUMENTS_SQL: Final = """
    INSERT INTO instrument
    SELECT r.* FROM jsonb_populate_recordset(NULL::instrument, $1::jsonb) AS r
"""
INSERT_INSTRUMENT_VERSIONS_SQL: Final = """
    INSERT INTO instrument_version
    SELECT r.* FROM jsonb_populate_recordset(NULL::instrument_version, $1::jsonb) AS r
"""
INSERT_GROUPS_SQL: Final = """
    INSERT INTO account_group
    SELECT r.* FROM jsonb_populate_recordset(NULL::account_group, $1::jsonb) AS r
"""
INSERT_GROUP_VERSIONS_SQL: Final = """
    INSERT INTO group_version
    SELECT r.* FROM jsonb_populate_recordset(NULL::group_version, $1::jsonb) AS r
"""
INSERT_MARKUPS_SQL: Final = """
    INSERT INTO markup_rule
           (group_id, symbol, version, effective_from, kind, bid_points, ask_points)
    SELECT r.group_id, r.symbol, r.version, r.effective_from, r.kind, r.bid_points, r.ask_points
      FROM jsonb_populate_recordset(NULL::markup_rule, $1::jsonb) AS r
"""
INSERT_LPS_SQL: Final = """
    INSERT INTO liquidity_provider
    SELECT r.* FROM jsonb_populate_recordset(NULL::liquidity_provider, $1::jsonb) AS r
"""


async def write_reference(tx: Connection, ids: IdSource, environment: str, now: datetime) -> None:
    """Write everything that is traded and on which terms; the installation row comes first."""
    entity = ids.new()
    groups = {terms.code: ids.new() for terms in GROUPS}
    await tx.execute(INSERT_INSTALLATION_SQL, environment, now)
    await tx.execute(INSERT_CURRENCIES_SQL, list(CURRENCIES), list(CURRENCIES.values()))
    await tx.execute(INSERT_ENTITY_SQL, entity, ENTITY_CODE, ENTITY_NAME, REPORTING_CURRENCY)
    await tx.execute(
        INSERT_CALENDARS_SQL, _json(_calendar(*named, now) for named in CALENDARS.items())
    )
    await tx.execute(INSERT_INSTRUMENTS_SQL, _json(map(_instrument, INSTRUMENTS)))
    await tx.execute(
        INSERT_INSTRUMENT_VERSIONS_SQL,
        _json(_instrument_version(each, now) for each in INSTRUMENTS),
    )
    await tx.execute(
        INSERT_GROUPS_SQL,
        _json(
            {"id": groups[terms.code], "entity_id": entity, "code": terms.code, "name": terms.name}
            for terms in GROUPS
        ),
    )
    await tx.execute(
        INSERT_GROUP_VERSIONS_SQL,
        _json(_group_version(terms, groups[terms.code], now) for terms in GROUPS),
    )
    await tx.execute(INSERT_MARKUPS_SQL, _json(_markups(groups, now)))
    await tx.execute(INSERT_LPS_SQL, _json(_lps(entity, environment)))


def _json(rows: Iterable[Mapping[str, object]]) -> str:
    return msgspec.json.encode(list(rows)).decode()


def _calendar(name: str, stored: StoredCalendar, now: datetime) -> Mapping[str, object]:
    return {
        "name": name,
        "version": 1,
        "effective_from": now,
        "time_zone": stored.time_zone,
        "sessions": stored.sessions,
        "quoting": stored.quoting,
        "special_days": stored.special_days,
    }


def _instrument(each: Specification) -> Mapping[str, object]:
    return {
        "symbol": each.symbol,
        "name": each.name,
        "asset_class": each.asset_class,
        "regulatory_class": each.regulatory_class,
        "base": each.base,
        "quote": each.quote,
    }


def _instrument_version(each: Specification, now: datetime) -> Mapping[str, object]:
    guaranteed = each.guaranteed_stop
    return {
        "symbol": each.symbol,
        "version": 1,
        "effective_from": now,
        "price_precision": each.price_precision,
        "pip": each.pip,
        "contract_size": each.contract_size,
        "quantity_min": each.quantity_min,
        "quantity_step": each.quantity_step,
        "quantity_max": each.quantity_max,
        "instant_quantity_max": each.instant_quantity_max,
        "margin_rate": each.margin_rate,
        "margin_floor": 0,
        "allow_negative": False,
        "extend_last_level": True,
        "calendar": CALENDAR,
        "trade_mode": "full",
        "settlement_lag": each.settlement_lag,
        "day_count": 365 if "GBP" in (each.base, each.quote) else 360,
        "quote_age_ms_max": each.quote_age_ms_max,
        "lp_symbols": dict.fromkeys(LIQUIDITY_PROVIDERS, each.symbol),
        "time_in_force": tuple(TimeInForce),
        "stop_distance_points": 0,
        "freeze_distance_points": 0,
        "price_collar": PRICE_COLLAR,
        "guaranteed_stop_premium_points": None if guaranteed is None else guaranteed.premium,
        "guaranteed_stop_distance_points": 0 if guaranteed is None else guaranteed.distance,
        "margin_tiers": (),
    }


def _group_version(terms: Terms, group: UUID, now: datetime) -> Mapping[str, object]:
    return {
        "group_id": group,
        "version": 1,
        "effective_from": now,
        "execution_mode": terms.execution_mode,
        "book": "B",
        "leverage_cap": terms.leverage_cap,
        "margin_basis": "open",
        "hedged_factor": 0,
        "margin_call_level": MARGIN_CALL_LEVEL,
        "stop_out_level": STOP_OUT_LEVEL,
        "commission_kind": terms.commission_kind,
        "commission_amount": terms.commission_amount,
        "commission_minimum": 0,
        "swap_factor": 1,
        "fifo": False,
        "orders_per_second_max": ORDERS_PER_SECOND_MAX,
        "open_orders_max": OPEN_ORDERS_MAX,
        "liquidation": Liquidation.LARGEST_LOSS,
        "regime": Regime.OFFSHORE,
        "leverage_rules": (),
    }


def _markups(groups: Mapping[str, UUID], now: datetime) -> Iterable[Mapping[str, object]]:
    """Yield each group's default, FX's points, and a rule per symbol of another class."""
    for terms in GROUPS:
        for symbol, asset_class in (
            (None, "fx"),
            *((each.symbol, each.asset_class) for each in INSTRUMENTS if each.asset_class != "fx"),
        ):
            points = terms.markup_points[asset_class]
            yield {
                "group_id": groups[terms.code],
                "symbol": symbol,
                "version": 1,
                "effective_from": now,
                "kind": "points",
                "bid_points": points,
                "ask_points": points,
            }


def _lps(entity: UUID, environment: str) -> Iterable[Mapping[str, object]]:
    for priority, (code, name) in enumerate(LIQUIDITY_PROVIDERS.items(), start=1):
        yield {
            "code": code,
            "entity_id": entity,
            "name": name,
            "environment": environment,
            "priority": priority,
            "enabled": True,
            "version": 1,
            "depth": LP_DEPTH,
            "symbol_map": {},
            "replay": False,
        }
