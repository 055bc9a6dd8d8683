"""Sends one call until there is an answer; a repetition never does a thing twice."""

import asyncio
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import count
from types import TracebackType
from typing import Any, Final, Self, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from tradewind_client.accounts import TokenPair
from tradewind_client.errors import (
    ApiError,
    ThrottledError,
    TransientError,
    UnauthenticatedError,
    UnknownOutcomeError,
    error_of,
    own_problem,
)
from tradewind_client.operations import REFRESH, Operation
from tradewind_client.requests import Body, Refresh, Value, mentioned, spelled
from tradewind_client.tokens import Tokens

T = TypeVar("T")

_NO_VALUES: Final[Mapping[str, Value]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying:
    """How long to wait for an answer, and how often and in what rhythm to ask again."""

    attempts_max: int = 8
    first_pause_s: float = 0.1
    pause_s_max: float = 5.0
    answer_timeout_s: float = 15.0

    def pause_s(self, attempt: int, asked_for_s: float) -> float:
        """Grow by doubling, drawn so that a crowd does not come back at once."""
        grown = min(self.pause_s_max, self.first_pause_s * 2**attempt)
        return max(asked_for_s, grown * (0.5 + secrets.randbelow(500) / 1000))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call with everything that goes out; `key` stays the same however often it is sent."""

    operation: Operation[Any]
    path: str
    query: Mapping[str, str]
    content: bytes | None
    key: str | None


#: Many calls at once wait for a free connection instead of opening more.
_CONNECTIONS: Final = httpx.Limits(max_connections=32, keepalive_expiry=4.0)


class Transport:
    """Connections to one platform, and the tokens that are sent over them."""

    def __init__(self, base_url: str, retrying: Retrying) -> None:
        """Open nothing yet."""
        self._http = httpx.AsyncClient(base_url=base_url, limits=_CONNECTIONS)
        self._retrying = retrying
        self.tokens = Tokens(self._exchange)

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    async def call(
        self,
        operation: Operation[T],
        path: Mapping[str, Value] = _NO_VALUES,
        *,
        query: Mapping[str, Value] = _NO_VALUES,
        body: Body | None = None,
        key: str | None = None,
    ) -> T:
        """Send until answered. Raises ApiError; UnknownOutcomeError when attempts run out."""
        call = _call(operation, path, query, body, key)
        content = await self._answer(call)
        return _decoder(operation.answer).decode(content or b"null")

    async def _exchange(self, refresh_token: str) -> TokenPair:
        return await self.call(REFRESH, body=Refresh(refresh_token=refresh_token))

    async def _answer(self, call: Call) -> bytes:
        repeat_until = time.monotonic() + call.operation.repeat_within_s
        unknown: UnknownOutcomeError | None = None
        renewed = False
        for attempt in count(1):
            token = None if call.operation.public else await self.tokens.access()
            try:
                return await self._send(call, token)
            except (TransientError, ThrottledError) as error:
                # What may have happened stays so, whatever becomes of the repetitions.
                unknown = unknown or (error if isinstance(error, UnknownOutcomeError) else None)
                is_last = attempt == self._retrying.attempts_max
                is_too_long = error.retry_after_s > self._retrying.pause_s_max
                if is_last or is_too_long or time.monotonic() > repeat_until:
                    raise unknown or error from error
                await asyncio.sleep(self._retrying.pause_s(attempt, error.retry_after_s))
            except UnauthenticatedError:
                if token is None or renewed:
                    raise
                renewed = True
                await self.tokens.renew(token)
            except ApiError as error:
                error.follows_unknown = unknown is not None
                raise
        raise AssertionError("counting has no end")

    async def _send(self, call: Call, token: str | None) -> bytes:
        try:
            answer = await self._http.request(
                call.operation.method,
                call.path,
                params=call.query,
                content=call.content,
                headers=_headers(call, token),
                timeout=call.operation.answer_timeout_s or self._retrying.answer_timeout_s,
            )
        except httpx.TransportError as error:
            raise _no_answer(call, error) from error
        if answer.is_success or answer.status_code in call.operation.also:
            return answer.content
        retry_after = answer.headers.get("retry-after")
        raise error_of(answer.status_code, answer.content, retry_after, call.key)


def _call(
    operation: Operation[Any],
    path: Mapping[str, Value],
    query: Mapping[str, Value],
    body: Body | None,
    key: str | None,
) -> Call:
    names = {name: quote(str(spelled(value)), safe="") for name, value in path.items()}
    content = (
        {name: spelled(value) for name, value in mentioned(body).items()}
        if body is not None
        else None
    )
    return Call(
        operation=operation,
        path=operation.path.format_map(names),
        query={name: str(spelled(value)) for name, value in query.items() if value is not None},
        content=None if content is None else msgspec.json.encode(content),
        key=(key or secrets.token_hex(16)) if operation.keyed else None,
    )


def _headers(call: Call, token: str | None) -> dict[str, str]:
    headers: dict[str, str] = {}
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    if call.content is not None:
        headers["content-type"] = "application/json"
    if call.key is not None:
        headers["idempotency-key"] = call.key
    return headers


def _no_answer(call: Call, error: httpx.TransportError) -> TransientError:
    """Say what silence means: only a request that went out and changes something may have done."""
    problem = own_problem(0, "no_answer", f"No answer: {type(error).__name__}.")
    never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
    if never_sent or call.operation.method == "GET":
        return TransientError(problem)
    return UnknownOutcomeError(problem, 0.0, call.key)


@cache
def _decoder(answer: type[T]) -> msgspec.json.Decoder[T]:
    return msgspec.json.Decoder(answer)
