"""One client's socket: what it sends waits in a bounded inbox, what it is sent in a bounded outbox.

Price frames are never queued here: a paused client is passed over and gets the latest later.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from picows import WSCloseCode, WSFrame, WSListener, WSMsgType, WSTransport

from tradewind.contracts.stream import CloseCode
from tradewind.gateway.stream.limits import Limits

_TEXT: Final = WSMsgType.TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class Hooks:
    """Who is told what happens: opened and ended once, each text frame, each end of a pause."""

    opened: "Callable[[Connection], None]"
    received: "Callable[[Connection, bytes], None]"
    resumed: "Callable[[Connection], None]"
    ended: "Callable[[Connection], None]"


class Connection(WSListener):
    """The transport side of one client."""

    def __init__(self, limits: Limits, hooks: Hooks) -> None:
        """Nothing happens before the handshake is done."""
        super().__init__()
        self._limits = limits
        self._hooks = hooks
        self._transport: WSTransport | None = None
        self._outbox: deque[bytes] = deque()
        self._outbox_bytes = 0
        self._drained = asyncio.Event()
        self._drained.set()
        self._allowance = limits.messages_burst
        self._allowed_at = time.monotonic()
        self.opened_at = time.monotonic()
        self.paused_at: float | None = None
        self.closing_at: float | None = None
        self.code: CloseCode | None = None

    @property
    def open(self) -> bool:
        """True while anything may be sent."""
        return self._transport is not None and self.code is None

    @property
    def writable(self) -> bool:
        """True while what is sent leaves at once."""
        return self.open and self.paused_at is None

    @property
    def owes_events(self) -> bool:
        """True while account events wait for a paused client."""
        return bool(self._outbox)

    def send_latest(self, frame: bytes) -> None:
        """Write a frame; the caller asked `writable` first."""
        if self._transport is not None:
            self._transport.send(_TEXT, frame)

    def send(self, frame: bytes) -> None:
        """Write a frame or keep it; a client that lets too much pile up is closed."""
        if not self.open:
            return
        if self.paused_at is None:
            self.send_latest(frame)
            return
        self._outbox.append(frame)
        self._outbox_bytes += len(frame)
        if self._outbox_bytes > self._limits.outbox_bytes_max:
            self.close(CloseCode.TOO_SLOW, "too slow for account events")

    async def drained(self) -> None:
        """Wait until the client takes frames again, or is gone; closes one that never does."""
        try:
            async with asyncio.timeout(self._limits.stalled_s):
                await self._drained.wait()
        except TimeoutError:
            self.close(CloseCode.TOO_SLOW, "too slow for account events")

    def close(self, code: CloseCode, reason: str) -> None:
        """Say why; the client's answer ends it, else the server cuts it a little later."""
        if not self.open or self._transport is None:
            return
        self.code = code
        self.closing_at = time.monotonic()
        self._outbox.clear()
        self._drained.set()
        self._transport.send_close(_as_close_code(code), reason.encode())

    def abort(self) -> None:
        """Cut the socket."""
        if self._transport is not None:
            self._transport.disconnect(graceful=False)

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Remember the transport and bound what it buffers."""
        self._transport = transport
        transport.underlying_transport.set_write_buffer_limits(
            high=self._limits.write_buffer_bytes, low=self._limits.write_buffer_bytes // 4
        )
        self._hooks.opened(self)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Take one frame; pings are answered by the library."""
        if frame.msg_type is WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code(), frame.get_close_message())
            transport.disconnect()
            return
        if frame.msg_type in {WSMsgType.PING, WSMsgType.PONG} or not self.open:
            return
        if frame.msg_type is not _TEXT or not frame.fin:
            self.close(CloseCode.UNSUPPORTED, "whole text frames only")
        elif not self._allowed():
            self.close(CloseCode.TOO_MANY, "too many messages")
        else:
            self._hooks.received(self, frame.get_payload_as_bytes())

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        """Tell the owner; nothing is sent from here on."""
        del transport
        self._transport = None
        self._outbox.clear()
        self._drained.set()
        self._hooks.ended(self)

    def pause_writing(self) -> None:
        """The client does not keep up."""
        self.paused_at = time.monotonic()
        self._drained.clear()

    def resume_writing(self) -> None:
        """The client keeps up again: first what it is owed."""
        self.paused_at = None
        while self._outbox and self.paused_at is None:
            frame = self._outbox.popleft()
            self._outbox_bytes -= len(frame)
            self.send_latest(frame)
        if self.paused_at is None:
            self._drained.set()
            self._hooks.resumed(self)

    def _allowed(self) -> bool:
        """Spend one of the client's messages; they come back with time."""
        now = time.monotonic()
        earned = (now - self._allowed_at) * self._limits.messages_per_second
        self._allowance = min(self._limits.messages_burst, self._allowance + earned) - 1
        self._allowed_at = now
        return self._allowance >= 0


def _as_close_code(code: CloseCode) -> WSCloseCode:
    """Pass a number for picows's enum: it writes any, but its annotation names the common ones."""
    return cast("WSCloseCode", int(code))
