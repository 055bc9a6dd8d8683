"""The listening side: admission at the handshake, and the sweep that ends what may not go on."""

import asyncio
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Final

import picows
from picows import WSListener, WSUpgradeRequest, WSUpgradeResponse, WSUpgradeResponseWithListener

from tradewind.contracts.stream import STREAM_PATH, CloseCode
from tradewind.core.errors import TransientError, UnauthenticatedError
from tradewind.gateway.stream.connection import Connection, Hooks
from tradewind.gateway.stream.conversation import Conversation, Hub
from tradewind.gateway.stream.origin import is_allowed
from tradewind.services.identity.model import Principal

_BACKLOG: Final = 2048
_SWEEP_S: Final = 0.25
_STOP_S: Final = 1.0
#: A peer that is gone without a word is found out by its missing pong.
_PING_IDLE_S: Final = 20.0

#: Raises when a principal's session or user has ended.
Require = Callable[[Principal], None]


class StreamServer:
    """Accepts clients of one process and keeps watch over them."""

    def __init__(self, hub: Hub, require: Require, origins: frozenset[str]) -> None:
        """Nothing listens before `start`."""
        self._hub = hub
        self._require = require
        self._origins = origins
        self._conversations: dict[Connection, Conversation] = {}
        self._hooks = Hooks(
            opened=self._opened,
            received=self._receive,
            resumed=self._resumed,
            ended=self._ended,
        )
        self._server: asyncio.Server | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port."""
        listening = _listening_socket(host, port, self._hub.limits.send_buffer_bytes)
        self._server = await picows.ws_create_server(
            self._admit,
            sock=listening,
            backlog=_BACKLOG,
            websocket_handshake_timeout=self._hub.limits.auth_s,
            max_frame_size=self._hub.limits.frame_bytes_max,
            read_buffer_init_size=1024,
            enable_auto_ping=True,
            auto_ping_idle_timeout=_PING_IDLE_S,
            auto_ping_reply_timeout=_PING_IDLE_S,
        )
        return listening.getsockname()[1]

    async def sweep(self) -> None:
        """Judge prices and connections four times a second, until cancelled."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            self._hub.metrics.judged.inc(self._hub.table.judge_all())
            now = time.monotonic()
            for conversation in list(self._conversations.values()):
                self._judge(conversation, now)
            self._hub.metrics.connections.set(len(self._conversations))
            self._hub.metrics.flush()

    async def stop(self) -> None:
        """Send everybody away and wait a moment for them to go."""
        if self._server is not None:
            self._server.close()
        for conversation in list(self._conversations.values()):
            conversation.connection.close(CloseCode.GOING_AWAY, "restarting")
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_S):
                await self._empty.wait()
        for conversation in list(self._conversations.values()):
            conversation.connection.abort()

    def _admit(self, request: WSUpgradeRequest) -> WSListener | WSUpgradeResponseWithListener:
        """Decide about a handshake."""
        if request.path.decode("latin-1").partition("?")[0] != STREAM_PATH:
            return self._refused(HTTPStatus.NOT_FOUND, "path")
        if not is_allowed(request.headers, self._origins):
            return self._refused(HTTPStatus.FORBIDDEN, "origin")
        limits = self._hub.limits
        known = self._hub.users.total()
        if len(self._conversations) >= limits.connections_max:
            return self._refused(HTTPStatus.SERVICE_UNAVAILABLE, "full")
        if len(self._conversations) - known >= limits.strangers_max:
            return self._refused(HTTPStatus.SERVICE_UNAVAILABLE, "strangers")
        return Connection(limits, self._hooks)

    def _refused(self, status: HTTPStatus, reason: str) -> WSUpgradeResponseWithListener:
        self._hub.metrics.refused.labels(reason).inc()
        response = WSUpgradeResponse.create_error_response(
            status,
            extra_headers={"Retry-After": "1"} if status >= 500 else None,  # noqa: PLR2004
        )
        return WSUpgradeResponseWithListener(response, None)

    def _opened(self, connection: Connection) -> None:
        self._conversations[connection] = Conversation(self._hub, connection)
        self._empty.clear()

    def _receive(self, connection: Connection, frame: bytes) -> None:
        self._conversations[connection].receive(frame)

    def _resumed(self, connection: Connection) -> None:
        if (conversation := self._conversations.get(connection)) is not None:
            conversation.resume()

    def _ended(self, connection: Connection) -> None:
        conversation = self._conversations.pop(connection, None)
        if conversation is not None:
            conversation.end()
            if connection.code is not None:
                self._hub.metrics.closed.labels(str(int(connection.code))).inc()
        if not self._conversations:
            self._empty.set()

    def _judge(self, conversation: Conversation, now: float) -> None:
        """End a connection whose time is over, in whichever way."""
        connection, limits = conversation.connection, self._hub.limits
        if connection.closing_at is not None:
            if now - connection.closing_at > limits.closing_s:
                connection.abort()
            return
        if conversation.principal is None:
            if now - connection.opened_at > limits.auth_s:
                connection.close(CloseCode.UNAUTHENTICATED, "no token in time")
            return
        if conversation.principal.expires_at <= self._hub.clock.now():
            connection.close(CloseCode.UNAUTHENTICATED, "token_expired")
            return
        # Without a database nobody's session can be checked, and no event can be read either:
        # prices go on, nothing private does.
        with suppress(TransientError):
            try:
                self._require(conversation.principal)
            except UnauthenticatedError:
                connection.close(CloseCode.UNAUTHENTICATED, "session_ended")
        self._judge_pause(connection, now)

    def _judge_pause(self, connection: Connection, now: float) -> None:
        if connection.paused_at is None:
            return
        limits = self._hub.limits
        patience_s = limits.stalled_s if connection.owes_events else limits.silent_s
        if now - connection.paused_at > patience_s:
            connection.close(CloseCode.TOO_SLOW, "nothing taken for too long")


def _listening_socket(host: str, port: int, send_buffer_bytes: int) -> socket.socket:
    """Connections inherit the small send buffer: what is stale for a stalled client stays short."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer_bytes)
        listening.bind((host, port))
        listening.settimeout(0)
    except OSError:
        listening.close()
        raise
    return listening
