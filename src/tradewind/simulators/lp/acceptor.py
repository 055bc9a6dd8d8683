"""The engine's acceptor, making our sessions, and what is logged of them."""

import asyncio
import logging
import re
from typing import Final

from fixcore.application import Application
from fixcore.log.base import Log, LogFactory
from fixcore.message.message import Message
from fixcore.session.session import Session
from fixcore.session.session_id import SessionID
from fixcore.session.session_settings import SessionSettings
from fixcore.transport.acceptor import SocketAcceptor

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.session import CONNECTION, LpSession

CLIENT_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,32}")
SETTINGS: Final = """
[DEFAULT]
ConnectionType=acceptor
SocketAcceptHost={host}
SocketAcceptPort={port}
UseDataDictionary=Y
DataDictionary=FIX44.xml
LogoutTimeout=1

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

_log = logging.getLogger(__name__)


class LpAcceptor(SocketAcceptor):
    """The engine's acceptor, making our sessions."""

    def __init__(
        self, settings: SessionSettings, app: Application, clock: Clock, counters: LpCounters
    ) -> None:
        """Take any client that the settings have a place for."""
        self._clock, self._counters = clock, counters
        #: Connections are closed at their first message.
        self.refuses = False
        super().__init__(settings, app, log_factory=SessionEventsFactory())
        self.template_approver = _is_acceptable

    @property
    def port(self) -> int:
        """Return the port it listens on, also when the system chose it."""
        if self._server is None:
            raise RuntimeError("the acceptor does not listen yet")
        return int(self._server.sockets[0].getsockname()[1])

    async def _handle_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        CONNECTION.set(writer)
        await super()._handle_connection(reader, writer)

    def _find_session(self, raw_msg: bytes) -> Session | None:
        return None if self.refuses else super()._find_session(raw_msg)

    def _make_session(self, sid: SessionID) -> Session:
        session = LpSession(
            sid,
            self._settings,
            self._app,
            self._store_factory.create(sid),
            self._log_factory.create(sid),
        )
        session.clock, session.counters = self._clock, self._counters
        return session


class SessionEvents(Log):
    """Logs what happens to sessions and no messages: that would cost more than sending them."""

    def __init__(self, session_id: SessionID) -> None:
        """Name the session in every line."""
        self._id = session_id

    def on_incoming(self, message: str) -> None:
        """Say nothing."""

    def on_outgoing(self, message: str) -> None:
        """Say nothing."""

    def on_event(self, text: str) -> None:
        """Log one event."""
        _log.info("%s: %s", self._id, text)


class SessionEventsFactory(LogFactory):
    """Gives every session its log."""

    def create(self, session_id: SessionID) -> Log:
        """Return the log of one session."""
        return SessionEvents(session_id)


def acceptor_settings(name: str, host: str, port: int) -> SessionSettings:
    """Return the engine's settings: any client for market data, any for trading."""
    return SessionSettings.from_string(SETTINGS.format(name=name.upper(), host=host, port=port))


def _is_acceptable(session_id: SessionID, _logon: Message) -> bool:
    """Take any client with a plain name: this is a simulator, there is nothing to protect."""
    return CLIENT_NAME.fullmatch(session_id.target_comp_id) is not None
