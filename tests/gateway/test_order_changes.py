"""Changes of orders that rest: in place, in the version that was seen, or not at all."""

import pytest

from tests.gateway.conftest import Api
from tests.gateway.entries import LIMIT
from tests.gateway.order_bodies import NOBODY, filled, orders_path, quote
from tests.gateway.refusals import assert_is_problem, assert_names_field, nothing_changes
from tests.gateway.resting import found, patched, resting

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_change_is_made_in_place_and_is_a_fact(shared_api: Api) -> None:
    order = await resting(shared_api, LIMIT, stop_loss="1.09000")
    change = {
        "version": 1, "quantity": "3000", "limit_price": "1.11000", "stop_loss": None,
        "take_profit": "1.15000", "trailing_stop": "0.00100",
    }  # fmt: skip
    answer = await patched(shared_api, order["id"], change)
    assert answer.status_code == 200, answer.text
    expected = {**order, **change, "version": 2, "updated_at": answer.json()["updated_at"]}
    shown = await found(shared_api, order["id"])
    assert [fact["type"] for fact in shown["facts"]] == ["amended"]
    hidden: dict[str, object] = {"facts": [], "transitions": None}
    assert {**answer.json(), **hidden} == {**expected, **hidden}
    assert {**shown, **hidden} == {**expected, **hidden}


async def test_a_change_to_what_is_already_so_changes_nothing(shared_api: Api) -> None:
    order = await resting(shared_api, LIMIT)
    async with nothing_changes(shared_api):
        answer = await patched(shared_api, order["id"], {"version": 1, "quantity": "1000"})
        assert (answer.status_code, answer.json()["version"]) == (200, 1)


async def test_a_change_to_the_market_executes_the_order(shared_api: Api) -> None:
    order = await resting(shared_api, LIMIT)
    answer = await patched(shared_api, order["id"], {"version": 1, "limit_price": "1.13000"})
    assert (answer.json()["state"], answer.json()["average_price"]) == ("filled", "1.12140")


#: Changes of a limit order in version 1 that cannot be; field and code of the refusal.
CHANGES: dict[str, tuple[dict[str, object], str, str]] = {
    "nothing": ({}, "body", "nothing_to_change"),
    "O01-quantity-zero": ({"quantity": "0"}, "quantity", "quantity_min"),
    "O01-quantity-exponent": ({"quantity": "1e3"}, "quantity", "invalid_decimal"),
    "O01-quantity-number": ({"quantity": 1000}, "quantity", "invalid_type"),
    "O01-half-a-step": ({"quantity": "1500"}, "quantity", "quantity_step"),
    "O03-max-and-a-step": ({"quantity": "10001000"}, "quantity", "quantity_range"),
    "O02-zero": ({"limit_price": "0"}, "limit_price", "price_sign"),
    "O02-negative": ({"limit_price": "-1.10000"}, "limit_price", "price_sign"),
    "O02-half-a-tick": ({"limit_price": "1.100005"}, "limit_price", "price_precision"),
    "O02-tenth-of-the-market": ({"limit_price": "0.11214"}, "limit_price", "price_collar"),
    "O12-a-stop": ({"stop_price": "1.13000"}, "stop_price", "invalid"),
    "O12-a-worst-price": ({"worst_price": "1.13000"}, "worst_price", "invalid"),
    "O12-loss-on-the-wrong-side": ({"stop_loss": "1.10001"}, "stop_loss", "stop_distance"),
    "O12-loss-at-the-price": ({"stop_loss": "1.10000"}, "stop_loss", "stop_distance"),
    "O12-trailing-zero": ({"trailing_stop": "0"}, "trailing_stop", "distance_min"),
    "O12-trailing-half-a-tick": ({"trailing_stop": "0.000005"}, "trailing_stop", "price_precision"),
    "O14-past": ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at", "expires_at_past"),
    "O14-not-dated": ({"expires_at": "2099-01-01T00:00:00Z"}, "expires_at", "invalid"),
    "O10-side": ({"side": "sell"}, "side", "unknown_field"),
    "O10-state": ({"state": "filled"}, "state", "unknown_field"),
    "O10-filled": ({"filled_quantity": "1000"}, "filled_quantity", "unknown_field"),
}


@pytest.mark.parametrize(("change", "field", "code"), CHANGES.values(), ids=CHANGES)
async def test_a_change_that_cannot_be_is_refused_and_changes_nothing(
    shared_api: Api, change: dict[str, object], field: str, code: str
) -> None:
    order = await resting(shared_api, LIMIT)
    async with nothing_changes(shared_api):
        answer = await patched(shared_api, order["id"], {"version": 1, **change})
        assert_names_field(answer, code, field)


async def test_a_change_of_another_version_is_a_conflict(shared_api: Api) -> None:
    order = await resting(shared_api, LIMIT)
    await patched(shared_api, order["id"], {"version": 1, "quantity": "2000"})
    async with nothing_changes(shared_api):
        for version in (0, 1, 3, 2**62, -1):
            change = {"version": version, "quantity": "3000"}
            answer = await patched(shared_api, order["id"], change)
            problem = assert_is_problem(answer, 409, "version_conflict")
            assert problem["order_id"] == order["id"]


async def test_what_is_over_cannot_be_changed(shared_api: Api) -> None:
    quote(shared_api)
    order = await filled(shared_api)
    async with nothing_changes(shared_api):
        for version in (order["version"], 99):
            change = {"version": version, "quantity": "3000"}
            answer = await patched(shared_api, order["id"], change)
            assert assert_is_problem(answer, 409, "order_final")["order_id"] == order["id"]


async def test_the_order_of_nobody_or_of_somebody_else_is_unknown(shared_api: Api) -> None:
    quote(shared_api)
    path = orders_path(shared_api, "client2")
    theirs = (await shared_api.post(path, LIMIT, name="client2")).json()["id"]
    change = {"version": 1, "quantity": "2000"}
    async with nothing_changes(shared_api):
        foreign, unknown = [await patched(shared_api, each, change) for each in (theirs, NOBODY)]
        assert_is_problem(foreign, 404, "order_not_found")
        assert foreign.content == unknown.content
        answer = await shared_api.client.patch(
            f"{path}/{theirs}", json=change, headers=await shared_api.as_user("client1")
        )
        assert_is_problem(answer, 404, "account_not_found")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"version":1,"quantity":"2000","quantity":"2000"}', 400, "malformed_request"),
        (b'[{"version":1}]', 400, "malformed_request"),
        (b"", 400, "malformed_request"),
        (b'{"quantity":"2000"}', 422, "required"),
    ],
    ids=["O11-key-twice", "list", "nothing", "no-version"],
)
async def test_a_change_is_one_object_with_a_version(
    shared_api: Api, body: bytes, status: int, code: str
) -> None:
    order = await resting(shared_api, LIMIT)
    headers = {**await shared_api.as_user("client1"), "content-type": "application/json"}
    path = f"{orders_path(shared_api)}/{order['id']}"
    async with nothing_changes(shared_api):
        answer = await shared_api.client.patch(path, content=body, headers=headers)
        assert_is_problem(answer, status, code)
        answer = await shared_api.client.patch(f"{path}?version=1", content=body, headers=headers)
        assert_is_problem(answer, 422, "unknown_field")
