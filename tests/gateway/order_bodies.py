"""Bodies of orders, and how a test sends them."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.gateway.conftest import Api

#: A good order; tests change one thing of it. Any other object stands for "leave it out".
BUY: Mapping[str, object] = {
    "symbol": "EURUSD",
    "side": "buy",
    "type": "market",
    "quantity": "1000",
}
ABSENT = object()
NOBODY = "00000000-0000-7000-8000-000000000000"


def changed(changes: Mapping[str, object], body: Mapping[str, object] = BUY) -> dict[str, object]:
    """Return a body with other values; ABSENT leaves a field out."""
    both = {**body, **changes}
    return {name: value for name, value in both.items() if value is not ABSENT}


def orders_path(api: Api, name: str = "client1", number: int = 0) -> str:
    return f"/v1/accounts/{api.account(name, number)}/orders"


def close_path(api: Api, position: str, name: str = "client1", number: int = 0) -> str:
    return f"/v1/accounts/{api.account(name, number)}/positions/{position}/close"


async def place(api: Api, /, **changes: object) -> httpx.Response:
    """Place an order on the first account of client1."""
    return await api.post(orders_path(api), changed(changes))


async def filled(api: Api, name: str = "client1", number: int = 0, /, **changes: object) -> Any:
    """Place an order that must fill; return it."""
    answer = await api.post(orders_path(api, name, number), changed(changes), name=name)
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] == "filled", answer.text
    return answer.json()


def quote(api: Api, symbol: str = "EURUSD", bid: str = "1.12130", ask: str = "1.12140") -> None:
    """Publish a price that is current when the next order is decided."""
    api.price(symbol, bid, ask)
