"""Requests for change, decided by a second person, and the record of every change."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi import Path as FromPath
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.administration import (
    Approval,
    AuditEntry,
    AuditPage,
    ChangeRequest,
    ChangeRequestAmendment,
    ChangeRequestPage,
    NewChangeRequest,
)
from tradewind.gateway.administration import (
    Asked,
    actor_of,
    change_of_request,
    hash_of,
    number_of,
    requested,
)
from tradewind.gateway.dependencies import (
    LIMIT_DEFAULT,
    Caller,
    Cursor,
    Limit,
    Needs,
    identifier,
)
from tradewind.gateway.paging import cut
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.infra.postgres import Connection
from tradewind.services.configuration.audit import Sealed, entries_after
from tradewind.services.configuration.model import Page

router = APIRouter(route_class=StrictRoute, tags=["administration"])


async def _request_id(
    request_id: Annotated[str, FromPath(json_schema_extra={"format": "uuid"})],
) -> UUID:
    return identifier(request_id)


RequestPath = Annotated[UUID, Depends(_request_id)]


@router.get("/v1/admin/change-requests", response_model=ChangeRequestPage)
async def change_requests(needs: Needs, after: Cursor, limit: Limit = LIMIT_DEFAULT) -> Response:
    """List requests, newest first."""
    page = Page(after=None if after is None else str(after), limit=limit + 1)
    rows, following = cut(await needs.approvals.page(page), limit)
    now = needs.clock.now()
    items = tuple(requested(each, each.state_at(now)) for each in rows)
    return answer(ChangeRequestPage(items=items, next=following))


@router.get("/v1/admin/change-requests/{request_id}", response_model=ChangeRequest)
async def change_request(request_id: RequestPath, needs: Needs) -> Response:
    """Show one request."""
    found = await needs.approvals.one(request_id)
    return answer(requested(found, found.state_at(needs.clock.now())))


@router.post("/v1/admin/change-requests", status_code=202, response_model=ChangeRequest)
async def request_change(
    request: Request, body: NewChangeRequest, caller: Caller, needs: Needs
) -> Response:
    """Ask a second person for a change; one that could not be made is refused at once."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return await asked.file(change_of_request(body), body.reason)


@router.patch("/v1/admin/change-requests/{request_id}", response_model=ChangeRequest)
async def amend_change_request(
    request_id: RequestPath, body: ChangeRequestAmendment, caller: Caller, needs: Needs
) -> Response:
    """Say something else in a request of one's own; its hash is another one then."""
    before = await needs.approvals.one(request_id)
    change = change_of_request(body, before.change)
    amended = await needs.approvals.amend(actor_of(caller), request_id, change, body.reason)
    return answer(requested(amended))


@router.post("/v1/admin/change-requests/{request_id}/approve", response_model=ChangeRequest)
async def approve_change_request(
    request_id: RequestPath, request: Request, body: Approval, caller: Caller, needs: Needs
) -> Response:
    """Agree to exactly what was read; the change is made in the same moment."""
    asked = Asked(request=request, caller=caller, needs=needs)

    async def work(tx: Connection) -> ChangeRequest:
        agreed = hash_of(body.content_hash)
        done = await needs.approvals.approve(tx, asked.actor, request_id, agreed)
        return requested(done, done.state)

    return await asked.once(200, work)


@router.post("/v1/admin/change-requests/{request_id}/reject", response_model=ChangeRequest)
async def reject_change_request(
    request_id: RequestPath, request: Request, caller: Caller, needs: Needs
) -> Response:
    """End a request; its creator takes it back so."""
    asked = Asked(request=request, caller=caller, needs=needs)

    async def work(tx: Connection) -> ChangeRequest:
        done = await needs.approvals.reject(tx, asked.actor, request_id)
        return requested(done, done.state)

    return await asked.once(200, work)


@router.get("/v1/admin/audit", response_model=AuditPage)
async def audit(needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT) -> Response:
    """Show who changed what, oldest first."""
    async with needs.configuration.reading() as connection:
        found = await entries_after(connection, number_of(after), limit + 1)
    page = found[:limit]
    following = str(page[-1].id) if len(found) > limit else None
    return answer(AuditPage(items=tuple(_entry(each) for each in page), next=following))


def _entry(sealed: Sealed) -> AuditEntry:
    entry = sealed.entry
    return AuditEntry(
        id=sealed.id,
        time=entry.at,
        actor=entry.actor,
        action=entry.action,
        subject=entry.subject,
        before=None if entry.before is None else dict(entry.before),
        after=None if entry.after is None else dict(entry.after),
        hash=sealed.hash.hex(),
    )
