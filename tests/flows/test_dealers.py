"""Dealers on a whole platform: closing without Valkey, and acting from the command line."""

import json
import os
import secrets
import subprocess
import sys
from decimal import Decimal
from typing import Any

import httpx

from tests.flows.live import Live, Trader, get, log_in, place, verdict
from tests.services.pricing.running import until

SYMBOL = "AUDUSD"
MASS_CLOSE = "/v1/admin/positions/close-all"
#: The supervisor starts Valkey again; prices follow, and then the closes that waited fill.
FILLED_WITHIN_S = 30.0


def person(live: Live, name: str) -> Any:
    """A demo login by the part of the e-mail before the @."""
    users = live.platform.demo["users"]
    return next(each for each in users if each["email"].partition("@")[0] == name)


async def staff(live: Live, http: httpx.AsyncClient, name: str) -> dict[str, str]:
    found = person(live, name)
    token = await log_in(http, found["email"], found["password"])
    return {"authorization": f"Bearer {token}"}


async def post(http: httpx.AsyncClient, path: str, headers: dict[str, str], **body: str) -> Any:
    keyed = {**headers, "idempotency-key": secrets.token_hex(16)}
    answer = await http.post(path, json={**body, "reason": "the market is broken"}, headers=keyed)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def states(http: httpx.AsyncClient, trader: Trader, reason: str) -> list[str]:
    page = await get(http, trader, f"{trader.path}/orders")
    return [each["state"] for each in page["items"] if each["reason"] == reason]


async def test_positions_are_closed_while_valkey_is_down_as_soon_as_there_is_a_price(
    live: Live,
) -> None:
    async with live.client() as http:
        traders = await live.traders(http, 3)
        dealer = await staff(live, http, "dealer")
        for trader in traders:
            assert verdict(await place(http, trader, SYMBOL)) == "filled"

        async def there_is_no_price() -> bool:
            return verdict(await place(http, traders[0])) == "no_price"

        await live.crash_loop("valkey", 4)
        await until(there_is_no_price)
        cancelled = await post(http, "/v1/admin/orders/cancel-all", dealer, symbol=SYMBOL)
        assert cancelled == {"accounts": 0, "orders": 0, "failed": 0}
        closed = await post(http, MASS_CLOSE, dealer, symbol=SYMBOL)
        waiting = [await states(http, trader, "dealer") for trader in traders]
        assert not live.is_up("valkey"), "it came back too early for what was to be seen"
        assert closed == {"accounts": 3, "orders": 3, "failed": 0}
        assert waiting == [["working"]] * 3

        async def all_are_filled() -> bool:
            found = [await states(http, trader, "dealer") for trader in traders]
            return found == [["filled"]] * 3

        await until(all_are_filled, FILLED_WITHIN_S)
        for trader in traders:
            page = await get(http, trader, f"{trader.path}/positions")
            assert SYMBOL not in {each["symbol"] for each in page["items"]}


def command(live: Live, *arguments: str) -> tuple[int, Any]:
    """Run a command in the platform's folder; return its exit status and what it says."""
    done = subprocess.run(
        (sys.executable, "-m", "tradewind.cli.main", *arguments, "--json"),
        env={
            **os.environ,
            "TRADEWIND_HOME": str(live.platform.home.root),
            "TRADEWIND_PORT": str(live.platform.port),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


WHY = ("--reason", "asked for on the telephone")


def acting(live: Live, name: str) -> tuple[str, str]:
    return "--actor", person(live, name)["email"]


async def trade(http: httpx.AsyncClient, trader: Trader) -> Any:
    """Buy once there are prices; return the position."""

    async def is_filled() -> bool:
        return verdict(await place(http, trader, SYMBOL, "3000")) == "filled"

    await until(is_filled)
    return (await get(http, trader, f"{trader.path}/positions"))["items"][0]


async def test_orders_and_positions_are_ended_from_the_command_line(live: Live) -> None:
    by = acting(live, "dealer")
    async with live.client() as http:
        (trader,) = await live.traders(http, 1)
        account, position = str(trader.account), await trade(http, trader)
        below = (Decimal(position["open_price"]) * Decimal("0.99")).quantize(Decimal("0.00001"))
        resting = {
            "symbol": SYMBOL, "side": "buy", "type": "limit", "quantity": "1000",
            "limit_price": str(below),
        }  # fmt: skip
        headers = {**trader.headers, "idempotency-key": secrets.token_hex(16)}
        order = (await http.post(f"{trader.path}/orders", json=resting, headers=headers)).json()
        assert order["state"] == "working", order
        status, said = command(live, "dealer", "cancel", account, order["id"], *WHY, *by)
        assert (status, said["state"], said["outcome"]) == (0, "executed", "cancelled")
        status, said = command(live, "dealer", "cancel", account, order["id"], *WHY, *by)
        assert (status, said["state"], said["outcome"]) == (1, "failed", "order_final")
        status, said = command(live, "dealer", "close", account, account, *WHY, *by)
        assert (status, said["error"]["code"]) == (4, "position_not_found")
        status, said = command(live, "dealer", "close", account, position["id"], *WHY)
        assert (status, said["error"]["code"]) == (1, "login_required")
        status, said = command(live, "positions", "close-all", "--account", account, *WHY, *by)
        assert (status, said["accounts"], said["orders"], said["failed"]) == (0, 1, 1, 0)
        assert (await get(http, trader, f"{trader.path}/positions"))["items"] == []


async def test_a_bust_is_asked_for_and_approved_from_the_command_line(live: Live) -> None:
    second = acting(live, "admin")
    async with live.client() as http:
        (trader,) = await live.traders(http, 1)
        await trade(http, trader)
        (fill,) = (await get(http, trader, f"{trader.path}/fills"))["items"]
        bust = ("dealer", "bust", str(trader.account), fill["id"], "--lp-reference", "LP 1")
        status, asked = command(live, *bust, *WHY, *acting(live, "dealer"))
        assert (status, asked["state"]) == (6, "pending")
        approve = ("dealer", "approve", asked["id"], asked["content_hash"])
        status, said = command(live, *approve, *second)
        assert (status, said["state"], said["outcome"]) == (0, "executed", "filled")
        status, said = command(live, *approve, *second)
        assert (status, said["error"]["code"]) == (5, "not_pending")
        assert (await get(http, trader, f"{trader.path}/positions"))["items"] == []
        status, said = command(live, "dealer", "list")
        assert (status, said[0]["kind"], said[0]["state"]) == (0, "bust_fill", "executed")
