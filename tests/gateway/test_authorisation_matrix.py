"""Every route with every caller: each cell says what is answered; what is refused has no trace."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest
import pytest_asyncio

from tests.gateway.callers import (
    CALLERS,
    LOWERED,
    NOBODY,
    OTHER,
    OWNER,
    STAFF,
    Caller,
    open_callers,
)
from tests.gateway.conftest import Api
from tests.gateway.expected_access import EXPECTED, For, Route
from tests.gateway.exposures import publish
from tests.gateway.order_bodies import NOBODY as NO_ID
from tests.gateway.order_bodies import filled, quote
from tests.gateway.refusals import assert_is_problem, assert_tells_nothing, nothing_changes
from tradewind.gateway.access import ROUTES

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everybody, and what the owner has."""

    api: Api
    callers: Mapping[str, Caller]
    ids: Mapping[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(shared_api: Api) -> World:
    """The owner has an order and a position; a worker has published the exposure."""
    await publish(shared_api, timedelta(0))
    quote(shared_api)
    order = await filled(shared_api, quantity="50000")
    return World(
        api=shared_api,
        callers=await open_callers(shared_api),
        ids={
            "account_id": shared_api.account(),
            "order_id": order["id"],
            "position_id": order["position_id"],
        },
    )


#: Names that an address may hold and that are nobody's secret.
NAMES = {
    "symbol": "EURUSD",
    "group": "standard",
    "rule": "standard",
    "name": "demo",
    "code": "lp-one",
    "request_id": NO_ID,
    "action_id": NO_ID,
    "fill_id": NO_ID,
    "scope": "group",
    "key": "standard",
}


def refusal(route: Route, caller: str) -> tuple[int, str] | None:
    """Status and code for whoever is turned away; None lets through."""
    if route.to is For.EVERYBODY:
        return None
    if caller == NOBODY:
        return 401, "token_required"
    if route.to is For.LOGGED_IN:
        return None
    if (route.to is For.STAFF) is not (caller in STAFF):
        return 401, "wrong_audience"
    if caller in LOWERED or (caller in STAFF and caller not in route.roles):
        return 403, "missing_role"
    if route.to is For.OWNER and caller == OTHER:
        return 404, "account_not_found"
    return None


async def test_no_route_is_unknown_to_the_matrix() -> None:
    assert ROUTES.keys() - EXPECTED.keys() == set()


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize(("method", "path"), ROUTES, ids=[" ".join(each) for each in ROUTES])
async def test_a_route_lets_through_whom_it_is_for_and_nobody_else(
    world: World, method: str, path: str, caller: str
) -> None:
    route = EXPECTED[method, path]
    headers = world.callers[caller].headers
    if path == "/v1/auth/logout":
        headers = world.callers[caller].spare
    turned_away = refusal(route, caller)
    world.api.parts.feed.heartbeat()
    request = world.api.client.build_request(
        method,
        path.format(**NAMES, **world.ids) + route.query,
        headers={**headers, "idempotency-key": f"{method} {path} {caller}"[:255]},
        json=None if route.body is None else dict(route.body),
    )
    if turned_away is not None:
        async with nothing_changes(world.api):
            answer = await world.api.client.send(request)
            assert_is_problem(answer, *turned_away)
    else:
        answer = await world.api.client.send(request)
        assert_lets_through(answer, route)
    if not path.startswith("/openapi") and path != "/docs":
        assert_tells_nothing(answer)
    if caller != OWNER:
        own = {*world.ids.values(), world.api.users["client1"].email}
        assert not [text for text in own if text in answer.text]


def assert_lets_through(answer: httpx.Response, route: Route) -> None:
    if route.status is None:
        assert answer.status_code in {200, 404, 422}, answer.text
    else:
        assert answer.status_code == route.status, answer.text
