"""A client's accounts and what is open on them, valued now."""

from fastapi import APIRouter
from starlette.responses import Response

from tradewind.contracts.http.accounts import Account
from tradewind.contracts.http.pages import AccountPage, PositionPage
from tradewind.gateway.dependencies import (
    LIMIT_DEFAULT,
    AccountPath,
    Caller,
    Cursor,
    Limit,
    Needs,
)
from tradewind.gateway.paging import slice_after
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.gateway.valuation import account_view, position_views

router = APIRouter(route_class=StrictRoute, tags=["accounts"])


@router.get("/v1/accounts", response_model=AccountPage)
async def accounts(
    caller: Caller, needs: Needs, after: Cursor, limit: Limit = LIMIT_DEFAULT
) -> Response:
    """List the caller's accounts."""
    now = needs.clock.now()
    holdings = await needs.accounts.holdings(caller.user_id)
    views = [account_view(holding, needs.markets, now) for holding in holdings]
    items, following = slice_after(views, after, limit)
    return answer(AccountPage(items=items, next=following))


@router.get("/v1/accounts/{account_id}", response_model=Account)
async def account(caller: Caller, account_id: AccountPath, needs: Needs) -> Response:
    """Show one account."""
    holding = await needs.accounts.holding(caller.user_id, account_id)
    return answer(account_view(holding, needs.markets, needs.clock.now()))


@router.get("/v1/accounts/{account_id}/positions", response_model=PositionPage)
async def positions(
    caller: Caller,
    account_id: AccountPath,
    needs: Needs,
    after: Cursor,
    limit: Limit = LIMIT_DEFAULT,
) -> Response:
    """List what is open, oldest first."""
    holding = await needs.accounts.holding(caller.user_id, account_id)
    views = position_views(holding, needs.markets, needs.clock.now())
    items, following = slice_after(views, after, limit)
    return answer(PositionPage(items=items, next=following))
