"""Receipts over HTTP: the client sees no LP, staff see everything."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import filled, orders_path
from tests.gateway.refusals import assert_is_problem, nothing_changes
from tests.gateway.staff_requests import log_in_staff
from tests.gateway.ticks import GROUPS, make_tick
from tradewind.contracts.ticks import Tick, TickPrice

pytestmark = pytest.mark.asyncio(loop_scope="module")

POINT = Decimal("0.00001")
#: What a client may not see: LPs, the unmarked market, and how the house deals with the trade.
HIDDEN = ("lp-one", "lp-two", "bbo", "lps", "rule", "route", "book", "actor", "group_version")
VIEWS = {
    "fill_id", "symbol", "side", "quantity", "price", "displayed_price", "requested_price",
    "slippage", "markup", "commission", "capacity", "reason", "quote", "times", "explanation",
}  # fmt: skip
TIMES = (
    "lp_quote", "quote_received", "price_published", "order_received", "decided", "committed",
)  # fmt: skip
RULE_SQL = """
    SELECT r.*, g.code FROM markup_rule r JOIN account_group g ON g.id = r.group_id
     WHERE g.code = 'standard' ORDER BY r.id DESC LIMIT 1
"""


async def publish(api: Api) -> Tick:
    """A price of two LPs, each with times of its own, marked up by a rule of the group."""
    now = api.clock.now()
    tick = make_tick(symbol="EURUSD", bid="1.12122", ask="1.12138", seq=api.ticks + 1, now=now)
    api.ticks += 1
    rule = (await rows(api, RULE_SQL))[0]
    made = now - timedelta(milliseconds=10)
    first = replace(
        tick.quotes[0],
        ask=Decimal("1.12139"),
        lp_time=made - timedelta(milliseconds=500),
        received_at=made - timedelta(milliseconds=400),
    )
    second = replace(
        tick.quotes[0],
        lp="lp-two",
        bid=Decimal("1.12121"),
        lp_time=made - timedelta(milliseconds=60),
        received_at=made - timedelta(milliseconds=50),
    )
    shown = TickPrice(bid=Decimal("1.12119"), ask=Decimal("1.12140"), rule=rule["id"])
    whole = replace(tick, time=made, quotes=(first, second), prices=dict.fromkeys(GROUPS, shown))
    api.parts.feed.heartbeat()
    api.parts.feed.receive(msgspec.json.encode(whole))
    return whole


async def rows(api: Api, query: str, *arguments: object) -> list[dict[str, Any]]:
    async with api.parts.configuration.reading() as connection:
        return [dict(row) for row in await connection.fetch(query, *arguments)]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def receipt_of(api: Api, order: str) -> Any:
    return await api.get(f"{orders_path(api)}/{order}/receipt")


async def test_the_six_times_are_those_of_the_lp_the_tick_the_order_and_the_database(
    shared_api: Api,
) -> None:
    tick = await publish(shared_api)
    order = await filled(shared_api)
    (fill,) = (await receipt_of(shared_api, order["id"]))["fills"]
    assert fill.keys() == VIEWS
    times = fill["times"]
    moments = [at(times[name]) for name in TIMES]
    assert moments == sorted(moments)
    assert moments[:3] == [tick.quotes[1].lp_time, tick.quotes[1].received_at, tick.time]
    assert moments[3] == at(order["created_at"])
    transitions = (await shared_api.get(f"{orders_path(shared_api)}/{order['id']}"))["transitions"]
    assert times["decided"] == transitions[-1]["at"]
    assert moments[5] - moments[4] < timedelta(seconds=5)
    assert fill["quote"] == {
        "id": f"1:{tick.seq}", "bid": "1.12119", "ask": "1.12140",
        "time": times["price_published"],
    }  # fmt: skip
    assert fill["explanation"] == [
        "Bought 1000 at 1.12140: the ask of your group at that moment.",
        "No slippage.",
        "The ask of your group includes a markup of 0.00002.",
        "No commission.",
        "The house dealt with you as principal.",
    ]


async def test_a_client_sees_neither_lps_nor_the_house(shared_api: Api) -> None:
    await publish(shared_api)
    order = await filled(shared_api)
    answer = await shared_api.client.get(
        f"{orders_path(shared_api)}/{order['id']}/receipt",
        headers=await shared_api.as_user("client1"),
    )
    assert [word for word in HIDDEN if word in answer.text] == []


@pytest.mark.parametrize("name", ["dealer", "risk", "admin", "support", "auditor"])
async def test_staff_see_the_lps_the_bbo_the_rule_and_the_route(shared_api: Api, name: str) -> None:
    if name not in shared_api.users:
        await log_in_staff(shared_api, name, name)
    await publish(shared_api)
    order = await filled(shared_api, side="sell")
    (client,) = (await receipt_of(shared_api, order["id"]))["fills"]
    whole = await shared_api.get(f"/v1/admin/fills/{client['fill_id']}/receipt", name)
    assert {key: whole[key] for key in VIEWS} == client
    assert whole["bbo"] == {"bid": "1.12122", "ask": "1.12138"}
    assert Decimal(whole["bbo"]["bid"]) - Decimal(whole["markup"]) == Decimal(client["price"])
    assert [(lp["lp"], lp["bid"], lp["bid_size"]) for lp in whole["lps"]] == [
        ("lp-one", "1.12122", "10000000"),
        ("lp-two", "1.12121", "10000000"),
    ]
    for lp in whole["lps"]:
        age = at(client["times"]["decided"]) - at(lp["received_at"])
        assert lp["age_ms"] == round(age / timedelta(milliseconds=1)) >= 50
    (rule,) = await rows(shared_api, RULE_SQL)
    suffix = rule["symbol"] or rule["asset_class"]
    assert whole["rule"] == {
        "id": rule["id"], "name": f"standard:{suffix}" if suffix else "standard",
        "version": rule["version"], "kind": rule["kind"],
        "effective_from": whole["rule"]["effective_from"],
        "bid_points": str(rule["bid_points"]), "ask_points": str(rule["ask_points"]),
        "target_spread": None, "percent": None, "min_spread": None, "max_spread": None,
    }  # fmt: skip
    assert at(whole["rule"]["effective_from"]) == rule["effective_from"]
    assert whole["rules_version"] == rule["id"]
    mode = whole["route"]["execution_mode"]
    assert whole["route"] == {
        "execution_mode": mode,
        "book": "B",
        "capacity": "principal",
        "reason": f"Version 1 of the terms of group standard: book B, {mode} execution.",
    }


async def test_an_order_without_a_fill_has_an_empty_receipt(shared_api: Api) -> None:
    await publish(shared_api)
    body = {"symbol": "EURUSD", "side": "buy", "type": "limit", "quantity": "1000",
            "limit_price": "1.10000"}  # fmt: skip
    order = (await shared_api.post(orders_path(shared_api), body)).json()
    assert order["state"] == "working", order
    assert await receipt_of(shared_api, order["id"]) == {"order_id": order["id"], "fills": []}


async def test_what_is_not_there_or_somebody_elses_is_not_found(shared_api: Api) -> None:
    await publish(shared_api)
    other = await filled(shared_api, "client2")
    headers = await shared_api.as_user("client1")
    staff = await shared_api.as_user("dealer")
    async with nothing_changes(shared_api):
        for account, code in (("client1", "order_not_found"), ("client2", "account_not_found")):
            path = f"{orders_path(shared_api, account)}/{other['id']}/receipt"
            answer = await shared_api.client.get(path, headers=headers)
            assert_is_problem(answer, 404, code)
        for fill, code in ((uuid4(), "fill_not_found"), ("x", "not_found")):
            path = f"/v1/admin/fills/{fill}/receipt"
            answer = await shared_api.client.get(path, headers=staff)
            assert_is_problem(answer, 404, code)
