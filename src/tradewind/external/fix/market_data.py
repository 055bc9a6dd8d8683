"""One LP's market data session: QuickFIX runs it in its own thread, we drain what it received.

A callback copies the message's text into a bounded queue and returns. No exception may leave it
(that ends the process) and no Message may be kept (that is a segfault).
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto
from pathlib import Path
from typing import Final

import quickfix as fix
import structlog

from tradewind.core.ids import LpCode
from tradewind.core.quotes import LpTerms
from tradewind.external.fix.dictionary import write_dictionary
from tradewind.external.fix.endpoints import LpEndpoint
from tradewind.external.fix.requests import SUBSCRIBE, UNSUBSCRIBE, market_data_request
from tradewind.infra.clock import Clock

INBOX_MAX: Final = 100_000
STOP_TIMEOUT_S: Final = 3.0
#: How long after an LP's Logout we knock again; some keep the door shut for a while.
RENEW_S: Final = 1.0
LOGOUT: Final = "\x0135=5\x01"
SENDER_COMP_ID: Final = "TRADEWIND"
#: Market data always resets and is never resent, so sequence numbers live in memory alone.
SETTINGS: Final = """
[DEFAULT]
ConnectionType=initiator
ReconnectInterval=1
StartTime=00:00:00
EndTime=00:00:00
HeartBtInt=5
LogonTimeout=3
LogoutTimeout=1
PersistMessages=N
ResetOnLogon=Y
SocketNodelay=Y
TimestampPrecision=3
UseDataDictionary=Y
DataDictionary={dictionary}
AllowUnknownMsgFields=Y
ValidateUserDefinedFields=N
ValidateFieldsHaveValues=N
CheckLatency=N

[SESSION]
BeginString=FIX.4.4
SenderCompID={sender}
TargetCompID={target}
SocketConnectHost={host}
SocketConnectPort={port}
"""

_log = structlog.get_logger()


class Kind(Enum):
    """What came out of the session."""

    UP = auto()
    DOWN = auto()
    MESSAGE = auto()
    #: The inbox was full and was emptied: what it held is lost.
    OVERFLOW = auto()
    #: Messages are missing: QuickFIX asks for them, and market data is never sent again.
    GAP = auto()
    #: The LP refused something at session level; the text says what.
    REFUSED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One thing that came out of the session, and when."""

    kind: Kind
    at: datetime
    text: str = ""


class MarketDataSession:
    """The session as the rest sees it: start, drain, subscribe, stop."""

    def __init__(self, endpoint: LpEndpoint, folder: Path, clock: Clock) -> None:
        """Write settings and dictionary into `folder`, which belongs to this LP alone."""
        self.lp: LpCode = endpoint.lp
        self._inbox: deque[Received] = deque()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        dictionary, settings = folder / "FIX44.xml", folder / "session.cfg"
        write_dictionary(dictionary)
        text = SETTINGS.format(
            dictionary=dictionary,
            sender=SENDER_COMP_ID,
            target=endpoint.market_data_comp_id,
            host=endpoint.host,
            port=endpoint.port,
        )
        settings.write_text(text, encoding="utf-8")
        self._callbacks = _Callbacks(self._inbox, clock)
        self._session_id = fix.SessionID("FIX.4.4", SENDER_COMP_ID, endpoint.market_data_comp_id)
        # QuickFIX keeps plain pointers to these, so they must live as long as the initiator.
        self._settings = fix.SessionSettings(str(settings))
        self._store = fix.MemoryStoreFactory()
        self._initiator: fix.SocketInitiator | None = self._made()
        self._renewing: asyncio.Future[None] | None = None
        self._logged_out_at: float | None = None

    def start(self) -> None:
        """Connect, and again whenever the connection is lost, until `stop`."""
        if self._initiator is not None:
            self._initiator.start()

    async def stop(self) -> None:
        """Log out and end the thread; it blocks, so it runs in an executor."""
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                if self._renewing is not None:
                    await asyncio.shield(self._renewing)
                if self._initiator is not None:
                    loop = asyncio.get_running_loop()
                    await loop.run_in_executor(None, self._initiator.stop)
        except TimeoutError:
            _log.warning("fix_session_did_not_stop", lp=self.lp)

    @property
    def logged_on(self) -> bool:
        """Tell whether the session is up now, whatever waits to be drained."""
        return self._initiator is not None and bool(self._initiator.isLoggedOn())

    @property
    def waiting(self) -> int:
        """Return how many received messages wait to be drained."""
        return len(self._inbox)

    def drain(self, limit: int) -> Sequence[Received]:
        """Take up to `limit` received things, oldest first."""
        inbox = self._inbox
        received: list[Received] = []
        # An overflow may empty the inbox between the look and the pop.
        with suppress(IndexError):
            while inbox and len(received) < limit:
                received.append(inbox.popleft())
                if received[-1].kind is Kind.REFUSED and LOGOUT in received[-1].text:
                    self._logged_out_at = time.monotonic()
        if self._logged_out_at is not None and time.monotonic() - self._logged_out_at >= RENEW_S:
            self._logged_out_at = None
            self._renew_soon()
        return received

    def subscribe(self, terms: LpTerms, generation: int) -> None:
        """Ask for the book of every symbol."""
        self._request(terms, generation, SUBSCRIBE)

    def unsubscribe(self, terms: LpTerms, generation: int) -> None:
        """End the subscriptions of an earlier generation."""
        self._request(terms, generation, UNSUBSCRIBE)

    def _renew_soon(self) -> None:
        """Begin again with a new initiator, beside everything else.

        QuickFIX answers an LP's Logout, closes the connection and never connects again: it goes
        on asking for a logon on the connection it closed.
        """
        if self._renewing is None or self._renewing.done():
            loop = asyncio.get_running_loop()
            self._renewing = loop.run_in_executor(None, self._renew)

    def _renew(self) -> None:
        old = self._initiator
        if old is not None:
            old.stop(True)  # noqa: FBT003 QuickFIX's signature: without waiting for a logout
        # There may be one session of a name at a time: the old one ends with its last reference.
        self._initiator = old = None
        self._initiator = made = self._made()
        made.start()

    def _made(self) -> fix.SocketInitiator:
        return fix.SocketInitiator(self._callbacks, self._store, self._settings)

    def _request(self, terms: LpTerms, generation: int, action: str) -> None:
        for name, symbol in terms.symbols.items():
            request_id = f"{symbol}.{generation}"
            self._send(market_data_request(request_id, name, action=action, depth=terms.depth))

    def _send(self, message: fix.Message) -> None:
        """Send while logged on; QuickFIX would keep it for the next logon otherwise."""
        if not self.logged_on:
            return
        try:
            fix.Session.sendToTarget(message, self._session_id)
        except fix.SessionNotFound:
            _log.warning("fix_session_not_found", lp=self.lp)


class _Callbacks(fix.Application):
    """What QuickFIX calls, from its thread."""

    def __init__(self, inbox: deque[Received], clock: Clock) -> None:
        super().__init__()
        self._inbox = inbox
        self._clock = clock

    def onCreate(self, session_id: fix.SessionID) -> None:  # noqa: N802 QuickFIX's name
        """Need nothing."""

    def onLogon(self, session_id: fix.SessionID) -> None:  # noqa: N802
        """Report the session up."""
        self._put(Kind.UP)

    def onLogout(self, session_id: fix.SessionID) -> None:  # noqa: N802
        """Report the session down, also after a logon that failed."""
        self._put(Kind.DOWN)

    def toAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None:  # noqa: N802
        """Report a gap: we are about to ask for a resend."""
        try:
            if "\x0135=2\x01" in message.toString():
                self._put(Kind.GAP)
        except Exception:  # noqa: BLE001 it would end the process
            self._put(Kind.REFUSED)

    def fromAdmin(self, message: fix.Message, session_id: fix.SessionID) -> None:  # noqa: N802
        """Report rejects and logouts with their text."""
        try:
            text = message.toString()
            if "\x0135=3\x01" in text or LOGOUT in text:
                self._put(Kind.REFUSED, text)
        except Exception:  # noqa: BLE001 it would end the process
            self._put(Kind.REFUSED)

    def toApp(self, message: fix.Message, session_id: fix.SessionID) -> None:  # noqa: N802
        """Need nothing."""

    def fromApp(self, message: fix.Message, session_id: fix.SessionID) -> None:  # noqa: N802
        """Copy the text and return."""
        try:
            self._put(Kind.MESSAGE, message.toString())
        except Exception:  # noqa: BLE001 it would end the process
            self._put(Kind.REFUSED)

    def _put(self, kind: Kind, text: str = "") -> None:
        at = self._clock.now()
        if len(self._inbox) >= INBOX_MAX:
            self._inbox.clear()
            self._inbox.append(Received(kind=Kind.OVERFLOW, at=at))
        self._inbox.append(Received(kind=kind, at=at, text=text))
