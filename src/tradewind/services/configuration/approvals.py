"""Files, amends, approves and rejects requests for change; what is approved is what is done."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec

from tradewind.core.errors import ForbiddenError, InvalidError, NotFoundError
from tradewind.infra.postgres import Connection
from tradewind.services.configuration import audit
from tradewind.services.configuration.audit import Entry, canonical
from tradewind.services.configuration.kinds import require_authority
from tradewind.services.configuration.model import Actor, Authority, Change, Kind, Page
from tradewind.services.configuration.requests import (
    LIFETIME,
    ChangeRequest,
    RequestState,
    content_hash,
    require_amendable,
    require_approvable,
    require_pending,
)
from tradewind.services.configuration.service import Configuration

REASON_MAX: Final = 300

FILE_SQL: Final = """
    INSERT INTO change_request (id, kind, subject, base_version, payload, content_hash,
           effective_from, reason, state, created_by, created_at, expires_at)
    VALUES ($1, $2, $3, $4, $5::jsonb, $6, $7, $8, 'pending', $9, $10, $11)
"""
AMEND_SQL: Final = """
    UPDATE change_request
       SET payload = $2::jsonb, content_hash = $3, effective_from = $4, reason = $5
     WHERE id = $1 AND state = 'pending'
"""
APPROVE_SQL: Final = """
    UPDATE change_request
       SET state = 'approved', approved_by = $2, approved_at = $3, executed_hash = $4
     WHERE id = $1 AND state = 'pending'
"""
REJECT_SQL: Final = """
    UPDATE change_request SET state = 'rejected', rejected_by = $2, rejected_at = $3
     WHERE id = $1 AND state = 'pending'
"""
REQUESTS_SQL: Final = """
    SELECT id, kind, subject, base_version, payload::text AS payload, content_hash,
           effective_from, reason, state, created_by, created_at, expires_at,
           approved_by, approved_at, rejected_by, rejected_at
      FROM change_request
     WHERE ($1::uuid IS NULL OR id = $1) AND ($2::uuid IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3
"""


class Approvals:
    """What needs two persons."""

    def __init__(self, configuration: Configuration) -> None:
        """Change things through `configuration`."""
        self._configuration = configuration

    async def file(
        self, tx: Connection, actor: Actor, change: Change, reason: str
    ) -> ChangeRequest:
        """Ask for a change; one that could not be made is refused at once."""
        require_authority(actor, change)
        creator = _login(actor)
        _check_reason(reason)
        await self._configuration.prepare(tx, change)
        now = self._configuration.clock.now()
        request = ChangeRequest(
            id=self._configuration.new_id(),
            change=change,
            reason=reason,
            content_hash=content_hash(change, reason),
            state=RequestState.PENDING,
            created_by=creator,
            created_at=now,
            expires_at=now + LIFETIME,
        )
        await tx.execute(
            FILE_SQL, request.id, change.kind, change.subject, change.version,
            canonical(dict(change.fields)), request.content_hash, change.effective_from, reason,
            creator, now, request.expires_at,
        )  # fmt: skip
        await self._record(tx, actor, "filed", None, request)
        return request

    async def amend(
        self, actor: Actor, request_id: UUID, change: Change | None, reason: str | None
    ) -> ChangeRequest:
        """Say something else in a request of one's own; who has read it must read it again."""
        async with self._configuration.changing() as tx:
            before = await self._read(tx, request_id)
            require_amendable(before, actor, self._configuration.clock.now())
            wanted = before.change if change is None else change
            text = before.reason if reason is None else reason
            require_authority(actor, wanted)
            _check_reason(text)
            await self._configuration.prepare(tx, wanted)
            after = replace(
                before, change=wanted, reason=text, content_hash=content_hash(wanted, text)
            )
            await tx.execute(
                AMEND_SQL, after.id, canonical(dict(wanted.fields)), after.content_hash,
                wanted.effective_from, text,
            )  # fmt: skip
            await self._record(tx, actor, "amended", before, after)
        return after

    async def approve(
        self, tx: Connection, approver: Actor, request_id: UUID, agreed: bytes
    ) -> ChangeRequest:
        """Do what was asked, in the name of both."""
        now = self._configuration.clock.now()
        before = await self._read(tx, request_id)
        require_approvable(before, approver, agreed, now)
        creator = Actor(
            name=f"user:{before.created_by}", user_id=before.created_by, authority=Authority.ADMIN
        )
        await self._configuration.apply(tx, creator, _due(before.change, now), approver)
        await tx.execute(APPROVE_SQL, before.id, approver.user_id, now, before.content_hash)
        after = replace(
            before, state=RequestState.APPROVED, approved_by=approver.user_id, approved_at=now
        )
        await self._record(tx, approver, "approved", before, after)
        return after

    async def reject(self, tx: Connection, actor: Actor, request_id: UUID) -> ChangeRequest:
        """End a request; its creator may take it back so."""
        now = self._configuration.clock.now()
        before = await self._read(tx, request_id)
        decider = _login(actor)
        if actor.authority is not Authority.ADMIN and decider != before.created_by:
            raise ForbiddenError("missing_role", "Your role does not allow this.")
        require_pending(before, now)
        await tx.execute(REJECT_SQL, before.id, decider, now)
        after = replace(before, state=RequestState.REJECTED, rejected_by=decider, rejected_at=now)
        await self._record(tx, actor, "rejected", before, after)
        return after

    async def one(self, request_id: UUID) -> ChangeRequest:
        """Return a request."""
        async with self._configuration.reading() as connection:
            return await self._read(connection, request_id)

    async def page(self, page: Page) -> Sequence[ChangeRequest]:
        """Return requests, newest first."""
        after = None if page.after is None else UUID(page.after)
        async with self._configuration.reading() as connection:
            rows = await connection.fetch(REQUESTS_SQL, None, after, page.limit)
        return [_request(row) for row in rows]

    async def _read(self, tx: Connection, request_id: UUID) -> ChangeRequest:
        row = await tx.fetchrow(REQUESTS_SQL, request_id, None, 1)
        if row is None:
            raise NotFoundError("change_request_not_found", "There is no such request.")
        return _request(row)

    async def _record(
        self,
        tx: Connection,
        actor: Actor,
        what: str,
        before: ChangeRequest | None,
        after: ChangeRequest,
    ) -> None:
        entry = Entry(
            at=self._configuration.clock.now(),
            actor=actor.name,
            action=f"change_request.{what}",
            subject=str(after.id),
            before=None if before is None else _recorded(before),
            after=_recorded(after),
        )
        await audit.append(tx, entry)


def _login(actor: Actor) -> UUID:
    """Return the person's login: who has none cannot be told from the second person."""
    if actor.user_id is None:
        raise ForbiddenError("login_required", "A request is made by somebody with a login.")
    return actor.user_id


def _check_reason(reason: str) -> None:
    if not 1 <= len(reason) <= REASON_MAX or not reason.isprintable():
        raise InvalidError("reason", "invalid_value", "1 to 300 printable characters.")


def _due(change: Change, now: datetime) -> Change:
    """Begin at once what was to begin before it was approved."""
    begins = change.effective_from
    return replace(change, effective_from=None) if begins is not None and begins < now else change


def _recorded(request: ChangeRequest) -> dict[str, object]:
    change = request.change
    return {
        "kind": change.kind,
        "subject": change.subject,
        "fields": dict(change.fields),
        "content_hash": request.content_hash.hex(),
        "state": request.state,
        "reason": request.reason,
    }


def _request(row: asyncpg.Record) -> ChangeRequest:
    return ChangeRequest(
        id=row["id"],
        change=Change(
            kind=Kind(row["kind"]),
            subject=row["subject"],
            version=row["base_version"],
            fields=msgspec.json.decode(row["payload"], type=dict[str, object]),
            effective_from=row["effective_from"],
        ),
        reason=row["reason"],
        content_hash=row["content_hash"],
        state=RequestState(row["state"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        approved_by=row["approved_by"],
        approved_at=row["approved_at"],
        rejected_by=row["rejected_by"],
        rejected_at=row["rejected_at"],
    )
