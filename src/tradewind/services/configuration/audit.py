"""The record of every change: append-only, each entry sealed with the hash of the one before.

Source: docs/domain/approvals.md
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

import asyncpg

from tradewind.infra.postgres import Connection

GENESIS: Final = bytes(32)
VERIFY_PAGE: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one actor did; `before` is None for something new."""

    at: datetime
    actor: str
    action: str
    subject: str
    before: Mapping[str, object] | None
    after: Mapping[str, object] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """An entry of the chain."""

    id: int
    entry: Entry
    previous_hash: bytes
    hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainBreak:
    """Where the chain does not hold; `entry_id` is None when entries are missing at its end."""

    entry_id: int | None
    reason: str


LOCK_HEAD_SQL: Final = "SELECT hash FROM audit_head FOR UPDATE"
APPEND_SQL: Final = """
    INSERT INTO audit (at, actor, action, subject, before, after, previous_hash, hash)
    VALUES ($1, $2, $3, $4, $5::jsonb, $6::jsonb, $7, $8)
"""
MOVE_HEAD_SQL: Final = "UPDATE audit_head SET entries = entries + 1, hash = $1"


async def lock(tx: Connection) -> bytes:
    """Take the chain's end: who holds it is alone in changing the configuration."""
    return await tx.fetchval(LOCK_HEAD_SQL)


async def append(tx: Connection, entry: Entry) -> None:
    """Write an entry in the transaction of what it records."""
    previous = await lock(tx)
    sealed = seal(previous, entry)
    texts = [None if each is None else canonical(each) for each in (entry.before, entry.after)]
    await tx.execute(
        APPEND_SQL, entry.at, entry.actor, entry.action, entry.subject, *texts, previous, sealed
    )
    await tx.execute(MOVE_HEAD_SQL, sealed)


def seal(previous: bytes, entry: Entry) -> bytes:
    """Return the hash of an entry that follows one with the hash `previous`."""
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds")
    content = [at, entry.actor, entry.action, entry.subject, entry.before, entry.after]
    return sha256(previous + canonical(content).encode()).digest()


def canonical(value: object) -> str:
    """Spell JSON in its one way: keys in order, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def first_break(
    entries: Sequence[Sealed], previous: bytes = GENESIS, last_id: int = 0
) -> ChainBreak | None:
    """Return where consecutive entries, by id, stop being the chain that was written."""
    for each in entries:
        if each.id <= last_id:
            return ChainBreak(entry_id=each.id, reason="out of order")
        if each.previous_hash != previous:
            return ChainBreak(entry_id=each.id, reason="does not follow the entry before")
        if seal(previous, each.entry) != each.hash:
            return ChainBreak(entry_id=each.id, reason="is not what was sealed")
        previous, last_id = each.hash, each.id
    return None


HEAD_SQL: Final = "SELECT entries, hash FROM audit_head"
ENTRIES_SQL: Final = """
    SELECT id, at, actor, action, subject, before::text, after::text, previous_hash, hash
      FROM audit WHERE id > $1 ORDER BY id LIMIT $2
"""


async def verify_chain(connection: Connection) -> ChainBreak | None:
    """Read the whole record in one snapshot; return the first place where it was changed."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        head = await connection.fetchrow(HEAD_SQL)
        previous, last_id, count = GENESIS, 0, 0
        while page := await entries_after(connection, last_id, VERIFY_PAGE):
            broken = first_break(page, previous, last_id)
            if broken is not None:
                return broken
            previous, last_id, count = page[-1].hash, page[-1].id, count + len(page)
    if head is None or (head["entries"], head["hash"]) != (count, previous):
        return ChainBreak(entry_id=None, reason="the end of the record is missing")
    return None


async def entries_after(connection: Connection, after: int, limit: int) -> Sequence[Sealed]:
    """Read a page of the record, oldest first."""
    return [_sealed(row) for row in await connection.fetch(ENTRIES_SQL, after, limit)]


def _sealed(row: asyncpg.Record) -> Sealed:
    before, after = [
        None if row[name] is None else json.loads(row[name]) for name in ("before", "after")
    ]
    return Sealed(
        id=row["id"],
        entry=Entry(
            at=row["at"],
            actor=row["actor"],
            action=row["action"],
            subject=row["subject"],
            before=before,
            after=after,
        ),
        previous_hash=row["previous_hash"],
        hash=row["hash"],
    )
