"""Placing, closing and cancelling: plain routes, because the first of them is the hot one.

They skip the framework's validation for our own (gateway/order_entry.py) and are described in the
OpenAPI document by `order_paths`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradewind.contracts.http.trading import OrderState, Transition
from tradewind.core.errors import ConflictError, InvalidError, NotFoundError
from tradewind.core.ids import AccountId, OrderId, PositionId, Symbol, UserId
from tradewind.core.instruments import Instrument
from tradewind.core.orders import CancelOrder, Channel
from tradewind.gateway.access import Access, access_to
from tradewind.gateway.bodies import parse_object, require_json
from tradewind.gateway.dependencies import identifier
from tradewind.gateway.errors import failure_of, failure_response
from tradewind.gateway.gate import ROUTE, Gate
from tradewind.gateway.order_entry import (
    CloseBody,
    Entry,
    OrderBody,
    close_position,
    place_order,
    read_body,
    request_key,
)
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import check_query
from tradewind.gateway.views import order_view
from tradewind.infra.clock import Clock
from tradewind.services.oms.service import Oms
from tradewind.services.oms.submission import Answer, Command, RequestKey

ACCOUNT: Final = "/v1/accounts/{account_id}"
PLACE: Final = f"{ACCOUNT}/orders"
CLOSE: Final = f"{ACCOUNT}/positions/{{position_id}}/close"
CANCEL: Final = f"{ACCOUNT}/orders/{{order_id}}"
CHANNELS: Final = {c.value: c for c in (Channel.WEB, Channel.MOBILE, Channel.DESKTOP)}
REPLAYED: Final = {"idempotent-replayed": "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDoor:
    """What the three routes need."""

    gate: Gate
    oms: Oms
    instruments: Callable[[], Mapping[Symbol, Instrument]]
    clock: Clock
    new_id: Callable[[], UUID]

    async def place(self, request: Request) -> Response:
        """Place an order; 201 also when it was rejected, for then it exists and says why."""
        entry = await self._entry(request, PLACE, access_to("POST", PLACE))
        body = await request.body()
        key = _key(request, entry, body)
        command = place_order(read_body(_json(request, body), OrderBody), entry, self.instruments())
        return await self._submit(command, key)

    async def close(self, request: Request) -> Response:
        """Close a position, wholly or in part; 201 with the closing order."""
        entry = await self._entry(request, CLOSE, access_to("POST", CLOSE))
        body = await request.body()
        key = _key(request, entry, body)
        parsed = read_body(_json(request, body) if body else {}, CloseBody)
        position_id = PositionId(_id(request, "position_id", "position_not_found"))
        return await self._submit(close_position(parsed, entry, position_id), key)

    async def cancel(self, request: Request) -> Response:
        """Cancel an order that is not final; 409 for one that is."""
        entry = await self._entry(request, CANCEL, access_to("DELETE", CANCEL))
        command = CancelOrder(
            order_id=OrderId(_id(request, "order_id", "order_not_found")),
            account_id=entry.account_id,
            user_id=entry.user_id,
            channel=entry.channel,
            received_at=entry.received_at,
        )
        return await self._submit(command, None)

    async def _entry(self, request: Request, route: str, access: Access) -> Entry:
        received_at = self.clock.now()
        request.scope[ROUTE] = route
        principal = await self.gate.admit(request.scope, access)
        check_query(request.scope["query_string"], frozenset())
        return Entry(
            order_id=OrderId(self.new_id()),
            account_id=AccountId(_id(request, "account_id", "account_not_found")),
            user_id=UserId(principal.user_id),
            channel=CHANNELS.get(request.headers.get("x-channel", ""), Channel.API),
            received_at=received_at,
        )

    async def _submit(self, command: Command, key: RequestKey | None) -> Response:
        outcome = await self.oms.submit(command, key)
        headers = REPLAYED if outcome.replayed else None
        if outcome.order is None:
            return _duplicate(outcome)
        row = outcome.order
        transitions = _transitions(outcome.path, row.reject_code or row.end_code, row.updated_at)
        return answer(order_view(row, transitions, ()), outcome.status, headers)


def order_routes(door: OrderDoor) -> list[Route]:
    """The routes, to be put before those of the framework."""
    return [
        Route(PLACE, door.place, methods=["POST"]),
        Route(CLOSE, door.close, methods=["POST"]),
        Route(CANCEL, door.cancel, methods=["DELETE"]),
    ]


def _transitions(
    path: tuple[str, ...], reason: str | None, at: datetime
) -> tuple[Transition, ...] | None:
    """Show a path of one transaction: one time for all, the reason with the last."""
    if not path:
        return None
    states: list[OrderState] = [_STATES[state] for state in path]
    last = len(states) - 1
    return tuple(
        Transition(state=state, reason=reason if index == last else None, at=at)
        for index, state in enumerate(states)
    )


_STATES: Final[Mapping[str, OrderState]] = {
    "new": "new",
    "pending": "pending",
    "accepted": "accepted",
    "working": "working",
    "partially_filled": "partially_filled",
    "filled": "filled",
    "cancelled": "cancelled",
    "rejected": "rejected",
}


def _duplicate(outcome: Answer) -> Response:
    """Answer 409 with the order that has the client_order_id already."""
    error = ConflictError(
        outcome.code or "conflict",
        f"Order {outcome.order_id} has this client_order_id.",
        outcome.order_id,
    )
    response = failure_response(failure_of(error))
    if outcome.replayed:
        response.headers.update(REPLAYED)
    return response


def _json(request: Request, body: bytes) -> dict[str, object]:
    require_json(request.headers.get("content-type", "").encode("latin-1"))
    return parse_object(body)


def _key(request: Request, entry: Entry, body: bytes) -> RequestKey:
    keys = request.headers.getlist("idempotency-key")
    if len(keys) > 1:
        raise InvalidError(
            "Idempotency-Key", "idempotency_key_invalid", "send one Idempotency-Key header"
        )
    # An id may come in capitals; it is the same thing, and so the same key.
    path = request.scope["path"].lower()
    return request_key(entry.user_id, request.method, path, keys[0] if keys else None, body)


def _id(request: Request, name: str, code: str) -> UUID:
    """Read an id of the path; what is not spelt as one is as unknown as any other."""
    try:
        return identifier(request.path_params[name])
    except NotFoundError:
        raise NotFoundError(code, "There is no such thing, or it is not yours.") from None
