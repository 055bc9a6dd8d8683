"""One key is one effect on every POST route of staff too; the matrix of routes is next door."""

import asyncio

import pytest

from tests.gateway.conftest import Api
from tests.gateway.dealer_requests import DEALER_KEYED
from tests.gateway.refusals import (
    assert_is_problem,
    assert_names_field,
    assert_replays,
    books_of,
    nothing_changes,
)
from tests.gateway.staff_requests import STAFF_KEYED, PrepareStaff, log_in_second_admin

pytestmark = pytest.mark.asyncio(loop_scope="module")

KEYED = {**STAFF_KEYED, **DEALER_KEYED}
every_route = pytest.mark.parametrize("prepare", KEYED.values(), ids=KEYED)


@every_route
@pytest.mark.parametrize(
    ("keys", "code"),
    [
        ([], "idempotency_key_required"),
        ([b""], "idempotency_key_invalid"),
        ([b"k" * 256], "idempotency_key_invalid"),
        ([b"a\x01"], "idempotency_key_invalid"),
        ([b"\xe9"], "idempotency_key_invalid"),
        ([b"one", b"two"], "idempotency_key_invalid"),
    ],
    ids=["none", "empty", "256-characters", "control-character", "latin-1", "two"],
)
async def test_without_one_good_key_nothing_is_made(
    shared_api: Api, prepare: PrepareStaff, keys: list[bytes], code: str
) -> None:
    request = await prepare(shared_api)
    token = (await shared_api.as_user(request.name))["authorization"].encode()
    headers = [(b"authorization", token), *((b"idempotency-key", key) for key in keys)]
    async with nothing_changes(shared_api):
        answer = await shared_api.client.post(
            request.path, headers=headers, json=dict(request.body)
        )
        assert_names_field(answer, code, "Idempotency-Key")


@every_route
async def test_the_same_key_and_body_give_the_first_answer(
    shared_api: Api, prepare: PrepareStaff
) -> None:
    request = await prepare(shared_api)
    first = await shared_api.post(request.path, request.body, name=request.name, key="same")
    assert first.status_code == request.status, first.text
    async with nothing_changes(shared_api):
        for _ in range(2):
            again = await shared_api.post(request.path, request.body, name=request.name, key="same")
            assert_replays(again, first)


@every_route
async def test_the_same_key_with_another_body_is_a_conflict(
    shared_api: Api, prepare: PrepareStaff
) -> None:
    request = await prepare(shared_api)
    first = await shared_api.post(request.path, request.body, name=request.name, key="conflict")
    assert first.status_code == request.status, first.text
    async with nothing_changes(shared_api):
        other = await shared_api.post(
            request.path, request.other_body, name=request.name, key="conflict"
        )
        assert_is_problem(other, 409, "idempotency_conflict")


@every_route
async def test_the_same_key_of_another_administrator_is_another_key(
    shared_api: Api, prepare: PrepareStaff
) -> None:
    await log_in_second_admin(shared_api)
    request = await prepare(shared_api)
    first = await shared_api.post(request.path, request.body, name=request.name, key="theirs")
    assert first.status_code == request.status, first.text
    other = "admin" if request.name != "admin" else "second-admin"
    answer = await shared_api.post(request.path, request.body, name=other, key="theirs")
    assert "idempotent-replayed" not in answer.headers
    assert (answer.status_code, answer.content) != (first.status_code, first.content)


@every_route
async def test_twenty_at_once_with_one_key_have_one_effect(
    shared_api: Api, prepare: PrepareStaff
) -> None:
    request = await prepare(shared_api)
    before = await books_of(shared_api)
    answers = await asyncio.gather(
        *(
            shared_api.post(request.path, request.body, name=request.name, key="twenty")
            for _ in range(20)
        )
    )
    after = await books_of(shared_api)
    (first,) = [each for each in answers if "idempotent-replayed" not in each.headers]
    assert first.status_code == request.status, first.text
    for answer in answers:
        if answer is not first:
            assert_replays(answer, first)
    assert after["staff_answer"].rows == before["staff_answer"].rows + 1
    assert after["audit"].rows == before["audit"].rows + request.recorded


@every_route
async def test_what_was_refused_stored_nothing_and_its_key_is_free(
    shared_api: Api, prepare: PrepareStaff
) -> None:
    request = await prepare(shared_api)
    async with nothing_changes(shared_api):
        if request.wrong is not None:
            answer = await shared_api.post(request.path, b"{", name=request.name, key="free")
            assert_is_problem(answer, 400, "malformed_request")
            answer = await shared_api.post(
                request.path, request.wrong, name=request.name, key="free"
            )
            assert_is_problem(answer, 422, answer.json()["code"])
        answer = await shared_api.post(request.path, request.body, name="client1", key="free")
        assert_is_problem(answer, 401, "wrong_audience")
    first = await shared_api.post(request.path, request.body, name=request.name, key="free")
    assert first.status_code == request.status, first.text
    assert "idempotent-replayed" not in first.headers
