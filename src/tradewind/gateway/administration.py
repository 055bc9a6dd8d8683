"""What the routes of staff share: who acts, what a body changes, how an answer is kept."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.administration import ChangeRequest as RequestView
from tradewind.contracts.http.administration import ChangeRequestAmendment, NewChangeRequest
from tradewind.contracts.http.configuration import Planned
from tradewind.core.errors import InvalidError
from tradewind.core.ids import UserId
from tradewind.gateway.dependencies import Dependencies
from tradewind.gateway.order_entry import request_key
from tradewind.gateway.responses import JsonAnswer
from tradewind.infra.postgres import Connection
from tradewind.services.configuration.kinds import document, require_authority
from tradewind.services.configuration.model import (
    Actor,
    Authority,
    Change,
    Configured,
    Kind,
    RequestKey,
)
from tradewind.services.configuration.requests import ChangeRequest, RequestState
from tradewind.services.identity.model import Principal, Role

View = TypeVar("View")
REPLAYED: Final = {"idempotent-replayed": "true"}
#: What a body says beside the fields of the terms.
_BESIDE: Final = frozenset({"version", "effective_from", "reason"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of staff: who, and with which body."""

    request: Request
    caller: Principal
    needs: Dependencies

    @property
    def actor(self) -> Actor:
        """The caller, as the record names people."""
        return actor_of(self.caller)

    async def once(self, status: int, work: Callable[[Connection], Awaitable[object]]) -> Response:
        """Do work that makes something; a repeated key gets the first answer again."""

        async def answered(tx: Connection) -> str:
            return msgspec.json.encode(await work(tx)).decode()

        kept = await self.needs.configuration.once(await self.key(), answered)
        headers = REPLAYED if kept.replayed else {}
        return JsonAnswer(kept.answer.encode(), status, headers)

    async def key(self) -> RequestKey:
        """Read the one Idempotency-Key."""
        request = self.request
        keys = request.headers.getlist("idempotency-key")
        if len(keys) > 1:
            raise InvalidError(
                "Idempotency-Key", "idempotency_key_invalid", "send one Idempotency-Key header"
            )
        user, body = UserId(self.caller.user_id), await request.body()
        # An id may come in capitals; it is the same thing, and so the same key.
        path = request.scope["path"].lower()
        key = request_key(user, request.method, path, keys[0] if keys else None, body)
        return RequestKey(id=key.id, user_id=user, text=key.text, body_hash=key.body_hash)

    async def create(self, change: Change, model: type[View], **more: object) -> Response:
        """Make something new at once."""
        configuration = self.needs.configuration

        async def work(tx: Connection) -> View:
            require_authority(self.actor, change)
            await configuration.apply(tx, self.actor, change)
            return view(await configuration.read(tx, change.kind, change.subject), model, **more)

        return await self.once(201, work)

    async def file(self, change: Change, reason: str) -> Response:
        """Ask a second person for a change."""

        async def work(tx: Connection) -> RequestView:
            return requested(await self.needs.approvals.file(tx, self.actor, change, reason))

        return await self.once(202, work)


def actor_of(caller: Principal) -> Actor:
    """Return the caller as somebody who changes things."""
    authority = Authority.NONE
    if Role.ADMIN in caller.roles:
        authority = Authority.ADMIN
    elif Role.DEALER in caller.roles:
        authority = Authority.DEALER
    elif Role.RISK in caller.roles:
        authority = Authority.RISK
    return Actor(name=f"user:{caller.user_id}", user_id=caller.user_id, authority=authority)


def change_of(kind: Kind, subject: str, body: Any, *, whole: bool = False) -> Change:
    """Return what a body changes; absent and null fields stay, unless it says everything."""
    begins = getattr(body, "effective_from", None)
    if begins is not None and begins.tzinfo is None:
        raise InvalidError("effective_from", "invalid_time", "A time has a zone, as in Z.")
    given = msgspec.to_builtins(body)
    return Change(
        kind=kind,
        subject=subject,
        version=given.get("version", 0),
        fields={
            name: value
            for name, value in given.items()
            if name not in _BESIDE and (whole or value is not None)
        },
        effective_from=begins,
    )


def change_of_request(
    body: NewChangeRequest | ChangeRequestAmendment, before: Change | None = None
) -> Change:
    """Return what a request asks for; an amendment keeps what it does not name."""
    begins = body.effective_from
    if begins is not None and begins.tzinfo is None:
        raise InvalidError("effective_from", "invalid_time", "A time has a zone, as in Z.")
    match body, before:
        case NewChangeRequest(), _:
            kind, subject = Kind(body.kind), body.subject
            return Change(
                kind=kind,
                subject=subject,
                version=body.version,
                fields=body.fields,
                effective_from=begins,
            )
        case ChangeRequestAmendment(), Change():
            return replace(
                before,
                version=before.version if body.version is None else body.version,
                fields=before.fields if body.fields is None else body.fields,
                effective_from=before.effective_from if begins is None else begins,
            )
        case _:
            raise AssertionError("an amendment is of a request")


def view(configured: Configured, model: type[View], **more: object) -> View:
    """Show something configured; `version` is the number that the next change must name."""
    names = {each.name for each in fields(model)}  # type: ignore[arg-type]
    shown: dict[str, object] = {
        **document(configured.current.terms),
        **more,
        "version": configured.version,
        "effective_from": configured.current.effective_from,
        "planned": [
            Planned(version=each.version, effective_from=each.effective_from)
            for each in configured.planned
        ],
    }
    return msgspec.convert(
        msgspec.to_builtins({name: shown[name] for name in names}), model, strict=False
    )


def requested(request: ChangeRequest, state: RequestState = RequestState.PENDING) -> RequestView:
    """Show a request for change, and its state now."""
    change = request.change
    return RequestView(
        id=request.id,
        kind=change.kind.value,
        subject=change.subject,
        version=change.version,
        fields=dict(change.fields),
        effective_from=change.effective_from,
        reason=request.reason,
        content_hash=request.content_hash.hex(),
        state=state.value,
        created_by=request.created_by,
        created_at=request.created_at,
        expires_at=request.expires_at,
        approved_by=request.approved_by,
        approved_at=request.approved_at,
        rejected_by=request.rejected_by,
        rejected_at=request.rejected_at,
    )


def cut_by_name(
    found: Mapping[str, object], after: str | None, limit: int
) -> tuple[Sequence[str], str | None]:
    """Return the names of a page, and the cursor of the next."""
    names = sorted(name for name in found if after is None or name > after)
    page = names[:limit]
    return page, page[-1] if len(names) > limit else None


def hash_of(text: str) -> bytes:
    """Read a content hash; what is none agrees with nothing."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise InvalidError("content_hash", "invalid_hash", "Pass the request's own.") from None


def number_of(text: str | None) -> int:
    """Read the cursor of the record."""
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > 18:  # noqa: PLR2004  a bigint
        raise InvalidError("after", "invalid_cursor", "Pass `next` of the page before.")
    return int(text)
