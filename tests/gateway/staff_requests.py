"""Requests of staff that make something: a good one, another, and one that is refused."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from itertools import count, cycle, product
from typing import Any

from tests.gateway.administration import open_login
from tests.gateway.conftest import Api, quick_hash

ADMIN = "admin"
SECOND = "second-admin"
_SECRET = "the password of the second one"
_NUMBERS = count(1)
_PAIRS = product(("standard", "pro", "raw"), ("EURUSD", "GBPUSD", "AUDUSD", "NZDUSD", "USDCAD"))
_SYMBOLS = (
    "EURUSD", "GBPUSD", "AUDUSD", "NZDUSD", "USDCAD", "USDCHF", "EURGBP", "EURCHF", "USDJPY",
    "EURJPY", "GBPJPY", "XAUUSD", "US500", "BTCUSD",
)  # fmt: skip
_FILTERED, _STOPPED = iter(_SYMBOLS), iter(_SYMBOLS)
_REBASED = cycle(("EURUSD", "GBPUSD"))
_WEEK = [{"day": "monday", "open": "08:00", "close": "17:00"}]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRequest:
    """What is posted by whom, the status of its first answer, and how many records it leaves."""

    path: str
    body: Mapping[str, object]
    other_body: Mapping[str, object]
    #: None where the route reads no body.
    wrong: Mapping[str, object] | None
    status: int
    name: str = ADMIN
    recorded: int = 1


async def log_in_second_admin(api: Api) -> None:
    """Whoever asks may not agree: there is a second administrator."""
    await log_in_staff(api, SECOND, "admin")


async def log_in_staff(api: Api, name: str, role: str) -> None:
    """Open and use a login that the demo does not have, once."""
    if name not in api.tokens:
        await open_login(api, name, role, quick_hash(_SECRET))
        body = {"email": f"{name}@tradewind.test", "password": _SECRET}
        answer = await api.client.post("/v1/auth/login", json=body)
        api.tokens[name] = answer.json()["access_token"]


def _made(path: str, status: int, body: Mapping[str, object], name: str) -> StaffRequest:
    """A request for something new, whose field `name` says which."""
    return StaffRequest(
        path=path,
        body=body,
        other_body={**body, name: f"{body[name]} too"},
        wrong={**body, "surprise": 1},
        status=status,
    )


async def symbol(api: Api) -> StaffRequest:
    like = await api.get("/v1/admin/symbols/EURUSD", ADMIN)
    kept = {
        name: value
        for name, value in like.items()
        if name not in {"version", "effective_from", "planned"}
    }
    body = {**kept, "symbol": f"NEW{next(_NUMBERS)}USD", "reason": "wanted"}
    return _made("/v1/admin/symbols", 202, body, "name")


async def group(api: Api) -> StaffRequest:
    body = {
        "code": f"group{next(_NUMBERS)}",
        "name": "Another group",
        "execution_mode": "market",
        "book": "B",
        "leverage_cap": "30",
        "margin_call_level": "100",
        "stop_out_level": "50",
        "commission_kind": "none",
        "reason": "wanted",
    }
    return _made("/v1/admin/groups", 202, body, "name")


async def markup_rule(api: Api) -> StaffRequest:
    terms, instrument = next(_PAIRS)
    body = {"group": terms, "symbol": instrument, "bid_points": "1", "ask_points": "1"}
    return StaffRequest(
        path="/v1/admin/markup-rules",
        body=body,
        other_body={**body, "bid_points": "2"},
        wrong={**body, "bid_points": "-1"},
        status=201,
    )


async def quote_filter(api: Api) -> StaffRequest:
    body = {"symbol": next(_FILTERED), "soft_band": "0.01", "normal_spread": "0.0002"}
    return StaffRequest(
        path="/v1/admin/quote-filters",
        body=body,
        other_body={**body, "soft_band": "0.02"},
        wrong={**body, "soft_band": "0"},
        status=201,
    )


async def rebasing(api: Api) -> StaffRequest:
    return StaffRequest(
        path=f"/v1/admin/symbols/{next(_REBASED)}/rebase",
        body={"reason": "it is real"},
        other_body={"reason": "it is"},
        wrong={"reason": ""},
        status=201,
    )


async def calendar(api: Api) -> StaffRequest:
    body = {"name": f"calendar-{next(_NUMBERS)}", "time_zone": "UTC", "sessions": _WEEK}
    return StaffRequest(
        path="/v1/admin/calendars",
        body=body,
        other_body={**body, "time_zone": "Europe/Berlin"},
        wrong={**body, "time_zone": "Nowhere"},
        status=201,
    )


async def liquidity_provider(api: Api) -> StaffRequest:
    body: dict[str, object] = {
        "code": f"lp-{next(_NUMBERS)}",
        "name": "Another",
        "environment": "demo",
        "priority": 9,
        "enabled": False,
        "symbol_map": {},
    }
    return _made("/v1/admin/liquidity-providers", 201, body, "name")


async def kill_switch(api: Api) -> StaffRequest:
    body = {"scope": "symbol", "key": next(_STOPPED), "reason": "stop"}
    return StaffRequest(
        path="/v1/admin/kill-switches",
        body=body,
        other_body={**body, "reason": "halt"},
        wrong={**body, "key": "NONE"},
        status=201,
    )


async def change_request(api: Api) -> StaffRequest:
    name = f"calendar-{next(_NUMBERS)}"
    body: dict[str, object] = {
        "kind": "calendar",
        "subject": name,
        "version": 0,
        "fields": {"name": name, "time_zone": "UTC", "sessions": _WEEK},
        "reason": "wanted",
    }
    return _made("/v1/admin/change-requests", 202, body, "reason")


async def _filed(api: Api) -> Any:
    asked = await change_request(api)
    answer = await api.post(asked.path, asked.body, name=ADMIN)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def approval(api: Api) -> StaffRequest:
    await log_in_second_admin(api)
    filed = await _filed(api)
    return StaffRequest(
        path=f"/v1/admin/change-requests/{filed['id']}/approve",
        body={"content_hash": filed["content_hash"]},
        other_body={"content_hash": "00" * 32},
        wrong={"content_hash": "none"},
        status=200,
        name=SECOND,
        recorded=2,
    )


async def rejection(api: Api) -> StaffRequest:
    await log_in_second_admin(api)
    filed = await _filed(api)
    return StaffRequest(
        path=f"/v1/admin/change-requests/{filed['id']}/reject",
        body={},
        other_body={"why": "because"},
        wrong=None,
        status=200,
        name=SECOND,
    )


PrepareStaff = Callable[[Api], Awaitable[StaffRequest]]
STAFF_KEYED: Mapping[str, PrepareStaff] = {
    "/v1/admin/symbols": symbol,
    "/v1/admin/groups": group,
    "/v1/admin/markup-rules": markup_rule,
    "/v1/admin/quote-filters": quote_filter,
    "/v1/admin/symbols/{symbol}/rebase": rebasing,
    "/v1/admin/calendars": calendar,
    "/v1/admin/liquidity-providers": liquidity_provider,
    "/v1/admin/kill-switches": kill_switch,
    "/v1/admin/change-requests": change_request,
    "/v1/admin/change-requests/{request_id}/approve": approval,
    "/v1/admin/change-requests/{request_id}/reject": rejection,
}
