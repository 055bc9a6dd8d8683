"""Orders that rest: placed, shown, linked and cancelled through the API."""

import pytest

from tests.gateway.conftest import Api
from tests.gateway.entries import GOOD, LIMIT, STOP
from tests.gateway.order_bodies import NOBODY, changed, filled, orders_path, quote
from tests.gateway.refusals import (
    assert_is_problem,
    assert_is_rejected,
    nothing_changes,
    only_a_rejected_order_is_added,
)
from tests.gateway.resting import deleted, found, resting

pytestmark = pytest.mark.asyncio(loop_scope="module")

RESTING = {kind: body for kind, body in GOOD.items() if kind != "market"}
every_resting_type = pytest.mark.parametrize("kind", RESTING)
STEPS = ["new", "pending", "accepted", "working"]
#: What an order is shown with when its body does not say.
UNSAID = {
    "limit_price": None, "stop_price": None, "worst_price": None, "trigger_side": "default",
    "stop_loss": None, "stop_loss_distance": None, "take_profit": None,
    "take_profit_distance": None, "trailing_stop": None, "guaranteed_stop": False,
    "time_in_force": "gtc", "expires_at": None, "position_id": None, "reduce_only": False,
    "linked_order_id": None, "parent_order_id": None, "reason": "client", "channel": "api",
    "triggered_at": None, "state": "working", "reject": None, "end": None, "version": 1,
    "filled_quantity": "0", "average_price": None, "label": None, "comment": None,
}  # fmt: skip


@every_resting_type
async def test_an_order_rests_and_is_shown_as_it_was_sent(shared_api: Api, kind: str) -> None:
    body = RESTING[kind]
    order = await resting(shared_api, body)
    assert {name: order[name] for name in UNSAID} == {
        **UNSAID,
        **{name: value for name, value in body.items() if name in UNSAID},
    }
    assert [step["state"] for step in order["transitions"]] == STEPS
    assert await found(shared_api, order["id"]) == order
    still_open = (await shared_api.get(orders_path(shared_api), state="open"))["items"]
    assert still_open[0] == {**order, "transitions": None, "facts": None}


async def test_everything_an_order_may_say_is_shown_again(shared_api: Api) -> None:
    said = {
        "trigger_side": "mid", "worst_price": "1.14000", "stop_loss": "1.12000",
        "take_profit": "1.20000", "trailing_stop": "0.00500", "label": "a", "comment": "b",
        "time_in_force": "gtd", "expires_at": "2099-01-01T00:00:00Z",
    }  # fmt: skip
    order = await resting(shared_api, STOP, **said)
    assert {name: order[name] for name in said} == said
    said = {"stop_loss_distance": "0.00100", "take_profit_distance": "0.00200"}
    order = await resting(shared_api, LIMIT, time_in_force="day", **said)
    assert {name: order[name] for name in said} == said
    assert order["expires_at"] is not None


async def test_a_limit_order_that_the_market_offers_already_fills_at_the_market(
    shared_api: Api,
) -> None:
    quote(shared_api)
    order = await filled(shared_api, type="limit", limit_price="1.13000")
    assert (order["average_price"], order["limit_price"]) == ("1.12140", "1.13000")


@pytest.mark.parametrize("life", ["ioc", "fok"])
async def test_a_limit_order_that_may_not_wait_is_cancelled(shared_api: Api, life: str) -> None:
    quote(shared_api)
    body = changed({"time_in_force": life}, LIMIT)
    order = (await shared_api.post(orders_path(shared_api), body)).json()
    assert (order["state"], order["filled_quantity"]) == ("cancelled", "0")


#: What an order is rejected for that the market or the account decides.
REJECTED = {
    "O12-buy-stop-below": ({**STOP, "stop_price": "1.12000"}, "stop_distance"),
    "O12-buy-stop-at-the-price": ({**STOP, "stop_price": "1.12140"}, "stop_distance"),
    "O12-stop-loss-above-the-market": (changed({"stop_loss": "1.13000"}), "stop_distance"),
    "O12-take-profit-below-the-market": (changed({"take_profit": "1.12000"}), "stop_distance"),
    "O02-ten-times-the-market": ({**STOP, "stop_price": "11.21400"}, "price_collar"),
    "O02-tenth-of-the-market": ({**LIMIT, "limit_price": "0.11214"}, "price_collar"),
    "O09-linked-with-nothing": ({**LIMIT, "linked_order_id": NOBODY}, "link_unavailable"),
    "O09-follows-nothing": ({**LIMIT, "parent_order_id": NOBODY}, "link_unavailable"),
}


@pytest.mark.parametrize(("body", "code"), REJECTED.values(), ids=REJECTED)
async def test_what_the_market_or_the_account_refuses_exists_and_says_why(
    shared_api: Api, body: dict[str, object], code: str
) -> None:
    quote(shared_api)
    async with only_a_rejected_order_is_added(shared_api):
        assert_is_rejected(await shared_api.post(orders_path(shared_api), body), code)


async def test_another_ones_order_cannot_be_linked_with_or_followed(shared_api: Api) -> None:
    quote(shared_api)
    path = orders_path(shared_api, "client2")
    theirs = (await shared_api.post(path, LIMIT, name="client2")).json()
    assert theirs["state"] == "working"
    for field in ("linked_order_id", "parent_order_id"):
        async with only_a_rejected_order_is_added(shared_api):
            answer = await shared_api.post(
                orders_path(shared_api), changed({field: theirs["id"]}, LIMIT)
            )
            assert_is_rejected(answer, "link_unavailable")


@every_resting_type
async def test_what_rests_is_cancelled_by_its_owner(shared_api: Api, kind: str) -> None:
    order = await resting(shared_api, RESTING[kind])
    path = f"{orders_path(shared_api)}/{order['id']}"
    answer = await deleted(shared_api, path)
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    assert answer.json()["end"]["code"] == "client"
    async with nothing_changes(shared_api):
        assert_is_problem(await deleted(shared_api, path), 409, "order_final")


async def test_of_two_linked_orders_a_fill_ends_the_other_and_a_cancel_does_not(
    shared_api: Api,
) -> None:
    first = await resting(shared_api, LIMIT)
    second = await resting(shared_api, STOP, linked_order_id=first["id"])
    assert second["linked_order_id"] == first["id"]
    assert (await found(shared_api, first["id"]))["linked_order_id"] == second["id"]
    await deleted(shared_api, f"{orders_path(shared_api)}/{second['id']}")
    assert (await found(shared_api, first["id"]))["state"] == "working"
    await filled(shared_api, type="limit", limit_price="1.13000", linked_order_id=first["id"])
    ended = await found(shared_api, first["id"])
    assert (ended["state"], ended["end"]["code"]) == ("cancelled", "linked")


async def test_an_order_waits_for_the_one_it_follows_and_ends_with_it(shared_api: Api) -> None:
    parent = await resting(shared_api, LIMIT)
    child = await resting(shared_api, STOP, parent_order_id=parent["id"])
    assert (child["state"], child["parent_order_id"]) == ("accepted", parent["id"])
    assert [step["state"] for step in child["transitions"]] == STEPS[:-1]
    await deleted(shared_api, f"{orders_path(shared_api)}/{parent['id']}")
    ended = await found(shared_api, child["id"])
    assert (ended["state"], ended["end"]["code"]) == ("cancelled", "linked")
    assert [step["state"] for step in ended["transitions"]] == [*STEPS[:-1], "cancelled"]


async def test_everything_that_opens_is_cancelled_at_once_by_symbol_or_all(
    shared_api: Api,
) -> None:
    path = orders_path(shared_api)
    await deleted(shared_api, path)
    quote(shared_api, "XAUUSD", "2400.10", "2400.50")
    gold = await resting(shared_api, LIMIT, symbol="XAUUSD", quantity="1", limit_price="2390.00")
    euros = [await resting(shared_api, body) for body in (LIMIT, STOP)]
    async with nothing_changes(shared_api):
        answer = await deleted(shared_api, f"{path}?symbol=USDCAD")
        assert (answer.status_code, answer.json()) == (200, {"items": []})
    answer = await deleted(shared_api, f"{path}?symbol=EURUSD")
    items = answer.json()["items"]
    assert [order["id"] for order in items] == [order["id"] for order in euros]
    assert {(order["state"], order["end"]["code"]) for order in items} == {("cancelled", "client")}
    rest = (await deleted(shared_api, path)).json()["items"]
    assert [order["id"] for order in rest] == [gold["id"]]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("symbol=EURXXX", 422, "unknown_symbol"),
        ("symbol=", 422, "unknown_symbol"),
        ("symbol", 422, "unknown_symbol"),
        ("symbol=EURUSD&symbol=XAUUSD", 400, "malformed_request"),
        ("symbol=EURUSD&state=open", 422, "unknown_field"),
        ("all=true", 422, "unknown_field"),
    ],
    ids=["unknown", "empty", "no-value", "O11-twice", "more", "another"],
)
async def test_a_query_that_names_no_symbol_cancels_nothing(
    shared_api: Api, query: str, status: int, code: str
) -> None:
    await resting(shared_api, LIMIT)
    async with nothing_changes(shared_api):
        answer = await deleted(shared_api, f"{orders_path(shared_api)}?{query}")
        assert_is_problem(answer, status, code)
