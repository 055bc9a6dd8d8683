"""Positions protected, closed by each other, reversed and closed all at once, through the API."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import NOBODY, filled, orders_path, quote
from tests.gateway.position_requests import opened, positions_path
from tests.gateway.refusals import (
    assert_is_problem,
    assert_names_field,
    nothing_changes,
    only_a_rejected_order_is_added,
    only_keys_are_added,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def protected(
    api: Api, position: str, change: Mapping[str, object], *, number: int = 1
) -> httpx.Response:
    """Change the protection of a position of client1."""
    headers = await api.as_user("client1")
    path = f"{positions_path(api, number=number)}/{position}"
    return await api.client.patch(path, json=dict(change), headers=headers)


async def held(api: Api, position: str, number: int = 1) -> Any:
    items = (await api.get(positions_path(api, number=number)))["items"]
    return next((each for each in items if each["id"] == position), None)


async def protection_orders(api: Api, position: str) -> dict[str, Any]:
    """Open orders that protect a position, by their reason."""
    path = orders_path(api, number=1)
    orders = (await api.get(path, state="open", limit="500"))["items"]
    return {each["reason"]: each for each in orders if each["position_id"] == position}


async def test_protection_that_comes_with_an_order_stands_when_it_has_filled(
    shared_api: Api,
) -> None:
    position = await opened(shared_api, "EURUSD", stop_loss="1.12000", take_profit="1.13000")
    shown = await held(shared_api, position)
    assert (shown["stop_loss"], shown["take_profit"]) == ("1.12000", "1.13000")
    assert (shown["trailing_stop"], shown["ticket"] > 0) == (None, True)
    orders = await protection_orders(shared_api, position)
    assert {reason: order["type"] for reason, order in orders.items()} == {
        "stop_loss": "stop",
        "take_profit": "limit",
    }
    for order in orders.values():
        assert (order["side"], order["quantity"], order["reduce_only"]) == ("sell", "1000", True)
        assert (order["state"], order["parent_order_id"] is not None) == ("working", True)


async def test_a_position_gets_loses_and_keeps_its_protection(shared_api: Api) -> None:
    position = await opened(shared_api, "EURUSD")
    change: dict[str, object] = {"stop_loss": "1.12000", "trailing_stop": "0.00500"}
    answer = await protected(shared_api, position, change)
    assert answer.status_code == 200, answer.text
    shown = answer.json()
    levels = [shown[name] for name in ("stop_loss", "take_profit", "trailing_stop")]
    assert levels == ["1.12000", None, "0.00500"]
    assert shown == await held(shared_api, position)
    assert (await protection_orders(shared_api, position)).keys() == {"stop_loss", "trailing"}
    change = {"stop_loss": None, "take_profit_distance": "0.01000"}
    shown = (await protected(shared_api, position, change)).json()
    levels = [shown[name] for name in ("stop_loss", "take_profit", "trailing_stop")]
    assert levels == [None, "1.13140", "0.00500"]
    orders = await protection_orders(shared_api, position)
    assert orders.keys() == {"take_profit", "trailing"}


async def test_a_guaranteed_stop_is_had_where_the_symbol_offers_it(shared_api: Api) -> None:
    quote(shared_api)
    order = await filled(shared_api, "client1", 1, stop_loss="1.11000", guaranteed_stop=True)
    assert order["guaranteed_stop"] is True
    position = await opened(shared_api, "GBPUSD")
    async with nothing_changes(shared_api):
        change = {"stop_loss": "1.20000", "guaranteed_stop": True}
        answer = await protected(shared_api, position, change)
        assert_names_field(answer, "guaranteed_stop_unavailable", "guaranteed_stop")


#: Protection of a long position at 1.12130 that cannot be; field and code of the refusal.
WRONG: dict[str, tuple[dict[str, object], str, str]] = {
    "nothing": ({}, "body", "nothing_to_change"),
    "O12-loss-above-the-market": ({"stop_loss": "1.13000"}, "stop_loss", "stop_distance"),
    "O12-loss-at-the-market": ({"stop_loss": "1.12130"}, "stop_loss", "stop_distance"),
    "O12-profit-below-the-market": ({"take_profit": "1.12000"}, "take_profit", "stop_distance"),
    "O12-trailing-zero": ({"trailing_stop": "0"}, "trailing_stop", "distance_min"),
    "O12-zero": ({"stop_loss": "0"}, "stop_loss", "price_sign"),
    "O12-half-a-tick": ({"stop_loss": "1.120005"}, "stop_loss", "price_precision"),
    "O12-negative": ({"take_profit": "-1"}, "take_profit", "price_sign"),
    "O12-nan": ({"take_profit": "NaN"}, "take_profit", "invalid_decimal"),
    "O12-level-twice": (
        {"stop_loss": "1.12000", "stop_loss_distance": "0.00100"},
        "stop_loss_distance",
        "conflicting",
    ),
    "O10-quantity": ({"quantity": "1"}, "quantity", "unknown_field"),
    "O10-open-price": ({"open_price": "1"}, "open_price", "unknown_field"),
    "O10-swap": ({"swap": "100"}, "swap", "unknown_field"),
}


@pytest.mark.parametrize(("change", "field", "code"), WRONG.values(), ids=WRONG)
async def test_protection_that_cannot_be_is_refused_and_changes_nothing(
    shared_api: Api, change: dict[str, object], field: str, code: str
) -> None:
    position = await opened(shared_api, "EURUSD")
    async with nothing_changes(shared_api):
        assert_names_field(await protected(shared_api, position, change), code, field)


async def test_the_position_of_nobody_or_of_somebody_else_is_unknown(shared_api: Api) -> None:
    mine = await opened(shared_api, "EURUSD")
    theirs = (await filled(shared_api, "client2"))["position_id"]
    base = positions_path(shared_api)
    answers = []
    async with nothing_changes(shared_api):
        for position in (theirs, NOBODY):
            by = {"opposite_position_id": position}
            answers.append(
                [
                    await protected(shared_api, position, {"trailing_stop": "0.00100"}),
                    await shared_api.post(f"{base}/{position}/reverse", {}),
                    await shared_api.post(f"{base}/{mine}/close-by", by),
                    await shared_api.post(
                        f"{base}/{position}/close-by", {"opposite_position_id": mine}
                    ),
                ]
            )
        foreign = positions_path(shared_api, "client2", 0)
        for path in (f"{foreign}/{theirs}/reverse", f"{foreign}/close-all"):
            answer = await shared_api.post(path, {})
            assert_is_problem(answer, 404, "account_not_found")
    for foreign_answer, unknown in zip(*answers, strict=True):
        assert_is_problem(foreign_answer, 404, "position_not_found")
        assert foreign_answer.content == unknown.content


async def test_two_opposite_positions_close_each_other_without_spread(shared_api: Api) -> None:
    bought = await opened(shared_api, "GBPUSD", quantity="3000")
    sold = await opened(shared_api, "GBPUSD", side="sell", quantity="2000")
    path = f"{positions_path(shared_api)}/{bought}/close-by"
    answer = await shared_api.post(path, {"opposite_position_id": sold})
    assert answer.status_code == 201, answer.text
    first, second = answer.json()["items"]
    assert (first["average_price"], second["average_price"]) == ("1.25010", "1.25010")
    assert (first["position_id"], second["position_id"]) == (bought, sold)
    assert {order["quantity"] for order in (first, second)} == {"2000"}
    assert (await held(shared_api, bought))["quantity"] == "1000"
    assert await held(shared_api, sold) is None


async def test_what_cannot_close_each_other_stays_open(shared_api: Api) -> None:
    bought = await opened(shared_api, "EURUSD", quantity="2000")
    again = await opened(shared_api, "EURUSD")
    pounds = await opened(shared_api, "GBPUSD", side="sell")
    sold = await opened(shared_api, "EURUSD", side="sell")
    wrong: list[tuple[dict[str, object], str, str]] = [
        ({"opposite_position_id": again}, "opposite_position_id", "not_opposite"),
        ({"opposite_position_id": pounds}, "opposite_position_id", "not_opposite"),
        ({"opposite_position_id": bought}, "opposite_position_id", "invalid"),
        ({"opposite_position_id": sold, "quantity": "2000"}, "quantity", "quantity_max"),
        ({"opposite_position_id": sold, "quantity": "500"}, "quantity", "quantity_step"),
        ({"opposite_position_id": sold, "quantity": "0"}, "quantity", "quantity_min"),
        ({"quantity": "1000"}, "opposite_position_id", "required"),
        ({"opposite_position_id": [sold]}, "opposite_position_id", "invalid_type"),
    ]
    path = f"{positions_path(shared_api)}/{bought}/close-by"
    for body, field, code in wrong:
        async with nothing_changes(shared_api):
            assert_names_field(await shared_api.post(path, body), code, field)


async def test_a_netting_account_has_nothing_to_close_by(shared_api: Api) -> None:
    quote(shared_api)
    position = (await filled(shared_api))["position_id"]
    path = f"{positions_path(shared_api, number=0)}/{position}/close-by"
    async with nothing_changes(shared_api):
        answer = await shared_api.post(path, {"opposite_position_id": NOBODY})
        assert_names_field(answer, "not_hedging", "opposite_position_id")


async def test_a_position_is_reversed_by_one_order_where_it_nets_and_by_two_where_it_hedges(
    shared_api: Api,
) -> None:
    quote(shared_api, "GBPUSD", "1.25000", "1.25010")
    netted = (await filled(shared_api, symbol="GBPUSD", quantity="2000"))["position_id"]
    path = f"{positions_path(shared_api, number=0)}/{netted}/reverse"
    (turned,) = (await shared_api.post(path, {})).json()["items"]
    assert (turned["side"], turned["quantity"], turned["state"]) == ("sell", "4000", "filled")
    hedged = await opened(shared_api, "GBPUSD", quantity="2000")
    path = f"{positions_path(shared_api)}/{hedged}/reverse"
    answer = await shared_api.post(path, b"")
    closing, opening = answer.json()["items"]
    assert (closing["position_id"], closing["side"]) == (hedged, "sell")
    assert (opening["side"], opening["quantity"]) == ("sell", "2000")
    assert (await held(shared_api, hedged)) is None
    assert (await held(shared_api, opening["position_id"]))["side"] == "sell"


async def test_a_reversal_that_is_refused_is_one_rejected_order_and_changes_nothing_else(
    shared_api: Api,
) -> None:
    position = await opened(shared_api, "AUDUSD")
    shared_api.price("AUDUSD", "0.65000", "0.65010", "no_quote")
    async with only_a_rejected_order_is_added(shared_api):
        answer = await shared_api.post(f"{positions_path(shared_api)}/{position}/reverse", {})
        (order,) = answer.json()["items"]
        assert (answer.status_code, order["state"]) == (201, "rejected")
        assert order["reject"]["code"] == "no_price"
    assert (await held(shared_api, position))["side"] == "buy"


async def test_everything_closes_at_once_by_symbol_or_all(shared_api: Api) -> None:
    path = f"{positions_path(shared_api)}/close-all"
    await shared_api.post(path, {})
    pounds = [await opened(shared_api, "GBPUSD", side=side) for side in ("buy", "sell")]
    euros = await opened(shared_api, "EURUSD")
    items = (await shared_api.post(path, {"symbol": "GBPUSD"})).json()["items"]
    assert [(order["position_id"], order["state"]) for order in items] == [
        (position, "filled") for position in pounds
    ]
    quote(shared_api)
    items = (await shared_api.post(path, b"")).json()["items"]
    assert [order["position_id"] for order in items] == [euros]
    assert (await shared_api.post(path, {})).json() == {"items": []}


async def test_what_cannot_close_now_waits_for_a_price(shared_api: Api) -> None:
    position = await opened(shared_api, "AUDUSD")
    shared_api.price("AUDUSD", "0.65000", "0.65010", "no_quote")
    path = f"{positions_path(shared_api)}/close-all"
    (order,) = (await shared_api.post(path, {"symbol": "AUDUSD"})).json()["items"]
    assert (order["state"], order["time_in_force"]) == ("working", "gtc")
    assert (await held(shared_api, position)) is not None
    async with only_keys_are_added(shared_api):
        assert (await shared_api.post(path, {"symbol": "AUDUSD"})).json() == {"items": []}


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"symbol": "EURXXX"}, "symbol", "unknown_symbol"),
        ({"symbol": ""}, "symbol", "unknown_symbol"),
        ({"symbol": ["EURUSD"]}, "symbol", "invalid_type"),
        ({"account_id": NOBODY}, "account_id", "unknown_field"),
    ],
    ids=["unknown", "empty", "list", "O10-account"],
)
async def test_a_body_that_names_no_symbol_closes_nothing(
    shared_api: Api, body: dict[str, object], field: str, code: str
) -> None:
    await opened(shared_api, "EURUSD")
    async with nothing_changes(shared_api):
        answer = await shared_api.post(f"{positions_path(shared_api)}/close-all", body)
        assert_names_field(answer, code, field)
