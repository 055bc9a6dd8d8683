"""What the bots share: their options, the demo login, and a time after which they end."""

import asyncio
import json
import os
import time
from argparse import ArgumentParser, Namespace
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from tradewind_client import Client, Symbol

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a bot trades: a client that is logged in, an account and a symbol."""

    client: Client
    account: UUID
    symbol: Symbol


def options(about: str) -> ArgumentParser:
    """Return the options that every bot has; without a login the demo's first client is used."""
    parser = ArgumentParser(description=about)
    parser.add_argument("--url", help="the platform's address")
    parser.add_argument("--email", help="the login; without it that of the demo")
    parser.add_argument("--password", default=os.environ.get("TRADEWIND_PASSWORD"))
    parser.add_argument("--account", type=UUID, help="the account's id; else the login's first")
    parser.add_argument("--symbol", default="EURUSD")
    parser.add_argument("--quantity", type=Decimal, default=Decimal(1000), help="units of an order")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to run")
    return parser


@asynccontextmanager
async def at_desk(chosen: Namespace) -> AsyncGenerator[Desk]:
    """Log in and look the account and the symbol up; log out at the end."""
    url, email, password = _login(chosen)
    async with Client(url) as client:
        await client.log_in(email, password)
        account = chosen.account or (await client.accounts.list()).items[0].id
        try:
            yield Desk(
                client=client, account=account, symbol=await client.market.symbol(chosen.symbol)
            )
        finally:
            await client.log_out()


async def within(seconds: float, source: AsyncIterator[T]) -> AsyncIterator[T]:
    """Hand on what comes until the time is over. Waiting ends then, an order under way does not."""
    ends = time.monotonic() + seconds
    while True:
        try:
            async with asyncio.timeout(ends - time.monotonic()):
                item = await anext(source)
        except (TimeoutError, StopAsyncIteration):
            return
        yield item


def _login(chosen: Namespace) -> tuple[str, str, str]:
    """Return address, e-mail and password: those chosen, or what `make run` wrote for programs."""
    if chosen.email:
        return chosen.url or "http://127.0.0.1:8000", chosen.email, chosen.password
    home = Path(os.environ.get("TRADEWIND_HOME", ".tradewind"))
    demo: Any = json.loads((home / "demo.json").read_text("utf-8"))
    user = demo["users"][0]
    return chosen.url or demo["web"], user["email"], user["password"]
