"""Clients of the stream that connect again whenever they lose it."""

import asyncio
from collections.abc import AsyncGenerator, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from tests.flows.live import Live, Trader
from tests.gateway.stream.world import Client

RETRY_S = 0.05
PRICES_WITHIN_S = 5.0


@asynccontextmanager
async def streaming(live: Live, trader: Trader) -> AsyncGenerator[Client]:
    """A client that may listen."""
    url = f"{live.platform.stream_url}/v1/stream"
    async with connect(url, close_timeout=1, ping_interval=None) as socket:
        client = Client(socket)
        await client.say(type="auth", token=trader.token)
        await client.hear("ready")
        yield client


async def until_shown(client: Client, symbols: Collection[str], *, tradable: bool) -> None:
    """Read price frames until every symbol is shown like this at once."""
    shown: dict[str, bool] = {}
    async with asyncio.timeout(PRICES_WITHIN_S):
        while [shown.get(symbol) for symbol in symbols] != [tradable] * len(symbols):
            items = (await client.hear("prices"))["items"]
            shown |= {each["symbol"]: each["tradable"] for each in items}


@dataclass(slots=True, kw_only=True)
class Follower:
    """Notes the number of every event of one account, and how often it had to connect."""

    trader: Trader
    numbers: list[int] = field(default_factory=list)
    connections: int = 0

    async def follow(self, live: Live) -> None:
        """Listen for ever, each time after the last event seen."""
        while True:
            with suppress(OSError, WebSocketException):
                async with streaming(live, self.trader) as client:
                    await self._listen(client)
            await asyncio.sleep(RETRY_S)

    async def _listen(self, client: Client) -> None:
        after = self.numbers[-1] if self.numbers else 0
        account = str(self.trader.account)
        await client.say(type="subscribe", channel="account", account_id=account, after=after)
        self.connections += 1
        while True:
            self.numbers += [each["seq"] for each in (await client.hear("account"))["items"]]
