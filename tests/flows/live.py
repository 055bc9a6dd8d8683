"""A platform that is hurt on purpose: its processes, its clients, and waiting for both."""

import os
import secrets
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.fixtures_platform import RunningPlatform
from tests.services.pricing.running import until
from tradewind.infra.demo.handover import BENCH_FILE, HandoverAccount, HandoverUser, read_handover
from tradewind.infra.local.running_state import ChildRecord, ChildState
from tradewind.infra.local.supervisor import STABLE_AFTER_S
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed

UP = (sys.executable, "-m", "tradewind.cli.main", "up", "--no-web")
ANSWER_TIMEOUT_S = 15.0
#: The one address and few users of a test send more than a person may.
RATES = {"TRADEWIND_USER_RATE": "1000000", "TRADEWIND_ADDRESS_RATE": "1000000"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """An account and the token of its owner."""

    account: UUID
    token: str

    @property
    def path(self) -> str:
        return f"/v1/accounts/{self.account}"

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}"}


@dataclass(slots=True, kw_only=True)
class Live:
    """A running platform; children are named as in the process table."""

    platform: RunningPlatform
    crash_file: Path
    accounts: int = 0
    seen: dict[str, tuple[int, float]] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        """What a process of the platform is told."""
        home = self.platform.home
        return Settings(
            database_url=home.database_url,
            redis_url=home.redis_url,
            secrets_dir=home.secrets,
            environment="demo",
            host="127.0.0.1",
            port=self.platform.port,
            metrics_port=0,
        )

    def client(self) -> httpx.AsyncClient:
        return httpx.AsyncClient(base_url=self.platform.url, timeout=ANSWER_TIMEOUT_S)

    async def traders(self, http: httpx.AsyncClient, count: int) -> list[Trader]:
        """Open accounts that no other test has, and log their owners in."""
        opened = await self.opened(count)
        tokens = {
            user.email: await log_in(http, user.email, user.password)
            for user in {id(user): user for user, _ in opened}.values()
        }
        return [Trader(account=each.id, token=tokens[user.email]) for user, each in opened]

    async def opened(self, count: int) -> list[tuple[HandoverUser, HandoverAccount]]:
        """Open accounts that no other test has: USD, netting, at most 100 an owner."""
        known = self.accounts
        self.accounts += count
        home = self.platform.home.root
        await seed(self.settings, home, bench_accounts=self.accounts)
        content = read_handover(home / BENCH_FILE)
        assert content is not None
        return [(user, account) for user in content.users for account in user.accounts][known:]

    def child(self, name: str) -> ChildRecord:
        """What the supervisor says of a child; who serves is noted with the time."""
        for child in self.platform.state.children:
            if child.state is ChildState.RUNNING and child.identity is not None:
                pid = child.identity.pid
                if self.seen.get(child.name, (0, 0.0))[0] != pid:
                    self.seen[child.name] = (pid, time.monotonic())
        return next(child for child in self.platform.state.children if child.name == name)

    def restarts(self) -> dict[str, int]:
        return {child.name: child.restarts for child in self.platform.state.children}

    def is_up(self, name: str, former: int = 0) -> bool:
        """Tell whether a child runs, and is not the one that was killed."""
        child = self.child(name)
        return (
            child.state is ChildState.RUNNING
            and child.identity is not None
            and child.identity.pid != former
        )

    def pid(self, name: str) -> int:
        identity = self.child(name).identity
        assert identity is not None, f"{name} does not run"
        return identity.pid

    def kill(self, name: str) -> int:
        """Kill a child at once; returns the number it had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    async def settled(self, name: str) -> None:
        """Wait until a child has served so long that it is started again at once when killed."""

        async def has_served() -> bool:
            if not self.is_up(name):
                return False
            return time.monotonic() - self.seen[name][1] > STABLE_AFTER_S

        await until(has_served)

    async def again(self, name: str, former: int) -> None:
        """Wait until another process has taken the place of a killed one."""

        async def is_replaced() -> bool:
            return self.is_up(name, former)

        await until(is_replaced)

    async def crash_loop(self, name: str, times: int) -> int:
        """Kill a child and each successor; afterwards the supervisor waits for a while."""
        await self.settled(name)
        former = 0
        for _ in range(times):
            await self.again(name, former)
            former = self.kill(name)
        return former


async def log_in(http: httpx.AsyncClient, email: str, password: str) -> str:
    """Return an access token."""
    answer = await http.post("/v1/auth/login", json={"email": email, "password": password})
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]


async def place(
    http: httpx.AsyncClient,
    trader: Trader,
    symbol: str = "EURUSD",
    quantity: str = "1000",
    key: str | None = None,
) -> httpx.Response:
    """Buy at market."""
    return await http.post(
        f"{trader.path}/orders",
        json={"symbol": symbol, "side": "buy", "type": "market", "quantity": quantity},
        headers={**trader.headers, "idempotency-key": key or secrets.token_hex(16)},
    )


async def get(http: httpx.AsyncClient, trader: Trader, path: str, **query: str | int) -> Any:
    """Read as the owner; anything but 200 fails."""
    answer = await http.get(path, headers=trader.headers, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def verdict(answer: httpx.Response) -> str:
    """Name what became of an order: its state, the reason of its rejection, or the error."""
    content = answer.json()
    if answer.status_code != 201:
        return f"{answer.status_code} {content['code']}"
    return content["reject"]["code"] if content["reject"] else content["state"]


async def is_ready(http: httpx.AsyncClient) -> bool:
    """Tell whether the API answers and has all it needs, prices too."""
    try:
        answer = await http.get("/readyz")
    except httpx.TransportError:
        return False
    return all(answer.json()["dependencies"].values())
