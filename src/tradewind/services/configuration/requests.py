"""Requests for change: the lifecycle that a second person ends. Pure; told the time.

Source: docs/domain/approvals.md
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from tradewind.core.errors import ConflictError, ForbiddenError
from tradewind.services.configuration.audit import canonical
from tradewind.services.configuration.model import Actor, Authority, Change

#: A request that nobody decided about in so long is none any more.
LIFETIME: Final = timedelta(days=7)


class RequestState(StrEnum):
    """What became of a request; `expired` is `pending` for too long and never stored."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRequest:
    """A change that waits for a second person, or did. `content_hash` is of what is asked."""

    id: UUID
    change: Change
    reason: str
    content_hash: bytes
    state: RequestState
    created_by: UUID
    created_at: datetime
    expires_at: datetime
    approved_by: UUID | None = None
    approved_at: datetime | None = None
    rejected_by: UUID | None = None
    rejected_at: datetime | None = None

    def state_at(self, now: datetime) -> RequestState:
        """Return the state; time alone ends what is pending."""
        if self.state is RequestState.PENDING and now >= self.expires_at:
            return RequestState.EXPIRED
        return self.state


def content_hash(change: Change, reason: str) -> bytes:
    """Return the hash of everything that an approver agrees to."""
    begins = change.effective_from
    content = {
        "kind": change.kind,
        "subject": change.subject,
        "version": change.version,
        "fields": dict(change.fields),
        "effective_from": None if begins is None else begins.astimezone(UTC).isoformat(),
        "reason": reason,
    }
    return sha256(canonical(content).encode()).digest()


def require_approvable(
    request: ChangeRequest, approver: Actor, agreed: bytes, now: datetime
) -> None:
    """Raise unless this person may approve exactly this content now."""
    if approver.authority is not Authority.ADMIN or approver.user_id is None:
        raise ForbiddenError("missing_role", "Your role does not allow this.")
    require_pending(request, now)
    if approver.user_id == request.created_by:
        raise ForbiddenError("creator_may_not_approve", "A second person must approve.")
    if not agreed == request.content_hash == content_hash(request.change, request.reason):
        raise ConflictError("content_changed", "The content is not what you agreed to; read again.")


def require_pending(request: ChangeRequest, now: datetime) -> None:
    """Raise ConflictError unless the request still waits."""
    found = request.state_at(now)
    if found is RequestState.EXPIRED:
        raise ConflictError("expired", "The request has expired; make a new one.")
    if found is not RequestState.PENDING:
        raise ConflictError("not_pending", f"The request is {found}.")


def require_amendable(request: ChangeRequest, actor: Actor, now: datetime) -> None:
    """Raise unless this person may say something else in the request now."""
    require_pending(request, now)
    if actor.user_id != request.created_by:
        raise ForbiddenError("not_the_creator", "Only who made the request may amend it.")
