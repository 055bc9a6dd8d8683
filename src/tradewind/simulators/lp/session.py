"""The engine's session and acceptor, with a fast way out for market data."""

import asyncio
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fixcore.log.base import Log, LogFactory
from fixcore.session.session import Session
from fixcore.session.session_id import SessionID
from fixcore.session.state import SessionState
from fixcore.transport.acceptor import SocketAcceptor

from tradewind.simulators.lp.wire import SOH, framed, sending_time

SEND_TIMEOUT_S: Final = 5.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One market-data message: MsgType, the MDReqID it answers, and its shared body."""

    kind: bytes
    request_id: str
    body: str


class LpSession(Session):
    """A session that can send many pre-built messages under one lock and one write."""

    async def send_market_data(self, messages: Sequence[Outgoing], now: datetime) -> bool:
        """Number, stamp and write the messages; False when the session is not logged on.

        A client that does not read for `SEND_TIMEOUT_S` is disconnected, as LPs do.
        """
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S), self._send_lock:
                if self._state is not SessionState.LOGGED_ON or self._send_fn is None:
                    return False
                first = self._store.next_sender_msg_seq_num()
                raw = self._encoded(messages, first, sending_time(now))
                self._store.set_next_sender_msg_seq_num(first + len(messages))
                self._last_send_time = time.monotonic()
                await self._send_fn(raw)
        except (TimeoutError, ConnectionError):
            _log.warning("client does not read, disconnecting: %s", self._id)
            await self.disconnect()
            return False
        return True

    def _encoded(self, messages: Sequence[Outgoing], first: int, sent_at: str) -> bytes:
        sender, target = self._id.sender_comp_id, self._id.target_comp_id
        ends = f"{SOH}49={sender}{SOH}56={target}{SOH}34="
        stamp = f"{SOH}52={sent_at}"
        return b"".join(
            framed(
                f"35={message.kind.decode()}{ends}{first + number}{stamp}"
                f"{SOH}262={message.request_id}",
                message.body,
            )
            for number, message in enumerate(messages)
        )


class LpAcceptor(SocketAcceptor):
    """The engine's acceptor, making our sessions."""

    @property
    def port(self) -> int:
        """Return the port it listens on, also when the system chose it."""
        if self._server is None:
            raise RuntimeError("the acceptor does not listen yet")
        return int(self._server.sockets[0].getsockname()[1])

    def _make_session(self, sid: SessionID) -> Session:
        return LpSession(
            sid,
            self._settings,
            self._app,
            self._store_factory.create(sid),
            self._log_factory.create(sid),
        )


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
