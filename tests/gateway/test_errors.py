"""What goes wrong, as a caller sees it; nothing of our inside ever shows."""

import json
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from tests.gateway.conftest import Api
from tests.gateway.refusals import assert_is_problem

LOGIN = "/v1/auth/login"
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 422, "required"),
        (b"null", 400, "malformed_request"),
        (b"[]", 400, "malformed_request"),
        (b'{"email":"a","email":"b","password":"c"}', 400, "malformed_request"),
        (b'{"email":"a@b","password":"c","is_admin":true}', 422, "unknown_field"),
        (b'{"email":"a@b"}', 422, "required"),
        (b'{"email":1,"password":"c"}', 422, "string_type"),
        (b'{"email":null,"password":"c"}', 422, "string_type"),
        (b'{"email":"","password":"c"}', 422, "invalid_email"),
        (b'{"email":"a\\u0000b","password":"c"}', 422, "invalid_email"),
        (b"{" + b'"a":{' * 5000, 400, "malformed_request"),
    ],
)
async def test_a_body_that_cannot_be_used_is_told_so(
    api: Api, body: bytes, status: int, code: str
) -> None:
    headers = JSON if body else {}
    assert_is_problem(await api.client.post(LOGIN, content=body, headers=headers), status, code)


async def test_every_wrong_field_is_named_at_once(api: Api) -> None:
    answer = await api.client.post(LOGIN, json={"email": 1, "surprise": 2})
    assert_is_problem(answer, 422, "invalid_request")
    assert {(e["field"], e["code"]) for e in answer.json()["errors"]} == {
        ("email", "string_type"),
        ("password", "required"),
        ("surprise", "unknown_field"),
    }


@pytest.mark.parametrize(
    "media", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "json"]
)
async def test_a_body_must_say_that_it_is_json(api: Api, media: str) -> None:
    answer = await api.client.post(LOGIN, content=b"{}", headers={"content-type": media})
    assert_is_problem(answer, 415, "unsupported_media_type")


async def test_json_may_name_its_character_set(api: Api) -> None:
    user = api.users["client1"]
    body = json.dumps({"email": user.email, "password": user.password})
    media = {"content-type": "application/json; charset=utf-8"}
    assert (await api.client.post(LOGIN, content=body, headers=media)).status_code == 200


async def test_a_body_over_the_limit_is_cut_off_with_or_without_a_stated_length(api: Api) -> None:
    large = b'{"refresh_token":"' + b"x" * 70_000 + b'"}'

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(large), 1000):
            yield large[start : start + 1000]

    for content in (large, pieces()):
        answer = await api.client.post("/v1/auth/refresh", content=content, headers=JSON)
        assert_is_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize("path", ["/v1", "/v1/", "/v1/nothing", "/v1/accounts/", "/v1//accounts"])
async def test_an_unknown_path_of_the_api_is_not_found(api: Api, path: str) -> None:
    assert_is_problem(await api.client.get(path), 404, "not_found")


async def test_a_known_path_with_another_method_says_which_it_has(api: Api) -> None:
    answer = await api.client.put(LOGIN)
    assert_is_problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "POST"


async def test_who_is_not_logged_in_learns_nothing_about_the_body(api: Api) -> None:
    answer = await api.client.post("/v1/auth/logout", content=b"{", headers=JSON)
    assert_is_problem(answer, 401, "token_required")


async def test_a_database_that_is_away_is_a_503_with_a_time_to_come_back(api: Api) -> None:
    headers = await api.as_user("client1")
    assert (await api.client.get("/v1/accounts", headers=headers)).status_code == 200
    await api.parts.reading.close()
    answer = await api.client.get("/v1/accounts", headers=headers)
    assert_is_problem(answer, 503, "database_unavailable")
    assert answer.headers["retry-after"] == "1"


async def test_an_unexpected_error_says_nothing_about_itself_and_is_logged(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = await api.as_user("client1")

    def broken(*_: object) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr("tradewind.services.accounts.store.reading_as", broken)
    with capture_logs() as lines:
        answer = await api.client.get("/v1/accounts", headers=headers)
    assert_is_problem(answer, 500, "internal_error")
    assert [line["event"] for line in lines] == ["request_failed"]
    assert lines[0]["id"] == answer.headers["x-request-id"]
    assert api.logged()[-1]["status"] == 500


async def test_one_line_is_logged_for_each_request_and_holds_no_secret(api: Api) -> None:
    user = api.users["client1"]
    pair = (await api.log_in("client1")).json()
    headers = {"authorization": f"Bearer {pair['access_token']}"}
    answer = await api.client.get(f"/v1/accounts/{api.account()}?secret=1", headers=headers)
    lines = api.logged()
    assert [line["route"] for line in lines] == ["/v1/auth/login", "/v1/accounts/{account_id}"]
    assert lines[1].pop("ms") > 0
    assert lines[1].pop("timestamp").endswith("Z")
    assert lines[1].pop("user") is not None
    assert lines[1] == {
        "event": "request",
        "level": "info",
        "process": "api",
        "id": answer.headers["x-request-id"],
        "method": "GET",
        "route": "/v1/accounts/{account_id}",
        "status": 422,
    }
    text = json.dumps(lines)
    for secret in (
        user.password,
        user.email,
        pair["access_token"],
        pair["refresh_token"],
        "secret",
    ):
        assert secret not in text


async def test_no_origin_is_ever_allowed(api: Api) -> None:
    for origin in ("null", "https://evil.example", "http://api.test.evil.example"):
        asked = {"origin": origin, "access-control-request-method": "POST"}
        for answer in (
            await api.client.options(LOGIN, headers=asked),
            await api.client.get("/v1/config", headers=asked),
        ):
            assert not [name for name in answer.headers if name.startswith("access-control-")]


async def test_answers_are_not_cached_and_not_sniffed(api: Api) -> None:
    for path in ("/v1/config", "/v1/me"):
        answer = await api.client.get(path)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
