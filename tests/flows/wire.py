"""HTTP by hand: cheap, so that the load is the platform's, and exact about what was sent."""

import asyncio
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

#: A commit whose outcome is looked up is answered within 10 s.
ANSWER_TIMEOUT_S = 15.0
_LENGTH = re.compile(rb"content-length: (\d+)\r\n", re.IGNORECASE)


class NoAnswerError(Exception):
    """The connection was refused, reset or silent; `sent` tells whether the request went out."""

    def __init__(self, error: Exception, *, sent: bool) -> None:
        super().__init__(type(error).__name__)
        self.sent = sent


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One kept connection with at most one request under way."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Wire:
    """Posts over as many connections as it takes; nothing is sent twice."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: deque[Connection] = deque()

    async def post(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        """Return status and body; NoAnswerError without an answer."""
        sent = False
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT_S):
                connection = self._idle.pop() if self._idle else await self._connect()
                lines = [f"POST {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
                lines += [f"{name}: {value}" for name, value in headers.items()]
                connection.writer.write("\r\n".join([*lines, "", ""]).encode() + body)
                sent = True
                head = await connection.reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                assert length is not None, head
                content = await connection.reader.readexactly(int(length[1]))
        except (OSError, EOFError, TimeoutError) as error:
            raise NoAnswerError(error, sent=sent) from error
        self._idle.append(connection)
        return int(head[9:12]), content

    def close(self) -> None:
        """Hang up."""
        for connection in self._idle:
            connection.writer.close()

    async def _connect(self) -> Connection:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        return Connection(reader=reader, writer=writer)
