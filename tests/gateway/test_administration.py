"""Staff change the configuration over HTTP: one person what is soft, two what is hard."""

from collections.abc import Mapping
from typing import Any

import httpx
import msgspec
import pytest

from tests.gateway.conftest import Api
from tests.gateway.refusals import assert_is_problem, assert_names_field
from tests.gateway.staff_requests import SECOND, log_in_second_admin
from tradewind.contracts.liquidity import LPS_EXPIRY_MS, LPS_KEY, LpStatus
from tradewind.services.configuration.audit import verify_chain

pytestmark = pytest.mark.asyncio(loop_scope="module")

SYMBOLS, GROUPS = "/v1/admin/symbols", "/v1/admin/groups"
REQUESTS = "/v1/admin/change-requests"
ADMIN, DEALER = "admin", "dealer"


async def patch(
    api: Api, path: str, body: Mapping[str, object], name: str = ADMIN
) -> httpx.Response:
    headers = await api.as_user(name)
    return await api.client.patch(path, headers=headers, json=dict(body))


async def symbol(api: Api, name: str) -> Any:
    return await api.get(f"{SYMBOLS}/{name}", ADMIN)


async def asked(api: Api, **what: object) -> Any:
    body = {"reason": "wanted", **what}
    answer = await api.post(REQUESTS, body, name=ADMIN)
    assert answer.status_code == 202, answer.text
    return answer.json()


async def approve(
    api: Api, request: Any, name: str = SECOND, content_hash: str | None = None
) -> httpx.Response:
    await log_in_second_admin(api)
    body = {"content_hash": content_hash or request["content_hash"]}
    return await api.post(f"{REQUESTS}/{request['id']}/approve", body, name=name)


async def test_a_soft_change_is_in_force_at_once_and_its_version_counts(shared_api: Api) -> None:
    before = await symbol(shared_api, "EURUSD")
    change = {"version": before["version"], "quote_age_ms_max": 5000, "trade_mode": "close_only"}
    answer = await patch(shared_api, f"{SYMBOLS}/EURUSD", change)
    assert answer.status_code == 200, answer.text
    expected = {**before, **change, "version": before["version"] + 1}
    expected["effective_from"] = answer.json()["effective_from"]
    assert answer.json() == expected == await symbol(shared_api, "EURUSD")
    again = await patch(shared_api, f"{SYMBOLS}/EURUSD", change)
    assert_is_problem(again, 409, "version_conflict")
    assert await symbol(shared_api, "EURUSD") == expected


async def test_a_hard_change_waits_for_the_second_person(shared_api: Api) -> None:
    group = await shared_api.get(f"{GROUPS}/raw", ADMIN)
    body = {"version": group["version"], "leverage_cap": "500"}
    assert_names_field(
        await patch(shared_api, f"{GROUPS}/raw", body), "approval_required", "leverage_cap"
    )
    request = await asked(
        shared_api,
        kind="group",
        subject="raw",
        version=group["version"],
        fields={"leverage_cap": "500"},
    )
    assert await shared_api.get(f"{GROUPS}/raw", ADMIN) == group
    assert_is_problem(await approve(shared_api, request, ADMIN), 403, "creator_may_not_approve")
    wrong = await approve(shared_api, request, content_hash="00" * 32)
    assert_is_problem(wrong, 409, "content_changed")
    assert_is_problem(await approve(shared_api, request, DEALER), 403, "missing_role")
    assert await shared_api.get(f"{GROUPS}/raw", ADMIN) == group
    done = await approve(shared_api, request)
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert (await shared_api.get(f"{GROUPS}/raw", ADMIN))["leverage_cap"] == "500"
    assert_is_problem(await approve(shared_api, request), 409, "not_pending")


async def test_the_rules_of_resting_orders_are_shown_and_changed_like_the_others(
    shared_api: Api,
) -> None:
    before = await symbol(shared_api, "USDCHF")
    assert before["time_in_force"] == ["gtc", "day", "gtd", "ioc", "fok"]
    assert (before["price_collar"], before["guaranteed_stop_premium_points"]) == ("0.5", None)
    change = {
        "time_in_force": ["gtc", "fok"],
        "stop_distance_points": "20",
        "freeze_distance_points": "10",
        "price_collar": "0.1",
        "guaranteed_stop_premium_points": "4",
        "guaranteed_stop_distance_points": "60",
    }
    version = before["version"]
    answer = await patch(shared_api, f"{SYMBOLS}/USDCHF", {"version": version, **change})
    assert answer.status_code == 200, answer.text
    after = await symbol(shared_api, "USDCHF")
    assert {name: after[name] for name in change} == change
    what = {"kind": "symbol", "subject": "USDCHF", "version": version + 1}
    request = await asked(shared_api, **what, fields={"price_collar": None})
    assert (await approve(shared_api, request)).status_code == 200
    assert (await symbol(shared_api, "USDCHF"))["price_collar"] is None
    group = await shared_api.get(f"{GROUPS}/raw", ADMIN)
    assert (group["fifo"], group["orders_per_second_max"], group["open_orders_max"]) == (
        False, 500, 10000,
    )  # fmt: skip
    rate = {"version": group["version"], "orders_per_second_max": 5}
    assert_names_field(
        await patch(shared_api, f"{GROUPS}/raw", rate), "approval_required", "orders_per_second_max"
    )


async def test_margin_terms_are_shown_and_changed_by_two(shared_api: Api) -> None:
    tiers = [{"above": "900000", "rate": "0.05"}, {"above": "1500000", "rate": "0.1"}]
    before = await symbol(shared_api, "USDCAD")
    assert before["margin_tiers"] == []
    change = {"version": before["version"], "margin_tiers": tiers}
    alone = await patch(shared_api, f"{SYMBOLS}/USDCAD", change)
    assert_names_field(alone, "approval_required", "margin_tiers")
    assert await symbol(shared_api, "USDCAD") == before
    what = {"kind": "symbol", "subject": "USDCAD", "version": before["version"]}
    request = await asked(shared_api, **what, fields={"margin_tiers": tiers})
    assert (await approve(shared_api, request)).status_code == 200
    assert (await symbol(shared_api, "USDCAD"))["margin_tiers"] == tiers
    group = await shared_api.get(f"{GROUPS}/standard", ADMIN)
    assert (group["regime"], group["leverage_rules"]) == ("offshore", [])
    rules = [{"asset_class": "metal", "leverage": "20"}]
    change = {"version": group["version"], "leverage_rules": rules}
    alone = await patch(shared_api, f"{GROUPS}/standard", change)
    assert_names_field(alone, "approval_required", "leverage_rules")
    what = {"kind": "group", "subject": "standard", "version": group["version"]}
    request = await asked(
        shared_api, **what, fields={"leverage_rules": rules, "regime": "retail_esma"}
    )
    assert (await approve(shared_api, request)).status_code == 200
    group = await shared_api.get(f"{GROUPS}/standard", ADMIN)
    shown = [{"symbol": None, "asset_class": "metal", "leverage": "20"}]
    assert (group["regime"], group["leverage_rules"]) == ("retail_esma", shown)


async def test_a_request_that_was_amended_is_read_again(shared_api: Api) -> None:
    group = await shared_api.get(f"{GROUPS}/pro", ADMIN)
    what = {"kind": "group", "subject": "pro", "version": group["version"]}
    request = await asked(shared_api, **what, fields={"stop_out_level": "40"})
    path = f"{REQUESTS}/{request['id']}"
    amended = await patch(shared_api, path, {"fields": {"stop_out_level": "30"}})
    assert amended.status_code == 200, amended.text
    assert_is_problem(await approve(shared_api, request), 409, "content_changed")
    assert (await shared_api.get(path, ADMIN))["fields"] == {"stop_out_level": "30"}
    rejected = await shared_api.post(f"{path}/reject", {}, name=SECOND)
    assert (rejected.status_code, rejected.json()["state"]) == (200, "rejected"), rejected.text
    assert await shared_api.get(f"{GROUPS}/pro", ADMIN) == group


async def test_a_dealer_stops_and_asks_to_start_a_symbol_and_switches_an_lp(
    shared_api: Api,
) -> None:
    version = (await symbol(shared_api, "GBPUSD"))["version"]
    off = await patch(
        shared_api, f"{SYMBOLS}/GBPUSD", {"version": version, "trade_mode": "off"}, DEALER
    )
    assert (off.status_code, off.json()["trade_mode"]) == (200, "off")
    on = {"version": version + 1, "trade_mode": "full"}
    assert_names_field(
        await patch(shared_api, f"{SYMBOLS}/GBPUSD", on, DEALER), "approval_required", "trade_mode"
    )
    age = {"version": version + 1, "quote_age_ms_max": 1}
    assert_is_problem(
        await patch(shared_api, f"{SYMBOLS}/GBPUSD", age, DEALER), 403, "missing_role"
    )
    path = "/v1/admin/liquidity-providers/lp-two"
    lp = await shared_api.get(path, DEALER)
    switched = await patch(shared_api, path, {"version": lp["version"], "enabled": False}, DEALER)
    assert switched.json() == {**lp, "version": lp["version"] + 1, "enabled": False}
    body = {"version": lp["version"] + 1, "priority": 1}
    assert_is_problem(await patch(shared_api, path, body, DEALER), 403, "missing_role")


async def test_calendars_and_markup_rules_are_made_changed_and_listed(shared_api: Api) -> None:
    sessions = [{"day": "monday", "open": "08:00", "close": "16:30"}]
    made = await shared_api.post(
        "/v1/admin/calendars",
        {"name": "shares", "time_zone": "Europe/London", "sessions": sessions},
        name=ADMIN,
    )
    assert made.status_code == 201, made.text
    assert made.json()["sessions"] == sessions
    bad = {"version": 1, "sessions": [{"day": "monday", "open": "08:00", "close": "25:00"}]}
    assert_names_field(
        await patch(shared_api, "/v1/admin/calendars/shares", bad), "invalid_calendar", "sessions"
    )
    rule = {"group": "pro", "asset_class": "index", "kind": "percent", "percent": "0.01"}
    added = await shared_api.post("/v1/admin/markup-rules", rule, name=ADMIN)
    assert (added.status_code, added.json()["rule"]) == (201, "pro:index"), added.text
    points = {"version": 1, "kind": "points", "bid_points": "4", "ask_points": "5"}
    changed = await patch(shared_api, "/v1/admin/markup-rules/pro:index", points)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["percent"], changed.json()["ask_points"]) == (None, "5")
    pages = [await shared_api.get("/v1/admin/markup-rules", ADMIN, limit="5")]
    while pages[-1]["next"]:
        pages.append(
            await shared_api.get(
                "/v1/admin/markup-rules", ADMIN, limit="5", after=pages[-1]["next"]
            )
        )
    names = [each["rule"] for page in pages for each in page["items"]]
    assert "pro:index" in names
    assert names == sorted(set(names))


async def test_clients_see_sessions_and_holidays(shared_api: Api) -> None:
    gold = await symbol(shared_api, "XAUUSD")
    change = {"version": gold["version"], "calendar": "metals"}
    answer = await patch(shared_api, f"{SYMBOLS}/XAUUSD", change)
    assert answer.status_code == 200, answer.text
    shown = await shared_api.get("/v1/symbols/XAUUSD")
    assert shown["sessions"][0] == {
        "day": "sunday", "open": "18:00", "close": "24:00", "time_zone": "America/New_York",
    }  # fmt: skip
    assert {"date": "2026-12-25", "name": "Christmas", "windows": []} in shown["holidays"]
    assert (await shared_api.get("/v1/symbols/USDJPY"))["holidays"] == []


async def test_the_record_tells_who_did_what_and_holds_together(shared_api: Api) -> None:
    version = (await symbol(shared_api, "AUDUSD"))["version"]
    body = {"version": version, "settlement_lag": 1}
    assert (await patch(shared_api, f"{SYMBOLS}/AUDUSD", body)).status_code == 200
    pages = [await shared_api.get("/v1/admin/audit", ADMIN, limit="4")]
    while pages[-1]["next"]:
        pages.append(
            await shared_api.get("/v1/admin/audit", ADMIN, limit="4", after=pages[-1]["next"])
        )
    entries = [each for page in pages for each in page["items"]]
    assert [each["id"] for each in entries] == sorted({each["id"] for each in entries})
    last = entries[-1]
    assert (last["action"], last["subject"]) == ("symbol.changed", "AUDUSD")
    assert (last["before"]["settlement_lag"], last["after"]["settlement_lag"]) == (2, 1)
    async with shared_api.parts.configuration.reading() as connection:
        assert await verify_chain(connection) is None


async def test_liquidity_shows_each_lp_and_what_pricing_counts(shared_api: Api) -> None:
    status = LpStatus(code="lp-one", up=True, quotes_received=7, rejected={"late": 2})
    payload = msgspec.json.encode([status])
    await shared_api.parts.redis.set(LPS_KEY, payload, px=LPS_EXPIRY_MS)
    shared_api.price("EURCHF", "0.95000", "0.95012")
    shown = await shared_api.get("/v1/admin/liquidity", DEALER)
    lps = {each["code"]: each for each in shown["lps"]}
    assert (lps["lp-one"]["up"], lps["lp-one"]["quotes_received"]) == (True, 7)
    assert lps["lp-one"]["rejected"] == {"late": 2}
    assert (lps["lp-two"]["up"], lps["lp-two"]["rejected"]) == (False, {})
    (franc,) = [each for each in shown["items"] if each["symbol"] == "EURCHF"]
    assert (franc["tradable"], franc["reason"], franc["spread_points"]) == (True, None, "12")
    (quote,) = franc["quotes"]
    assert (quote["lp"], quote["spread_points"], quote["live"]) == ("lp-one", "12", True)
    assert 0 <= quote["age_ms"] < 60_000
    (silent,) = [each for each in shown["items"] if each["symbol"] == "GBPJPY"]
    assert (silent["tradable"], silent["reason"], silent["quotes"]) == (False, "no_quote", [])


async def test_a_pair_out_of_session_converts_at_its_last_price(shared_api: Api) -> None:
    path = f"/v1/accounts/{shared_api.account(number=1)}/orders"
    body = {"symbol": "BTCUSD", "side": "buy", "type": "market", "quantity": "0.01"}
    shared_api.price("BTCUSD", "60000.00", "60001.00")
    shared_api.price("EURUSD", "1.10000", "1.10010", "stale")
    stale = await shared_api.post(path, body)
    assert stale.json()["reject"]["code"] == "conversion_unavailable"
    shared_api.price("EURUSD", "1.10000", "1.10010", "session_closed")
    filled = await shared_api.post(path, body)
    assert filled.json()["state"] == "filled", filled.text
