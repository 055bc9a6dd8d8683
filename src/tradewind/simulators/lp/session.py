"""The engine's session with a fast and bounded way out for market data."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from contextvars import ContextVar
from typing import Final, NamedTuple

from fixcore.session.session import CloseFn, SendFn, Session
from fixcore.session.state import SessionState

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.wire import SOH, framed, sending_time

#: A client that takes nothing for so long is logged out.
SEND_TIMEOUT_S: Final = 5.0
#: How long a slow client may take to confirm its logout.
LOGOUT_WAIT_S: Final = 1.0
#: Messages a session may have waiting; with one more it is too slow and is logged out.
QUEUE_MAX: Final = 50_000
#: Messages of one write, and how many may wait before a feed that can wait does.
BATCH_MAX: Final = 1_000

_log = logging.getLogger(__name__)
#: The connection that the running task serves; the engine hands a session functions alone.
CONNECTION: ContextVar[asyncio.StreamWriter] = ContextVar("lp_connection")


class Outgoing(NamedTuple):
    """One market-data message: MsgType, the MDReqID it answers, and its shared body.

    A tuple because there may be a hundred thousand a second.
    """

    kind: str
    request_id: str
    body: str
    #: Answers to requests and empty books are no ticks.
    is_tick: bool = True


class LpSession(Session):
    """A session with a bounded queue of market data, written many messages at a time."""

    clock: Clock
    counters: LpCounters
    #: Numbers are used up while nothing is sent: the client sees a gap.
    muted = False
    _transport: asyncio.WriteTransport | None = None

    async def on_connect(self, send_fn: SendFn, close_fn: CloseFn | None = None) -> None:
        """Begin with an empty queue."""
        self._waiting: list[Outgoing] = []
        self._overflown = False
        self._awake, self._roomy, self._gone = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._transport = CONNECTION.get().transport
        await super().on_connect(send_fn, close_fn)

    async def on_disconnect(self) -> None:
        """Forget what was waiting and release whoever waits for room."""
        self._end_queue()
        await super().on_disconnect()

    @property
    def waiting(self) -> int:
        """Return how many messages wait to be written."""
        return len(self._waiting)

    def enqueue(self, messages: Sequence[Outgoing]) -> None:
        """Queue messages in order; beyond the bound all are dropped and the client goes."""
        if self._overflown or self._gone.is_set():
            return
        self._waiting.extend(messages)
        if len(self._waiting) > QUEUE_MAX:
            self._overflown = True
            self._waiting.clear()
        self._awake.set()

    async def room(self) -> None:
        """Wait until little is waiting; a client that does not read is gone soon."""
        while len(self._waiting) > BATCH_MAX and not self._gone.is_set():
            self._roomy.clear()
            await self._roomy.wait()

    async def write(self) -> None:
        """Write what is queued until the connection ends."""
        while not self._gone.is_set():
            await self._awake.wait()
            self._awake.clear()
            while self._waiting and not self._overflown:
                messages = self._waiting[:BATCH_MAX]
                del self._waiting[:BATCH_MAX]
                self._overflown = not await self._sent(messages)
                self._roomy.set()
            if self._overflown:
                await self._log_out_slow()
                return

    def abort(self) -> None:
        """End the connection at once; what was written and not yet read is lost."""
        if self._transport is not None:
            self._end_queue()
            self._transport.abort()

    def _end_queue(self) -> None:
        self._waiting.clear()
        for event in (self._gone, self._awake, self._roomy):
            event.set()

    async def _sent(self, messages: Sequence[Outgoing]) -> bool:
        """Number, stamp and write messages; False when the client did not take them in time."""
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S), self._send_lock:
                if self._state is not SessionState.LOGGED_ON or self._send_fn is None:
                    return True
                first = self._store.next_sender_msg_seq_num()
                self._store.set_next_sender_msg_seq_num(first + len(messages))
                if self.muted:
                    return True
                raw = self._encoded(messages, first, sending_time(self.clock.now()))
                self._last_send_time = time.monotonic()
                self.counters.ticks.inc(sum(each.is_tick for each in messages))
                await self._send_fn(raw)
        except TimeoutError:
            return False
        except (ConnectionError, RuntimeError):
            # uvloop's answer to a write on a transport that is closed already is RuntimeError.
            _log.info("connection lost: %s", self._id)
        return True

    async def _log_out_slow(self) -> None:
        """Say why, then end the connection whether or not the client listens."""
        _log.warning("client is too slow, logging out: %s", self._id)
        self._waiting.clear()
        self._roomy.set()
        with suppress(TimeoutError, ConnectionError):
            async with asyncio.timeout(LOGOUT_WAIT_S):
                await self.send_logout("too slow: messages were waiting")
                await self._gone.wait()
        self.abort()

    def _encoded(self, messages: Sequence[Outgoing], first: int, sent_at: str) -> bytes:
        sender, target = self._id.sender_comp_id, self._id.target_comp_id
        ends = f"{SOH}49={sender}{SOH}56={target}{SOH}34="
        stamp = f"{SOH}52={sent_at}"
        return b"".join(
            framed(f"35={kind}{ends}{number}{stamp}{SOH}262={request_id}", body)
            for number, (kind, request_id, body, _) in enumerate(messages, start=first)
        )
