"""The house's exposure over HTTP: what a worker published, how old it is, and for whom."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from tests.gateway.conftest import Api
from tests.gateway.exposures import publish
from tradewind.contracts.exposure import EXPOSURE_AGE_MAX, EXPOSURE_KEY

pytestmark = pytest.mark.asyncio(loop_scope="module")

DEALER = "dealer"
PATH = "/v1/admin/exposure"
SHOWN = {
    "log_position": 812,
    "stale": False,
    "currency": "USD",
    "symbols": [
        {
            "symbol": "EURUSD",
            "book": "B",
            "long": "10000",
            "short": "30000.5",
            "net": "-20000.5",
            "notional": "-22500.00",
            "currency": "USD",
            "unrealized_pnl": "6.12",
        },
        {
            "symbol": "BTCUSD",
            "book": "A",
            "long": "0",
            "short": "0.125",
            "net": "-0.125",
            "notional": None,
            "currency": "USD",
            "unrealized_pnl": None,
        },
    ],
    "currencies": [{"currency": "USD", "amount": "33.33333333", "notional": "33.34"}],
    "groups": [
        {
            "group": "standard",
            "long": None,
            "short": "1.00",
            "net": None,
            "unrealized_pnl": None,
        }
    ],
}


@pytest_asyncio.fixture(loop_scope="module")
async def api(shared_api: Api) -> AsyncIterator[Api]:
    """An API of which no worker has published anything, before and after."""
    await shared_api.parts.redis.delete(EXPOSURE_KEY)
    yield shared_api
    await shared_api.parts.redis.delete(EXPOSURE_KEY)


async def test_exposure_is_spelt_as_it_was_published(api: Api) -> None:
    await publish(api, timedelta(0))
    shown: dict[str, Any] = await api.get(PATH, DEALER)
    assert shown.pop("as_of")
    assert shown == SHOWN


async def test_exposure_that_nobody_keeps_current_says_so(api: Api) -> None:
    await publish(api, EXPOSURE_AGE_MAX - timedelta(seconds=2))
    assert (await api.get(PATH, DEALER))["stale"] is False
    await publish(api, EXPOSURE_AGE_MAX + timedelta(milliseconds=1))
    shown = await api.get(PATH, DEALER)
    assert (shown["stale"], shown["symbols"][0]["net"]) == (True, "-20000.5")


async def test_exposure_that_nobody_published_is_unavailable(api: Api) -> None:
    refused = await api.client.get(PATH, headers=await api.as_user(DEALER))
    assert (refused.status_code, refused.json()["code"]) == (503, "exposure_unavailable")
    assert int(refused.headers["retry-after"]) >= 1
