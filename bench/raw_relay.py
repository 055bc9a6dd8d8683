"""The yardstick of ticks: `python -m bench.raw_relay PLAN`, as JSON.

Takes the FIX bytes of the same LPs, reads no more of them than symbol and bid, and writes frames to
the same clients: what is left of the tick's way when nobody judges, prices, stores or spreads it.
"""

import asyncio
import re
import sys
from typing import Final, cast

import msgspec
import uvloop

from bench.fix_sink import message
from bench.raw_writer import ACCEPTED, frame

_QUOTE: Final = re.compile(rb"\x0155=([^\x01]+)\x01268=2\x01269=0\x01270=([^\x01]+)\x01")
_END: Final = re.compile(rb"\x0110=\d{3}\x01")
_SUBSCRIBED: Final = re.compile(rb'"symbols":\[([^]]*)\],"interval_ms":(\d+)')
_ITEM: Final = (
    b'{"symbol":"%b","bid":"%b","ask":"1.10135",'
    b'"time":"2026-01-31T12:00:00.123456Z","tradable":true}'
)
_FRAME: Final = b'{"type":"prices","seq":1234,"items":[%b]}'
#: A window of 50 ms, a fifth of the clients each 10 ms.
_SLOTS: Final = 5
_STEP_S: Final = 0.01
_READY: Final = b'{"type":"ready"}'


class RelayPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Where the LPs are, what they quote, and where clients come."""

    lp_ports: list[int]
    symbols: list[str]
    port: int


class _Relay:
    """Who watches what; the clients with a window stand in its slots."""

    def __init__(self) -> None:
        self.watchers: dict[bytes, dict[_Client, None]] = {}
        self.slots: list[dict[_Client, None]] = [{} for _ in range(_SLOTS)]

    def tick(self, symbol: bytes, bid: bytes) -> None:
        item = _ITEM % (symbol, bid)
        whole = frame(_FRAME % item)
        for client in self.watchers.get(symbol, ()):
            client.take(symbol, item, whole)

    async def turn(self) -> None:
        """Serve the windows, a part of the clients each step."""
        step = 0
        while True:
            await asyncio.sleep(_STEP_S)
            step += 1
            for client in self.slots[step % _SLOTS]:
                client.show()


class _Client(asyncio.Protocol):
    def __init__(self, relay: _Relay) -> None:
        self._relay = relay
        self._transport: asyncio.Transport | None = None
        self._said = b""
        self._eager = False
        self._unseen: dict[bytes, bytes] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 asyncio's signature
        self._transport = None
        for clients in (*self._relay.watchers.values(), *self._relay.slots):
            clients.pop(self, None)

    def data_received(self, data: bytes) -> None:
        self._said += data
        found = _SUBSCRIBED.search(self._said)
        if found is None or self._transport is None:
            return
        self._said = b""
        self._eager = found[2] == b"0"
        for symbol in found[1].replace(b'"', b"").split(b","):
            self._relay.watchers.setdefault(symbol, {})[self] = None
        if not self._eager:
            min(self._relay.slots, key=len)[self] = None
        self._transport.write(ACCEPTED + frame(_READY))

    def take(self, symbol: bytes, item: bytes, whole: bytes) -> None:
        """Show one quote at once, or keep it for this client's turn."""
        if self._eager and self._transport is not None:
            self._transport.write(whole)
        elif not self._eager:
            self._unseen[symbol] = item

    def show(self) -> None:
        if self._unseen and self._transport is not None:
            self._transport.write(frame(_FRAME % b",".join(self._unseen.values())))
            self._unseen.clear()


class _Lp(asyncio.Protocol):
    def __init__(self, relay: _Relay, symbols: list[str]) -> None:
        self._relay = relay
        self._symbols = symbols
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        lp = cast("asyncio.Transport", transport)
        lp.write(message(1, "A", "98=0", "108=60", "141=Y"))
        for number, symbol in enumerate(self._symbols, start=2):
            request = ("262=1", "263=1", "264=1", "265=1", "267=2", "269=0", "269=1", "146=1")
            lp.write(message(number, "V", *request, f"55={symbol}"))

    def data_received(self, data: bytes) -> None:
        *messages, self._waiting = _END.split(self._waiting + data)
        for whole in messages:
            if found := _QUOTE.search(whole):
                self._relay.tick(found[1], found[2])


async def _serve(plan: RelayPlan) -> None:
    loop, relay = asyncio.get_running_loop(), _Relay()
    server = await loop.create_server(lambda: _Client(relay), "127.0.0.1", plan.port, backlog=2048)
    for port in plan.lp_ports:
        await loop.create_connection(lambda: _Lp(relay, plan.symbols), "127.0.0.1", port)
    async with server:
        await relay.turn()


if __name__ == "__main__":
    uvloop.run(_serve(msgspec.json.decode(sys.argv[1], type=RelayPlan)))
