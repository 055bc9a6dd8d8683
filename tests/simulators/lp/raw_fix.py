"""A FIX client by hand: what the LP really writes, with length and checksum of each message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

DEADLINE_S = 10.0
SOH = "\x01"
#: Tags of the header and trailer, and MDReqID, which tests look at one by one.
FRAME = frozenset({8, 9, 10, 34, 49, 52, 56, 262})


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One message as it was written."""

    fields: tuple[tuple[int, str], ...]

    def get(self, tag: int) -> str:
        return dict(self.fields).get(tag, "")

    @property
    def kind(self) -> str:
        return self.get(35)

    @property
    def number(self) -> int:
        return int(self.get(34))

    @property
    def body(self) -> str:
        """All fields but the frame's, in their order, with `|` for SOH."""
        return "|".join(f"{tag}={value}" for tag, value in self.fields if tag not in FRAME)

    @property
    def entries(self) -> list[dict[int, str]]:
        """The entries of a snapshot or increment."""
        first = 279 if self.kind == "X" else 269
        found: list[dict[int, str]] = []
        for tag, value in self.fields[:-1]:
            if tag == first:
                found.append({})
            if found:
                found[-1][tag] = value
        return found


@dataclass(slots=True, kw_only=True)
class RawClient:
    """One connection. Heartbeats are skipped unless asked for."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    name: str
    target: str
    sent: int = 0
    texts: list[Received] = field(default_factory=list)

    async def send(self, kind: str, *fields: str) -> None:
        self.sent += 1
        at = f"{datetime.now(UTC):%Y%m%d-%H:%M:%S}"
        head = (f"35={kind}", f"34={self.sent}", f"49={self.name}", f"52={at}")
        body = SOH.join((*head, f"56={self.target}", *fields, ""))
        text = f"8=FIX.4.4{SOH}9={len(body)}{SOH}{body}"
        self.writer.write(f"{text}10={sum(text.encode()) % 256:03d}{SOH}".encode())
        await self.writer.drain()

    async def log_on(self, heartbeat_s: int = 60) -> Received:
        await self.send("A", "98=0", f"108={heartbeat_s}", "141=Y")
        answer = await self.receive()
        assert answer.kind == "A"
        return answer

    async def subscribe(
        self, *symbols: str, depth: int = 1, refresh: int = 1, kind: int = 1
    ) -> None:
        wanted = ("262=r1", f"263={kind}", f"264={depth}", f"265={refresh}")
        sides = ("267=2", "269=0", "269=1", f"146={len(symbols)}")
        await self.send("V", *wanted, *sides, *(f"55={symbol}" for symbol in symbols))

    async def receive(self) -> Received:
        """Read one message and check its frame."""
        async with asyncio.timeout(DEADLINE_S):
            begin = await self.reader.readuntil(b"\x01")
            length = await self.reader.readuntil(b"\x01")
            rest = await self.reader.readexactly(int(length[2:-1]) + 7)
        raw = begin + length + rest
        assert begin == b"8=FIX.4.4\x01"
        assert rest[-7:] == b"10=%03d\x01" % (sum(raw[:-7]) % 256)
        pairs = (each.partition("=") for each in raw.decode("latin-1").split(SOH) if each)
        return Received(fields=tuple((int(tag), value) for tag, _, value in pairs))

    async def take(self, count: int) -> list[Received]:
        """Read messages that are not heartbeats."""
        taken: list[Received] = []
        while len(taken) < count:
            message = await self.receive()
            if message.kind != "0":
                taken.append(message)
        return taken

    async def bodies(self, count: int) -> list[str]:
        return [message.body for message in await self.take(count)]

    async def is_closed(self) -> bool:
        """Read on; true at the connection's end, false when something else came."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                return await self.reader.read(1) == b""
            except ConnectionError:
                return True


@asynccontextmanager
async def connected(
    port: int, target: str = "LP-TEST-MD", name: str = "RAW"
) -> AsyncIterator[RawClient]:
    """Connect; the test logs on."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield RawClient(reader=reader, writer=writer, name=name, target=target)
    finally:
        writer.close()
