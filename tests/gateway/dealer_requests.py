"""Requests of dealers that make something: a good one, another, and one that is refused."""

from collections.abc import Mapping
from typing import Any

from tests.gateway.conftest import Api
from tests.gateway.entries import LIMIT
from tests.gateway.order_bodies import filled, quote
from tests.gateway.resting import resting
from tests.gateway.staff_requests import (
    ADMIN,
    SECOND,
    PrepareStaff,
    StaffRequest,
    log_in_second_admin,
)

ACTIONS = "/v1/admin/dealer-actions"
CANCEL_ALL = "/v1/admin/orders/cancel-all"
CLOSE_ALL = "/v1/admin/positions/close-all"


async def position_body(api: Api, **changes: object) -> dict[str, object]:
    """Ask for a position of client1 to be closed, small enough for one dealer."""
    quote(api)
    order = await filled(api, quantity="3000")
    return {
        "kind": "close_position",
        "account_id": api.account(),
        "target_id": order["position_id"],
        "quantity": "1000",
        "reason": "asked for on the telephone",
        **changes,
    }


async def fill_body(api: Api, **changes: object) -> dict[str, object]:
    """Ask for a fill of client1 to be taken back, with the LP's word."""
    quote(api)
    order = await filled(api, quantity="3000")
    (fill,) = [
        each
        for each in (await api.get(f"/v1/accounts/{api.account()}/fills"))["items"]
        if each["order_id"] == order["id"]
    ]
    return {
        "kind": "bust_fill",
        "account_id": api.account(),
        "target_id": fill["id"],
        "lp_reference": "LP 4711",
        "reason": "off-market price",
        **changes,
    }


async def waiting(api: Api, **changes: object) -> Any:
    """File an action that waits for a second person."""
    answer = await api.post(ACTIONS, await fill_body(api, **changes), name=ADMIN)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def action(api: Api) -> StaffRequest:
    body = await position_body(api)
    return StaffRequest(
        path=ACTIONS,
        body=body,
        other_body={**body, "reason": "asked for by e-mail"},
        wrong={**body, "price": "1.1"},
        status=201,
        recorded=2,
    )


async def approval(api: Api) -> StaffRequest:
    await log_in_second_admin(api)
    filed = await waiting(api)
    return StaffRequest(
        path=f"{ACTIONS}/{filed['id']}/approve",
        body={"content_hash": filed["content_hash"]},
        other_body={"content_hash": "00" * 32},
        wrong={"content_hash": "none"},
        status=200,
        name=SECOND,
        recorded=2,
    )


async def rejection(api: Api) -> StaffRequest:
    await log_in_second_admin(api)
    filed = await waiting(api)
    return StaffRequest(
        path=f"{ACTIONS}/{filed['id']}/reject",
        body={},
        other_body={"why": "because"},
        wrong=None,
        status=200,
        name=SECOND,
    )


async def cancel_all(api: Api) -> StaffRequest:
    quote(api)
    await resting(api, LIMIT)
    return _everywhere(CANCEL_ALL)


async def close_all(api: Api) -> StaffRequest:
    quote(api)
    await filled(api)
    return _everywhere(CLOSE_ALL)


def _everywhere(path: str) -> StaffRequest:
    body = {"symbol": "EURUSD", "reason": "the market is broken"}
    return StaffRequest(
        path=path,
        body=body,
        other_body={**body, "reason": "it is broken"},
        wrong={**body, "group": "standard"},
        status=201,
        recorded=2,
    )


DEALER_KEYED: Mapping[str, PrepareStaff] = {
    ACTIONS: action,
    f"{ACTIONS}/{{action_id}}/approve": approval,
    f"{ACTIONS}/{{action_id}}/reject": rejection,
    CANCEL_ALL: cancel_all,
    CLOSE_ALL: close_all,
}
