"""Protecting, closing, netting out and reversing positions: plain routes beside those of orders."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradewind.core.errors import NotFoundError
from tradewind.gateway.access import access_to
from tradewind.gateway.amend_entry import close_all, close_by, protect_position, reverse_position
from tradewind.gateway.order_bodies import (
    CloseAllBody,
    CloseBody,
    CloseByBody,
    ProtectBody,
    ReverseBody,
    read_body,
)
from tradewind.gateway.order_entry import close_position
from tradewind.gateway.responses import answer
from tradewind.gateway.routes.order_door import (
    ACCOUNT,
    OrderDoor,
    json_object,
    key_of,
    optional_object,
    position_id_of,
)
from tradewind.gateway.valuation import position_view

POSITIONS: Final = f"{ACCOUNT}/positions"
POSITION: Final = f"{POSITIONS}/{{position_id}}"
CLOSE: Final = f"{POSITION}/close"
CLOSE_BY: Final = f"{POSITION}/close-by"
REVERSE: Final = f"{POSITION}/reverse"
CLOSE_ALL: Final = f"{POSITIONS}/close-all"


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRoutes:
    """Commands about positions."""

    door: OrderDoor

    async def protect(self, request: Request) -> Response:
        """Give a position protective orders, change or remove them; 200 with the position."""
        door = self.door
        entry = await door.entry(request, access_to("PATCH", POSITION))
        parsed = read_body(json_object(request, await request.body()), ProtectBody)
        command = protect_position(parsed, entry, position_id_of(request))
        outcome = await door.oms.submit(command, None)
        if outcome.position is None:
            raise NotFoundError("position_not_found", "There is no such position.")
        holding = await door.accounts.holding(entry.user_id, entry.account_id)
        now = door.clock.now()
        return answer(position_view(outcome.position, holding.own, door.markets, now))

    async def close(self, request: Request) -> Response:
        """Close a position, wholly or in part; 201 with the closing order."""
        entry = await self.door.entry(request, access_to("POST", CLOSE))
        body = await request.body()
        key = key_of(request, entry, body)
        parsed = read_body(optional_object(request, body), CloseBody)
        command = close_position(parsed, entry, position_id_of(request))
        return await self.door.submit(command, key)

    async def close_by(self, request: Request) -> Response:
        """Close two opposite positions by each other; 201 with both orders."""
        entry = await self.door.entry(request, access_to("POST", CLOSE_BY))
        body = await request.body()
        key = key_of(request, entry, body)
        parsed = read_body(json_object(request, body), CloseByBody)
        command = close_by(parsed, entry, position_id_of(request))
        return await self.door.submit_many(command, key)

    async def reverse(self, request: Request) -> Response:
        """Turn a position; 201 with the orders that do it, or the one that was rejected."""
        entry = await self.door.entry(request, access_to("POST", REVERSE))
        body = await request.body()
        key = key_of(request, entry, body)
        read_body(optional_object(request, body), ReverseBody)
        command = reverse_position(entry, position_id_of(request))
        return await self.door.submit_many(command, key)

    async def close_all(self, request: Request) -> Response:
        """Close every position, of one symbol or of all; 201 with the closing orders."""
        entry = await self.door.entry(request, access_to("POST", CLOSE_ALL))
        body = await request.body()
        key = key_of(request, entry, body)
        parsed = read_body(optional_object(request, body), CloseAllBody)
        command = close_all(parsed, entry, self.door.instruments())
        return await self.door.submit_many(command, key)


def position_routes(door: OrderDoor) -> list[Route]:
    """The routes, to be put behind those of orders and before those of the framework."""
    routes = PositionRoutes(door=door)
    return [
        Route(CLOSE, routes.close, methods=["POST"]),
        Route(CLOSE_BY, routes.close_by, methods=["POST"]),
        Route(REVERSE, routes.reverse, methods=["POST"]),
        Route(CLOSE_ALL, routes.close_all, methods=["POST"]),
        Route(POSITION, routes.protect, methods=["PATCH"]),
    ]
