"""Staff's quote filters, and their word that a price beyond the hard band is real."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.filters import (
    NewQuoteFilter,
    QuoteFilter,
    QuoteFilterChange,
    QuoteFilterPage,
    Rebase,
    Rebased,
)
from tradewind.gateway.administration import Asked, actor_of, change_of, cut_by_name, view
from tradewind.gateway.dependencies import LIMIT_DEFAULT, Caller, Limit, Needs
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.infra.postgres import Connection
from tradewind.services.configuration.model import Kind
from tradewind.services.configuration.rebasing import rebase

router = APIRouter(route_class=StrictRoute, tags=["administration"])


@router.get("/v1/admin/quote-filters", response_model=QuoteFilterPage)
async def quote_filters(
    needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT
) -> Response:
    """List by name what is in force; `after` is the last name of the page before."""
    found = await needs.configuration.all(Kind.QUOTE_FILTER)
    names, following = cut_by_name(found, after, limit)
    items = tuple(view(found[name], QuoteFilter, filter=name) for name in names)
    return answer(QuoteFilterPage(items=items, next=following))


@router.get("/v1/admin/quote-filters/{name}", response_model=QuoteFilter)
async def quote_filter(name: str, needs: Needs) -> Response:
    """Show one."""
    found = await needs.configuration.one(Kind.QUOTE_FILTER, name)
    return answer(view(found, QuoteFilter, filter=name))


@router.post("/v1/admin/quote-filters", status_code=201, response_model=QuoteFilter)
async def add_quote_filter(
    request: Request, body: NewQuoteFilter, caller: Caller, needs: Needs
) -> Response:
    """Give a symbol a filter of its own."""
    asked = Asked(request=request, caller=caller, needs=needs)
    change = change_of(Kind.QUOTE_FILTER, body.symbol, body)
    return await asked.create(change, QuoteFilter, filter=body.symbol)


@router.patch("/v1/admin/quote-filters/{name}", response_model=QuoteFilter)
async def change_quote_filter(
    name: str, body: QuoteFilterChange, caller: Caller, needs: Needs
) -> Response:
    """Change a filter; 409 when `version` is not the newest."""
    change = change_of(Kind.QUOTE_FILTER, name, body)
    changed = await needs.configuration.change(actor_of(caller), change)
    return answer(view(changed, QuoteFilter, filter=name))


@router.post("/v1/admin/symbols/{symbol}/rebase", status_code=201, response_model=Rebased)
async def rebase_symbol(
    symbol: str, request: Request, body: Rebase, caller: Caller, needs: Needs
) -> Response:
    """Take what LPs send as the symbol's price although it is beyond the hard band."""
    asked = Asked(request=request, caller=caller, needs=needs)

    async def work(tx: Connection) -> Rebased:
        since = await rebase(needs.configuration, tx, asked.actor, symbol, body.reason)
        return Rebased(symbol=symbol, reason=body.reason, time=since)

    return await asked.once(201, work)
