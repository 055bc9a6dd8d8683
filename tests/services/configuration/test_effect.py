"""A change takes effect in every process within a second, without a restart: measured."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis

from tests.gateway.running import api_process
from tests.services.pricing.running import Processes, latest, until
from tradewind.contracts.ticks import Tick
from tradewind.infra.demo.handover import DEMO_FILE, read_handover
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed

pytestmark = pytest.mark.timeout(90)

EFFECT_S = 1.0
#: Two processes share the machine with this test; a wait this long is a change that never came.
LATEST_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A pricing process, an API process, and an administrator and a client at its door."""

    http: httpx.AsyncClient
    redis: "Redis"
    admin: Mapping[str, str]
    client: Mapping[str, str]
    account: str

    async def get(self, path: str, *, staff: bool = False) -> Any:
        answer = await self.http.get(path, headers=self.admin if staff else self.client)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def patch(self, path: str, body: Mapping[str, object]) -> None:
        """Change something of the newest version."""
        version = (await self.get(path, staff=True))["version"]
        answer = await self.http.patch(path, headers=self.admin, json={"version": version, **body})
        assert answer.status_code == 200, answer.text

    async def tick(self) -> Tick:
        found = await latest(self.redis, "EURUSD")
        assert found is not None
        return found


@pytest.fixture
async def running(settings: Settings, tmp_path: Path) -> AsyncIterator[Running]:
    await seed(settings, tmp_path)
    processes = Processes(settings=settings, home=tmp_path)
    handed = read_handover(tmp_path / DEMO_FILE)
    assert handed is not None
    users = {user.email.partition("@")[0]: user for user in handed.users}
    try:
        await processes.simulator("lp-one")
        await processes.pricing()
        with api_process(settings, tmp_path) as api:
            async with (
                httpx.AsyncClient(base_url=api.url) as http,
                Redis.from_url(settings.redis_url) as redis,
            ):
                headers = {}
                for name in ("admin", "client1"):
                    body = {"email": users[name].email, "password": users[name].password}
                    answer = await http.post("/v1/auth/login", json=body)
                    headers[name] = {"authorization": f"Bearer {answer.json()['access_token']}"}
                made = Running(
                    http=http,
                    redis=redis,
                    admin=headers["admin"],
                    client=headers["client1"],
                    account=str(users["client1"].accounts[0].id),
                )

                async def tradable() -> bool:
                    found = await latest(redis, "EURUSD")
                    return found is not None and found.tradable

                await until(tradable)
                yield made
    finally:
        for process in processes.running:
            process.kill()
            with suppress(TimeoutError):
                await asyncio.wait_for(asyncio.to_thread(process.wait, 5), 6)


async def effect(came: Callable[[], Awaitable[bool]]) -> float:
    """Wait for an effect; return the seconds that it took."""
    return await until(came, LATEST_S)


async def test_a_markup_reaches_published_prices_within_a_second(running: Running) -> None:
    async def marked_up() -> bool:
        tick = await running.tick()
        if tick.bid is None:
            return False
        return tick.bid - tick.prices["standard"].bid >= Decimal("0.00500")

    assert not await marked_up()
    # The group's default is a rule of points on each side.
    await running.patch(
        "/v1/admin/markup-rules/standard",
        {"kind": "points", "bid_points": "500", "ask_points": "500"},
    )
    assert await effect(marked_up) < EFFECT_S


async def test_a_trade_mode_reaches_orders_within_a_second(running: Running) -> None:
    async def off() -> bool:
        shown = await running.get("/v1/symbols/EURUSD")
        return (shown["trade_mode"], shown["tradable"]) == ("off", False)

    await running.patch("/v1/admin/symbols/EURUSD", {"trade_mode": "off"})
    assert await effect(off) < EFFECT_S
    order = await place(running, "first")
    assert order["reject"]["code"] == "trading_disabled"


async def test_an_lp_that_is_switched_off_prices_nothing_within_a_second(
    running: Running,
) -> None:
    async def silent() -> bool:
        tick = await running.tick()
        return not tick.tradable and tick.quotes == ()

    await running.patch("/v1/admin/liquidity-providers/lp-one", {"enabled": False})
    assert await effect(silent) < EFFECT_S
    shown = await running.get("/v1/admin/liquidity", staff=True)
    lps = {each["code"]: each for each in shown["lps"]}
    assert (lps["lp-one"]["enabled"], lps["lp-one"]["quotes_received"] > 0) == (False, True)


async def test_a_calendar_closes_the_market_within_a_second(running: Running) -> None:
    answer = await running.http.post(
        "/v1/admin/calendars",
        headers={**running.admin, "idempotency-key": "never"},
        json={"name": "never", "time_zone": "UTC", "sessions": []},
    )
    assert answer.status_code == 201, answer.text

    async def closed() -> bool:
        return (await running.tick()).reason == "session_closed"

    await running.patch("/v1/admin/symbols/EURUSD", {"calendar": "never"})
    assert await effect(closed) < EFFECT_S
    assert (await running.tick()).bid is not None

    async def refused() -> bool:
        order = await place(running, f"{time.monotonic_ns()}")
        return order["state"] == "rejected" and order["reject"]["code"] == "market_closed"

    assert await effect(refused) < EFFECT_S


async def test_what_was_planned_begins_by_itself_in_every_process(running: Running) -> None:
    begins = datetime.now(UTC) + timedelta(seconds=3)
    await running.patch(
        "/v1/admin/symbols/EURUSD",
        {"quantity_max": "5000", "quantity_min": "1000", "instant_quantity_max": "5000",
         "effective_from": begins.isoformat()},
    )  # fmt: skip
    await running.patch(
        "/v1/admin/markup-rules/standard",
        {"kind": "points", "bid_points": "900", "effective_from": begins.isoformat()},
    )

    async def begun_in_api() -> bool:
        return (await running.get("/v1/symbols/EURUSD"))["quantity_max"] == "5000"

    async def begun_in_pricing() -> bool:
        tick = await running.tick()
        if tick.bid is None:
            return False
        return tick.bid - tick.prices["standard"].bid >= Decimal("0.00900")

    assert not await begun_in_api()
    assert not await begun_in_pricing()
    for begun in (begun_in_pricing, begun_in_api):
        await effect(begun)
        since = datetime.now(UTC) - begins
        assert timedelta(0) <= since < timedelta(seconds=EFFECT_S)


async def place(running: Running, key: str) -> Any:
    answer = await running.http.post(
        f"/v1/accounts/{running.account}/orders",
        headers={**running.client, "idempotency-key": key},
        json={"symbol": "EURUSD", "side": "buy", "type": "market", "quantity": "1000"},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()
