"""The access table and the application agree; below them the database shows nobody's rows."""

from collections.abc import Iterator

import asyncpg
import pytest
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.gateway.conftest import Api
from tradewind.gateway.access import ROUTES, UnlistedRouteError
from tradewind.gateway.app import Extension, create_app
from tradewind.gateway.routing import StrictRoute
from tradewind.infra.postgres import open_pool
from tradewind.processes.api_parts import dependencies_of


def served(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        assert isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}:
            yield method, route.path


async def test_the_table_and_the_application_have_the_same_routes(api: Api) -> None:
    assert set(served(api.app._app._app)) == set(ROUTES)  # type: ignore[attr-defined]


async def test_a_route_that_the_table_does_not_know_does_not_start(api: Api) -> None:
    dependencies = dependencies_of(api.parts, api.settings_of_gateway, api.addresses)
    router = APIRouter(route_class=StrictRoute)
    with pytest.raises(UnlistedRouteError):
        router.get("/v1/unlisted")(lambda: None)

    async def nothing(_request: Request) -> Response:
        return Response()

    plain = Route("/v1/unlisted", nothing, methods=["POST"])
    with pytest.raises(UnlistedRouteError):
        create_app(dependencies, [Extension(plain=[plain])])


async def test_a_reader_without_a_user_sees_no_row_of_any_client(api: Api) -> None:
    api.price("EURUSD", "1.12130", "1.12140")
    await api.order(symbol="EURUSD", side="buy", quantity="1000")
    tables = (
        "account", "account_assignment", "trade_order", "trade_position", "position_lot", "fill",
        "ledger_posting", "account_event", "order_transition", "idempotency_key",
    )  # fmt: skip
    async with (
        await open_pool(api.settings, "tw_read", size_max=1) as pool,
        pool.acquire() as connection,
    ):
        counts = {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}")  # noqa: S608
            for table in tables
        }
        assert counts == dict.fromkeys(tables, 0)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("SELECT password_hash FROM app_user")
