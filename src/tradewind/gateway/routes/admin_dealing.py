"""Dealers' actions: on one client's behalf, or on many accounts at once."""

from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi import Path as FromPath
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.administration import Approval
from tradewind.contracts.http.dealing import (
    DealerAction,
    DealerActionPage,
    MassResult,
    NewDealerAction,
    NewMassAction,
)
from tradewind.core.errors import InvalidError, NotFoundError
from tradewind.gateway.administration import REPLAYED, Asked, hash_of
from tradewind.gateway.decimals import parse_decimal
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
from tradewind.services.dealing import model
from tradewind.services.dealing.model import Kind, State, Wanted
from tradewind.services.dealing.service import Done

router = APIRouter(route_class=StrictRoute, tags=["administration"])

_CREATED = 201
_ACCEPTED = 202


async def _action_id(
    action_id: Annotated[str, FromPath(json_schema_extra={"format": "uuid"})],
) -> UUID:
    return identifier(action_id)


ActionPath = Annotated[UUID, Depends(_action_id)]


@router.get("/v1/admin/dealer-actions", response_model=DealerActionPage)
async def dealer_actions(needs: Needs, after: Cursor, limit: Limit = LIMIT_DEFAULT) -> Response:
    """List actions, newest first."""
    rows, following = cut(await needs.dealing.page(after, limit + 1), limit)
    return answer(DealerActionPage(items=tuple(map(_view, rows)), next=following))


@router.post("/v1/admin/dealer-actions", status_code=201, response_model=DealerAction)
async def ask_for_dealer_action(
    request: Request, body: NewDealerAction, caller: Caller, needs: Needs
) -> Response:
    """Do it at once, or answer 202 with an action that waits for a second person."""
    asked = Asked(request=request, caller=caller, needs=needs)
    wanted = Wanted(
        kind=Kind(body.kind),
        reason=body.reason,
        account_id=_id("account_id", body.account_id),
        target_id=_id("target_id", body.target_id),
        quantity=_decimal("quantity", body.quantity),
        price=_decimal("price", body.price),
        lp_reference=body.lp_reference,
    )
    return _answer(await needs.dealing.ask(await asked.key(), asked.actor, wanted), _CREATED)


@router.post("/v1/admin/dealer-actions/{action_id}/approve", response_model=DealerAction)
async def approve_dealer_action(
    action_id: ActionPath, request: Request, body: Approval, caller: Caller, needs: Needs
) -> Response:
    """Agree to exactly what was read; it is done in the same moment."""
    asked = Asked(request=request, caller=caller, needs=needs)
    agreed = hash_of(body.content_hash)
    done = await needs.dealing.approve(await asked.key(), asked.actor, action_id, agreed)
    return _answer(done, 200)


@router.post("/v1/admin/dealer-actions/{action_id}/reject", response_model=DealerAction)
async def reject_dealer_action(
    action_id: ActionPath, request: Request, caller: Caller, needs: Needs
) -> Response:
    """End an action that waits; its creator takes it back so."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return _answer(await needs.dealing.reject(await asked.key(), asked.actor, action_id), 200)


@router.post("/v1/admin/orders/cancel-all", status_code=201, response_model=MassResult)
async def cancel_all_orders(
    request: Request, body: NewMassAction, caller: Caller, needs: Needs
) -> Response:
    """Cancel every open order that protects nothing, of an account, a symbol or a group."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return await _everywhere(asked, Kind.CANCEL_ALL, body)


@router.post("/v1/admin/positions/close-all", status_code=201, response_model=MassResult)
async def close_all_positions(
    request: Request, body: NewMassAction, caller: Caller, needs: Needs
) -> Response:
    """Close every position of an account, a symbol or a group; a close waits for its price."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return await _everywhere(asked, Kind.CLOSE_ALL, body)


async def _everywhere(asked: Asked, kind: Kind, body: NewMassAction) -> Response:
    wanted = Wanted(
        kind=kind,
        reason=body.reason,
        account_id=None if body.account_id is None else _id("account_id", body.account_id),
        symbol=body.symbol,
        group=body.group,
    )
    done = await asked.needs.dealing.ask(await asked.key(), asked.actor, wanted)
    action = done.action
    result = MassResult(
        accounts=action.accounts or 0, orders=action.orders or 0, failed=action.failed or 0
    )
    return answer(result, _CREATED, REPLAYED if done.replayed else None)


def _answer(done: Done, status: int) -> Response:
    waits = done.action.state is State.PENDING
    headers = REPLAYED if done.replayed else None
    return answer(_view(done.action), _ACCEPTED if waits else status, headers)


def _id(field: str, text: str) -> UUID:
    try:
        return identifier(text)
    except NotFoundError:
        raise InvalidError(field, "invalid_id", "An id is a UUID.") from None


def _decimal(field: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    number = parse_decimal(text, signed=field == "price")
    if number is None:
        raise InvalidError(field, "invalid_decimal", "A decimal is a string of digits.")
    return number


def _view(action: model.DealerAction) -> DealerAction:
    asked = action.wanted
    return DealerAction(
        id=action.id,
        kind=asked.kind.value,
        account_id=asked.account_id,
        target_id=asked.target_id,
        symbol=asked.symbol,
        group=asked.group,
        quantity=asked.quantity,
        price=asked.price,
        lp_reference=asked.lp_reference,
        reason=asked.reason,
        content_hash=action.content_hash.hex(),
        order_id=action.order_id,
        state=action.state.value,
        outcome=action.outcome,
        created_by=action.created_by,
        created_at=action.created_at,
        decided_by=action.decided_by,
        decided_at=action.decided_at,
    )
