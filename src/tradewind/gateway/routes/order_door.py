"""The door of order commands: who comes in, under which key, and how the answer is spelt."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.trading import OrderList, OrderState, Transition
from tradewind.core.errors import ConflictError, InvalidError, NotFoundError
from tradewind.core.ids import AccountId, OrderId, PositionId, Symbol, UserId
from tradewind.core.instruments import Instrument
from tradewind.core.orders import Channel
from tradewind.gateway.access import Access
from tradewind.gateway.bodies import parse_object, require_json
from tradewind.gateway.dependencies import identifier
from tradewind.gateway.errors import failure_of, failure_response
from tradewind.gateway.gate import ROUTE, Gate
from tradewind.gateway.order_entry import Entry, request_key
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import check_query
from tradewind.gateway.views import order_view
from tradewind.infra.clock import Clock
from tradewind.services.accounts.service import Accounts
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.oms.submission import Answer, Command, RequestKey

ACCOUNT: Final = "/v1/accounts/{account_id}"
CHANNELS: Final = {c.value: c for c in (Channel.WEB, Channel.MOBILE, Channel.DESKTOP)}
REPLAYED: Final = {"idempotent-replayed": "true"}
_CONFLICT: Final = 409
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


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderDoor:
    """What the routes of order commands need."""

    gate: Gate
    oms: Oms
    accounts: Accounts
    markets: Markets
    instruments: Callable[[], Mapping[Symbol, Instrument]]
    clock: Clock
    new_id: Callable[[], UUID]

    async def entry(
        self, request: Request, access: Access, query: frozenset[str] = frozenset()
    ) -> Entry:
        """Let a request in, or raise what turns it away; `query` names the keys it may have."""
        received_at = self.clock.now()
        request.scope[ROUTE] = access.route
        principal = await self.gate.admit(request.scope, access)
        check_query(request.scope["query_string"], query)
        return Entry(
            order_id=OrderId(self.new_id()),
            account_id=AccountId(_id(request, "account_id", "account_not_found")),
            user_id=UserId(principal.user_id),
            channel=CHANNELS.get(request.headers.get("x-channel", ""), Channel.API),
            received_at=received_at,
        )

    async def submit(self, command: Command, key: RequestKey | None) -> Response:
        """Answer with the order that a command is about."""
        outcome = await self.oms.submit(command, key)
        headers = REPLAYED if outcome.replayed else None
        if outcome.order is None:
            return _duplicate(outcome)
        row = outcome.order
        transitions = _transitions(outcome.path, row.reject_code or row.end_code, row.updated_at)
        return answer(order_view(row, transitions, ()), outcome.status, headers)

    async def submit_many(self, command: Command, key: RequestKey | None) -> Response:
        """Answer with every order that a command made or ended."""
        outcome = await self.oms.submit(command, key)
        if outcome.status == _CONFLICT:
            return _duplicate(outcome)
        items = OrderList(items=tuple(map(order_view, outcome.orders)))
        return answer(items, outcome.status, REPLAYED if outcome.replayed else None)


def json_object(request: Request, body: bytes) -> dict[str, object]:
    """Read the one JSON object of a body."""
    require_json(request.headers.get("content-type", "").encode("latin-1"))
    return parse_object(body)


def optional_object(request: Request, body: bytes) -> dict[str, object]:
    """Read a body that may be left out where it need not say anything."""
    return json_object(request, body) if body else {}


def key_of(request: Request, entry: Entry, body: bytes) -> RequestKey:
    """Read the one Idempotency-Key of a request."""
    keys = request.headers.getlist("idempotency-key")
    if len(keys) > 1:
        raise InvalidError(
            "Idempotency-Key", "idempotency_key_invalid", "send one Idempotency-Key header"
        )
    # An id may come in capitals; it is the same thing, and so the same key.
    path = request.scope["path"].lower()
    return request_key(entry.user_id, request.method, path, keys[0] if keys else None, body)


def query_value(request: Request, name: str) -> str | None:
    """Read a query key that comes once at most."""
    found = parse_qs(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return found[name][0] if name in found else None


def order_id_of(request: Request) -> OrderId:
    """Read the order of the path."""
    return OrderId(_id(request, "order_id", "order_not_found"))


def position_id_of(request: Request) -> PositionId:
    """Read the position of the path."""
    return PositionId(_id(request, "position_id", "position_not_found"))


def _id(request: Request, name: str, code: str) -> UUID:
    """Read an id of the path; what is not spelt as one is as unknown as any other."""
    try:
        return identifier(request.path_params[name])
    except NotFoundError:
        raise NotFoundError(code, "There is no such thing, or it is not yours.") from None


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
