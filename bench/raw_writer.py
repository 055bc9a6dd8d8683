"""The yardstick of the stream: `python -m bench.raw_writer PORT ITEMS`.

Writes frames of so many items, made once, to everybody who connects, ten times a second: what a
process cannot do faster with asyncio sockets, because it does nothing else.
"""

import asyncio
import sys
from typing import Final, cast

import uvloop

_SLOTS: Final = 10
_STEP_S: Final = 0.01
ACCEPTED: Final = b"HTTP/1.1 101 Switching Protocols\r\n\r\n"
_ITEM: Final = (
    b'{"symbol":"BENCH%02d","bid":"1.10123","ask":"1.10135",'
    b'"time":"2026-01-31T12:00:00.123456Z","tradable":true}'
)


class _Client(asyncio.Protocol):
    def __init__(self, slots: list[dict[asyncio.Transport, None]]) -> None:
        self._slots = slots
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(ACCEPTED + frame(b'{"type":"ready"}'))
        min(self._slots, key=len)[self._transport] = None

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 asyncio's signature
        for slot in self._slots:
            if self._transport is not None:
                slot.pop(self._transport, None)


async def _serve(port: int, items: int) -> None:
    loop = asyncio.get_running_loop()
    slots: list[dict[asyncio.Transport, None]] = [{} for _ in range(_SLOTS)]
    server = await loop.create_server(lambda: _Client(slots), "127.0.0.1", port, backlog=2048)
    body = b",".join(_ITEM % number for number in range(items))
    ready_made = frame(b'{"type":"prices","seq":1234,"items":[%b]}' % body)
    due, step = loop.time(), 0
    async with server:
        while True:
            due = max(due + _STEP_S, loop.time())
            await asyncio.sleep(due - loop.time())
            for transport in slots[step % _SLOTS]:
                transport.write(ready_made)
            step += 1


def frame(payload: bytes) -> bytes:
    """One text frame of a server."""
    if len(payload) < 126:
        return b"\x81" + bytes((len(payload),)) + payload
    return b"\x81\x7e" + len(payload).to_bytes(2, "big") + payload


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
