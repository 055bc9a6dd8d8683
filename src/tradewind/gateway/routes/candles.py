"""The history of a symbol's prices."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from tradewind.contracts.http.candles import Candle, CandlePage
from tradewind.core.candles import Interval
from tradewind.core.errors import InvalidError, NotFoundError
from tradewind.core.ids import Symbol
from tradewind.gateway.candles import CandleSide, NoPriceError, candle_view
from tradewind.gateway.dependencies import (
    AccountQuery,
    Caller,
    Dependencies,
    Needs,
    whole_number,
)
from tradewind.gateway.instants import parse_instant
from tradewind.gateway.responses import answer
from tradewind.gateway.routes.market import group_of
from tradewind.gateway.routing import StrictRoute
from tradewind.services.marketdata.candles import CandlePage as Page
from tradewind.services.marketdata.candles import CandleQuery

router = APIRouter(route_class=StrictRoute, tags=["market"])

_LIMIT_DEFAULT: Final = 500
_LIMIT_MAX: Final = 5000


def _instant(text: object) -> datetime:
    found = parse_instant(text)
    if found is None:
        raise PydanticCustomError("invalid_time", "A time is like 2026-01-31T12:00:00Z")
    return found


Instant = Annotated[datetime, BeforeValidator(_instant)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which candles are asked for."""

    interval: Interval
    since: datetime | None
    until: datetime | None
    limit: int


async def _window(
    interval: Annotated[Interval, Query(description="How long a candle is")],
    since: Annotated[
        Instant | None, Query(alias="from", description="The first candle begins here or later")
    ] = None,
    until: Annotated[
        Instant | None, Query(alias="to", description="Every candle begins before")
    ] = None,
    limit: Annotated[
        int, BeforeValidator(whole_number), Query(ge=1, le=_LIMIT_MAX)
    ] = _LIMIT_DEFAULT,
) -> Window:
    if since is not None and until is not None and until < since:
        raise InvalidError("to", "invalid_range", "`to` must not be before `from`.")
    return Window(interval=interval, since=since, until=until, limit=limit)


@router.get("/v1/symbols/{symbol}/candles", response_model=CandlePage)
async def candles(
    symbol: str,
    caller: Caller,
    needs: Needs,
    account_id: AccountQuery,
    window: Annotated[Window, Depends(_window)],
    side: CandleSide = CandleSide.BID,
) -> Response:
    """List candles by time: with `from` the first of the range, else the last before `to`.

    Bid and ask are those of the group of the named account, else of the caller's first.
    """
    if symbol not in needs.reference.instruments:
        raise NotFoundError("symbol_not_found", "There is no such symbol.")
    group = group_of(await needs.accounts.own(caller.user_id), account_id)
    query = CandleQuery(
        symbol=Symbol(symbol),
        interval=window.interval,
        since=window.since,
        until=window.until,
        limit=window.limit,
    )
    page = await needs.candles.page(query)
    try:
        return answer(CandlePage(items=tuple(_views(needs, group, query, side, page))))
    except NoPriceError:
        return answer(CandlePage(items=()))


def _views(
    needs: Dependencies,
    group: str | None,
    query: CandleQuery,
    side: CandleSide,
    page: Page,
) -> Iterator[Candle]:
    for row in page.candles:
        shown = needs.markups.shown(query.symbol, group, side, row)
        yield candle_view(query.interval, row, shown, page.known_until)
