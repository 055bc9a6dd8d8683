"""What the house holds against its clients, for staff."""

from fastapi import APIRouter
from starlette.responses import Response

from tradewind.contracts.http.exposure import HouseExposure
from tradewind.gateway.dependencies import Needs
from tradewind.gateway.exposure_view import exposure_view
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["administration"])


@router.get("/v1/admin/exposure", response_model=HouseExposure)
async def house_exposure(needs: Needs) -> Response:
    """Show the house's exposure by symbol and book, by currency and by group.

    Everything is seen from the house, which is short what its clients are long.
    """
    return answer(exposure_view(await needs.exposure(), needs.clock.now()))
