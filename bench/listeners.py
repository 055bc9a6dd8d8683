"""Many WebSocket clients in one process: `python -m bench.listeners PLAN`, the plan as JSON.

Says `connected`, then `begin` when it starts to count, then one JSON object with what it counted.
Frames are counted by what they contain, not parsed: the server is what is being measured.
"""

import asyncio
import random
import re
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import uvloop

_HANDSHAKE: Final = (
    b"GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Version: 13\r\n\r\n"
)
_READY: Final = b'{"type":"ready"}'
_ITEM: Final = b'"symbol"'
_FRAME: Final = b'{"type":"prices"'
_TIME: Final = re.compile(rb'"ask":"[^"]*","time":"([^"]+)"')
#: An unasked pong, masked with zeros: we are alive.
_PONG: Final = b"\x8a\x80\0\0\0\0"
_PONG_EVERY_S: Final = 8.0
#: The server allows a hundred connections of one user.
CONNECTIONS_PER_TOKEN: Final = 95
_CONNECT_TIMEOUT_S: Final = 60.0
_CONNECT_BATCH: Final = 50


class ListenersPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Who connects where and watches what."""

    port: int
    tokens: list[str]
    symbols: list[str]
    #: Symbols of one client, drawn by a seed.
    symbols_each: int
    #: Clients with a window of `window_ms`, of which so many stop reading; clients with none.
    slow: int
    stalled: int
    fast: int
    warm_s: float
    seconds: float
    window_ms: int = 100
    #: A file to write all that arrived in the measured time to, as a list of `Chunk`.
    record: str = ""


class Chunk(NamedTuple):
    """What one client's socket gave at once; `at_ns` is of the machine's monotonic clock."""

    at_ns: int
    client: int
    data: bytes


class Counted(msgspec.Struct, kw_only=True):
    """What arrived in the measured time. Delays are from the tick's making, in ms."""

    items: int = 0
    frames: int = 0
    octets: int = 0
    lost: int = 0
    wall_s: float = 0.0
    cpu_s: float = 0.0
    delay_p50_ms: float = 0.0
    delay_p99_ms: float = 0.0
    delay_max_ms: float = 0.0


class _Crowd:
    """What the clients share."""

    def __init__(self, *, recording: bool) -> None:
        self.counted = Counted()
        self.delays: list[float] = []
        self.chunks: list[Chunk] | None = [] if recording else None
        self.ready = 0
        self.counting = False
        self.ending = False


class _Client(asyncio.Protocol):
    def __init__(self, crowd: _Crowd, number: int, frames: bytes, *, fast: bool) -> None:
        self._crowd = crowd
        self._number = number
        self._frames = frames
        self._fast = fast
        self._is_ready = False
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's by behaviour, not by inheritance.
        self.transport = transport  # type: ignore[assignment]
        assert self.transport is not None
        self.transport.write(_HANDSHAKE + self._frames)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 asyncio's signature
        if not self._crowd.ending:
            self._crowd.counted.lost += 1

    def data_received(self, data: bytes) -> None:
        crowd = self._crowd
        if not self._is_ready and _READY in data:
            self._is_ready = True
            crowd.ready += 1
        if not crowd.counting:
            return
        if crowd.chunks is not None:
            crowd.chunks.append(Chunk(time.monotonic_ns(), self._number, data))
        counted = crowd.counted
        counted.items += data.count(_ITEM)
        counted.frames += data.count(_FRAME)
        counted.octets += len(data)
        if self._fast and crowd.chunks is None:
            now = time.time()
            for text in _TIME.findall(data):
                made = datetime.fromisoformat(text.decode()).timestamp()
                crowd.delays.append(now - made)


def main() -> None:
    """Run the plan given as the only argument."""
    plan = msgspec.json.decode(sys.argv[1], type=ListenersPlan)
    crowd = _Crowd(recording=bool(plan.record))
    counted = uvloop.run(_listen(plan, crowd))
    if crowd.chunks is not None:
        Path(plan.record).write_bytes(msgspec.msgpack.encode(crowd.chunks))
    print(msgspec.json.encode(counted).decode(), flush=True)


async def _listen(plan: ListenersPlan, crowd: _Crowd) -> Counted:
    clients = await _connect(plan, crowd)
    print("connected", flush=True)
    for client in clients[: plan.stalled]:
        assert client.transport is not None
        client.transport.pause_reading()
    await _wait(clients, plan.warm_s)
    print("begin", flush=True)
    began, cpu = time.perf_counter(), time.process_time()
    crowd.counting = True
    await _wait(clients, plan.seconds)
    crowd.counting = False
    counted = crowd.counted
    counted.wall_s, counted.cpu_s = time.perf_counter() - began, time.process_time() - cpu
    delays = sorted(crowd.delays)
    if delays:
        counted.delay_p50_ms = delays[len(delays) // 2] * 1e3
        counted.delay_p99_ms = delays[len(delays) * 99 // 100] * 1e3
        counted.delay_max_ms = delays[-1] * 1e3
    crowd.ending = True
    return counted


async def _connect(plan: ListenersPlan, crowd: _Crowd) -> list[_Client]:
    """Connect in batches; returns when the server has let everybody in."""
    loop, draw = asyncio.get_running_loop(), random.Random(1)
    clients: list[_Client] = []
    async with asyncio.timeout(_CONNECT_TIMEOUT_S):
        for number in range(plan.slow + plan.fast):
            fast = number >= plan.slow
            token = plan.tokens[number // CONNECTIONS_PER_TOKEN]
            symbols = draw.sample(plan.symbols, plan.symbols_each)
            greeting = _greeting(token, symbols, 0 if fast else plan.window_ms)
            client = _Client(crowd, number, greeting, fast=fast)
            await loop.create_connection(lambda client=client: client, "127.0.0.1", plan.port)
            clients.append(client)
            while crowd.ready < len(clients) - _CONNECT_BATCH:
                await asyncio.sleep(0.005)
        while crowd.ready < len(clients):
            await asyncio.sleep(0.005)
    return clients


async def _wait(clients: list[_Client], seconds: float) -> None:
    """Let time pass; the server must hear from everybody now and then."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > 0:
        for client in clients:
            assert client.transport is not None
            client.transport.write(_PONG)
        await asyncio.sleep(min(left, _PONG_EVERY_S))


def _greeting(token: str, symbols: list[str], interval_ms: int) -> bytes:
    subscribe = {
        "type": "subscribe",
        "channel": "prices",
        "symbols": symbols,
        "interval_ms": interval_ms,
    }
    return _masked({"type": "auth", "token": token}) + _masked(subscribe)


def _masked(message: object) -> bytes:
    """One text frame of a client, masked with zeros, which leaves it as it is."""
    payload = msgspec.json.encode(message)
    size = len(payload)
    head = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return b"\x81" + head + b"\0\0\0\0" + payload


if __name__ == "__main__":
    main()
