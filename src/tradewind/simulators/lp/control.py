"""The control door of a simulated LP: a small HTTP API on loopback that breaks and mends it.

Source: docs/how-to/break-an-lp.md
"""

import asyncio
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

import structlog

from tradewind.infra.clock import Clock
from tradewind.simulators.lp.control_documents import (
    BadDocument,
    book_document,
    fault_document,
    menu_document,
    quote_from,
    values_from,
)
from tradewind.simulators.lp.fault_desk import FaultDesk
from tradewind.simulators.lp.faults import FaultError, FaultName, fault
from tradewind.simulators.lp.server import LpServer

LOOPBACK: Final = "127.0.0.1"
REQUEST_TIMEOUT_S: Final = 5.0
HEADERS_MAX: Final = 100
BODY_BYTES_MAX: Final = 65_536
#: A page of the web in a browser of this machine may not break anything.
HOSTS: Final = frozenset({"127.0.0.1", "localhost"})

_log = structlog.get_logger()


class BadRequest(Exception):
    """What was sent is no HTTP request that we read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; `path` without empty parts."""

    method: str
    path: tuple[str, ...]
    query: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Status and JSON document."""

    status: HTTPStatus
    document: object


class ControlDoor:
    """Serves one LP's faults, exact quotes and books."""

    def __init__(self, desk: FaultDesk, server: LpServer, clock: Clock) -> None:
        """Nothing listens before `start`."""
        self._desk = desk
        self._lp = server
        self._clock = clock
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen on loopback; 0 picks a free port. Returns the port."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, port, limit=BODY_BYTES_MAX)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Take no more requests."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, TimeoutError, asyncio.IncompleteReadError):
            async with asyncio.timeout(REQUEST_TIMEOUT_S):
                try:
                    answer = await self._answer(await _read(reader))
                except (BadRequest, ValueError) as error:
                    answer = _refusal(HTTPStatus.BAD_REQUEST, str(error))
                writer.write(_encoded(answer))
                await writer.drain()
        writer.close()

    async def _answer(self, request: Request) -> Answer:
        try:
            return await self._routed(request)
        except (FaultError, BadDocument) as error:
            return _refusal(HTTPStatus.UNPROCESSABLE_ENTITY, str(error))

    async def _routed(self, request: Request) -> Answer:
        match request.method, request.path:
            case "GET", ("faults",):
                faults = [fault_document(each) for each in self._desk.faults]
                return _found({"active": faults, "menu": menu_document()})
            case "PUT", ("faults", name):
                return await self._begin(name, request)
            case "DELETE", ("faults", name):
                return await self._end(name, request)
            case "POST", ("ticks",):
                return await self._quote(request)
            case "GET", ("book", symbol) if self._lp.book(symbol) is not None:
                return _found(self._book(symbol))
            case _:
                return _refusal(HTTPStatus.NOT_FOUND, "no such thing here")

    async def _begin(self, name: str, request: Request) -> Answer:
        if name not in list(FaultName):
            return _refusal(HTTPStatus.NOT_FOUND, f"no fault {name}")
        values = dict(values_from(request.body))
        chosen = fault(name, values.pop("symbol", None), values)
        await self._desk.begin(chosen)
        return _found(fault_document(chosen))

    async def _end(self, name: str, request: Request) -> Answer:
        if name not in list(FaultName):
            return _refusal(HTTPStatus.NOT_FOUND, f"no fault {name}")
        ended = await self._desk.end(FaultName(name), request.query.get("symbol"))
        return _found({"ended": ended})

    async def _quote(self, request: Request) -> Answer:
        """Send one quote as it is, past all faults but those of the sessions."""
        quote = quote_from(request.body, self._clock.now())
        if not self._lp.offers(quote.tick.symbol):
            raise BadDocument(f"the LP does not quote {quote.tick.symbol}")
        await self._lp.publish([quote])
        return Answer(status=HTTPStatus.CREATED, document=self._book(quote.tick.symbol))

    def _book(self, symbol: str) -> object:
        book = self._lp.book(symbol)
        return book_document(symbol, book) if book else None


async def _read(reader: asyncio.StreamReader) -> Request:
    line = (await reader.readline()).decode("latin-1").split()
    match line:
        case [method, target, _]:
            pass
        case _:
            raise BadRequest("not an HTTP request")
    headers: dict[str, str] = {}
    while (text := (await reader.readline()).decode("latin-1").strip()) != "":
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
        if len(headers) > HEADERS_MAX:
            raise BadRequest("too many headers")
    if headers.get("host", LOOPBACK).partition(":")[0] not in HOSTS:
        raise BadRequest("only asked for as 127.0.0.1 or localhost")
    if "origin" in headers:
        raise BadRequest("not for pages of the web")
    length = int(headers.get("content-length", "0"))
    if not 0 <= length <= BODY_BYTES_MAX:
        raise BadRequest(f"a body has at most {BODY_BYTES_MAX} bytes")
    parts = urlsplit(target)
    return Request(
        method=method,
        path=tuple(unquote(part) for part in parts.path.split("/") if part),
        query={name: values[0] for name, values in parse_qs(parts.query).items()},
        body=await reader.readexactly(length),
    )


def _encoded(answer: Answer) -> bytes:
    body = json.dumps(answer.document).encode()
    head = (
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}\r\n"
        "Content-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body


def _found(document: object) -> Answer:
    return Answer(status=HTTPStatus.OK, document=document)


def _refusal(status: HTTPStatus, text: str) -> Answer:
    return Answer(status=status, document={"error": text})
