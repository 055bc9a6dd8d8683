"""The outermost layer of the API: counts, limits, bounds and records every request.

Plain ASGI and nothing that allocates per byte, because the order route pays for it too.
"""

import os
import time
from collections.abc import Iterable
from itertools import count
from typing import Final

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tradewind.core.errors import ThrottledError
from tradewind.gateway.bodies import BODY_BYTES_MAX
from tradewind.gateway.errors import (
    RequestError,
    failure_of,
    failure_response,
    throttled,
)
from tradewind.gateway.gate import CALLER, ROUTE
from tradewind.gateway.metrics import GatewayMetrics
from tradewind.gateway.request_log import RequestLog
from tradewind.infra.token_buckets import TokenBuckets

#: A password of up to a megabyte is told that it is too long; a larger body is cut off.
_BODY_BYTES_MAX: Final = {"/v1/auth/login": 1024 * 1024 + BODY_BYTES_MAX}
_UNROUTED: Final = "unrouted"
#: Ends of the paths that only close; like cancelling they have buckets of their own.
_CLOSES: Final = ("/close", "/close-by", "/close-all")


class Edge:
    """Wraps the application."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        addresses: TokenBuckets,
        relief: TokenBuckets,
        metrics: GatewayMetrics,
        log: RequestLog,
    ) -> None:
        """Take the buckets of client addresses; closes and cancels have their own."""
        self._app = app
        self._addresses = addresses
        self._relief = relief
        self._metrics = metrics
        self._requests = log
        self._log = structlog.get_logger()
        # Unique over processes and restarts, and cheaper than a UUID for each request.
        self._prefix = os.urandom(6).hex()
        self._numbers = count(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever fails inside is answered and recorded."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = _Request(scope, receive, send, f"{self._prefix}-{next(self._numbers):x}")
        try:
            refusal = self._refusal(scope)
            if refusal is None:
                await self._app(scope, request.receive, request.send)
            else:
                await failure_response(failure_of(refusal))(scope, receive, request.send)
        except Exception as error:  # noqa: BLE001  recorded, and answered with a 500
            if not isinstance(error, RequestError):
                self._log.exception("request_failed", id=request.id)
            if request.status == 0:
                await failure_response(failure_of(error))(scope, receive, request.send)
        finally:
            self._record(scope, request)

    def _refusal(self, scope: Scope) -> ThrottledError | RequestError | None:
        """Say why a request is not even looked at."""
        client = scope["client"]
        relief = scope["method"] == "DELETE" or scope["path"].endswith(_CLOSES)
        buckets = self._relief if relief else self._addresses
        wait_s = buckets.take(client and client[0], time.monotonic())
        if wait_s:
            return throttled(wait_s)
        length = _content_length(scope["headers"])
        if length is not None and length > _bound(scope):
            return _too_large()
        return None

    def _record(self, scope: Scope, request: "_Request") -> None:
        seconds = time.perf_counter() - request.started
        route = scope.get(ROUTE, _UNROUTED)
        self._metrics.count(route, scope["method"], request.status, seconds)
        caller = scope.get(CALLER)
        self._requests.add(
            id_=request.id,
            method=scope["method"],
            route=route,
            status=request.status,
            seconds=seconds,
            user=None if caller is None else caller.user_id,
        )


class _Request:
    """One request's way in and out."""

    __slots__ = ("_bound", "_receive", "_send", "id", "received", "started", "status")

    def __init__(self, scope: Scope, receive: Receive, send: Send, request_id: str) -> None:
        self._receive = receive
        self._send = send
        self._bound = _bound(scope)
        self.id = request_id
        self.received = 0
        self.started = time.perf_counter()
        #: 0 until the answer begins; so it stays when the client goes first.
        self.status = 0

    async def receive(self) -> Message:
        """Pass the body on; one without a stated length is bounded while it comes."""
        message = await self._receive()
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            if self.received > self._bound:
                raise _too_large()
        return message

    async def send(self, message: Message) -> None:
        """Pass the answer on, with the request's id and without sniffing."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message["headers"] = [
                *message.get("headers", ()),
                (b"x-request-id", self.id.encode("ascii")),
                (b"x-content-type-options", b"nosniff"),
            ]
        await self._send(message)


def _bound(scope: Scope) -> int:
    return _BODY_BYTES_MAX.get(scope["path"], BODY_BYTES_MAX)


def _content_length(headers: Iterable[tuple[bytes, bytes]]) -> int | None:
    for name, value in headers:
        if name == b"content-length":
            return int(value) if value.isdigit() else None
    return None


def _too_large() -> RequestError:
    return RequestError(413, "body_too_large", "The body is too large.")
