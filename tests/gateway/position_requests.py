"""Requests about positions that make several orders, on a hedging account of client1."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import filled, quote

PATH = "/v1/accounts/{account_id}/positions"
#: Symbols of which each request has its own, so that closing all of one leaves the others.
_QUOTES = {
    "EURUSD": ("1.12130", "1.12140"),
    "GBPUSD": ("1.25000", "1.25010"),
    "AUDUSD": ("0.65000", "0.65010"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionRequest:
    """A request, the same with another body, one that is refused, and how many orders it makes."""

    path: str
    body: Mapping[str, object]
    other_body: Mapping[str, object] | bytes
    wrong: Mapping[str, object]
    orders: int


Prepare = Callable[[Api], Awaitable[PositionRequest]]


async def opened(api: Api, symbol: str, **changes: object) -> str:
    """Open a position on the hedging account; return its id."""
    quote(api, symbol, *_QUOTES[symbol])
    return (await filled(api, "client1", 1, symbol=symbol, **changes))["position_id"]


def positions_path(api: Api, name: str = "client1", number: int = 1) -> str:
    return f"/v1/accounts/{api.account(name, number)}/positions"


async def closing_by(api: Api) -> PositionRequest:
    bought = await opened(api, "EURUSD", quantity="3000")
    sold = await opened(api, "EURUSD", side="sell", quantity="2000")
    body = {"opposite_position_id": sold, "quantity": "1000"}
    return PositionRequest(
        path=f"{positions_path(api)}/{bought}/close-by",
        body=body,
        other_body={**body, "quantity": "2000"},
        wrong={**body, "opposite_position_id": bought},
        orders=2,
    )


async def reversing(api: Api) -> PositionRequest:
    position = await opened(api, "GBPUSD")
    return PositionRequest(
        path=f"{positions_path(api)}/{position}/reverse",
        body={},
        # There is no other body; this one is the same in other bytes.
        other_body=b"{ }",
        wrong={"quantity": "1000"},
        orders=2,
    )


async def closing_all(api: Api) -> PositionRequest:
    for side in ("buy", "sell", "buy"):
        await opened(api, "AUDUSD", side=side)
    return PositionRequest(
        path=f"{positions_path(api)}/close-all",
        body={"symbol": "AUDUSD"},
        other_body={"symbol": "USDCAD"},
        wrong={"symbol": "EURXXX"},
        orders=3,
    )


POSITION_KEYED: Mapping[str, Prepare] = {
    f"{PATH}/{{position_id}}/close-by": closing_by,
    f"{PATH}/{{position_id}}/reverse": reversing,
    f"{PATH}/close-all": closing_all,
}
