"""Orders that rest, placed, changed, cancelled and looked up by client1."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import changed, orders_path, quote


async def resting(api: Api, body: Mapping[str, object], **changes: object) -> Any:
    """Place an order that must rest; return it."""
    quote(api)
    answer = await api.post(orders_path(api), changed(changes, body))
    assert answer.status_code == 201, answer.text
    assert answer.json()["state"] in {"working", "accepted"}, answer.text
    return answer.json()


async def patched(api: Api, order_id: str, body: object, name: str = "client1") -> httpx.Response:
    return await api.client.patch(
        f"{orders_path(api)}/{order_id}", json=body, headers=await api.as_user(name)
    )


async def deleted(api: Api, path: str) -> httpx.Response:
    return await api.client.delete(path, headers=await api.as_user("client1"))


async def found(api: Api, order_id: str) -> Any:
    return await api.get(f"{orders_path(api)}/{order_id}")
