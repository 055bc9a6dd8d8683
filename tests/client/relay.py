"""A way to the platform that loses answers when it is told to."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

_IDLE_WITHIN_S = 5.0


class Relay:
    """Hands requests on; while `losing` counts down, an answer is thrown away with its line."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.losing = 0
        self.lost = 0
        self._open = 0
        self.idle = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one connection both ways until either end hangs up."""
        self._open += 1
        self.idle.clear()
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            with suppress(OSError):
                async with asyncio.TaskGroup() as ways:
                    asking = ways.create_task(_carry(reader, back))
                    await self._answer(there, writer)
                    asking.cancel()
        finally:
            back.close()
            writer.close()
            self._open -= 1
            if not self._open:
                self.idle.set()

    async def _answer(self, there: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await there.read(2**16):
            if self.losing:
                self.losing -= 1
                self.lost += 1
                return
            writer.write(data)
            await writer.drain()


@asynccontextmanager
async def relaying(port: int) -> AsyncGenerator[tuple[Relay, str]]:
    """Relay to a port of this machine; returns the address to use instead."""
    relay = Relay(port)
    server = await asyncio.start_server(relay.serve, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    try:
        yield relay, f"http://127.0.0.1:{address[1]}"
    finally:
        server.close()
        async with asyncio.timeout(_IDLE_WITHIN_S):
            await relay.idle.wait()


@asynccontextmanager
async def answering(status: str, *headers: str) -> AsyncGenerator[tuple[list[bytes], str]]:
    """Answer every request with the same status; returns the requests' heads and the address."""
    heads: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heads.append(await reader.readuntil(b"\r\n\r\n"))
        lines = [f"HTTP/1.1 {status}", *headers, "content-length: 0", "connection: close"]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield heads, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(2**16):
        writer.write(data)
        await writer.drain()
    writer.close()
