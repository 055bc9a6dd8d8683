"""One key is one effect where a request makes several orders; the matrix of routes is next door."""

import asyncio

import pytest

from tests.gateway.conftest import Api
from tests.gateway.position_requests import POSITION_KEYED, Prepare
from tests.gateway.refusals import (
    assert_is_problem,
    assert_names_field,
    assert_replays,
    books_of,
    nothing_changes,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

every_route = pytest.mark.parametrize("prepare", POSITION_KEYED.values(), ids=POSITION_KEYED)


@every_route
@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ([], "idempotency_key_required"),
        ([b""], "idempotency_key_invalid"),
        ([b"k" * 256], "idempotency_key_invalid"),
        ([b"a\x01"], "idempotency_key_invalid"),
        ([b"one", b"two"], "idempotency_key_invalid"),
    ],
    ids=["none", "empty", "256-characters", "control-character", "two"],
)
async def test_without_one_good_key_nothing_is_done(
    shared_api: Api, prepare: Prepare, keys: list[bytes], code: str
) -> None:
    request = await prepare(shared_api)
    token = (await shared_api.as_user("client1"))["authorization"].encode()
    headers = [(b"authorization", token), *((b"idempotency-key", key) for key in keys)]
    async with nothing_changes(shared_api):
        answer = await shared_api.client.post(
            request.path, headers=headers, json=dict(request.body)
        )
        assert_names_field(answer, code, "Idempotency-Key")


@every_route
async def test_the_same_key_and_body_give_the_first_answer_whatever_happened_since(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    first = await shared_api.post(request.path, request.body, key="same")
    assert first.status_code == 201, first.text
    assert [order["state"] for order in first.json()["items"]] == ["filled"] * request.orders
    await shared_api.post(f"{request.path.partition('/positions')[0]}/positions/close-all", {})
    async with nothing_changes(shared_api):
        for _ in range(2):
            again = await shared_api.post(request.path, request.body, key="same")
            assert_replays(again, first)


@every_route
async def test_the_same_key_with_another_body_is_a_conflict(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    first = await shared_api.post(request.path, request.body, key="conflict")
    assert first.status_code == 201, first.text
    async with nothing_changes(shared_api):
        other = await shared_api.post(request.path, request.other_body, key="conflict")
        assert_is_problem(other, 409, "idempotency_conflict")
        assert_replays(await shared_api.post(request.path, request.body, key="conflict"), first)


@every_route
async def test_twenty_at_once_with_one_key_have_one_effect(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    before = await books_of(shared_api)
    async with shared_api.beating():
        answers = await asyncio.gather(
            *(shared_api.post(request.path, request.body, key="twenty") for _ in range(20))
        )
    after = await books_of(shared_api)
    (first,) = [each for each in answers if "idempotent-replayed" not in each.headers]
    assert len(first.json()["items"]) == request.orders
    for answer in answers:
        if answer is not first:
            assert_replays(answer, first)
    assert after["trade_order"].rows == before["trade_order"].rows + request.orders
    assert after["idempotency_key"].rows == before["idempotency_key"].rows + 1


@every_route
async def test_what_was_refused_stored_nothing_and_its_key_is_free(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    async with nothing_changes(shared_api):
        answer = await shared_api.post(request.path, request.wrong, key="free")
        assert_is_problem(answer, 422, answer.json()["code"])
        answer = await shared_api.post(request.path, b"{", key="free")
        assert_is_problem(answer, 400, "malformed_request")
        answer = await shared_api.post(request.path, request.body, key="free", name="client2")
        assert_is_problem(answer, 404, "account_not_found")
        headers = {"idempotency-key": "free"}
        answer = await shared_api.client.post(
            request.path, headers=headers, json=dict(request.body)
        )
        assert_is_problem(answer, 401, "token_required")
    first = await shared_api.post(request.path, request.body, key="free")
    assert (first.status_code, len(first.json()["items"])) == (201, request.orders), first.text
    assert "idempotent-replayed" not in first.headers
