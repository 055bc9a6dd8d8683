"""Places orders over HTTP as cheaply as Python can: kept connections, requests made beforehand."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Final, cast

CREATED: Final = b"201"
FILLED: Final = b'"state":"filled"'
_LENGTH: Final = b"content-length: "
_STALL_S: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """One account and the token that may trade on it."""

    account_id: str
    token: str


@dataclass(slots=True, kw_only=True)
class Tally:
    """What came back. Latencies are in seconds, from when the request was due."""

    filled: int = 0
    other: int = 0
    latencies: list[float] = field(default_factory=list)
    wall_s: float = 0.0
    cpu_s: float = 0.0
    example: str = ""

    @property
    def answered(self) -> int:
        """All answers."""
        return self.filled + self.other

    @property
    def per_second(self) -> float:
        """Filled orders a second."""
        return self.filled / self.wall_s

    @property
    def cpu_us(self) -> float:
        """Our own CPU time of one request, in microseconds."""
        return self.cpu_s / max(1, self.answered) * 1e6

    def quantile(self, share: float) -> float:
        """A quantile of the latencies in milliseconds."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1e3


class _Connection(asyncio.Protocol):
    """One kept connection of one trader, with at most one request under way."""

    def __init__(self, trader: Trader, run: str, tally: Tally) -> None:
        self._heads = [_head(trader, run, side) for side in ("buy", "sell")]
        self._bodies = [_body(side) for side in ("buy", "sell")]
        self._numbers = count()
        self._tally = tally
        self._buffer = b""
        self._due = 0.0
        self._transport: asyncio.Transport | None = None
        self.idle: Callable[[_Connection], None] = lambda _: None
        self.lost = False

    def place(self, due: float) -> None:
        """Send the next order; it buys and sells in turn."""
        number = next(self._numbers)
        side = number & 1
        self._due = due
        assert self._transport is not None, "not connected"
        self._transport.write(b"%b%d\r\n\r\n%b" % (self._heads[side], number, self._bodies[side]))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 asyncio's signature
        self.lost = True

    def data_received(self, data: bytes) -> None:
        if self._buffer:
            data = self._buffer + data
        end = data.find(b"\r\n\r\n")
        at = data.find(_LENGTH)
        if end < 0 or at < 0:
            self._buffer = data
            return
        at += len(_LENGTH)
        if len(data) < end + 4 + int(data[at : data.index(b"\r", at)]):
            self._buffer = data
            return
        self._buffer = b""
        tally = self._tally
        tally.latencies.append(time.perf_counter() - self._due)
        if data[9:12] == CREATED and data.find(FILLED, end) > 0:
            tally.filled += 1
        else:
            tally.other += 1
            tally.example = tally.example or data[:1000].decode("utf-8", "replace")
        self.idle(self)


async def closed_loop(port: int, traders: Sequence[Trader], run: str, seconds: float) -> Tally:
    """Every trader sends its next order as soon as the last one was answered."""
    tally = Tally()
    connections = await _connect(port, traders, run, tally)
    ended = asyncio.Event()
    under_way = len(connections)
    began, cpu = time.perf_counter(), time.process_time()

    def again(connection: _Connection) -> None:
        nonlocal under_way
        now = time.perf_counter()
        if now - began < seconds:
            connection.place(now)
            return
        under_way -= 1
        if not under_way:
            ended.set()

    for connection in connections:
        connection.idle = again
        connection.place(time.perf_counter())
    async with asyncio.timeout(seconds + _STALL_S):
        await ended.wait()
    tally.wall_s, tally.cpu_s = time.perf_counter() - began, time.process_time() - cpu
    _close(connections)
    return tally


async def open_loop(
    port: int, traders: Sequence[Trader], run: str, seconds: float, per_second: float
) -> Tally:
    """Orders are due at fixed times whatever the answers do; a late one counts as late."""
    tally = Tally()
    connections = await _connect(port, traders, run, tally)
    free, waiting = deque(connections), deque[float]()

    def idle(connection: _Connection) -> None:
        if waiting:
            connection.place(waiting.popleft())
        else:
            free.append(connection)

    for connection in connections:
        connection.idle = idle
    began, cpu = time.perf_counter(), time.process_time()
    for number in range(int(seconds * per_second)):
        due = began + number / per_second
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if free:
            free.popleft().place(due)
        else:
            waiting.append(due)
    async with asyncio.timeout(_STALL_S):
        while len(free) < len(connections):
            await asyncio.sleep(0.01)
    tally.wall_s, tally.cpu_s = time.perf_counter() - began, time.process_time() - cpu
    _close(connections)
    return tally


async def _connect(
    port: int, traders: Sequence[Trader], run: str, tally: Tally
) -> list[_Connection]:
    loop = asyncio.get_running_loop()
    made = []
    for trader in traders:
        connection = _Connection(trader, run, tally)
        await loop.create_connection(lambda made=connection: made, "127.0.0.1", port)
        made.append(connection)
    return made


def _close(connections: Sequence[_Connection]) -> None:
    assert not any(connection.lost for connection in connections), "the API closed a connection"
    for connection in connections:
        connection.close()


def _body(side: str) -> bytes:
    return b'{"symbol":"EURUSD","side":"%b","type":"market","quantity":"1000"}' % side.encode()


def _head(trader: Trader, run: str, side: str) -> bytes:
    """Everything up to the number that ends the idempotency key."""
    return (
        f"POST /v1/accounts/{trader.account_id}/orders HTTP/1.1\r\n"
        f"Host: 127.0.0.1\r\nAuthorization: Bearer {trader.token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(_body(side))}\r\n"
        f"Idempotency-Key: {run}-{trader.account_id}-"
    ).encode()
