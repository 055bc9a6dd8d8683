"""The simulated LP over real sockets, asked by the engine's own initiator."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from fixcore.application import Application
from fixcore.message.field import Group
from fixcore.message.message import Message
from fixcore.session.session import Session
from fixcore.session.session_id import SessionID
from fixcore.session.session_settings import SessionSettings
from fixcore.transport.initiator import SocketInitiator
from prometheus_client import CollectorRegistry

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.acceptor import SessionEventsFactory
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.feeds import MarketFeed
from tradewind.simulators.lp.server import LpServer
from tradewind.simulators.lp.ticks import TimedTick

DEADLINE_S = 5.0
SETTINGS = """
[DEFAULT]
ConnectionType=initiator
UseDataDictionary=Y
DataDictionary=FIX44.xml
SocketConnectHost=127.0.0.1
SocketConnectPort={port}
ResetOnLogon=Y
[SESSION]
BeginString=FIX.4.4
SenderCompID=TRADEWIND
TargetCompID={target}
"""


class Client(Application):
    """Keeps what the LP sends."""

    def __init__(self) -> None:
        self.received: asyncio.Queue[Message] = asyncio.Queue(10_000)
        self.logged_on = asyncio.Event()
        self.session: Session | None = None

    def on_logon(self, session_id: SessionID) -> None:  # noqa: ARG002 the engine's signature
        self.logged_on.set()

    def from_app(self, message: Message, session_id: SessionID) -> None:  # noqa: ARG002
        self.received.put_nowait(message)

    async def send(self, fields: Mapping[int, str], symbols: tuple[str, ...] = ()) -> None:
        message = Message()
        for tag, value in fields.items():
            message.set_field(tag, value)
        if symbols:
            for side in "01":
                message.add_group(267, group({269: side}))
            for symbol in symbols:
                message.add_group(146, group({55: symbol}))
        assert self.session is not None
        await self.session.send_app(message)

    async def next(self, *tags: int) -> tuple[str, ...]:
        """Wait for the next message and return some of its fields."""
        async with asyncio.timeout(DEADLINE_S):
            message = await self.received.get()
        return tuple(message.get(tag) for tag in tags)


def group(fields: Mapping[int, str]) -> Group:
    made = Group()
    for tag, value in fields.items():
        made.set_field(tag, value)
    return made


@pytest.fixture
async def lp() -> AsyncIterator[tuple[LpServer, int]]:
    """A server over the seeded market that publishes only what the test tells it to."""
    clock = Clock()
    server = LpServer(MarketFeed(7, 30, clock), clock, LpCounters(CollectorRegistry()))
    port = await server.start("lp-test", "127.0.0.1", 0)
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(server.answer_requests())
        yield server, port
        answering.cancel()
    await server.stop()


@asynccontextmanager
async def client(port: int, target: str) -> AsyncIterator[Client]:
    made = Client()
    settings = SessionSettings.from_string(SETTINGS.format(port=port, target=target))
    async with SocketInitiator(settings, made, log_factory=SessionEventsFactory()) as initiator:
        async with asyncio.timeout(DEADLINE_S):
            await made.logged_on.wait()
        made.session = next(iter(initiator.sessions.values()))
        yield made


def request(kind: str) -> dict[int, str]:
    return {35: "V", 262: "r1", 263: kind, 264: "1", 265: "1"}


async def test_a_subscription_begins_with_a_snapshot_and_goes_on_with_increments(
    lp: tuple[LpServer, int],
) -> None:
    server, port = lp
    async with client(port, "LP-TEST-MD") as asking:
        await asking.send(request("1"), ("EURUSD", "BTCUSD", "NOSUCH"))
        assert await asking.next(35, 55, 262, 268) == ("W", "EURUSD", "r1", "2")
        assert await asking.next(35, 55) == ("W", "BTCUSD")
        assert await asking.next(35, 262, 281) == ("Y", "r1", "0")
        await server.publish([tick("EURUSD"), tick("USDJPY"), tick("BTCUSD")])
        assert await asking.next(35, 262, 268) == ("X", "r1", "2")
        assert await asking.next(35) == ("X",)
        await asking.send(request("2"), ("EURUSD",))
        await server.clear("BTCUSD")
        assert await asking.next(35, 55, 268) == ("W", "BTCUSD", "0")
        await server.publish([tick("EURUSD"), tick("BTCUSD")])
        assert await asking.next(35, 55, 268) == ("W", "BTCUSD", "2")
        assert asking.received.empty()


async def test_an_order_is_filled_and_its_status_is_told(lp: tuple[LpServer, int]) -> None:
    order = {35: "D", 11: "c1", 55: "EURUSD", 54: "1", 38: "1000", 40: "1", 59: "4"}
    order[60] = "20240105-12:00:00"
    async with client(lp[1], "LP-TEST-TRADE") as trading:
        await trading.send(order)
        assert await trading.next(35, 11, 150, 39) == ("8", "c1", "0", "0")
        assert await trading.next(35, 150, 39, 32, 151) == ("8", "F", "2", "1000", "0")
        await trading.send(order)
        assert await trading.next(150, 39, 103) == ("8", "8", "6")
        await trading.send({**order, 11: "c2", 55: "NOSUCH"})
        assert await trading.next(150, 39, 103) == ("8", "8", "1")
        await trading.send({35: "H", 11: "c1", 55: "EURUSD", 54: "1"})
        assert await trading.next(150, 39, 14, 32) == ("I", "2", "1000", "0")
        await trading.send({35: "H", 11: "c9", 55: "EURUSD", 54: "1"})
        assert await trading.next(150, 39, 103) == ("I", "8", "5")


async def test_each_session_serves_its_own_messages_alone(lp: tuple[LpServer, int]) -> None:
    async with client(lp[1], "LP-TEST-TRADE") as trading:
        await trading.send(request("1"), ("EURUSD",))
        assert await trading.next(35, 372) == ("j", "V")


def tick(symbol: str) -> TimedTick:
    return MarketFeed(7, 30, Clock()).current(symbol)
