"""Logging in, renewing and ending sessions."""

import asyncio
import unicodedata
from datetime import timedelta

import httpx
import pytest

from tests.gateway.conftest import Api
from tradewind.infra.passwords import hash_password
from tradewind.infra.postgres import open_pool


async def refreshed(api: Api, token: str) -> httpx.Response:
    return await api.client.post("/v1/auth/refresh", json={"refresh_token": token})


async def works(api: Api, access_token: str) -> bool:
    answer = await api.client.get("/v1/me", headers={"authorization": f"Bearer {access_token}"})
    return answer.status_code == 200


async def families(api: Api) -> list[tuple[int, str | None]]:
    async with await open_pool(api.settings, "tw_auth", size_max=1) as pool:
        rows = await pool.fetch("SELECT generation, revoked_reason FROM refresh_family ORDER BY id")
    return [(row["generation"], row["revoked_reason"]) for row in rows]


async def test_a_login_says_who_one_is(api: Api) -> None:
    pair = (await api.log_in("client1")).json()
    assert pair.keys() == {"access_token", "expires_in", "refresh_token"}
    assert pair["expires_in"] == 900
    me = await api.client.get("/v1/me", headers={"authorization": f"Bearer {pair['access_token']}"})
    assert me.json() == {
        "id": me.json()["id"],
        "email": "client1@tradewind.example",
        "name": "Client 1",
        "roles": ["client"],
    }


async def test_the_letters_case_of_an_e_mail_does_not_matter(api: Api) -> None:
    user = api.users["client1"]
    body = {"email": user.email.upper(), "password": user.password}
    assert (await api.client.post("/v1/auth/login", json=body)).status_code == 200


async def test_a_refresh_hands_out_a_successor_and_the_chain_goes_on(api: Api) -> None:
    pair = (await api.log_in("client1")).json()
    seen = {pair["refresh_token"]}
    for _ in range(3):
        answer = await refreshed(api, pair["refresh_token"])
        assert answer.status_code == 200
        pair = answer.json()
        assert pair["refresh_token"] not in seen
        seen.add(pair["refresh_token"])
        assert await works(api, pair["access_token"])
    assert await families(api) == [(3, None)]


async def test_parallel_refreshes_get_the_same_successor(api: Api) -> None:
    first = (await api.log_in("client1")).json()["refresh_token"]
    answers = await asyncio.gather(*(refreshed(api, first) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert await families(api) == [(1, None)]


async def test_a_lost_answer_is_given_again_within_ten_seconds(api: Api) -> None:
    first = (await api.log_in("client1")).json()["refresh_token"]
    lost = (await refreshed(api, first)).json()["refresh_token"]
    api.clock.ahead = timedelta(seconds=9)
    assert (await refreshed(api, first)).json()["refresh_token"] == lost
    assert (await refreshed(api, lost)).status_code == 200


async def test_a_token_used_again_after_the_grace_ends_the_whole_session(api: Api) -> None:
    first = (await api.log_in("client1")).json()["refresh_token"]
    pair = (await refreshed(api, first)).json()
    api.clock.ahead = timedelta(seconds=11)
    answer = await refreshed(api, first)
    assert (answer.status_code, answer.json()["code"]) == (401, "invalid_refresh_token")
    assert (await refreshed(api, pair["refresh_token"])).status_code == 401
    assert not await works(api, pair["access_token"])
    assert await families(api) == [(1, "reuse")]


async def test_a_token_whose_successor_was_used_has_no_grace(api: Api) -> None:
    first = (await api.log_in("client1")).json()["refresh_token"]
    second = (await refreshed(api, first)).json()["refresh_token"]
    third = (await refreshed(api, second)).json()["refresh_token"]
    assert (await refreshed(api, first)).status_code == 401
    assert (await refreshed(api, third)).status_code == 401
    assert await families(api) == [(2, "reuse")]


async def test_a_text_that_our_secret_did_not_make_touches_no_session(api: Api) -> None:
    token = (await api.log_in("client1")).json()["refresh_token"]
    for text in ("", "x", token[:-1], token + "A", "twr_" + "A" * 70, token.lower(), "é" * 74):
        answer = await refreshed(api, text)
        assert answer.status_code == 401
    assert await families(api) == [(0, None)]
    assert (await refreshed(api, token)).status_code == 200


@pytest.mark.parametrize(("name", "days"), [("client1", 30.0), ("admin", 0.5)])
async def test_no_session_lives_longer_than_its_absolute_lifetime(
    api: Api, name: str, days: float
) -> None:
    pair = (await api.log_in(name)).json()
    api.clock.ahead = timedelta(days=days) - timedelta(minutes=5)
    pair = (await refreshed(api, pair["refresh_token"])).json()
    assert pair["expires_in"] < 300
    api.clock.ahead = timedelta(days=days)
    assert (await refreshed(api, pair["refresh_token"])).status_code == 401
    assert await families(api) == [(1, None)]


async def test_a_changed_password_ends_every_session(api: Api) -> None:
    pair = (await api.log_in("client1")).json()
    async with await open_pool(api.settings, "tw_admin", size_max=1) as pool:
        await pool.execute(
            "UPDATE app_user SET password_changed_at = $2 WHERE email = $1",
            api.users["client1"].email,
            api.clock.now(),
        )
    await api.parts.standing.poll()
    assert not await works(api, pair["access_token"])
    assert (await refreshed(api, pair["refresh_token"])).status_code == 401
    assert await families(api) == [(0, "credentials_changed")]
    assert (await api.log_in("client1")).status_code == 200


async def test_a_logout_ends_this_session_and_no_other(api: Api) -> None:
    one, two = (await api.log_in("client1")).json(), (await api.log_in("client1")).json()
    headers = {"authorization": f"Bearer {one['access_token']}"}
    assert (await api.client.post("/v1/auth/logout", headers=headers)).status_code == 204
    assert not await works(api, one["access_token"])
    assert (await refreshed(api, one["refresh_token"])).status_code == 401
    assert await works(api, two["access_token"])
    assert (await refreshed(api, two["refresh_token"])).status_code == 200


async def test_a_logout_everywhere_ends_all_of_the_users_sessions(api: Api) -> None:
    mine = [(await api.log_in("client1")).json() for _ in range(3)]
    other = (await api.log_in("client2")).json()
    headers = {"authorization": f"Bearer {mine[0]['access_token']}"}
    answer = await api.client.post("/v1/auth/logout", headers=headers, json={"scope": "everywhere"})
    assert answer.status_code == 204
    for pair in mine:
        assert not await works(api, pair["access_token"])
        assert (await refreshed(api, pair["refresh_token"])).status_code == 401
    assert await works(api, other["access_token"])


async def test_every_login_is_a_session_of_its_own(api: Api) -> None:
    """A session cannot be fixed: nothing from before a login is part of it."""
    before = (await api.log_in("client1")).json()
    headers = {"authorization": f"Bearer {before['access_token']}"}
    user = api.users["client2"]
    body = {"email": user.email, "password": user.password}
    answer = await api.client.post("/v1/auth/login", json=body, headers=headers)
    after = answer.json()
    assert after["refresh_token"][:20] != before["refresh_token"][:20]
    assert "set-cookie" not in answer.headers
    mine = {"authorization": f"Bearer {after['access_token']}"}
    me = await api.client.get("/v1/me", headers=mine)
    assert me.json()["email"] == user.email
    assert (await api.client.post("/v1/auth/logout", headers=mine)).status_code == 204
    assert await works(api, before["access_token"])
    assert not await works(api, after["access_token"])
    named = {**body, "session_id": "mine"}
    answer = await api.client.post("/v1/auth/login", json=named)
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_field")


async def test_unknown_user_and_wrong_password_get_the_same_answer(api: Api) -> None:
    user = api.users["client1"]
    wrong = await api.client.post(
        "/v1/auth/login", json={"email": user.email, "password": "not the password"}
    )
    unknown = await api.client.post(
        "/v1/auth/login", json={"email": "nobody@tradewind.example", "password": user.password}
    )
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json() == unknown.json()
    assert await families(api) == []


@pytest.mark.parametrize(
    "password",
    [
        "seven77",
        "eight888",
        "fourteen chars",
        "fifteen letters",
        "x" * 64,
        "y" * 200,
        " leading and trailing ",
        "пароль из букв",
        "🔐🔑🗝️ emoji 🔐🔑",
        "\ufb01ve \ufb01sh, \u2460 \u210c",
        "\u212b and \u00c5 are two letters",
        "nul\0inside the password",
        "é" * 2048,
    ],
)
async def test_a_password_is_verified_exactly_as_it_was_typed(api: Api, password: str) -> None:
    email = api.users["client1"].email
    async with await open_pool(api.settings, "tw_admin", size_max=1) as pool:
        await pool.execute(
            "UPDATE app_user SET password_hash = $2 WHERE email = $1",
            email,
            hash_password(password),
        )

    async def status(text: str) -> int:
        body = {"email": email, "password": text}
        return (await api.client.post("/v1/auth/login", json=body)).status_code

    assert await status(password) == 200
    forms = {unicodedata.normalize(form, password) for form in ("NFC", "NFD", "NFKC", "NFKD")}
    near = {password.strip(), password[:-1], password + " ", password.swapcase()}
    for variant in (forms | near) - {password}:
        expected = 422 if len(variant.encode()) > 4096 else 401
        assert await status(variant) == expected


@pytest.mark.parametrize("size", [4097, 60_000, 1024 * 1024])
async def test_a_password_that_is_too_long_is_refused_before_any_hash(
    api: Api, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hashed(*_: object) -> bool:
        raise AssertionError("a hash was run")

    monkeypatch.setattr("tradewind.services.identity.passwords.password_matches", hashed)
    body = {"email": api.users["client1"].email, "password": "x" * size}
    answer = await api.client.post("/v1/auth/login", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_long")
    assert [error["field"] for error in answer.json()["errors"]] == ["password"]


async def test_without_redis_logins_and_sessions_work(api: Api) -> None:
    await api.parts.redis.connection_pool.disconnect()
    api.parts.redis.connection_pool.connection_kwargs["path"] = "/nowhere.sock"
    pair = (await api.log_in("client1")).json()
    assert await works(api, pair["access_token"])
    pair = (await refreshed(api, pair["refresh_token"])).json()
    headers = {"authorization": f"Bearer {pair['access_token']}"}
    assert (await api.client.post("/v1/auth/logout", headers=headers)).status_code == 204
    assert not await works(api, pair["access_token"])
