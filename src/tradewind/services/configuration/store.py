"""Configuration in PostgreSQL: histories of terms, read and continued."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from tradewind.core.ids import Symbol
from tradewind.core.money import CurrencyCode
from tradewind.infra.postgres import Connection
from tradewind.services.configuration.kinds import SHAPES
from tradewind.services.configuration.model import Kind, RequestKey, StoredTerms
from tradewind.services.configuration.terms import Terms

SYMBOL_HISTORY_SQL: Final = """
    SELECT v.version, v.effective_from, v.symbol AS subject,
           (to_jsonb(v) || to_jsonb(i))::text AS terms
      FROM instrument_version v JOIN instrument i ON i.symbol = v.symbol
     WHERE $1::text IS NULL OR v.symbol = $1
     ORDER BY subject, v.version
"""
GROUP_HISTORY_SQL: Final = """
    SELECT v.version, v.effective_from, g.code AS subject,
           (to_jsonb(v) || to_jsonb(g))::text AS terms
      FROM group_version v JOIN account_group g ON g.id = v.group_id
     WHERE $1::text IS NULL OR g.code = $1
     ORDER BY subject, v.version
"""
MARKUP_HISTORY_SQL: Final = """
    SELECT m.version, m.effective_from, m.subject, m.terms::text AS terms
      FROM (SELECT r.version, r.effective_from,
                   concat_ws(':', g.code, r.symbol, r.asset_class) AS subject,
                   to_jsonb(r) || jsonb_build_object('group', g.code) AS terms
              FROM markup_rule r JOIN account_group g ON g.id = r.group_id) AS m
     WHERE $1::text IS NULL OR m.subject = $1
     ORDER BY m.subject, m.version
"""
FILTER_HISTORY_SQL: Final = """
    SELECT version, effective_from, COALESCE(symbol, asset_class) AS subject,
           to_jsonb(f)::text AS terms
      FROM quote_filter f
     WHERE $1::text IS NULL OR COALESCE(symbol, asset_class) = $1
     ORDER BY subject, version
"""
CALENDAR_HISTORY_SQL: Final = """
    SELECT version, effective_from, name AS subject, to_jsonb(c)::text AS terms
      FROM calendar_version c
     WHERE $1::text IS NULL OR name = $1
     ORDER BY subject, version
"""
#: An LP has one row; what it was before is in the audit.
LP_HISTORY_SQL: Final = """
    SELECT version, 'epoch'::timestamptz AS effective_from, code AS subject,
           to_jsonb(p)::text AS terms
      FROM liquidity_provider p
     WHERE $1::text IS NULL OR code = $1
     ORDER BY subject
"""
_HISTORIES: Final[Mapping[Kind, str]] = {
    Kind.SYMBOL: SYMBOL_HISTORY_SQL,
    Kind.GROUP: GROUP_HISTORY_SQL,
    Kind.MARKUP_RULE: MARKUP_HISTORY_SQL,
    Kind.QUOTE_FILTER: FILTER_HISTORY_SQL,
    Kind.CALENDAR: CALENDAR_HISTORY_SQL,
    Kind.LIQUIDITY_PROVIDER: LP_HISTORY_SQL,
}


async def histories(
    tx: Connection, kind: Kind, subject: str | None
) -> Mapping[str, Sequence[StoredTerms]]:
    """Return the versions of one thing, or of all of a kind, oldest first."""
    found: dict[str, list[StoredTerms]] = {}
    for row in await tx.fetch(_HISTORIES[kind], subject):
        terms: Terms = msgspec.json.decode(row["terms"], type=SHAPES[kind].terms)
        found.setdefault(row["subject"], []).append(
            StoredTerms(version=row["version"], effective_from=row["effective_from"], terms=terms)
        )
    return found


BUMP_SQL: Final = """
    INSERT INTO config_version (kind, version) VALUES ($1, 1)
    ON CONFLICT (kind) DO UPDATE SET version = config_version.version + 1
"""


async def bump(tx: Connection, kind: Kind) -> None:
    """Tell every process that something of this kind changed."""
    await tx.execute(BUMP_SQL, kind)


PAIRS_SQL: Final = "SELECT symbol, base, quote FROM instrument"
ACCOUNT_CURRENCIES_SQL: Final = "SELECT DISTINCT currency FROM account ORDER BY currency"
CURRENCIES_SQL: Final = "SELECT code FROM currency"
ENVIRONMENT_SQL: Final = "SELECT environment FROM installation"
LP_CODES_SQL: Final = "SELECT code FROM liquidity_provider"
ENTITY_SQL: Final = """
    SELECT COALESCE((SELECT entity_id FROM app_user WHERE id = $1),
                    (SELECT min(id::text)::uuid FROM legal_entity HAVING count(*) = 1)) AS id
"""


async def pairs(tx: Connection) -> dict[tuple[CurrencyCode, CurrencyCode], Symbol]:
    """Return what is listed, by base and quote."""
    return {
        (CurrencyCode(row["base"]), CurrencyCode(row["quote"])): Symbol(row["symbol"])
        for row in await tx.fetch(PAIRS_SQL)
    }


async def account_currencies(tx: Connection) -> Sequence[CurrencyCode]:
    """Return the deposit currencies in use."""
    return [CurrencyCode(row["currency"]) for row in await tx.fetch(ACCOUNT_CURRENCIES_SQL)]


async def currencies(tx: Connection) -> frozenset[str]:
    """Return every known currency."""
    return frozenset(row["code"] for row in await tx.fetch(CURRENCIES_SQL))


async def lp_codes(tx: Connection) -> frozenset[str]:
    """Return every known LP."""
    return frozenset(row["code"] for row in await tx.fetch(LP_CODES_SQL))


async def environment(tx: Connection) -> str | None:
    """Return demo or live."""
    return await tx.fetchval(ENVIRONMENT_SQL)


async def entity(tx: Connection, user_id: UUID | None) -> UUID | None:
    """Return the user's legal entity, or the only one."""
    return await tx.fetchval(ENTITY_SQL, user_id)


ANSWER_SQL: Final = "SELECT body_hash, answer FROM staff_answer WHERE id = $1"
KEEP_ANSWER_SQL: Final = """
    INSERT INTO staff_answer (id, user_id, key, body_hash, answer, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
"""


async def kept_answer(tx: Connection, key: UUID) -> tuple[UUID, str] | None:
    """Return the hash of the first body under a key, and its answer."""
    row = await tx.fetchrow(ANSWER_SQL, key)
    return None if row is None else (row["body_hash"], row["answer"])


async def keep_answer(tx: Connection, key: RequestKey, answer: str, now: datetime) -> None:
    """Keep the first answer under a key, with its effect."""
    await tx.execute(KEEP_ANSWER_SQL, key.id, key.user_id, key.text, key.body_hash, answer, now)


def effective(stored: Sequence[StoredTerms], at: datetime) -> StoredTerms | None:
    """Return what is in force at an instant: the newest version that has begun."""
    begun = [each for each in stored if each.effective_from <= at]
    return begun[-1] if begun else None


def planned(stored: Sequence[StoredTerms], at: datetime) -> tuple[StoredTerms, ...]:
    """Return what comes into force after an instant, in order; overtaken plans never do."""
    coming: list[StoredTerms] = []
    for each in stored:
        coming = [other for other in coming if other.effective_from < each.effective_from]
        if each.effective_from > at:
            coming.append(each)
    return tuple(coming)
