"""What happened on an account: orders, fills, ledger and the event log."""

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query
from pydantic import BeforeValidator
from starlette.responses import Response

from tradewind.contracts.http.pages import EventPage, FillPage, LedgerPage, OrderPage
from tradewind.contracts.http.trading import Fact, Order, Transition
from tradewind.core.orders import OrderState
from tradewind.gateway.dependencies import (
    LIMIT_DEFAULT,
    AccountPath,
    Caller,
    Cursor,
    Limit,
    Needs,
    OrderPath,
    whole_number,
)
from tradewind.gateway.paging import cut, one_more
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.gateway.views import event_view, fill_view, ledger_entry, order_view
from tradewind.services.accounts.model import OrderHistory

router = APIRouter(route_class=StrictRoute, tags=["history"])

StateFilter = Literal[
    "open",
    "new",
    "pending",
    "accepted",
    "working",
    "partially_filled",
    "filled",
    "cancelled",
    "rejected",
]
#: PostgreSQL's bigint ends here.
_SEQ_MAX: Final = 2**63 - 1
_STATES: Final = frozenset(OrderState)


@router.get("/v1/accounts/{account_id}/orders", response_model=OrderPage)
async def orders(
    *,
    caller: Caller,
    account_id: AccountPath,
    needs: Needs,
    after: Cursor,
    state: StateFilter | None = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Response:
    """List orders, newest first; `state=open` means every state that is not final."""
    page = one_more(after, limit)
    rows = await needs.accounts.orders(caller.user_id, account_id, page, state)
    rows, following = cut(rows, limit)
    return answer(OrderPage(items=tuple(map(order_view, rows)), next=following))


@router.get("/v1/accounts/{account_id}/orders/{order_id}", response_model=Order)
async def order(
    caller: Caller, account_id: AccountPath, order_id: OrderPath, needs: Needs
) -> Response:
    """Show one order with its transitions and facts."""
    return answer(
        order_with_history(await needs.accounts.order(caller.user_id, account_id, order_id))
    )


@router.get("/v1/accounts/{account_id}/fills", response_model=FillPage)
async def fills(
    caller: Caller,
    account_id: AccountPath,
    needs: Needs,
    after: Cursor,
    limit: Limit = LIMIT_DEFAULT,
) -> Response:
    """List fills, newest first."""
    rows = await needs.accounts.fills(caller.user_id, account_id, one_more(after, limit))
    rows, following = cut(rows, limit)
    return answer(FillPage(items=tuple(map(fill_view, rows)), next=following))


@router.get("/v1/accounts/{account_id}/ledger", response_model=LedgerPage)
async def ledger(
    caller: Caller,
    account_id: AccountPath,
    needs: Needs,
    after: Cursor,
    limit: Limit = LIMIT_DEFAULT,
) -> Response:
    """List what moved the balance, newest first."""
    rows = await needs.accounts.ledger(caller.user_id, account_id, one_more(after, limit))
    rows, following = cut(rows, limit)
    entries = (ledger_entry(row) for row in rows)
    items = tuple(entry for entry in entries if entry is not None)
    return answer(LedgerPage(items=items, next=following))


@router.get("/v1/accounts/{account_id}/events", response_model=EventPage)
async def events(
    caller: Caller,
    account_id: AccountPath,
    needs: Needs,
    after: Annotated[int, BeforeValidator(whole_number), Query(ge=0, le=_SEQ_MAX)] = 0,
    limit: Limit = LIMIT_DEFAULT,
) -> Response:
    """List the account's event log after number `after`, in order and without gaps."""
    rows = await needs.accounts.events(caller.user_id, account_id, after, limit + 1)
    items = tuple(map(event_view, rows[:limit]))
    following = str(items[-1].seq) if len(rows) > limit else None
    return answer(EventPage(items=items, next=following))


def order_with_history(history: OrderHistory) -> Order:
    """Split what the log says of an order into moves of its state and facts beside it."""
    transitions = tuple(
        Transition(state=OrderState(move.name).value, reason=move.reason, at=move.at)
        for move in history.moves
        if move.name in _STATES
    )
    facts = tuple(
        Fact(type=move.name, at=move.at) for move in history.moves if move.name not in _STATES
    )
    return order_view(history.row, transitions, facts)
