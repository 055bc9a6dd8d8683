"""Why fills are what they are: for their owner, and for staff."""

from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi import Path as FromPath
from starlette.responses import Response

from tradewind.contracts.http.receipts import DealerReceipt, Receipt
from tradewind.core.ids import FillId
from tradewind.gateway.dependencies import AccountPath, Caller, Needs, OrderPath, identifier
from tradewind.gateway.receipts import dealer_receipt, receipt
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.services.accounts.receipts import dealt_fill

router = APIRouter(route_class=StrictRoute)


async def _fill_id(
    fill_id: Annotated[str, FromPath(json_schema_extra={"format": "uuid"})],
) -> FillId:
    return FillId(identifier(fill_id))


FillPath = Annotated[FillId, Depends(_fill_id)]


@router.get(
    "/v1/accounts/{account_id}/orders/{order_id}/receipt",
    response_model=Receipt,
    tags=["history"],
)
async def order_receipt(
    caller: Caller, account_id: AccountPath, order_id: OrderPath, needs: Needs
) -> Response:
    """Say of each fill of an order which price it was dealt on, when, and why."""
    return answer(receipt(await needs.accounts.dealt(caller.user_id, account_id, order_id)))


@router.get(
    "/v1/admin/fills/{fill_id}/receipt", response_model=DealerReceipt, tags=["administration"]
)
async def fill_receipt(fill_id: FillPath, needs: Needs) -> Response:
    """Say of a fill what its owner is told, and what was behind it."""
    async with needs.configuration.reading() as connection:
        return answer(dealer_receipt(await dealt_fill(connection, fill_id)))
