"""Dealers act for a client: alone where it is little, with a second person where it is much."""

from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Api
from tests.gateway.dealer_requests import (
    ACTIONS,
    CANCEL_ALL,
    CLOSE_ALL,
    fill_body,
    position_body,
    waiting,
)
from tests.gateway.entries import LIMIT
from tests.gateway.order_bodies import NOBODY, filled, orders_path, quote
from tests.gateway.refusals import (
    assert_is_problem,
    assert_names_field,
    books_of,
    nothing_changes,
)
from tests.gateway.resting import found, resting
from tests.gateway.staff_requests import SECOND, log_in_second_admin
from tradewind.core.errors import TransientError

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def ask(api: Api, body: object, name: str = "dealer") -> httpx.Response:
    return await api.post(ACTIONS, body, name=name)


async def asked(api: Api, body: object, name: str = "dealer") -> Any:
    answer = await ask(api, body, name)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def approve(api: Api, action: Any, name: str = SECOND, **changes: str) -> httpx.Response:
    await log_in_second_admin(api)
    body = {"content_hash": action["content_hash"], **changes}
    return await api.post(f"{ACTIONS}/{action['id']}/approve", body, name=name)


async def actor(api: Api, name: str = "dealer") -> str:
    """How the client's events name somebody of staff."""
    page = await api.get(ACTIONS, "dealer", limit="1")
    return f"staff:{page['items'][0]['created_by']}"


async def audited(api: Api, action: Any) -> list[str]:
    items, after = list[Any](), None
    while True:
        more = {} if after is None else {"after": after}
        page = await api.get("/v1/admin/audit", "admin", limit="500", **more)
        items.extend(page["items"])
        after = page["next"]
        if after is None:
            return [each["action"] for each in items if each["subject"] == action["id"]]


async def test_a_dealer_cancels_an_order_and_the_client_reads_why(shared_api: Api) -> None:
    quote(shared_api)
    order = await resting(shared_api, LIMIT)
    body = {
        "kind": "cancel_order",
        "account_id": shared_api.account(),
        "target_id": order["id"],
        "reason": "asked for on the telephone",
    }
    action = await asked(shared_api, body)
    assert (action["state"], action["outcome"], action["order_id"]) == (
        "executed", "cancelled", order["id"],
    )  # fmt: skip
    shown = await found(shared_api, order["id"])
    assert shown["end"] == {"code": "dealer", "message": "asked for on the telephone"}
    assert await audited(shared_api, action) == ["dealer_action.asked", "dealer_action.executed"]
    again = await asked(shared_api, body)
    assert (again["state"], again["outcome"]) == ("failed", "order_final")


async def test_a_dealer_closes_a_part_of_a_position_in_his_own_name(shared_api: Api) -> None:
    body = await position_body(shared_api)
    action = await asked(shared_api, body)
    assert (action["state"], action["outcome"]) == ("executed", "filled")
    order = await found(shared_api, action["order_id"])
    assert (order["side"], order["filled_quantity"]) == ("sell", "1000")
    assert (order["channel"], order["reason"]) == ("dealer", "dealer")
    owner = shared_api.owner
    if owner is not None:
        row = await owner.fetchrow(
            "SELECT actor, on_behalf_of FROM trade_order WHERE id = $1", order["id"]
        )
        assert row is not None
        assert row["actor"] == await actor(shared_api)
        assert row["on_behalf_of"] != row["actor"]


async def test_above_the_limit_a_second_person_decides(shared_api: Api) -> None:
    await log_in_second_admin(shared_api)
    quote(shared_api)
    order = await filled(shared_api, "client2", quantity="100000")
    body = {
        "kind": "close_position",
        "account_id": shared_api.account("client2"),
        "target_id": order["position_id"],
        "reason": "asked for on the telephone",
    }
    answer = await ask(shared_api, body)
    assert answer.status_code == 202, answer.text
    action = answer.json()
    assert (action["state"], action["decided_by"]) == ("pending", None)
    async with nothing_changes(shared_api):
        mine = await approve(shared_api, action, "dealer")
        assert_is_problem(mine, 403, "creator_may_not_approve")
        other = await approve(shared_api, action, content_hash="00" * 32)
        assert_is_problem(other, 409, "content_changed")
    quote(shared_api)
    done = await approve(shared_api, action)
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["outcome"]) == ("executed", "filled")
    assert done.json()["decided_by"] != action["created_by"]
    assert await audited(shared_api, action) == [
        f"dealer_action.{each}" for each in ("asked", "approved", "executed")
    ]
    async with nothing_changes(shared_api):
        assert_is_problem(await approve(shared_api, action), 409, "not_pending")


async def test_a_bust_and_a_correct_always_need_the_second_person(shared_api: Api) -> None:
    busted = await waiting(shared_api)
    done = (await approve(shared_api, busted)).json()
    assert (done["state"], done["outcome"]) == ("executed", "filled")
    order = await found(shared_api, done["order_id"])
    assert (order["reason"], order["comment"]) == ("bust", "off-market price")
    corrected = await waiting(shared_api, kind="correct_fill", price="1.12100")
    done = (await approve(shared_api, corrected)).json()
    assert (done["state"], done["outcome"]) == ("executed", "filled")
    fills = (await shared_api.get(f"/v1/accounts/{shared_api.account()}/fills"))["items"]
    original = next(each for each in fills if each["id"] == corrected["target_id"])
    facts = (await found(shared_api, original["order_id"]))["facts"]
    assert [fact["type"] for fact in facts] == ["corrected"]


async def test_an_action_that_fails_says_why_and_stays_in_the_record(shared_api: Api) -> None:
    action = await waiting(shared_api)
    (fill,) = [
        each
        for each in (await shared_api.get(f"/v1/accounts/{shared_api.account()}/fills"))["items"]
        if each["id"] == action["target_id"]
    ]
    quote(shared_api)
    body = {
        "kind": "close_position",
        "account_id": shared_api.account(),
        "target_id": fill["position_id"],
        "reason": "asked for",
    }
    assert (await asked(shared_api, body))["outcome"] == "filled"
    done = await approve(shared_api, action)
    assert (done.json()["state"], done.json()["outcome"]) == ("failed", "fill_closed")
    assert (await audited(shared_api, action))[-1] == "dealer_action.failed"


async def test_an_action_is_rejected_and_then_can_no_more_be_approved(shared_api: Api) -> None:
    await log_in_second_admin(shared_api)
    action = await waiting(shared_api)
    answer = await shared_api.post(f"{ACTIONS}/{action['id']}/reject", {}, name="dealer")
    assert (answer.status_code, answer.json()["state"]) == (200, "rejected")
    async with nothing_changes(shared_api):
        assert_is_problem(await approve(shared_api, action), 409, "not_pending")


@pytest.mark.parametrize("kind", ["cancel_order", "close_position", "bust_fill"])
async def test_an_action_whose_end_was_lost_is_found_done_and_not_done_again(
    shared_api: Api, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await log_in_second_admin(shared_api)
    path, name, body = ACTIONS, "dealer", await position_body(shared_api)
    if kind == "cancel_order":
        order = await resting(shared_api, LIMIT)
        body = {**body, "kind": kind, "target_id": order["id"], "quantity": None}
    if kind == "bust_fill":
        action = await waiting(shared_api)
        path, name = f"{ACTIONS}/{action['id']}/approve", SECOND
        body = {"content_hash": action["content_hash"]}

    async def lost(*_: object) -> None:
        raise TransientError("database_unavailable", "it is away")

    with monkeypatch.context() as patch:
        patch.setattr("tradewind.services.dealing.store.finish", lost)
        answer = await shared_api.post(path, body, name=name, key=f"lost {kind}")
        assert_is_problem(answer, 503, "database_unavailable")
    (listed,) = (await shared_api.get(ACTIONS, "dealer", limit="1"))["items"]
    assert listed["state"] == "executing"
    before = await books_of(shared_api)
    again = await shared_api.post(path, body, name=name, key=f"lost {kind}")
    assert again.json()["state"] == "executed", again.text
    assert again.json()["outcome"] == ("cancelled" if kind == "cancel_order" else "filled")
    after = await books_of(shared_api)
    changed = {table for table, content in after.items() if content != before[table]}
    assert changed == {"dealer_action", "audit", "audit_head"}


async def test_what_is_wrong_is_refused_and_nothing_is_stored(shared_api: Api) -> None:
    close = await position_body(shared_api)
    bust = await fill_body(shared_api)
    correct = {**bust, "kind": "correct_fill", "lp_reference": None}
    unsound = [
        ({**close, "price": "1.1"}, "invalid", "price"),
        ({**close, "lp_reference": "x"}, "invalid", "lp_reference"),
        ({**close, "quantity": "0"}, "quantity_min", "quantity"),
        ({**close, "reason": ""}, "invalid_value", "reason"),
        ({**bust, "quantity": "1000"}, "invalid", "quantity"),
        ({**bust, "kind": "correct_fill"}, "required", "price"),
        ({**correct, "price": "1.12141"}, "lp_reference_required", "lp_reference"),
        ({**close, "target_id": "1"}, "invalid_id", "target_id"),
    ]
    missing = [
        ({**close, "target_id": NOBODY}, "position_not_found"),
        (
            {**close, "kind": "cancel_order", "quantity": None, "target_id": NOBODY},
            "order_not_found",
        ),
        ({**bust, "target_id": NOBODY}, "fill_not_found"),
        ({**bust, "account_id": shared_api.account("client2")}, "fill_not_found"),
    ]
    async with nothing_changes(shared_api):
        for body, code, field in unsound:
            assert_names_field(await ask(shared_api, body), code, field)
        for body, code in missing:
            assert_is_problem(await ask(shared_api, body), 404, code)
        for body in ({"reason": "x"}, {"reason": "x", "symbol": "EURUSD", "group": "standard"}):
            assert_names_field(
                await shared_api.post(CLOSE_ALL, body, name="dealer"), "one_scope", "body"
            )
        unknown = {"account_id": NOBODY, "symbol": "NONE", "group": "nobody"}
        for field, value in unknown.items():
            answer = await shared_api.post(CANCEL_ALL, {"reason": "x", field: value}, name="dealer")
            assert_names_field(answer, f"unknown_{field.removesuffix('_id')}", field)


@pytest.mark.parametrize("scope", ["account_id", "symbol", "group"])
async def test_orders_are_cancelled_and_positions_closed_of_all_whom_it_concerns(
    shared_api: Api, scope: str
) -> None:
    quote(shared_api)
    everything = {"reason": "clear", "symbol": "EURUSD"}
    await shared_api.post(CANCEL_ALL, everything, name="dealer")
    await shared_api.post(CLOSE_ALL, everything, name="dealer")
    orders = [await resting(shared_api, LIMIT) for _ in range(2)]
    position = (await filled(shared_api))["position_id"]
    keys = {"account_id": shared_api.account(), "symbol": "EURUSD", "group": "standard"}
    body = {scope: keys[scope], "reason": "the market is broken"}
    cancelled = await shared_api.post(CANCEL_ALL, body, name="dealer")
    assert (cancelled.status_code, cancelled.json()) == (
        201, {"accounts": 1, "orders": 2, "failed": 0},
    )  # fmt: skip
    for order in orders:
        shown = await found(shared_api, order["id"])
        assert shown["end"] == {"code": "dealer", "message": "the market is broken"}
    closed = await shared_api.post(CLOSE_ALL, body, name="dealer")
    assert (closed.status_code, closed.json()) == (
        201, {"accounts": 1, "orders": 1, "failed": 0},
    )  # fmt: skip
    items = (await shared_api.get(f"/v1/accounts/{shared_api.account()}/positions"))["items"]
    assert position not in {each["id"] for each in items}


async def test_without_a_price_mass_closes_wait_and_a_second_one_makes_no_more(
    shared_api: Api,
) -> None:
    quote(shared_api)
    await shared_api.post(CLOSE_ALL, {"reason": "clear", "symbol": "EURUSD"}, name="dealer")
    await filled(shared_api)
    shared_api.price("EURUSD", "1.12130", "1.12140", reason="stale")
    body = {"symbol": "EURUSD", "reason": "no more of it"}
    first = await shared_api.post(CLOSE_ALL, body, name="dealer")
    assert first.json() == {"accounts": 1, "orders": 1, "failed": 0}
    (order,) = (await shared_api.get(orders_path(shared_api), state="open"))["items"]
    assert (order["state"], order["reason"], order["time_in_force"]) == ("working", "dealer", "gtc")
    second = await shared_api.post(CLOSE_ALL, body, name="dealer")
    assert second.json() == {"accounts": 1, "orders": 0, "failed": 0}
