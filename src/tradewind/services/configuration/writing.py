"""Writes versions: rows that are added and never changed."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from tradewind.core.errors import InvalidError
from tradewind.infra.postgres import Connection
from tradewind.services.configuration.kinds import document
from tradewind.services.configuration.model import StoredTerms
from tradewind.services.configuration.store import entity
from tradewind.services.configuration.terms import (
    CalendarTerms,
    FilterTerms,
    GroupTerms,
    LpTerms,
    MarkupTerms,
    SymbolTerms,
)

ADD_CURRENCY_SQL: Final = "INSERT INTO currency (code, minor_digits) VALUES ($1, $2)"
ADD_INSTRUMENT_SQL: Final = """
    INSERT INTO instrument (symbol, name, asset_class, regulatory_class, base, quote)
    SELECT r.symbol, r.name, r.asset_class, r.regulatory_class, r.base, r.quote
      FROM jsonb_populate_record(NULL::instrument, $1::jsonb) AS r
"""
RENAME_INSTRUMENT_SQL: Final = """
    UPDATE instrument SET name = $2 WHERE symbol = $1 AND name <> $2
"""
ADD_GROUP_SQL: Final = """
    INSERT INTO account_group (id, entity_id, code, name) VALUES ($1, $2, $3, $4)
"""
RENAME_GROUP_SQL: Final = "UPDATE account_group SET name = $2 WHERE code = $1 AND name <> $2"
ADD_SYMBOL_VERSION_SQL: Final = """
    INSERT INTO instrument_version
    SELECT r.* FROM jsonb_populate_record(NULL::instrument_version, $1::jsonb) AS r
"""
ADD_GROUP_VERSION_SQL: Final = """
    INSERT INTO group_version
    SELECT r.* FROM jsonb_populate_record(NULL::group_version, $1::jsonb
           || jsonb_build_object('group_id', (SELECT id FROM account_group WHERE code = $2))) AS r
"""
ADD_MARKUP_VERSION_SQL: Final = """
    INSERT INTO markup_rule (group_id, symbol, asset_class, version, effective_from, kind,
           bid_points, ask_points, target_spread, percent, min_spread, max_spread, created_by)
    SELECT g.id, r.symbol, r.asset_class, r.version, r.effective_from, r.kind,
           r.bid_points, r.ask_points, r.target_spread, r.percent, r.min_spread, r.max_spread,
           r.created_by
      FROM jsonb_populate_record(NULL::markup_rule, $1::jsonb) AS r
      JOIN account_group g ON g.code = $2
"""
ADD_FILTER_VERSION_SQL: Final = """
    INSERT INTO quote_filter
    SELECT r.* FROM jsonb_populate_record(NULL::quote_filter, $1::jsonb) AS r
"""
ADD_CALENDAR_VERSION_SQL: Final = """
    INSERT INTO calendar_version
    SELECT r.* FROM jsonb_populate_record(NULL::calendar_version, $1::jsonb) AS r
"""
ADD_LP_SQL: Final = """
    INSERT INTO liquidity_provider
           (code, entity_id, name, environment, priority, enabled, depth, symbol_map, version)
    SELECT r.code, $2, r.name, r.environment, r.priority, r.enabled, r.depth, r.symbol_map, 1
      FROM jsonb_populate_record(NULL::liquidity_provider, $1::jsonb) AS r
"""
CHANGE_LP_SQL: Final = """
    UPDATE liquidity_provider p
       SET name = r.name, priority = r.priority, enabled = r.enabled, depth = r.depth,
           symbol_map = r.symbol_map, version = r.version
      FROM jsonb_populate_record(NULL::liquidity_provider, $1::jsonb) AS r
     WHERE p.code = r.code
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Who stands behind a version; `new_id` names what has no name of its own."""

    created_by: UUID | None
    approved_by: UUID | None
    new_id: UUID


async def add_currency(tx: Connection, code: str, minor_digits: int) -> None:
    """Add a currency that an instrument is quoted in."""
    await tx.execute(ADD_CURRENCY_SQL, code, minor_digits)


async def write_version(tx: Connection, stored: StoredTerms, writer: Writer) -> None:
    """Add a version; the first brings the thing itself."""
    row = {
        **document(stored.terms),
        "version": stored.version,
        "effective_from": stored.effective_from,
        "created_by": writer.created_by,
        "approved_by": writer.approved_by,
    }
    text = msgspec.json.encode(row).decode()
    first = stored.version == 1
    match stored.terms:
        case SymbolTerms(symbol=symbol, name=name):
            if first:
                await tx.execute(ADD_INSTRUMENT_SQL, text)
            await tx.execute(RENAME_INSTRUMENT_SQL, symbol, name)
            await tx.execute(ADD_SYMBOL_VERSION_SQL, text)
        case GroupTerms(code=code, name=name):
            if first:
                owner = await _entity(tx, writer)
                await tx.execute(ADD_GROUP_SQL, writer.new_id, owner, code, name)
            await tx.execute(RENAME_GROUP_SQL, code, name)
            await tx.execute(ADD_GROUP_VERSION_SQL, text, code)
        case MarkupTerms(group=group):
            await tx.execute(ADD_MARKUP_VERSION_SQL, text, group)
        case FilterTerms():
            await tx.execute(ADD_FILTER_VERSION_SQL, text)
        case CalendarTerms():
            await tx.execute(ADD_CALENDAR_VERSION_SQL, text)
        case LpTerms():
            if first:
                await tx.execute(ADD_LP_SQL, text, await _entity(tx, writer))
            else:
                await tx.execute(CHANGE_LP_SQL, text)


async def _entity(tx: Connection, writer: Writer) -> UUID:
    found = await entity(tx, writer.created_by)
    if found is None:
        raise InvalidError("entity", "required", "There are several legal entities; log in.")
    return found
