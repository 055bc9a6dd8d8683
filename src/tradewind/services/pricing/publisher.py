"""The connection to Redis that ticks go out on: write many commands at once, count the answers.

redis-py costs several times more per command and answers one by one.
"""

import asyncio
from collections.abc import Callable
from typing import Final, cast

import hiredis
import structlog
from redis.asyncio.connection import parse_url

from tradewind.services.pricing.counters import PricingCounters
from tradewind.services.pricing.wire import pack

CONNECT_TIMEOUT_S: Final = 1.0
RETRY_S: Final = 0.1
#: Commands sent and not yet answered beyond which no more are read from LPs.
UNANSWERED_MAX: Final = 6_000
#: A Redis that owes answers this long is given up; a new connection starts afresh.
SILENCE_S: Final = 1.0

_log = structlog.get_logger()


class RedisPublisher:
    """Writes commands while connected. `on_connected` is called at each new connection."""

    def __init__(self, url: str, counters: PricingCounters) -> None:
        """Connect in `run`."""
        self._address = parse_url(url)
        self._counters = counters
        self._link: _Link | None = None
        self.on_connected: Callable[[], None] = lambda: None

    @property
    def connected(self) -> bool:
        """Tell whether writes go anywhere."""
        return self._link is not None and not self._link.lost.done()

    @property
    def congested(self) -> bool:
        """Tell whether Redis is behind; whoever can wait should."""
        return self._link is not None and self._link.unanswered > UNANSWERED_MAX

    def write(self, commands: bytes, count: int) -> bool:
        """Write `count` packed commands; False, and nothing happens, while not connected."""
        if self._link is None or self._link.lost.done():
            return False
        self._link.write(commands, count)
        return True

    async def flush(self, timeout_s: float) -> None:
        """Wait until everything was answered, or the time is over."""
        if self._link is None:
            return
        try:
            async with asyncio.timeout(timeout_s):
                await self._link.answered.wait()
        except TimeoutError:
            _log.warning("redis_did_not_answer_in_time")

    async def run(self) -> None:
        """Stay connected, for ever."""
        while True:
            try:
                async with asyncio.timeout(CONNECT_TIMEOUT_S):
                    self._link = await self._connect()
            except (OSError, TimeoutError) as error:
                _log.warning("redis_not_connected", error=repr(error))
                await asyncio.sleep(RETRY_S)
                continue
            _log.info("redis_connected")
            self.on_connected()
            try:
                await self._link.watch()
            finally:
                self._link.close()
            _log.warning("redis_lost")

    async def _connect(self) -> "_Link":
        loop, address = asyncio.get_running_loop(), self._address
        if "path" in address:
            _, link = await loop.create_unix_connection(self._make_link, address["path"])
        else:
            host, port = address.get("host", "127.0.0.1"), address.get("port", 6379)
            _, link = await loop.create_connection(self._make_link, host, port)
        password = address.get("password")
        if password:
            user = address.get("username") or "default"
            link.write(pack("AUTH", user, password), 1)
        return link

    def _make_link(self) -> "_Link":
        return _Link(self._counters)


class _Link(asyncio.Protocol):
    """One connection."""

    def __init__(self, counters: PricingCounters) -> None:
        self._counters = counters
        self._reader = hiredis.Reader()
        self._transport: asyncio.Transport | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.unanswered = 0
        self._answers = 0
        self.answered = asyncio.Event()

    def write(self, commands: bytes, count: int) -> None:
        if self._transport is not None:
            self.unanswered += count
            self.answered.clear()
            self._transport.write(commands)

    async def watch(self) -> None:
        """Return once the connection is lost, or was given up because Redis is silent."""
        last, since = self._answers, 0.0
        while not self.lost.done():
            await asyncio.wait({self.lost}, timeout=SILENCE_S / 4)
            since = since + SILENCE_S / 4 if self.unanswered and self._answers == last else 0.0
            last = self._answers
            if since >= SILENCE_S:
                _log.warning("redis_silent", unanswered=self.unanswered)
                return

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()
        self._lose()

    def _lose(self) -> None:
        self.answered.set()
        if not self.lost.done():
            self.lost.set_result(None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by behaviour, not by inheritance.
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 asyncio's signature
        self._lose()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            self.unanswered -= 1
            self._answers += 1
            if isinstance(reply, hiredis.ReplyError):
                self._counters.redis_errors.inc()
                _log.error("redis_refused", error=str(reply))
        if self.unanswered == 0:
            self.answered.set()
