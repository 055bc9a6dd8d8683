"""The client an order came through is stamped on what the house keeps of it."""

from collections.abc import Sequence
from uuid import uuid4

import msgspec
import pytest

from tests.gateway.conftest import Api
from tradewind.contracts.events import OrderRow
from tradewind.infra.postgres import open_pool

ORDER_BODY_SQL = """
    SELECT data FROM account_event
     WHERE account_id = $1 AND type = 'order.filled' ORDER BY seq DESC LIMIT 1
"""


async def trade_and_close(api: Api, channel: dict[str, str]) -> list[OrderRow]:
    """Buy and close through the API; return both orders as the event log has them."""
    base = f"/v1/accounts/{api.account()}"
    headers = {**await api.as_user("client1"), **channel}
    opening, closing = ({**headers, "idempotency-key": str(uuid4())} for _ in range(2))
    body = {"symbol": "EURUSD", "side": "buy", "quantity": "1000"}
    async with api.beating():
        api.price("EURUSD", "1.12130", "1.12140")
        placed = await api.client.post(f"{base}/orders", headers=opening, json=body)
        logged = [await last_filled(api)]
        close = f"{base}/positions/{placed.json()['position_id']}/close"
        closed = await api.client.post(close, headers=closing)
    logged.append(await last_filled(api))
    assert (placed.status_code, closed.status_code) == (201, 201)
    assert [str(row.id) for row in logged] == [placed.json()["id"], closed.json()["id"]]
    return logged


async def last_filled(api: Api) -> OrderRow:
    async with (
        await open_pool(api.settings, "tw_admin", size_max=1) as pool,
        pool.acquire() as connection,
    ):
        return msgspec.json.decode(
            await connection.fetchval(ORDER_BODY_SQL, api.users["client1"].accounts[0].id),
            type=OrderRow,
        )


def stamps(orders: Sequence[OrderRow]) -> set[str]:
    """The channels of the orders and of their fills."""
    fills = [order.fill for order in orders if not isinstance(order.fill, msgspec.UnsetType)]
    assert len(fills) == len(orders)
    return {each.channel for each in (*orders, *fills)}


@pytest.mark.parametrize("channel", ["web", "mobile", "desktop"])
async def test_orders_and_fills_carry_the_clients_channel(api: Api, channel: str) -> None:
    assert stamps(await trade_and_close(api, {"x-channel": channel})) == {channel}


@pytest.mark.parametrize("headers", [{}, {"x-channel": "dealer"}, {"x-channel": "WEB"}])
async def test_a_client_that_does_not_say_what_it_is_came_through_the_api(
    api: Api, headers: dict[str, str]
) -> None:
    assert stamps(await trade_and_close(api, headers)) == {"api"}
