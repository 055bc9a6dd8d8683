"""Staff stop what opens: the next order of that scope is refused, closes go on."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import BUY, changed, close_path, filled, orders_path, place, quote
from tests.gateway.refusals import (
    assert_is_problem,
    assert_is_rejected,
    assert_names_field,
    nothing_changes,
    only_a_rejected_order_is_added,
)
from tests.gateway.staff_requests import log_in_staff

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/v1/admin/kill-switches"
GOLD = {"symbol": "XAUUSD", "quantity": "3"}
SCOPES = ("global", "group", "account", "symbol")


async def press(api: Api, scope: str, key: str, name: str = "dealer") -> Any:
    body = {"scope": scope, "key": key, "reason": "stop"}
    answer = await api.post(PATH, body, name=name)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def release(api: Api, scope: str, key: str, name: str = "dealer") -> httpx.Response:
    headers = await api.as_user(name)
    return await api.client.delete(f"{PATH}/{scope}/{key or '-'}", headers=headers)


async def switches(api: Api) -> list[tuple[str, str]]:
    page = await api.get(PATH, "dealer")
    return [(each["scope"], each["key"]) for each in page["items"]]


@pytest.mark.parametrize("scope", SCOPES)
async def test_the_order_after_the_press_is_refused_and_closes_go_on(
    shared_api: Api, scope: str
) -> None:
    keys = {"global": "", "group": "standard", "symbol": "XAUUSD"}
    key = keys.get(scope, shared_api.account())
    quote(shared_api, "XAUUSD", "100.10", "100.20")
    quote(shared_api)
    position = (await filled(shared_api, **GOLD))["position_id"]
    made = await press(shared_api, scope, key)
    assert (made["scope"], made["key"], made["reason"]) == (scope, key, "stop")
    assert await switches(shared_api) == [(scope, key)]
    async with only_a_rejected_order_is_added(shared_api):
        assert_is_rejected(await place(shared_api, **GOLD), "kill_switch")
    if scope == "symbol":
        await filled(shared_api)
    if scope != "global":
        order = changed({} if scope == "symbol" else GOLD)
        path = orders_path(shared_api, "client2")
        assert (await shared_api.post(path, order, name="client2")).json()["state"] == "filled"
    closed = await shared_api.post(close_path(shared_api, position), {})
    assert closed.json()["state"] == "filled", closed.text
    cleared = await release(shared_api, scope, key)
    assert (cleared.status_code, cleared.json()) == (200, made)
    assert await switches(shared_api) == []
    await filled(shared_api, **GOLD)


async def test_of_orders_that_stream_in_none_that_is_sent_after_the_press_opens(
    shared_api: Api,
) -> None:
    quote(shared_api)
    pressed = asyncio.Event()
    before, after = set[str](), set[str]()

    async def trade(name: str) -> None:
        seen = 0
        while seen < 5:
            late = pressed.is_set()
            answer = await shared_api.post(orders_path(shared_api, name), BUY, name=name)
            content = answer.json()
            if not late:
                before.add(content["state"])
                continue
            seen += 1
            after.add(content["reject"]["code"] if content["reject"] else content["state"])

    async def stop() -> None:
        while "filled" not in before:
            await asyncio.sleep(0)
        await press(shared_api, "global", "")
        pressed.set()

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        for name in ("client1", "client2") * 8:
            tasks.create_task(trade(name))
        tasks.create_task(stop())
    assert after == {"kill_switch"}
    assert (await release(shared_api, "global", "")).status_code == 200


@pytest.mark.parametrize("name", ["admin", "risk", "dealer"])
async def test_those_who_may_stop_also_let_it_go_on(shared_api: Api, name: str) -> None:
    await log_in_staff(shared_api, "risk", "risk")
    made = await press(shared_api, "symbol", "US500", name)
    assert made["actor"].startswith("user:")
    answer = await release(shared_api, "symbol", "US500", name)
    assert (answer.status_code, answer.json()) == (200, made)


async def test_what_is_unknown_is_refused_and_what_is_not_set_is_not_found(
    shared_api: Api,
) -> None:
    unknown = {"group": "nobody", "account": "1", "symbol": "eurusd"}
    async with nothing_changes(shared_api):
        for scope, key in unknown.items():
            body = {"scope": scope, "key": key, "reason": "stop"}
            answer = await shared_api.post(PATH, body, name="dealer")
            assert_names_field(answer, f"unknown_{scope}", "key")
        for body in ({"scope": "moon", "reason": "x"}, {"scope": "global"}):
            answer = await shared_api.post(PATH, body, name="dealer")
            assert answer.status_code == 422, answer.text
        for scope, key in (("symbol", "EURUSD"), ("moon", "EURUSD"), ("global", "")):
            answer = await release(shared_api, scope, key)
            assert_is_problem(answer, 404, "kill_switch_not_found")


async def test_a_second_press_finds_it_set_and_pages_are_in_order(shared_api: Api) -> None:
    await log_in_staff(shared_api, "risk", "risk")
    for symbol in ("USDCAD", "AUDUSD", "NZDUSD"):
        await press(shared_api, "symbol", symbol)
    async with nothing_changes(shared_api):
        body = {"scope": "symbol", "key": "AUDUSD", "reason": "again"}
        answer = await shared_api.post(PATH, body, name="risk")
        assert_is_problem(answer, 409, "kill_switch_set")
    first = await shared_api.get(PATH, "dealer", limit="2")
    rest = await shared_api.get(PATH, "dealer", limit="2", after=first["next"])
    keys = [each["key"] for page in (first, rest) for each in page["items"]]
    assert (keys, rest["next"]) == (["AUDUSD", "NZDUSD", "USDCAD"], None)
    for symbol in keys:
        assert (await release(shared_api, "symbol", symbol)).status_code == 200
