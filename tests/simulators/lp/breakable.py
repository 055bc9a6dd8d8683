"""An LP in this process that quotes what the test says and can be broken through its door."""

import asyncio
import http.client
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from prometheus_client import CollectorRegistry

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.control import ControlDoor
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.fault_desk import BreakableQuotes, FaultDesk
from tradewind.simulators.lp.market import LpTick
from tradewind.simulators.lp.server import LpServer
from tradewind.simulators.lp.ticks import TimedTick

SYMBOLS = frozenset({"EURUSD", "USDJPY", "BTCUSD"})
AT = datetime(2024, 1, 5, 12, 30, 45, 125_000, UTC)


class HandFed:
    """Quotes the last of each symbol that the test published."""

    def __init__(self) -> None:
        self.last: dict[str, TimedTick] = {}

    def offers(self, symbol: str) -> bool:
        return symbol in SYMBOLS

    def current(self, symbol: str) -> TimedTick | None:
        return self.last.get(symbol)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakableLp:
    """The LP, its feed and its doors."""

    feed: HandFed
    server: LpServer
    desk: FaultDesk
    counters: LpCounters
    port: int
    control_port: int

    async def publish(self, *quotes: TimedTick) -> None:
        """Quote as a feed would: through the faults."""
        self.feed.last.update((quote.tick.symbol, quote) for quote in quotes)
        await self.desk.publish(quotes)

    async def ask(self, method: str, path: str, document: object = None) -> tuple[int, object]:
        return await asyncio.to_thread(asked, self.control_port, method, path, document)

    async def breaks(self, name: str, **parameters: str) -> None:
        status, answer = await self.ask("PUT", f"/faults/{name}", parameters)
        assert status == 200, answer

    async def mends(self, name: str) -> None:
        assert await self.ask("DELETE", f"/faults/{name}") == (200, {"ended": 1})


def asked(port: int, method: str, path: str, document: object = None) -> tuple[int, object]:
    """Ask a control door; returns status and document."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        body = None if document is None else json.dumps(document)
        connection.request(method, path, body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, json.loads(response.read())
    finally:
        connection.close()


@asynccontextmanager
async def breakable_lp() -> AsyncIterator[BreakableLp]:
    feed, clock, counters = HandFed(), Clock(), LpCounters(CollectorRegistry())
    quotes = BreakableQuotes(feed)
    server = LpServer(quotes, clock, counters, seed=7)
    desk = FaultDesk(quotes, server)
    door = ControlDoor(desk, server, clock)
    port = await server.start("lp-test", "127.0.0.1", 0)
    lp = BreakableLp(
        feed=feed,
        server=server,
        desk=desk,
        counters=counters,
        port=port,
        control_port=await door.start(0),
    )
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(server.answer_requests()), tasks.create_task(desk.run())]
        yield lp
        for task in running:
            task.cancel()
    await door.stop()
    await server.stop()


def quote(
    bid: int = 110_000, ask: int = 110_010, later_s: float = 0, symbol: str = "EURUSD"
) -> TimedTick:
    """A quote of five digits, of a million by two, some seconds after AT."""
    return TimedTick(
        tick=LpTick(
            symbol=symbol,
            digits=5,
            bid_points=bid,
            ask_points=ask,
            bid_size=1_000_000,
            ask_size=2_000_000,
        ),
        at=AT + timedelta(seconds=later_s),
    )


def told(values: Mapping[str, str] | None = None) -> str:
    """The increment that tells of `quote()`, with some values replaced."""
    text = {"bid": "1.10000", "ask": "1.10010", "time": "12:30:45.125", **(values or {})}
    at = f"272=20240105|273={text['time']}"
    bid = f"279=1|269=0|55=EURUSD|270={text['bid']}|271=1000000|{at}"
    ask = f"279=1|269=1|55=EURUSD|270={text['ask']}|271=2000000|{at}"
    return f"35=X|268=2|{bid}|{ask}"
