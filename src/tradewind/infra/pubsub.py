"""A Redis subscription that costs little per message: hiredis straight on an asyncio protocol.

redis-py spends about ten times as long on each message, and this path carries every price.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

import hiredis
import structlog
from redis.asyncio.connection import SSLConnection, parse_url

_CONNECT_TIMEOUT_S: Final = 1.0
_PING_S: Final = 1.0
#: Without a byte for this long, pings included, the connection is dead.
_SILENCE_S_MAX: Final = 3.0
_RETRY_S_MIN: Final = 0.05
_RETRY_S_MAX: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """What to listen to; a pattern's messages arrive under the channel they were sent to."""

    channels: Sequence[str] = ()
    patterns: Sequence[str] = ()


class Subscription:
    """Keeps one connection subscribed, again after every loss.

    `on_message(channel, payload)` runs on the event loop and must be quick; `on_subscribed` is
    told each time all topics are confirmed, when what was missed meanwhile has to be read.
    """

    def __init__(
        self,
        url: str,
        topics: Topics,
        on_message: Callable[[bytes, bytes], None],
        on_subscribed: Callable[[], None],
    ) -> None:
        """Nothing is connected before `run`."""
        self._url = url
        self._topics = topics
        self._on_message = on_message
        self._on_subscribed = on_subscribed
        self._log = structlog.get_logger()

    async def run(self) -> None:
        """Stay subscribed until cancelled."""
        retry_s = _RETRY_S_MIN
        while True:
            protocol = _SubscriberProtocol(self._topics, self._on_message, self._on_subscribed)
            try:
                transport = await self._connect(protocol)
            except (OSError, TimeoutError) as error:
                self._log.warning("redis_unreachable", error=repr(error))
            else:
                try:
                    await protocol.watch(transport)
                finally:
                    transport.abort()
                self._log.warning("redis_subscription_lost", reason=protocol.reason)
                if protocol.confirmed:
                    retry_s = _RETRY_S_MIN
            await asyncio.sleep(retry_s)
            retry_s = min(retry_s * 2, _RETRY_S_MAX)

    async def _connect(self, protocol: "_SubscriberProtocol") -> asyncio.Transport:
        loop = asyncio.get_running_loop()
        target = parse_url(self._url)
        async with asyncio.timeout(_CONNECT_TIMEOUT_S):
            if (path := target.get("path")) is not None:
                transport, _ = await loop.create_unix_connection(lambda: protocol, str(path))
            else:
                transport, _ = await loop.create_connection(
                    lambda: protocol,
                    str(target.get("host", "localhost")),
                    int(target.get("port", 6379)),
                    ssl=True if target.get("connection_class") is SSLConnection else None,
                )
        if (password := target.get("password")) is not None:
            user = str(target.get("username") or "default")
            transport.write(_command("AUTH", user, str(password)))
        protocol.subscribe(transport)
        return transport


class _SubscriberProtocol(asyncio.Protocol):
    """Parses replies; subscriber mode is RESP2, where every message is a list."""

    def __init__(
        self,
        topics: Topics,
        on_message: Callable[[bytes, bytes], None],
        on_subscribed: Callable[[], None],
    ) -> None:
        self._topics = topics
        self._on_message = on_message
        self._on_subscribed = on_subscribed
        self._reader = hiredis.Reader()
        self._missing = len(topics.channels) + len(topics.patterns)
        self._heard = False
        self._lost = asyncio.Event()
        self.confirmed = False
        self.reason = ""

    def subscribe(self, transport: asyncio.Transport) -> None:
        if self._topics.channels:
            transport.write(_command("SUBSCRIBE", *self._topics.channels))
        if self._topics.patterns:
            transport.write(_command("PSUBSCRIBE", *self._topics.patterns))

    async def watch(self, transport: asyncio.Transport) -> None:
        """Return when the connection is lost or silent."""
        silent_s = 0.0
        while silent_s < _SILENCE_S_MAX:
            self._heard = False
            transport.write(_command("PING"))
            try:
                async with asyncio.timeout(_PING_S):
                    await self._lost.wait()
            except TimeoutError:
                silent_s = 0.0 if self._heard else silent_s + _PING_S
            else:
                return
        self.reason = "silent"

    def data_received(self, data: bytes) -> None:
        self._heard = True
        self._reader.feed(data)
        try:
            while (reply := self._reader.gets()) is not False:
                self._handle(reply)
        except hiredis.HiredisError as error:
            self._end(repr(error))

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(repr(exc) if exc is not None else "closed by the server")

    def _handle(self, reply: object) -> None:
        match reply:
            case [b"pmessage", _, channel, payload] | [b"message", channel, payload]:
                self._on_message(cast("bytes", channel), cast("bytes", payload))
            case [b"subscribe" | b"psubscribe", _, _]:
                self._missing -= 1
                if self._missing == 0:
                    self.confirmed = True
                    self._on_subscribed()
            case hiredis.ReplyError():
                self._end(repr(reply))
            case _:  # a pong, or the OK of AUTH
                return

    def _end(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._lost.set()


def _command(*words: str) -> bytes:
    """Return a command as RESP: a list of strings, each with its length in bytes."""
    encoded = [word.encode() for word in words]
    return b"*%d\r\n" % len(encoded) + b"".join(
        b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded
    )
