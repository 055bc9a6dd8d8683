"""Staff's markup rules, calendars and liquidity providers: they take effect at once."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.administration import (
    CalendarChange,
    CalendarPage,
    ConfiguredCalendar,
    LiquidityProvider,
    LiquidityProviderChange,
    LiquidityProviderPage,
    MarkupRulePage,
    NewCalendar,
    NewLiquidityProvider,
)
from tradewind.contracts.http.configuration import MarkupRule, MarkupRuleChange, NewMarkupRule
from tradewind.gateway.administration import Asked, actor_of, change_of, cut_by_name, view
from tradewind.gateway.dependencies import LIMIT_DEFAULT, Caller, Limit, Needs
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.services.configuration.model import Kind

router = APIRouter(route_class=StrictRoute, tags=["administration"])


@router.get("/v1/admin/markup-rules", response_model=MarkupRulePage)
async def markup_rules(
    needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT
) -> Response:
    """List by name what is in force; `after` is the last name of the page before."""
    found = await needs.configuration.all(Kind.MARKUP_RULE)
    names, following = cut_by_name(found, after, limit)
    items = tuple(view(found[name], MarkupRule, rule=name) for name in names)
    return answer(MarkupRulePage(items=items, next=following))


@router.get("/v1/admin/markup-rules/{rule}", response_model=MarkupRule)
async def markup_rule(rule: str, needs: Needs) -> Response:
    """Show one."""
    return answer(
        view(await needs.configuration.one(Kind.MARKUP_RULE, rule), MarkupRule, rule=rule)
    )


@router.post("/v1/admin/markup-rules", status_code=201, response_model=MarkupRule)
async def add_markup_rule(
    request: Request, body: NewMarkupRule, caller: Caller, needs: Needs
) -> Response:
    """Add a rule; it prices within a second."""
    asked = Asked(request=request, caller=caller, needs=needs)
    parts = (body.group, body.symbol, body.asset_class)
    name = ":".join(part for part in parts if part is not None)
    return await asked.create(change_of(Kind.MARKUP_RULE, name, body), MarkupRule, rule=name)


@router.patch("/v1/admin/markup-rules/{rule}", response_model=MarkupRule)
async def change_markup_rule(
    rule: str, body: MarkupRuleChange, caller: Caller, needs: Needs
) -> Response:
    """Change what one person may change; 409 when `version` is not the newest."""
    change = change_of(Kind.MARKUP_RULE, rule, body, whole=True)
    changed = await needs.configuration.change(actor_of(caller), change)
    return answer(view(changed, MarkupRule, rule=rule))


@router.get("/v1/admin/calendars", response_model=CalendarPage)
async def calendars(
    needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT
) -> Response:
    """List by name what is in force; `after` is the last name of the page before."""
    found = await needs.configuration.all(Kind.CALENDAR)
    names, following = cut_by_name(found, after, limit)
    items = tuple(view(found[name], ConfiguredCalendar) for name in names)
    return answer(CalendarPage(items=items, next=following))


@router.get("/v1/admin/calendars/{name}", response_model=ConfiguredCalendar)
async def calendar(name: str, needs: Needs) -> Response:
    """Show one."""
    return answer(view(await needs.configuration.one(Kind.CALENDAR, name), ConfiguredCalendar))


@router.post("/v1/admin/calendars", status_code=201, response_model=ConfiguredCalendar)
async def add_calendar(
    request: Request, body: NewCalendar, caller: Caller, needs: Needs
) -> Response:
    """Add one."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return await asked.create(change_of(Kind.CALENDAR, body.name, body), ConfiguredCalendar)


@router.patch("/v1/admin/calendars/{name}", response_model=ConfiguredCalendar)
async def change_calendar(
    name: str, body: CalendarChange, caller: Caller, needs: Needs
) -> Response:
    """Change what one person may change; 409 when `version` is not the newest."""
    change = change_of(Kind.CALENDAR, name, body)
    changed = await needs.configuration.change(actor_of(caller), change)
    return answer(view(changed, ConfiguredCalendar))


@router.get("/v1/admin/liquidity-providers", response_model=LiquidityProviderPage)
async def liquidity_providers(
    needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT
) -> Response:
    """List by name what is in force; `after` is the last name of the page before."""
    found = await needs.configuration.all(Kind.LIQUIDITY_PROVIDER)
    names, following = cut_by_name(found, after, limit)
    items = tuple(view(found[name], LiquidityProvider) for name in names)
    return answer(LiquidityProviderPage(items=items, next=following))


@router.get("/v1/admin/liquidity-providers/{code}", response_model=LiquidityProvider)
async def liquidity_provider(code: str, needs: Needs) -> Response:
    """Show one."""
    return answer(
        view(await needs.configuration.one(Kind.LIQUIDITY_PROVIDER, code), LiquidityProvider)
    )


@router.post("/v1/admin/liquidity-providers", status_code=201, response_model=LiquidityProvider)
async def add_liquidity_provider(
    request: Request, body: NewLiquidityProvider, caller: Caller, needs: Needs
) -> Response:
    """Add one."""
    asked = Asked(request=request, caller=caller, needs=needs)
    return await asked.create(
        change_of(Kind.LIQUIDITY_PROVIDER, body.code, body), LiquidityProvider
    )


@router.patch("/v1/admin/liquidity-providers/{code}", response_model=LiquidityProvider)
async def change_liquidity_provider(
    code: str, body: LiquidityProviderChange, caller: Caller, needs: Needs
) -> Response:
    """Change what one person may change; 409 when `version` is not the newest."""
    change = change_of(Kind.LIQUIDITY_PROVIDER, code, body)
    changed = await needs.configuration.change(actor_of(caller), change)
    return answer(view(changed, LiquidityProvider))
