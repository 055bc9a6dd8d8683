"""What the routes are built from, and how a handler asks for it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query
from fastapi import Path as FromPath
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from tradewind.contracts.exposure import ExposureTable
from tradewind.contracts.liquidity import LpStatus
from tradewind.core.calendars import Calendar
from tradewind.core.errors import InvalidError, NotFoundError
from tradewind.core.ids import AccountId, OrderId, Symbol
from tradewind.gateway.candles import GroupMarkups
from tradewind.gateway.gate import CALLER, Gate
from tradewind.gateway.metrics import GatewayMetrics
from tradewind.gateway.request_log import RequestLog
from tradewind.infra.clock import Clock
from tradewind.infra.ticks import TickFeed
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.services.accounts.service import Accounts
from tradewind.services.configuration.approvals import Approvals
from tradewind.services.configuration.service import Configuration
from tradewind.services.dealing.model import LIMIT
from tradewind.services.dealing.service import Dealing
from tradewind.services.identity.model import Principal
from tradewind.services.identity.service import Identity
from tradewind.services.marketdata.candles import Candles
from tradewind.services.oms.markets import Markets
from tradewind.services.pricing.reference import Reference

_LIMIT_DEFAULT = 100
_LIMIT_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """What the gateway says about its installation."""

    version: str
    environment: str
    #: Where the stream is when the request's own host does not say.
    stream_port: int
    #: TRADEWIND_STREAM_URL: the stream's address as clients reach it; empty derives it.
    stream_url: str
    #: TRADEWIND_WEB_DIR: the built web client, which may still be on its way.
    web_dir: Path | None
    #: TRADEWIND_DEALER_LIMIT: what one dealer may cancel or close alone, in the house's currency.
    dealer_limit: int = LIMIT


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressLimits:
    """The buckets of client addresses in this process."""

    general: TokenBuckets
    relief: TokenBuckets


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """Tells whether a dependency answers. Without a vital one no request can be served."""

    answers: Callable[[], Awaitable[bool]]
    vital: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependencies:
    """Everything the application is composed of."""

    settings: GatewaySettings
    clock: Clock
    gate: Gate
    addresses: AddressLimits
    metrics: GatewayMetrics
    log: RequestLog
    identity: Identity
    accounts: Accounts
    reference: Reference
    calendars: Callable[[], Awaitable[Mapping[Symbol, Calendar]]]
    ticks: TickFeed
    candles: Candles
    markups: GroupMarkups
    markets: Markets
    configuration: Configuration
    approvals: Approvals
    dealing: Dealing
    #: What pricing says of its LPs, by code; nothing while it is silent.
    lp_statuses: Callable[[], Awaitable[Mapping[str, LpStatus]]]
    #: The latest that a worker published; TransientError while there is nothing.
    exposure: Callable[[], Awaitable[ExposureTable]]
    probes: Mapping[str, Probe]


async def _dependencies(request: Request) -> Dependencies:
    return request.app.state.dependencies


async def _caller(request: Request) -> Principal:
    return request.scope[CALLER]


async def _account_id(
    account_id: Annotated[str, FromPath(json_schema_extra={"format": "uuid"})],
) -> AccountId:
    return AccountId(identifier(account_id))


async def _account_query(
    account_id: Annotated[
        str | None,
        Query(description="One of your accounts", json_schema_extra={"format": "uuid"}),
    ] = None,
) -> AccountId | None:
    if account_id is None:
        return None
    try:
        return AccountId(identifier(account_id))
    except NotFoundError:
        raise InvalidError("account_id", "invalid_id", "An id is a UUID.") from None


async def _order_id(
    order_id: Annotated[str, FromPath(json_schema_extra={"format": "uuid"})],
) -> OrderId:
    return OrderId(identifier(order_id))


async def _cursor(
    after: Annotated[
        str | None,
        Query(description="`next` of the page before", json_schema_extra={"format": "uuid"}),
    ] = None,
) -> UUID | None:
    if after is None:
        return None
    try:
        return identifier(after)
    except NotFoundError:
        raise InvalidError("after", "invalid_cursor", "Pass `next` of the page before.") from None


def identifier(text: str) -> UUID:
    """Read an id as the API spells ids; another spelling names nothing."""
    try:
        found = UUID(text)
    except ValueError:
        raise NotFoundError("not_found", "There is no such thing.") from None
    if str(found) != text.lower():
        raise NotFoundError("not_found", "There is no such thing.")
    return found


def whole_number(text: object) -> object:
    """Let ASCII digits alone through; the framework would take `+1`, ` 1` and `1_0`."""
    if isinstance(text, str) and not (text.isascii() and text.isdigit()):
        raise PydanticCustomError("int_parsing", "Input should be a whole number")
    return text


Needs = Annotated[Dependencies, Depends(_dependencies)]
Caller = Annotated[Principal, Depends(_caller)]
AccountPath = Annotated[AccountId, Depends(_account_id)]
AccountQuery = Annotated[AccountId | None, Depends(_account_query)]
OrderPath = Annotated[OrderId, Depends(_order_id)]
Cursor = Annotated[UUID | None, Depends(_cursor)]
Limit = Annotated[int, BeforeValidator(whole_number), Query(ge=1, le=_LIMIT_MAX)]
LIMIT_DEFAULT = _LIMIT_DEFAULT
