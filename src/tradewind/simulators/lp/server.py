"""The simulated LP's FIX side: sessions, subscriptions, answers.

A client's market-data session targets `<NAME>-MD`, its trading session `<NAME>-TRADE`.
"""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final, Protocol

import structlog
from fixcore.application import Application
from fixcore.message.message import Message
from fixcore.session.session_id import SessionID

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.acceptor import LpAcceptor, acceptor_settings
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.depth import Book, Depth
from tradewind.simulators.lp.market import LpTick
from tradewind.simulators.lp.requests import (
    SUBSCRIBE,
    UNSUBSCRIBE,
    MarketDataRequest,
    RequestReject,
    business_reject,
    read_request,
    reject,
    unknown,
)
from tradewind.simulators.lp.session import LpSession
from tradewind.simulators.lp.subscriptions import Subscription, Update
from tradewind.simulators.lp.ticks import TimedTick
from tradewind.simulators.lp.trading import TradingDesk

REQUESTS_MAX: Final = 10_000
LOGOUT_WAIT_S: Final = 0.5

_log = structlog.get_logger()


class Quotes(Protocol):
    """Where the LP's prices come from: the simulated market or a recording."""

    def offers(self, symbol: str) -> bool:
        """Tell whether the LP quotes this symbol at all."""
        ...

    def current(self, symbol: str) -> TimedTick | None:
        """Return the quote now, None before the first."""
        ...


class LpServer(Application):
    """Accepts sessions, answers requests in order, publishes ticks to whoever subscribed."""

    def __init__(self, quotes: Quotes, clock: Clock, counters: LpCounters, seed: int = 1) -> None:
        """Serve `quotes`, with a seeded book behind each; nothing listens before `start`."""
        self._quotes = quotes
        self._clock = clock
        self._counters = counters
        self._depth = Depth(seed)
        self._desk = TradingDesk(self._price, counters)
        self._requests: asyncio.Queue[tuple[SessionID, Message]] = asyncio.Queue(REQUESTS_MAX)
        self._subscriptions: dict[SessionID, dict[str, Subscription]] = {}
        #: What was quoted last of each symbol.
        self._latest: dict[str, TimedTick] = {}
        self._acceptor: LpAcceptor | None = None
        self._writers: asyncio.TaskGroup | None = None
        self.subscription_made = asyncio.Event()
        self._muted = False
        #: Set while no session is logged on.
        self._deserted = asyncio.Event()
        self._deserted.set()

    async def start(self, name: str, host: str, port: int) -> int:
        """Listen; 0 picks a free port. Returns the port."""
        settings = acceptor_settings(name, host, port)
        acceptor = LpAcceptor(settings, self, self._clock, self._counters)
        await acceptor.start()
        self._acceptor = acceptor
        return acceptor.port

    async def stop(self) -> None:
        """Log every session out, wait briefly for their answers, close."""
        if self._acceptor is None:
            return
        await self.take_down("LP is closing")
        await self._acceptor.stop()

    async def answer_requests(self) -> None:
        """Serve sessions, and requests one after the other, for ever."""
        async with asyncio.TaskGroup() as writers:
            self._writers = writers
            while True:
                session_id, message = await self._requests.get()
                session = self._session(session_id)
                if session is not None:
                    await self._answer(session, message)

    async def take_down(self, text: str) -> None:
        """Log every session out and refuse new ones; who does not confirm in time is cut off."""
        if self._acceptor is None:
            return
        self._acceptor.refuses = True
        sessions = self._sessions()
        # A client that does not read would hold up the logout of the others.
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(LOGOUT_WAIT_S):
                for session in sessions:
                    await session.send_logout(text)
                await self._deserted.wait()
        for session in sessions:
            session.abort()

    def bring_up(self) -> None:
        """Take sessions again."""
        if self._acceptor is not None:
            self._acceptor.refuses = False

    def mute(self) -> None:
        """Use up sequence numbers without sending market data, until `unmute`."""
        self._set_muted(muted=True)

    def unmute(self) -> None:
        """Send market data again; clients see that messages are missing."""
        self._set_muted(muted=False)

    def subscribed(self, symbol: str) -> bool:
        """Tell whether anybody listens to a symbol."""
        return any(symbol in symbols for symbols in self._subscriptions.values())

    def offers(self, symbol: str) -> bool:
        """Tell whether the LP quotes a symbol at all."""
        return self._quotes.offers(symbol)

    def symbols(self) -> list[str]:
        """Return every symbol somebody listens to, in their order."""
        return sorted({symbol for symbols in self._subscriptions.values() for symbol in symbols})

    def waiting(self) -> list[int]:
        """Return how many messages each session has waiting."""
        return [session.waiting for session in self._sessions()]

    def book(self, symbol: str) -> Book | None:
        """Return the full book behind the last quote; None without one."""
        latest = self._latest.get(symbol)
        return self._depth.book(latest) if latest else None

    async def publish(self, ticks: Sequence[TimedTick]) -> None:
        """Queue ticks, in order, for every session that subscribed their symbol."""
        updates = [Update(each, self._depth) for each in ticks]
        for each in ticks:
            if each.flaw is None or each.flaw.name is None:
                self._latest[each.tick.symbol] = each
        for session, symbols in self._listeners():
            session.enqueue(
                [
                    symbols[update.symbol].message(update)
                    for update in updates
                    if update.symbol in symbols
                ]
            )

    async def room(self) -> None:
        """Wait until no session has much waiting: for feeds faster than any client."""
        for session, _ in self._listeners():
            await session.room()

    async def clear(self, symbol: str) -> None:
        """Send an empty snapshot of one symbol to its subscribers: instrument disabled."""
        self._latest.pop(symbol, None)
        for session, symbols in self._listeners():
            if symbol in symbols:
                session.enqueue([symbols[symbol].cleared(symbol)])

    def withdraw(self, symbol: str) -> None:
        """End the subscriptions of one symbol with a reject, as if it were unknown."""
        self._latest.pop(symbol, None)
        for session, symbols in self._listeners():
            subscription = symbols.pop(symbol, None)
            if subscription is not None:
                self._reject(session, unknown(subscription.request_id, symbol))

    def on_logon(self, session_id: SessionID) -> None:
        """Begin with no subscriptions."""
        self._subscriptions[session_id] = {}
        self._deserted.clear()
        self._counters.sessions.set(len(self._subscriptions))
        session = self._session(session_id)
        if session is not None and self._writers is not None:
            session.muted = self._muted
            self._writers.create_task(session.write())
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
        if trades:
            for reply in self._desk.answer(message, self._clock.now()):
                await session.send_app(reply)
        elif message.msg_type == "V":
            self._market_data_request(session, message)
        else:
            self._counters.rejects.inc()
            await session.send_app(business_reject(message))

    def _market_data_request(self, session: LpSession, message: Message) -> None:
        symbols = self._subscriptions.get(session.session_id)
        if symbols is None:
            return
        request = read_request(message)
        if isinstance(request, RequestReject):
            self._reject(session, request)
            return
        for symbol in request.symbols:
            if request.kind == UNSUBSCRIBE:
                symbols.pop(symbol, None)
            elif self._quotes.offers(symbol):
                self._subscribe(session, symbol, request)
            else:
                self._reject(session, unknown(request.request_id, symbol))

    def _subscribe(self, session: LpSession, symbol: str, request: MarketDataRequest) -> None:
        """Queue the snapshot first: whatever is published afterwards changes it."""
        made = Subscription(
            request_id=request.request_id, depth=request.depth, refresh=request.refresh
        )
        current = self._latest.get(symbol) or self._quotes.current(symbol)
        if current is None:
            session.enqueue([made.cleared(symbol)])
        else:
            self._latest[symbol] = current
            snapshot = made.message(Update(current, self._depth))
            session.enqueue([snapshot._replace(is_tick=False)])
        if request.kind == SUBSCRIBE:
            self._subscriptions[session.session_id][symbol] = made
            self.subscription_made.set()

    def _reject(self, session: LpSession, refused: RequestReject) -> None:
        self._counters.rejects.inc()
        session.enqueue([reject(refused)])

    def _set_muted(self, *, muted: bool) -> None:
        self._muted = muted
        for session in self._sessions():
            session.muted = muted

    def _listeners(self) -> Iterator[tuple[LpSession, dict[str, Subscription]]]:
        for session_id, symbols in list(self._subscriptions.items()):
            session = self._session(session_id)
            if session is not None and symbols:
                yield session, symbols

    def _sessions(self) -> list[LpSession]:
        found = map(self._session, list(self._subscriptions))
        return [session for session in found if session is not None]

    def _session(self, session_id: SessionID) -> LpSession | None:
        session = self._acceptor.sessions.get(session_id) if self._acceptor else None
        return session if isinstance(session, LpSession) and session.is_logged_on else None

    def _price(self, symbol: str) -> LpTick | None:
        current = self._quotes.current(symbol) if self._quotes.offers(symbol) else None
        return current.tick if current else None
