"""Who may call what: every route with every kind of caller, generated from the access table."""

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
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import open_pool
from tradewind.processes.api_parts import dependencies_of
from tradewind.services.identity.access_tokens import AccessTokens
from tradewind.services.identity.model import Role

PROTECTED = [cell for cell, access in ROUTES.items() if not access.is_public]
BOTH_AUDIENCES = {("POST", "/v1/auth/logout")}


def served(app: FastAPI) -> Iterator[tuple[str, str]]:
    for route in app.routes:
        assert isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}:
            yield method, route.path


def concrete(path: str, account: str) -> str:
    """An address of a route: the given account, things that do not exist."""
    nobody = "00000000-0000-7000-8000-000000000000"
    return (
        path.replace("{account_id}", account)
        .replace("{order_id}", nobody)
        .replace("{position_id}", nobody)
        .replace("{symbol}", "EURUSD")
    )


async def statuses(api: Api, headers: dict[str, str]) -> dict[tuple[str, str], int]:
    """Call every protected route but logout, which would end the session."""
    found = {}
    for method, path in PROTECTED:
        if (method, path) not in BOTH_AUDIENCES:
            url = concrete(path, api.account())
            answer = await api.client.request(
                method, url, headers={"idempotency-key": "k", **headers}
            )
            found[method, path] = answer.status_code
    return found


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


async def test_without_a_token_every_protected_route_answers_401(api: Api) -> None:
    assert set((await statuses(api, {})).values()) == {401}


async def test_a_staff_token_opens_nothing_of_the_client_api(api: Api) -> None:
    for name in ("dealer", "admin"):
        assert set((await statuses(api, await api.as_user(name))).values()) == {401}


async def test_the_owner_is_let_through_everywhere(api: Api) -> None:
    found = await statuses(api, await api.as_user("client1"))
    assert {cell: status for cell, status in found.items() if status in {401, 403}} == {}
    assert {cell: status for cell, status in found.items() if status >= 500} == {}


async def test_somebody_else_finds_nothing_on_any_account_route(api: Api) -> None:
    found = await statuses(api, await api.as_user("client2"))
    of_account = {cell: status for cell, status in found.items() if "{account_id}" in cell[1]}
    posts = {("POST", path) for method, path in of_account if method == "POST"}
    # An empty order is refused for what it is before anybody looks for its account.
    assert {of_account.pop(post) for post in posts} <= {404, 415, 422}
    assert set(of_account.values()) == {404}


async def test_a_client_token_without_the_role_answers_403(api: Api) -> None:
    headers = await api.as_user("client3")
    await change_role(api, "client3", "support")
    await api.parts.standing.poll()
    assert set((await statuses(api, headers)).values()) == {401}, "the token's roles are old"
    tokens: AccessTokens = api.parts.authenticator._tokens
    claims = tokens.verify(headers["authorization"].removeprefix("Bearer "), api.clock.now())
    lowered = type(claims)(
        user_id=claims.user_id,
        session_id=claims.session_id,
        audience=claims.audience,
        roles=frozenset({Role.SUPPORT}),
        expires_at=claims.expires_at,
    )
    token = tokens.issue(lowered, IdSource().new(), api.clock.now())
    found = await statuses(api, {"authorization": f"Bearer {token}"})
    assert set(found.values()) == {403}


async def change_role(api: Api, name: str, role: str) -> None:
    """Do what an administrator would."""
    async with await open_pool(api.settings, "tw_admin", size_max=1) as pool:
        user = await pool.fetchval(
            "SELECT id FROM app_user WHERE email = $1", api.users[name].email
        )
        await pool.execute("DELETE FROM user_role WHERE user_id = $1", user)
        await pool.execute(
            "INSERT INTO user_role (user_id, role, granted_at) VALUES ($1, $2, now())", user, role
        )


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
