"""The API in this process, over a seeded database and real servers; prices as a test gives them."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from starlette.types import ASGIApp

from tests.gateway.ticks import make_tick
from tradewind.gateway.dependencies import AddressLimits, GatewaySettings
from tradewind.infra.clock import Clock
from tradewind.infra.demo.handover import HandoverUser
from tradewind.infra.demo.logins import Seeder, seed_demo
from tradewind.infra.identifiers import IdSource
from tradewind.infra.local.database import create_database
from tradewind.infra.local.home import Home
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.infra.passwords import hash_password
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.processes.api import ApiSettings, compose
from tradewind.processes.api_parts import Parts, build_parts, run_background
from tradewind.processes.verify import verify

_NUMBERS = count(1)
_PATIENCE_S = 60.0
#: For logins that no test is about: a hash that costs nothing.
quick_hash = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash


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
    #: As the owner of all tables, for who looks at what changed.
    owner: asyncpg.Connection | None = None

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

    def price(self, symbol: str, bid: str, ask: str, reason: str | None = None) -> None:
        """Publish one price, the same for every group; untradable if there is a reason."""
        self.ticks += 1
        tick = make_tick(
            symbol=symbol, bid=bid, ask=ask, seq=self.ticks, now=self.clock.now(), reason=reason
        )
        self.parts.feed.heartbeat()
        self.parts.feed.receive(msgspec.json.encode(tick))

    async def order(self, name: str = "client1", **body: str) -> httpx.Response:
        """Place an order with a key of its own."""
        path = f"/v1/accounts/{self.account(name)}/orders"
        return await self.post(path, {"type": "market", **body}, name=name)

    async def post(
        self, path: str, body: object, *, name: str = "client1", key: str | None = None
    ) -> httpx.Response:
        """Post JSON, or the bytes themselves, with the given key or one of its own."""
        self.ticks += 1
        headers = {
            **await self.as_user(name),
            "idempotency-key": key or f"key-{self.ticks}",
            "content-type": "application/json",
        }
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        self.parts.feed.heartbeat()
        return await self.client.post(path, headers=headers, content=content)

    @asynccontextmanager
    async def beating(self) -> AsyncGenerator[None]:
        """Let pricing count as alive until the block ends, however busy the machine is."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("tradewind.infra.ticks.SILENCE_S", _PATIENCE_S)
            self.parts.feed.heartbeat()
            yield


@pytest.fixture
async def seeded(settings: Settings) -> Mapping[str, HandoverUser]:
    """The demo in a fresh database; users by name."""
    return await seed(settings, hash_password)


@pytest.fixture
async def api(
    settings: Settings, seeded: Mapping[str, HandoverUser], tmp_path: Path
) -> AsyncIterator[Api]:
    """A gateway with generous limits."""
    async with running_api(settings, seeded, tmp_path) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared_api(
    postgres_server: Home, valkey_server: Home, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Api]:
    """One gateway for a module, everybody logged in; at its end the log replays to the tables."""
    name = f"gateway_{next(_NUMBERS)}"
    settings = Settings(
        database_url=postgres_server.database_url.replace("///tradewind?", f"///{name}?"),
        redis_url=valkey_server.redis_url,
        secrets_dir=postgres_server.secrets,
        environment="demo",
        host="127.0.0.1",
        port=0,
        metrics_port=0,
    )
    superuser = await connect_superuser(postgres_server, "postgres")
    await create_database(superuser, name, template="tradewind")
    users = await seed(settings, quick_hash)
    async with running_api(settings, users, tmp_path_factory.mktemp("web")) as running:
        for user in users:
            await running.as_user(user)
        yield running
        await verify(settings)
    await superuser.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await superuser.close()


async def seed(
    settings: Settings, hash_password: Callable[[str], str]
) -> Mapping[str, HandoverUser]:
    """Write the demo; return its users by name."""
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


@asynccontextmanager
async def running_api(
    settings: Settings, users: Mapping[str, HandoverUser], web_dir: Path
) -> AsyncGenerator[Api]:
    """Run a gateway until the block ends."""
    clock = MovableClock()
    api_settings = ApiSettings(
        common=settings,
        gateway=GatewaySettings(
            version="test", environment="demo", stream_port=8001, stream_url="", web_dir=web_dir
        ),
        trusted_proxies="",
        reuse_port=False,
        user_rate=100_000,
        address_rate=100_000,
    )
    started, stopping = asyncio.Event(), asyncio.Event()
    made: list[Api] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tradewind.processes.api_parts.clock_from_environment", lambda: clock)
        running = asyncio.create_task(_run(api_settings, clock, users, made, started, stopping))
        waiting = asyncio.create_task(started.wait())
        await asyncio.wait((running, waiting), return_when=asyncio.FIRST_COMPLETED)
    if running.done():
        running.result()
    try:
        yield made[0]
    finally:
        if made[0].owner is not None:
            await made[0].owner.close()
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
