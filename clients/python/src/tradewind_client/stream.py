"""The WebSocket stream: prices of which the latest wins, account events without a gap."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Final, Self
from uuid import UUID

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tradewind_client import operations
from tradewind_client.errors import ApiError, StreamError, ThrottledError, TransientError
from tradewind_client.events import Event, WireEvent, event_of
from tradewind_client.market import Price
from tradewind_client.transport import Retrying, Transport

#: The server speaks every 5 s; a connection silent for longer is dead.
_SILENCE_S_MAX: Final = 15.0
_UNAUTHENTICATED: Final = 4401
_UNAVAILABLE: Final = "unavailable"
#: A connection that lived so long was a good one; the next pause is short again.
_GOOD_AFTER_S: Final = 5.0


class LostError(Exception):
    """The connection is gone, silent or skipped something; connecting again helps."""


class _Frame(msgspec.Struct, frozen=True):
    """What the server says; `items` are prices or events."""

    type: str
    items: msgspec.Raw = msgspec.Raw(b"[]")
    code: str = ""
    message: str = ""


_FRAME: Final = msgspec.json.Decoder(_Frame)
_PRICES: Final = msgspec.json.Decoder(tuple[Price, ...])
_EVENTS: Final = msgspec.json.Decoder(tuple[WireEvent, ...])


class PriceFeed:
    """The latest price of each symbol that changed since it was last asked for."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._waiting: dict[str, Price] = {}
        self._news = asyncio.Event()
        self._failure: BaseException | None = None

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Price:
        """Wait for a price; the one that has waited longest comes first, at its latest."""
        while not self._waiting:
            if self._failure is not None:
                raise self._failure
            self._news.clear()
            await self._news.wait()
        return self._waiting.pop(next(iter(self._waiting)))

    def offer(self, prices: Iterable[Price]) -> None:
        """Replace what nobody has looked at yet."""
        self._waiting.update((price.symbol, price) for price in prices)
        self._news.set()

    def fail(self, failure: BaseException) -> None:
        """No more prices will come."""
        self._failure = failure
        self._news.set()


class Stream:
    """`client.stream`. Connections that are lost are made again; a refusal is a StreamError."""

    def __init__(self, transport: Transport, retrying: Retrying) -> None:
        """The address is asked for when it is needed."""
        self._transport = transport
        self._retrying = retrying

    @asynccontextmanager
    async def prices(
        self, symbols: Iterable[str], *, account_id: UUID | None = None, interval_ms: int = 100
    ) -> AsyncIterator[PriceFeed]:
        """Follow prices: `async with client.stream.prices(["EURUSD"]) as feed: async for …`."""
        message: dict[str, object] = {
            "type": "subscribe",
            "channel": "prices",
            "symbols": list(symbols),
            "interval_ms": interval_ms,
        }
        if account_id is not None:
            message["account_id"] = str(account_id)
        feed = PriceFeed()
        failure: Exception | None = None
        async with asyncio.TaskGroup() as tasks:
            feeding = tasks.create_task(self._feed(feed, message))
            try:
                yield feed
            except Exception as error:  # noqa: BLE001  raised below, not inside a group
                failure = error
            finally:
                feeding.cancel()
        if failure is not None:
            raise failure

    async def events(self, account_id: UUID, *, after: int = 0) -> AsyncGenerator[Event]:
        """Follow an account's log from `after` on: each event once, in order, without end."""
        seen, attempt = after, 0
        while True:
            began = time.monotonic()
            message = {
                "type": "subscribe",
                "channel": "account",
                "account_id": str(account_id),
                "after": seen,
            }
            try:
                async with self._connected() as socket:
                    await _say(socket, message)
                    async for items in self._frames(socket, "account"):
                        for event in _unseen(_EVENTS.decode(items), seen):
                            seen = event.seq
                            yield event
            except LostError:
                attempt = 1 if time.monotonic() - began > _GOOD_AFTER_S else attempt + 1
                await asyncio.sleep(self._retrying.pause_s(attempt, 0.0))

    async def _feed(self, feed: PriceFeed, message: Mapping[str, object]) -> None:
        attempt = 0
        while True:
            began = time.monotonic()
            try:
                async with self._connected() as socket:
                    await _say(socket, message)
                    async for items in self._frames(socket, "prices"):
                        feed.offer(_PRICES.decode(items))
            except LostError:
                attempt = 1 if time.monotonic() - began > _GOOD_AFTER_S else attempt + 1
                await asyncio.sleep(self._retrying.pause_s(attempt, 0.0))
            except (ApiError, StreamError, msgspec.MsgspecError) as error:
                feed.fail(error)
                return

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[ClientConnection]:
        """Connect and authenticate; whatever ends the connection but a refusal is a LostError."""
        tokens = self._transport.tokens
        try:
            config = await self._transport.call(operations.CONFIG)
            token = await tokens.access()
            async with self._socket(config.stream_url, token) as socket:
                yield socket
        except (TransientError, ThrottledError) as error:
            raise LostError(str(error)) from error

    @asynccontextmanager
    async def _socket(self, url: str, token: str) -> AsyncIterator[ClientConnection]:
        try:
            async with connect(url, ping_interval=None, close_timeout=1, max_size=2**22) as socket:
                await _say(socket, {"type": "auth", "token": token})
                yield socket
        except ConnectionClosed as error:
            if error.rcvd is not None and error.rcvd.code == _UNAUTHENTICATED:
                await self._transport.tokens.renew(token)
            raise LostError(str(error)) from error
        except (OSError, TimeoutError, WebSocketException) as error:
            raise LostError(str(error)) from error

    async def _frames(self, socket: ClientConnection, kind: str) -> AsyncIterator[bytes]:
        """Return the items of each frame of a kind; renew the token in time meanwhile."""
        tokens = self._transport.tokens
        heard = time.monotonic()
        while True:
            frame = await _heard(socket, min(_SILENCE_S_MAX, max(0.0, tokens.fresh_for_s)))
            now = time.monotonic()
            if tokens.fresh_for_s <= 0:
                await _say(socket, {"type": "auth", "token": await tokens.access()})
            if frame is None:
                if now - heard > _SILENCE_S_MAX:
                    raise LostError("silent")
                continue
            heard = now
            if frame.type == kind:
                yield bytes(frame.items)
            elif frame.type == "error" and frame.code == _UNAVAILABLE:
                raise LostError(frame.message)
            elif frame.type == "error":
                raise StreamError(frame.code, frame.message)


def _unseen(wires: Iterable[WireEvent], seen: int) -> Iterable[Event]:
    """Leave out what was seen; a gap means that this connection cannot be trusted."""
    for wire in wires:
        if wire.seq <= seen:
            continue
        if wire.seq != seen + 1:
            raise LostError(f"event {wire.seq} after {seen}")
        seen = wire.seq
        yield event_of(wire)


async def _say(socket: ClientConnection, message: Mapping[str, object]) -> None:
    await socket.send(msgspec.json.encode(message).decode())


async def _heard(socket: ClientConnection, within_s: float) -> _Frame | None:
    """Return the next frame; None when there was none for so long."""
    try:
        async with asyncio.timeout(within_s):
            return _FRAME.decode(await socket.recv())
    except TimeoutError:
        return None
