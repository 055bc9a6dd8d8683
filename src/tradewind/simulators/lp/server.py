"""The simulated LP's FIX side: sessions, subscriptions, answers.

A client's market-data session targets `<NAME>-MD`, its trading session `<NAME>-TRADE`.
"""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

import structlog
from fixcore.application import Application
from fixcore.message.message import Message
from fixcore.session.session_id import SessionID
from fixcore.session.session_settings import SessionSettings

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.market import LpTick
from tradewind.simulators.lp.session import (
    LpAcceptor,
    LpSession,
    Outgoing,
    SessionEventsFactory,
)
from tradewind.simulators.lp.trading import TradingDesk
from tradewind.simulators.lp.wire import (
    INCREMENT,
    SNAPSHOT,
    empty_body,
    increment_body,
    market_data_time,
    snapshot_body,
)

REQUESTS_MAX: Final = 10_000
LOGOUT_WAIT_S: Final = 0.5
CLIENT_NAME = re.compile(r"[A-Za-z0-9_.-]{1,32}")
SETTINGS: Final = """
[DEFAULT]
ConnectionType=acceptor
SocketAcceptHost={host}
SocketAcceptPort={port}
UseDataDictionary=Y
DataDictionary=FIX44.xml

[SESSION]
BeginString=FIX.4.4
SenderCompID={name}-MD
TargetCompID=*
AcceptorTemplate=Y
PersistMessages=N

[SESSION]
BeginString=FIX.4.4
SenderCompID={name}-TRADE
TargetCompID=TRADEWIND

[SESSION]
BeginString=FIX.4.4
SenderCompID={name}-TRADE
TargetCompID=*
AcceptorTemplate=Y
"""

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedTick:
    """A quote and the time it belongs to: now, or when it was recorded."""

    tick: LpTick
    at: datetime


class Quotes(Protocol):
    """Where the LP's prices come from: the simulated market or a recording."""

    def offers(self, symbol: str) -> bool:
        """Tell whether the LP quotes this symbol at all."""
        ...

    def current(self, symbol: str) -> TimedTick | None:
        """Return the quote now, None before the first."""
        ...


@dataclass(slots=True, kw_only=True)
class Subscription:
    """One symbol of one session. `primed` once the client holds a book to change."""

    request_id: str
    primed: bool = False


class LpServer(Application):
    """Accepts sessions, answers requests in order, publishes ticks to whoever subscribed."""

    def __init__(self, quotes: Quotes, clock: Clock, counters: LpCounters) -> None:
        """Serve `quotes`; nothing listens before `start`."""
        self._quotes = quotes
        self._clock = clock
        self._counters = counters
        self._desk = TradingDesk(self._price)
        self._requests: asyncio.Queue[tuple[SessionID, Message]] = asyncio.Queue(REQUESTS_MAX)
        self._subscriptions: dict[SessionID, dict[str, Subscription]] = {}
        self._acceptor: LpAcceptor | None = None
        self.subscription_made = asyncio.Event()
        #: Set while no session is logged on.
        self._deserted = asyncio.Event()
        self._deserted.set()

    async def start(self, name: str, host: str, port: int) -> int:
        """Listen; 0 picks a free port. Returns the port."""
        text = SETTINGS.format(name=name.upper(), host=host, port=port)
        acceptor = LpAcceptor(
            SessionSettings.from_string(text), self, log_factory=SessionEventsFactory()
        )
        acceptor.template_approver = _is_acceptable
        await acceptor.start()
        self._acceptor = acceptor
        return acceptor.port

    async def stop(self) -> None:
        """Log every session out, wait briefly for their answers, close."""
        if self._acceptor is None:
            return
        sessions = [each for each in self._acceptor.sessions.values() if each.is_logged_on]
        for session in sessions:
            await session.send_logout("LP is closing")
        try:
            async with asyncio.timeout(LOGOUT_WAIT_S):
                await self._deserted.wait()
        except TimeoutError:
            _log.info("lp_client_did_not_confirm_logout")
        await self._acceptor.stop()

    async def answer_requests(self) -> None:
        """Serve requests one after the other, for ever."""
        while True:
            session_id, message = await self._requests.get()
            session = self._session(session_id)
            if session is not None:
                await self._answer(session, message)

    def subscribed(self, symbol: str) -> bool:
        """Tell whether anybody listens to a symbol."""
        return any(symbol in symbols for symbols in self._subscriptions.values())

    async def publish(self, ticks: Sequence[TimedTick]) -> None:
        """Send ticks, in order, to every session that subscribed their symbol."""
        bodies = [increment_body(each.tick, market_data_time(each.at)) for each in ticks]
        now = self._clock.now()
        for session_id, symbols in list(self._subscriptions.items()):
            session = self._session(session_id)
            messages = [
                self._outgoing(symbols[each.tick.symbol], each, body)
                for each, body in zip(ticks, bodies, strict=True)
                if each.tick.symbol in symbols
            ]
            if session and messages and await session.send_market_data(messages, now):
                self._counters.ticks.inc(len(messages))

    async def clear(self, symbol: str) -> None:
        """Send an empty snapshot of one symbol to its subscribers: instrument disabled."""
        for session_id, symbols in list(self._subscriptions.items()):
            session, subscription = self._session(session_id), symbols.get(symbol)
            if session and subscription:
                subscription.primed = False
                body = empty_body(symbol)
                message = Outgoing(kind=SNAPSHOT, request_id=subscription.request_id, body=body)
                await session.send_market_data([message], self._clock.now())

    def on_logon(self, session_id: SessionID) -> None:
        """Begin with no subscriptions."""
        self._subscriptions[session_id] = {}
        self._deserted.clear()
        self._counters.sessions.set(len(self._subscriptions))
        _log.info("lp_session_up", session=str(session_id))

    def on_logout(self, session_id: SessionID) -> None:
        """Forget the session's subscriptions."""
        self._subscriptions.pop(session_id, None)
        if not self._subscriptions:
            self._deserted.set()
        self._counters.sessions.set(len(self._subscriptions))
        _log.info("lp_session_down", session=str(session_id))

    def from_app(self, message: Message, session_id: SessionID) -> None:
        """Queue a request; when the queue is full the engine logs and drops it."""
        self._requests.put_nowait((session_id, message))

    async def _answer(self, session: LpSession, message: Message) -> None:
        trades = session.session_id.sender_comp_id.endswith("-TRADE")
        match message.msg_type:
            case "V" if not trades:
                await self._market_data_request(session, message)
            case "D" if trades:
                await self._new_order(session, message)
            case "H" if trades:
                await session.send_app(self._desk.status(message, self._clock.now()))
            case kind:
                self._counters.rejects.inc()
                await session.send_app(_business_reject(message, kind))

    async def _market_data_request(self, session: LpSession, message: Message) -> None:
        symbols = self._subscriptions.get(session.session_id)
        if symbols is None:
            return
        request_id = message.get(262)
        for group in message.get_groups(146):
            symbol = group.get_field_or(55)
            if message.get(263) == "2":
                symbols.pop(symbol, None)
            elif self._quotes.offers(symbol):
                await self._subscribe(session, symbol, Subscription(request_id=request_id))
            else:
                self._counters.rejects.inc()
                await session.send_app(_market_data_reject(request_id, symbol))

    async def _subscribe(self, session: LpSession, symbol: str, made: Subscription) -> None:
        """Send the snapshot first: whatever is published afterwards changes it."""
        current = self._quotes.current(symbol)
        body = (
            snapshot_body(current.tick, market_data_time(current.at))
            if current
            else empty_body(symbol)
        )
        made.primed = current is not None
        self._subscriptions[session.session_id][symbol] = made
        self.subscription_made.set()
        message = Outgoing(kind=SNAPSHOT, request_id=made.request_id, body=body)
        await session.send_market_data([message], self._clock.now())

    async def _new_order(self, session: LpSession, message: Message) -> None:
        self._counters.orders.inc()
        for report in self._desk.new_order(message, self._clock.now()):
            match report.get(150):
                case "F":
                    self._counters.fills.inc()
                case "8":
                    self._counters.rejects.inc()
            await session.send_app(report)

    def _outgoing(self, subscription: Subscription, timed: TimedTick, increment: str) -> Outgoing:
        if subscription.primed:
            return Outgoing(kind=INCREMENT, request_id=subscription.request_id, body=increment)
        subscription.primed = True
        body = snapshot_body(timed.tick, market_data_time(timed.at))
        return Outgoing(kind=SNAPSHOT, request_id=subscription.request_id, body=body)

    def _session(self, session_id: SessionID) -> LpSession | None:
        session = self._acceptor.sessions.get(session_id) if self._acceptor else None
        return session if isinstance(session, LpSession) and session.is_logged_on else None

    def _price(self, symbol: str) -> LpTick | None:
        current = self._quotes.current(symbol) if self._quotes.offers(symbol) else None
        return current.tick if current else None


def _is_acceptable(session_id: SessionID, _logon: Message) -> bool:
    """Take any client with a plain name: this is a simulator, there is nothing to protect."""
    return CLIENT_NAME.fullmatch(session_id.target_comp_id) is not None


def _market_data_reject(request_id: str, symbol: str) -> Message:
    fields = {35: "Y", 262: request_id, 281: "0", 58: f"unknown symbol {symbol}"}
    return _message(fields)


def _business_reject(refused: Message, kind: str) -> Message:
    fields = {35: "j", 45: refused.get(34), 372: kind, 380: "3", 58: f"{kind} is not served here"}
    return _message(fields)


def _message(fields: dict[int, str]) -> Message:
    message = Message()
    for tag, value in fields.items():
        message.set_field(tag, value)
    return message
