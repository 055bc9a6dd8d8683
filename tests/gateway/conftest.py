"""The API in this process, over a seeded database and real servers; prices as a test gives them."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.types import ASGIApp

from tradewind.contracts.ticks import Tick, TickPrice, TickQuote
from tradewind.gateway.dependencies import AddressLimits, GatewaySettings
from tradewind.infra.clock import Clock
from tradewind.infra.demo.handover import HandoverUser
from tradewind.infra.demo.logins import Seeder, seed_demo
from tradewind.infra.identifiers import IdSource
from tradewind.infra.passwords import hash_password
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.processes.api import ApiSettings, compose
from tradewind.processes.api_parts import Parts, build_parts, run_background

GROUPS = ("standard", "pro", "raw")


class MovableClock(Clock):
    """The system's time plus what a test adds."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass(slots=True, kw_only=True)
class Api:
    """A running gateway and its demo users."""

    app: ASGIApp
    parts: Parts
    settings: Settings
    settings_of_gateway: GatewaySettings
    users: Mapping[str, HandoverUser]
    clock: MovableClock
    client: httpx.AsyncClient
    tokens: dict[str, str] = field(default_factory=dict)
    log: list[bytes] = field(default_factory=list)
    ticks: int = 0

    async def log_in(self, name: str, **extra: str) -> httpx.Response:
        """Log a demo user in by the part of the e-mail before the @."""
        user = self.users[name]
        body = {"email": user.email, "password": user.password, **extra}
        return await self.client.post("/v1/auth/login", json=body)

    def logged(self) -> list[Any]:
        """The request lines so far."""
        self.parts.log.flush()
        return [msgspec.json.decode(line) for text in self.log for line in text.splitlines()]

    @property
    def addresses(self) -> AddressLimits:
        """Buckets that are never empty."""
        return AddressLimits(general=TokenBuckets(10**6, 10**6), relief=TokenBuckets(10**6, 10**6))

    async def as_user(self, name: str) -> dict[str, str]:
        """Headers of a logged-in user."""
        if name not in self.tokens:
            answer = await self.log_in(name)
            assert answer.status_code == 200, answer.text
            self.tokens[name] = answer.json()["access_token"]
        return {"authorization": f"Bearer {self.tokens[name]}"}

    async def get(self, path: str, name: str = "client1", **parameters: str) -> Any:
        """Read as a user; anything but 200 fails."""
        answer = await self.client.get(path, headers=await self.as_user(name), params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def account(self, name: str = "client1", number: int = 0) -> str:
        """Id of one of a user's accounts."""
        return str(self.users[name].accounts[number].id)

    def price(self, symbol: str, bid: str, ask: str) -> None:
        """Publish one price, the same for every group."""
        self.ticks += 1
        now = self.clock.now()
        bid_price, ask_price = Decimal(bid), Decimal(ask)
        quote = TickQuote(
            lp="lp-one",
            bid=bid_price,
            ask=ask_price,
            bid_size=Decimal(10_000_000),
            ask_size=Decimal(10_000_000),
            lp_time=now,
            received_at=now,
        )
        tick = Tick(
            symbol=symbol,
            epoch=1,
            seq=self.ticks,
            time=now,
            bid=bid_price,
            ask=ask_price,
            quotes=(quote,),
            tradable=True,
            reason=None,
            rules_version=1,
            prices={group: TickPrice(bid=bid_price, ask=ask_price) for group in GROUPS},
        )
        self.parts.feed.heartbeat()
        self.parts.feed.receive(msgspec.json.encode(tick))

    async def order(self, name: str = "client1", **body: str) -> httpx.Response:
        """Place an order with a key of its own."""
        self.ticks += 1
        headers = {**await self.as_user(name), "idempotency-key": f"key-{self.ticks}"}
        self.parts.feed.heartbeat()
        path = f"/v1/accounts/{self.account(name)}/orders"
        return await self.client.post(path, headers=headers, json={"type": "market", **body})


@pytest.fixture
async def seeded(settings: Settings) -> Mapping[str, HandoverUser]:
    """The demo in a fresh database; users by name."""
    async with (
        await open_pool(settings, "tw_admin", size_max=1) as pool,
        pool.acquire() as connection,
    ):
        seeder = Seeder(
            connection=connection,
            ids=IdSource(),
            hash_password=hash_password,
            now=Clock().now(),
        )
        users = await seed_demo(seeder, "demo")
    return {user.email.partition("@")[0]: user for user in users}


@pytest.fixture
async def api(
    settings: Settings,
    seeded: Mapping[str, HandoverUser],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Api]:
    """A gateway with generous limits."""
    clock = MovableClock()
    monkeypatch.setattr("tradewind.processes.api_parts.clock_from_environment", lambda: clock)
    api_settings = ApiSettings(
        common=settings,
        gateway=GatewaySettings(
            version="test", environment="demo", stream_port=8001, stream_url="", web_dir=tmp_path
        ),
        trusted_proxies="",
        reuse_port=False,
        user_rate=100_000,
        address_rate=100_000,
    )
    started, stopping = asyncio.Event(), asyncio.Event()
    made: list[Api] = []
    running = asyncio.create_task(_run(api_settings, clock, seeded, made, started, stopping))
    waiting = asyncio.create_task(started.wait())
    await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    yield made[0]
    stopping.set()
    await running


async def _run(
    settings: ApiSettings,
    clock: MovableClock,
    users: Mapping[str, HandoverUser],
    made: list[Api],
    started: asyncio.Event,
    stopping: asyncio.Event,
) -> None:
    """Hold the gateway in one task, so that what it opened is closed where it was opened."""
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        parts = await build_parts(stack, settings.common, settings.user_rate)
        orders = group.create_task(parts.oms.run())
        background = group.create_task(run_background(parts))
        app = compose(parts, settings)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            api = Api(
                app=app,
                parts=parts,
                settings=settings.common,
                settings_of_gateway=settings.gateway,
                users=users,
                clock=clock,
                client=client,
            )
            parts.log._write = api.log.append
            made.append(api)
            started.set()
            await stopping.wait()
        parts.oms.stop()
        await orders
        background.cancel()
