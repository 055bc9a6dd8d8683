"""Placing, changing, cancelling and previewing: plain routes, because the first is the hot one.

They skip the framework's validation for our own (gateway/order_entry.py) and are described in the
OpenAPI document by `order_documents`.
"""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tradewind.core.commands import CancelOrder
from tradewind.gateway.access import access_to
from tradewind.gateway.amend_entry import amend_order, cancel_all
from tradewind.gateway.order_bodies import AmendBody, OrderBody, read_body
from tradewind.gateway.order_entry import place_order
from tradewind.gateway.previews import preview_view
from tradewind.gateway.responses import answer
from tradewind.gateway.routes.order_door import (
    ACCOUNT,
    OrderDoor,
    json_object,
    key_of,
    order_id_of,
    query_value,
)

ORDERS: Final = f"{ACCOUNT}/orders"
ORDER: Final = f"{ORDERS}/{{order_id}}"
PREVIEW: Final = f"{ORDERS}/preview"
_OF_A_SYMBOL: Final = frozenset({"symbol"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRoutes:
    """Commands about orders."""

    door: OrderDoor

    async def place(self, request: Request) -> Response:
        """Place an order; 201 also when it was rejected, for then it exists and says why."""
        entry = await self.door.entry(request, access_to("POST", ORDERS))
        body = await request.body()
        key = key_of(request, entry, body)
        parsed = read_body(json_object(request, body), OrderBody)
        return await self.door.submit(place_order(parsed, entry, self.door.instruments()), key)

    async def preview(self, request: Request) -> Response:
        """Say what would become of an order; nothing is stored."""
        entry = await self.door.entry(request, access_to("POST", PREVIEW))
        parsed = read_body(json_object(request, await request.body()), OrderBody)
        command = place_order(parsed, entry, self.door.instruments())
        return answer(preview_view(await self.door.oms.preview(command)))

    async def amend(self, request: Request) -> Response:
        """Replace an order by a changed one; 409 unless it still is in the version named."""
        entry = await self.door.entry(request, access_to("PATCH", ORDER))
        parsed = read_body(json_object(request, await request.body()), AmendBody)
        return await self.door.submit(amend_order(parsed, entry, order_id_of(request)), None)

    async def cancel(self, request: Request) -> Response:
        """Cancel an order that is not final; 409 for one that is."""
        entry = await self.door.entry(request, access_to("DELETE", ORDER))
        command = CancelOrder(
            order_id=order_id_of(request),
            account_id=entry.account_id,
            user_id=entry.user_id,
            channel=entry.channel,
            received_at=entry.received_at,
        )
        return await self.door.submit(command, None)

    async def cancel_all(self, request: Request) -> Response:
        """Cancel what is open and protects nothing, of one symbol or of all."""
        entry = await self.door.entry(request, access_to("DELETE", ORDERS), _OF_A_SYMBOL)
        symbol = query_value(request, "symbol")
        return await self.door.submit_many(cancel_all(symbol, entry, self.door.instruments()), None)


def order_routes(door: OrderDoor) -> list[Route]:
    """The routes, to be put before those of the framework; the hot one first."""
    routes = OrderRoutes(door=door)
    return [
        Route(ORDERS, routes.place, methods=["POST"]),
        Route(ORDERS, routes.cancel_all, methods=["DELETE"]),
        Route(PREVIEW, routes.preview, methods=["POST"]),
        Route(ORDER, routes.amend, methods=["PATCH"]),
        Route(ORDER, routes.cancel, methods=["DELETE"]),
    ]
