"""Staff's symbols and groups: what is new, or hard to take back, needs a second person."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.administration import (
    ChangeRequest,
    ConfiguredGroupPage,
    ConfiguredSymbolPage,
)
from tradewind.contracts.http.configuration import (
    ConfiguredGroup,
    ConfiguredSymbol,
    GroupChange,
    NewGroup,
    NewSymbol,
    SymbolChange,
)
from tradewind.gateway.administration import Asked, actor_of, change_of, cut_by_name, view
from tradewind.gateway.dependencies import LIMIT_DEFAULT, Caller, Limit, Needs
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.services.configuration.model import Kind

router = APIRouter(route_class=StrictRoute, tags=["administration"])


@router.get("/v1/admin/symbols", response_model=ConfiguredSymbolPage)
async def symbols(needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT) -> Response:
    """List by name what is in force; `after` is the last name of the page before."""
    found = await needs.configuration.all(Kind.SYMBOL)
    names, following = cut_by_name(found, after, limit)
    items = tuple(view(found[name], ConfiguredSymbol) for name in names)
    return answer(ConfiguredSymbolPage(items=items, next=following))


@router.get("/v1/admin/symbols/{symbol}", response_model=ConfiguredSymbol)
async def symbol(symbol: str, needs: Needs) -> Response:
    """Show one."""
    return answer(view(await needs.configuration.one(Kind.SYMBOL, symbol), ConfiguredSymbol))


@router.post("/v1/admin/symbols", status_code=202, response_model=ChangeRequest)
async def request_symbol(
    request: Request, body: NewSymbol, caller: Caller, needs: Needs
) -> Response:
    """Ask a second person for a new symbol."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return await asked.file(change_of(Kind.SYMBOL, body.symbol, body), body.reason)


@router.patch("/v1/admin/symbols/{symbol}", response_model=ConfiguredSymbol)
async def change_symbol(symbol: str, body: SymbolChange, caller: Caller, needs: Needs) -> Response:
    """Change what one person may change; 409 when `version` is not the newest."""
    change = change_of(Kind.SYMBOL, symbol, body)
    changed = await needs.configuration.change(actor_of(caller), change)
    return answer(view(changed, ConfiguredSymbol))


@router.get("/v1/admin/groups", response_model=ConfiguredGroupPage)
async def groups(needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT) -> Response:
    """List by name what is in force; `after` is the last name of the page before."""
    found = await needs.configuration.all(Kind.GROUP)
    names, following = cut_by_name(found, after, limit)
    items = tuple(view(found[name], ConfiguredGroup) for name in names)
    return answer(ConfiguredGroupPage(items=items, next=following))


@router.get("/v1/admin/groups/{group}", response_model=ConfiguredGroup)
async def group(group: str, needs: Needs) -> Response:
    """Show one."""
    return answer(view(await needs.configuration.one(Kind.GROUP, group), ConfiguredGroup))


@router.post("/v1/admin/groups", status_code=202, response_model=ChangeRequest)
async def request_group(request: Request, body: NewGroup, caller: Caller, needs: Needs) -> Response:
    """Ask a second person for a new group."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return await asked.file(change_of(Kind.GROUP, body.code, body), body.reason)


@router.patch("/v1/admin/groups/{group}", response_model=ConfiguredGroup)
async def change_group(group: str, body: GroupChange, caller: Caller, needs: Needs) -> Response:
    """Change what one person may change; 409 when `version` is not the newest."""
    change = change_of(Kind.GROUP, group, body)
    changed = await needs.configuration.change(actor_of(caller), change)
    return answer(view(changed, ConfiguredGroup))
