"""Who was let in and may no longer be: it shows within a second, whatever the token says."""

import asyncio
import time

from tests.gateway.administration import change_role, open_login
from tests.gateway.conftest import Api, quick_hash
from tradewind.infra.postgres import connect, open_pool


async def until_refused(api: Api, headers: dict[str, str]) -> float:
    """Seconds until a token is refused by a route that looks no user up."""
    started = time.monotonic()
    while (await api.client.get("/v1/symbols/EURUSD", headers=headers)).status_code == 200:
        assert time.monotonic() - started < 5
        await asyncio.sleep(0.02)
    return time.monotonic() - started


async def test_a_disabled_user_is_out_within_a_second(api: Api) -> None:
    headers = await api.as_user("client1")
    refresh = (await api.log_in("client1")).json()["refresh_token"]
    async with await open_pool(api.settings, "tw_admin", size_max=1) as pool:
        await pool.execute(
            "UPDATE app_user SET status = 'disabled' WHERE email = $1", api.users["client1"].email
        )
    assert await until_refused(api, headers) <= 1.0
    answer = await api.client.post("/v1/auth/refresh", json={"refresh_token": refresh})
    assert answer.status_code == 401
    assert (await api.log_in("client1")).status_code == 403


async def test_a_deleted_user_is_out_within_a_second(api: Api) -> None:
    await open_login(api, "leaver", "client", quick_hash("the password of a leaver"))
    body = {"email": "leaver@tradewind.test", "password": "the password of a leaver"}
    pair = (await api.client.post("/v1/auth/login", json=body)).json()
    headers = {"authorization": f"Bearer {pair['access_token']}"}
    assert (await api.client.get("/v1/me", headers=headers)).status_code == 200
    owner = await connect(api.settings, "tw_migrate")
    for statement in (
        "DELETE FROM refresh_family USING app_user u WHERE user_id = u.id AND u.email = $1",
        "DELETE FROM user_role USING app_user u WHERE user_id = u.id AND u.email = $1",
        "DELETE FROM app_user WHERE email = $1",
    ):
        await owner.execute(statement, body["email"])
    await owner.close()
    assert await until_refused(api, headers) <= 1.0
    refresh = {"refresh_token": pair["refresh_token"]}
    assert (await api.client.post("/v1/auth/refresh", json=refresh)).status_code == 401
    assert (await api.client.post("/v1/auth/login", json=body)).status_code == 401


async def test_a_lowered_role_shows_within_a_second(api: Api) -> None:
    headers = await api.as_user("client1")
    assert (await api.client.get("/v1/me", headers=headers)).status_code == 200
    await change_role(api, api.users["client1"].email, "support")
    assert await until_refused(api, headers) <= 1.0


async def test_a_login_hold_ends_sessions_and_refuses_new_ones(api: Api) -> None:
    headers = await api.as_user("client1")
    async with await open_pool(api.settings, "tw_admin", size_max=1) as pool:
        await pool.execute(
            "INSERT INTO account_hold (id, account_id, kind, reason, actor, holds_from)"
            " VALUES (gen_random_uuid(), $1, 'login', 'test', 'test', now())",
            api.account(),
        )
    assert await until_refused(api, headers) <= 1.0
    answer = await api.log_in("client1")
    assert (answer.status_code, answer.json()["code"]) == (403, "login_held")
    assert (await api.log_in("client2")).status_code == 200


async def test_when_sessions_cannot_be_checked_for_long_nobody_is_let_in(api: Api) -> None:
    headers = await api.as_user("client1")
    assert (await api.client.get("/v1/me", headers=headers)).status_code == 200
    standing = api.parts.standing

    async def failing() -> None:
        raise TimeoutError

    standing.poll = failing  # type: ignore[method-assign]
    standing._polled_at = time.monotonic() - 5.1
    answer = await api.client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "identity_unavailable")
    assert answer.headers["retry-after"] == "1"
