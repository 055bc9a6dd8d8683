"""Well-formed orders that market or account refuse: they exist, say why, and moved nothing."""

from datetime import timedelta

import pytest

from tests.gateway.administration import (
    account_status,
    change_group,
    change_instrument,
    kill_switch,
)
from tests.gateway.conftest import Api
from tests.gateway.order_bodies import BUY, changed, close_path, filled, orders_path, place, quote
from tests.gateway.refusals import assert_is_rejected, only_a_rejected_order_is_added

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def rejected(api: Api, code: str, **changes: object) -> None:
    """Place an order that must be rejected, and look it up."""
    async with only_a_rejected_order_is_added(api):
        order = assert_is_rejected(await place(api, **changes), code)
    assert await api.get(f"{orders_path(api)}/{order['id']}") == order


async def not_closed(api: Api, code: str, position: str) -> None:
    """Ask for a close that must be rejected; the position stays."""
    async with only_a_rejected_order_is_added(api):
        assert_is_rejected(await api.post(close_path(api, position), {}), code)


async def closed(api: Api, position: str, body: object = None) -> None:
    """Ask for a close that must be done."""
    answer = await api.post(close_path(api, position), body or {})
    assert (answer.status_code, answer.json()["state"]) == (201, "filled"), answer.text


#: Why pricing says that a symbol cannot be traded, and what an order is told.
REASONS = {
    "O13-session-closed": ("session_closed", "market_closed"),
    "O13-no-quote": ("no_quote", "no_price"),
    "O13-stale": ("stale", "no_price"),
    "O13-crossed": ("crossed", "no_price"),
    "O13-pricing-stopped": ("pricing_stopped", "no_price"),
}


@pytest.mark.parametrize(("reason", "code"), REASONS.values(), ids=REASONS)
async def test_without_a_tradable_price_nothing_opens_and_nothing_closes(
    shared_api: Api, reason: str, code: str
) -> None:
    quote(shared_api)
    position = (await filled(shared_api))["position_id"]
    shared_api.price("EURUSD", "1.12130", "1.12140", reason)
    await rejected(shared_api, code)
    await rejected(shared_api, code, side="sell")
    await rejected(shared_api, code, requested_price="1.12140", max_deviation="1")
    await not_closed(shared_api, code, position)
    quote(shared_api)
    await closed(shared_api, position)


async def test_a_symbol_that_never_had_a_price_has_none(shared_api: Api) -> None:
    await rejected(shared_api, "no_price", symbol="NZDUSD")


async def test_a_price_ends_with_its_age(shared_api: Api) -> None:
    quote(shared_api)
    await filled(shared_api)
    shared_api.clock.ahead = timedelta(seconds=60)
    await rejected(shared_api, "no_price")
    shared_api.clock.ahead = timedelta(0)
    await filled(shared_api)


async def test_when_pricing_is_silent_no_price_is_left(shared_api: Api) -> None:
    quote(shared_api)
    shared_api.parts.feed._alive_at -= 10
    headers = {**await shared_api.as_user("client1"), "idempotency-key": "silent"}
    async with only_a_rejected_order_is_added(shared_api):
        answer = await shared_api.client.post(
            orders_path(shared_api), headers=headers, json=dict(BUY)
        )
        assert_is_rejected(answer, "no_price")


async def test_a_symbol_that_is_off_is_neither_opened_nor_closed(shared_api: Api) -> None:
    symbol = "AUDUSD"
    quote(shared_api, symbol)
    position = (await filled(shared_api, symbol=symbol))["position_id"]
    await change_instrument(shared_api, symbol, trade_mode="off")
    for side in ("buy", "sell"):
        await rejected(shared_api, "trading_disabled", symbol=symbol, side=side)
    await not_closed(shared_api, "trading_disabled", position)


async def test_a_symbol_that_is_close_only_is_closed_and_not_turned(shared_api: Api) -> None:
    symbol = "USDCAD"
    quote(shared_api, symbol)
    position = (await filled(shared_api, symbol=symbol, quantity="3000"))["position_id"]
    await change_instrument(shared_api, symbol, trade_mode="close_only")
    await rejected(shared_api, "close_only", symbol=symbol)
    await rejected(shared_api, "close_only", symbol=symbol, side="sell", quantity="4000")
    await filled(shared_api, symbol=symbol, side="sell")
    await closed(shared_api, position, {"quantity": "1000"})
    await closed(shared_api, position)
    await rejected(shared_api, "close_only", symbol=symbol, side="sell")


@pytest.mark.parametrize(
    ("mode", "symbol", "allowed", "refused"),
    [("long_only", "GBPUSD", "buy", "sell"), ("short_only", "USDCHF", "sell", "buy")],
    ids=["O13-long-only", "O13-short-only"],
)
async def test_a_symbol_with_one_direction_is_opened_in_that_one_and_closed(
    shared_api: Api, mode: str, symbol: str, allowed: str, refused: str
) -> None:
    quote(shared_api, symbol)
    await change_instrument(shared_api, symbol, trade_mode=mode)
    await rejected(shared_api, mode, symbol=symbol, side=refused)
    opened = await filled(shared_api, symbol=symbol, side=allowed, quantity="3000")
    await rejected(shared_api, mode, symbol=symbol, side=refused, quantity="4000")
    await filled(shared_api, symbol=symbol, side=refused)
    await closed(shared_api, opened["position_id"])


@pytest.mark.parametrize("status", ["pending", "suspended", "closed"])
async def test_an_account_that_may_not_trade_opens_and_closes_nothing(
    shared_api: Api, status: str
) -> None:
    quote(shared_api)
    position = (await filled(shared_api))["position_id"]
    async with account_status(shared_api, shared_api.account(), status):
        code = f"account_{status}"
        await rejected(shared_api, code)
        await rejected(shared_api, code, side="sell", reduce_only=True)
        await not_closed(shared_api, code, position)
        assert (await shared_api.get(f"/v1/accounts/{shared_api.account()}"))["status"] == status
        await filled(shared_api, "client1", 1)
    await closed(shared_api, position)


async def test_an_account_that_may_only_close_closes_and_turns_nothing(shared_api: Api) -> None:
    quote(shared_api, "EURCHF")
    quote(shared_api, "USDCHF", "0.88000", "0.88010")
    await change_instrument(shared_api, "USDCHF", trade_mode="full")
    opened = await filled(shared_api, symbol="EURCHF", quantity="3000")
    async with account_status(shared_api, shared_api.account(), "close_only"):
        code = "account_close_only"
        await rejected(shared_api, code, symbol="EURCHF")
        await rejected(shared_api, code, symbol="EURCHF", side="sell", quantity="4000")
        await filled(shared_api, symbol="EURCHF", side="sell")
        await closed(shared_api, opened["position_id"], {"quantity": "1000"})
        await closed(shared_api, opened["position_id"])
        await rejected(shared_api, code, symbol="EURCHF", side="sell")


@pytest.mark.parametrize("scope", ["global", "group", "account", "symbol"])
async def test_a_kill_switch_stops_what_opens_and_lets_closes_through(
    shared_api: Api, scope: str
) -> None:
    keys = {"global": "", "group": "standard", "symbol": "XAUUSD"}
    key = keys.get(scope, shared_api.account())
    quote(shared_api, "XAUUSD", "100.10", "100.20")
    quote(shared_api)
    gold = {"symbol": "XAUUSD", "quantity": "3"}
    position = (await filled(shared_api, **gold))["position_id"]
    async with kill_switch(shared_api, scope, key):
        await rejected(shared_api, "kill_switch", **gold)
        await rejected(shared_api, "kill_switch", **{**gold, "side": "sell", "quantity": "4"})
        if scope == "symbol":
            await filled(shared_api)
        if scope != "global":
            other = changed({} if scope == "symbol" else gold)
            answer = await shared_api.post(
                orders_path(shared_api, "client2"), other, name="client2"
            )
            assert answer.json()["state"] == "filled"
        await closed(shared_api, position, {"quantity": "1"})
        await closed(shared_api, position)


async def test_what_would_have_to_be_passed_on_is_not_executed(shared_api: Api) -> None:
    quote(shared_api)
    position = (await filled(shared_api))["position_id"]
    await change_group(shared_api, "standard", book="A")
    await rejected(shared_api, "execution_unavailable")
    await closed(shared_api, position)
    await change_group(shared_api, "standard", book="B")
    await filled(shared_api)


async def test_without_a_rate_into_the_accounts_currency_nothing_opens(shared_api: Api) -> None:
    quote(shared_api, "GBPJPY", "190.000", "190.010")
    await rejected(shared_api, "conversion_unavailable", symbol="GBPJPY")


async def test_more_than_the_margin_allows_is_refused(shared_api: Api) -> None:
    quote(shared_api)
    await rejected(shared_api, "insufficient_margin", quantity="10000000")


@pytest.mark.parametrize(
    "changes",
    [{"reduce_only": True, "side": "sell"}, {"reduce_only": True}, {"symbol": "EURGBP"}],
    ids=["sell", "buy", "another-symbol"],
)
async def test_what_may_only_reduce_opens_nothing(
    shared_api: Api, changes: dict[str, object]
) -> None:
    quote(shared_api, "EURGBP", "0.85000", "0.85010")
    quote(shared_api, "GBPUSD", "1.25000", "1.25010")
    code = "nothing_to_reduce"
    await rejected(shared_api, code, **{"symbol": "EURGBP", "reduce_only": True, **changes})
