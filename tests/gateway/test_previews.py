"""A preview says what an order would do, and does nothing."""

from typing import Any

import httpx
import pytest

from tests.gateway.administration import kill_switch
from tests.gateway.conftest import Api
from tests.gateway.entries import GOOD, LIMIT
from tests.gateway.order_bodies import BUY, NOBODY, changed, filled, orders_path, quote
from tests.gateway.refusals import (
    assert_is_problem,
    assert_names_field,
    assert_tells_nothing,
    nothing_changes,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIELDS = {
    "state", "reject", "end", "price", "margin", "commission", "spread_cost", "used_margin_after",
    "free_margin_after", "equity_after", "margin_level_after",
}  # fmt: skip


async def asked(api: Api, body: object, name: str = "client1", number: int = 0) -> httpx.Response:
    """Ask without a key, for there is nothing that could happen twice."""
    path = f"{orders_path(api, name, number)}/preview"
    api.parts.feed.heartbeat()
    return await api.client.post(path, json=body, headers=await api.as_user("client1"))


async def previewed(api: Api, body: object, number: int = 0) -> Any:
    """Ask for a preview that must be given; nothing changes by it."""
    async with nothing_changes(api):
        answer = await asked(api, body, number=number)
    assert answer.status_code == 200, answer.text
    assert answer.json().keys() == FIELDS
    assert_tells_nothing(answer)
    return answer.json()


async def test_the_worked_example_of_the_domain_is_what_a_preview_says(shared_api: Api) -> None:
    quote(shared_api)
    body = changed({"quantity": "100000"})
    assert await previewed(shared_api, body) == {
        "state": "filled",
        "reject": None,
        "end": None,
        "price": "1.12140",
        "margin": "3738.00",
        "commission": "0.00",
        "spread_cost": "10.00",
        "used_margin_after": "3738.00",
        "free_margin_after": "6252.00",
        "equity_after": "9990.00",
        "margin_level_after": "267.26",
    }


@pytest.mark.parametrize("number", [0, 1, 2], ids=["USD", "EUR", "JPY"])
async def test_what_a_preview_says_is_what_then_happens(shared_api: Api, number: int) -> None:
    quote(shared_api)
    quote(shared_api, "USDJPY", "150.001", "150.010")
    for side in ("buy", "sell", "sell"):
        body = changed({"side": side, "quantity": "3000"})
        said = await previewed(shared_api, body, number)
        order = await filled(shared_api, "client1", number, **body)
        account = await shared_api.get(f"/v1/accounts/{shared_api.account('client1', number)}")
        assert said["price"] == order["average_price"]
        names = ("used_margin", "free_margin", "equity")
        assert [said[f"{name}_after"] for name in names] == [account[name] for name in names]
        assert said["margin_level_after"] == account["margin_level"]


@pytest.mark.parametrize("kind", sorted(GOOD.keys() - {"market"}))
async def test_of_an_order_that_would_rest_it_says_so_and_what_it_would_cost(
    shared_api: Api, kind: str
) -> None:
    quote(shared_api)
    said = await previewed(shared_api, dict(GOOD[kind]))
    assert (said["state"], said["reject"], said["end"]) == ("working", None, None)
    assert said["margin"] is not None


async def test_what_would_be_refused_is_previewed_as_refused(shared_api: Api) -> None:
    quote(shared_api)
    said = await previewed(shared_api, changed({"quantity": "10000000"}))
    assert (said["state"], said["reject"]["code"]) == ("rejected", "insufficient_margin")
    said = await previewed(shared_api, changed({"symbol": "NZDUSD"}))
    assert (said["state"], said["reject"]["code"]) == ("rejected", "no_price")
    assert [said[name] for name in ("price", "spread_cost", "margin")] == [None, None, "0.00"]
    said = await previewed(shared_api, changed({"worst_price": "1.00000"}))
    assert (said["state"], said["end"]["code"]) == ("cancelled", "worst_price")
    async with kill_switch(shared_api, "symbol", "EURUSD"):
        # The account is short by now, if it has anything; a buy would reduce.
        said = await previewed(shared_api, changed({"side": "sell"}))
        assert (said["state"], said["reject"]["code"]) == ("rejected", "kill_switch")


WRONG: dict[str, tuple[dict[str, object], str, str]] = {
    "O01-zero": ({"quantity": "0"}, "quantity", "quantity_min"),
    "O02-half-a-tick": ({"limit_price": "1.100005"}, "limit_price", "price_precision"),
    "O12-wrong-side": ({"stop_loss": "1.10000"}, "stop_loss", "wrong_side"),
    "O10-price": ({"price": "1"}, "price", "unknown_field"),
    "O10-margin": ({"margin": "0"}, "margin", "unknown_field"),
}


@pytest.mark.parametrize(("changes", "field", "code"), WRONG.values(), ids=WRONG)
async def test_a_preview_refuses_the_bodies_that_an_order_refuses(
    shared_api: Api, changes: dict[str, object], field: str, code: str
) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        assert_names_field(await asked(shared_api, changed(changes, LIMIT)), code, field)


async def test_somebody_elses_account_is_as_unknown_as_none(shared_api: Api) -> None:
    quote(shared_api)
    foreign = await asked(shared_api, dict(BUY), "client2")
    path = f"/v1/accounts/{NOBODY}/orders/preview"
    unknown = await shared_api.client.post(
        path, json=dict(BUY), headers=await shared_api.as_user("client1")
    )
    assert_is_problem(foreign, 404, "account_not_found")
    assert foreign.content == unknown.content
