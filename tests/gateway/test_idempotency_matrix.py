"""One key is one effect, on every POST route: generated from the access table."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import httpx
import pytest

from tests.gateway.conftest import Api
from tests.gateway.dealer_requests import DEALER_KEYED
from tests.gateway.order_bodies import BUY, changed, close_path, filled, orders_path, quote
from tests.gateway.position_requests import POSITION_KEYED
from tests.gateway.refusals import (
    assert_is_problem,
    assert_is_rejected,
    assert_names_field,
    assert_replays,
    books_of,
    nothing_changes,
    only_a_rejected_order_is_added,
    only_keys_are_added,
)
from tests.gateway.staff_requests import STAFF_KEYED
from tradewind.gateway.access import ROUTES

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: These make nothing that could be made twice: a login is a session each time, a preview nothing.
WITHOUT_KEY = {
    "/v1/auth/login",
    "/v1/auth/refresh",
    "/v1/auth/logout",
    "/v1/accounts/{account_id}/orders/preview",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """A request with an effect, and requests near it; `twin` is the same on something else."""

    path: str
    body: dict[str, object]
    other_body: dict[str, object]
    twin: str
    wrong: dict[str, object]
    rejected: dict[str, object]


Prepare = Callable[[Api], Awaitable[Keyed]]


async def placing(api: Api) -> Keyed:
    quote(api)
    return Keyed(
        path=orders_path(api),
        body=dict(BUY),
        other_body=changed({"side": "sell"}),
        twin=orders_path(api, number=1),
        wrong=changed({"quantity": "1"}),
        rejected=changed({"symbol": "NZDUSD"}),
    )


async def closing(api: Api) -> Keyed:
    """Prepare two positions of a hedging account, large enough for a few closes."""
    quote(api)
    quantity = "5000"
    position, twin = [
        (await filled(api, "client1", 1, quantity=quantity))["position_id"] for _ in "ab"
    ]
    return Keyed(
        path=close_path(api, position, number=1),
        body={"quantity": "1000"},
        other_body={"quantity": "2000"},
        twin=close_path(api, twin, number=1),
        wrong={"quantity": "1"},
        rejected={"quantity": "6000"},
    )


KEYED: dict[str, Prepare] = {
    "/v1/accounts/{account_id}/orders": placing,
    "/v1/accounts/{account_id}/positions/{position_id}/close": closing,
}
every_keyed_route = pytest.mark.parametrize("prepare", KEYED.values(), ids=KEYED)


async def sent(api: Api, path: str, body: object, key: bytes | None) -> httpx.Response:
    """Post with exactly these bytes as the key, or with none."""
    headers = {
        name.encode(): text.encode() for name, text in (await api.as_user("client1")).items()
    }
    if key is not None:
        headers[b"idempotency-key"] = key
    api.parts.feed.heartbeat()
    return await api.client.post(path, headers=list(headers.items()), json=body)


async def test_every_post_route_is_known_to_the_matrix() -> None:
    posts = {path for method, path in ROUTES if method == "POST"}
    staff = STAFF_KEYED.keys() | DEALER_KEYED.keys()
    known = WITHOUT_KEY | KEYED.keys() | POSITION_KEYED.keys() | staff
    assert posts - known == set()


@pytest.mark.parametrize("path", sorted(WITHOUT_KEY))
async def test_a_route_without_an_effect_asks_for_no_key(shared_api: Api, path: str) -> None:
    headers = await shared_api.as_user("client3")
    path = path.format(account_id=shared_api.account("client3"))
    answer = await shared_api.client.post(path, headers=headers, json={"surprise": 1})
    assert_is_problem(answer, 422, answer.json()["code"])
    assert "surprise" in {error["field"] for error in answer.json()["errors"]}


@every_keyed_route
async def test_without_a_key_nothing_is_done(shared_api: Api, prepare: Prepare) -> None:
    request = await prepare(shared_api)
    async with nothing_changes(shared_api):
        answer = await sent(shared_api, request.path, request.body, None)
        assert_names_field(answer, "idempotency_key_required", "Idempotency-Key")


BAD_KEYS = {
    "empty": b"",
    "256-characters": b"k" * 256,
    "10-thousand-characters": b"k" * 10_000,
    "control-character": b"a\x01b",
    "tab": b"a\tb",
    "delete": b"a\x7fb",
    "latin-1": b"cl\xe9",
    "utf-8": "ключ".encode(),
}


@every_keyed_route
@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS)
async def test_with_a_key_that_is_none_nothing_is_done(
    shared_api: Api, prepare: Prepare, key: bytes
) -> None:
    request = await prepare(shared_api)
    async with nothing_changes(shared_api):
        answer = await sent(shared_api, request.path, request.body, key)
        assert_names_field(answer, "idempotency_key_invalid", "Idempotency-Key")


@every_keyed_route
async def test_two_keys_in_one_request_are_none(shared_api: Api, prepare: Prepare) -> None:
    request = await prepare(shared_api)
    token = await shared_api.as_user("client1")
    two = [*token.items(), ("idempotency-key", "one"), ("idempotency-key", "two")]
    async with nothing_changes(shared_api):
        answer = await shared_api.client.post(request.path, headers=two, json=request.body)
        assert_names_field(answer, "idempotency_key_invalid", "Idempotency-Key")


@every_keyed_route
@pytest.mark.parametrize(
    "key", [b"k", b"k" * 255, b"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"], ids=["1", "255", "marks"]
)
async def test_a_key_may_be_any_short_printable_text(
    shared_api: Api, prepare: Prepare, key: bytes
) -> None:
    request = await prepare(shared_api)
    # The paths of orders are the same in every test; closes have a position of their own.
    body = {**request.body, "client_order_id": request.path[-50:] + str(len(key))}
    first = await sent(shared_api, request.path, body, key)
    assert (first.status_code, first.json()["state"]) == (201, "filled"), first.text
    async with nothing_changes(shared_api):
        assert_replays(await sent(shared_api, request.path, body, key), first)


@every_keyed_route
async def test_the_same_key_and_body_give_the_first_answer_whatever_happened_since(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    first = await shared_api.post(request.path, request.body, key="same")
    assert first.json()["state"] == "filled"
    await shared_api.post(request.path, request.other_body)
    quote(shared_api, bid="1.20000", ask="1.20010")
    shared_api.price("EURUSD", "1.20000", "1.20010", "session_closed")
    async with nothing_changes(shared_api):
        for _ in range(3):
            assert_replays(await shared_api.post(request.path, request.body, key="same"), first)


@every_keyed_route
async def test_the_same_key_with_another_body_is_a_conflict(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    first = await shared_api.post(request.path, request.body, key="conflict")
    assert first.status_code == 201
    async with nothing_changes(shared_api):
        for body in (request.other_body, {**request.body, "client_order_id": "x"}):
            answer = await shared_api.post(request.path, body, key="conflict")
            assert_is_problem(answer, 409, "idempotency_conflict")
            assert "idempotent-replayed" not in answer.headers
        assert_replays(await shared_api.post(request.path, request.body, key="conflict"), first)


@every_keyed_route
async def test_the_same_key_on_something_else_is_another_key(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    orders = [
        await shared_api.post(path, request.body, key="elsewhere")
        for path in (request.path, request.twin)
    ]
    assert [order.status_code for order in orders] == [201, 201]
    assert orders[0].json()["id"] != orders[1].json()["id"]
    assert "idempotent-replayed" not in orders[1].headers
    async with nothing_changes(shared_api):
        for path, first in zip((request.path, request.twin), orders, strict=True):
            assert_replays(await shared_api.post(path, request.body, key="elsewhere"), first)


async def test_the_same_key_of_another_user_is_another_key(shared_api: Api) -> None:
    quote(shared_api)
    mine = await shared_api.post(orders_path(shared_api), BUY, key="users")
    path = orders_path(shared_api, "client2")
    theirs = await shared_api.post(path, BUY, key="users", name="client2")
    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert mine.json()["id"] != theirs.json()["id"]
    async with nothing_changes(shared_api):
        stolen = await shared_api.post(orders_path(shared_api), BUY, key="users", name="client2")
        assert_is_problem(stolen, 404, "account_not_found")


@every_keyed_route
async def test_fifty_at_once_with_one_key_have_one_effect(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    before = await books_of(shared_api)
    async with shared_api.beating():
        answers = await asyncio.gather(
            *(shared_api.post(request.path, request.body, key="fifty") for _ in range(50))
        )
    after = await books_of(shared_api)
    (first,) = [each for each in answers if "idempotent-replayed" not in each.headers]
    for answer in answers:
        if answer is not first:
            assert_replays(answer, first)
    for table in ("trade_order", "fill", "idempotency_key"):
        assert after[table].rows == before[table].rows + 1


@every_keyed_route
async def test_a_rejected_order_stays_rejected_under_its_key(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    async with only_a_rejected_order_is_added(shared_api):
        first = await shared_api.post(request.path, request.rejected, key="rejected")
        assert_is_rejected(first, first.json()["reject"]["code"])
    quote(shared_api, "NZDUSD", "0.60000", "0.60010")
    async with nothing_changes(shared_api):
        again = await shared_api.post(request.path, request.rejected, key="rejected")
        assert_replays(again, first)
    shared_api.price("NZDUSD", "0.60000", "0.60010", "no_quote")


@every_keyed_route
async def test_a_duplicate_stays_a_duplicate_under_its_key(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    body = {**request.body, "client_order_id": request.path[-50:]}
    placed = await shared_api.post(request.path, body)
    assert placed.json()["state"] == "filled"
    async with only_keys_are_added(shared_api):
        first = await shared_api.post(request.path, body, key="duplicate")
        problem = assert_is_problem(first, 409, "duplicate_client_order_id")
        assert problem["order_id"] == placed.json()["id"]
    async with nothing_changes(shared_api):
        assert_replays(await shared_api.post(request.path, body, key="duplicate"), first)


@every_keyed_route
async def test_what_was_refused_stored_nothing_and_its_key_is_free(
    shared_api: Api, prepare: Prepare
) -> None:
    request = await prepare(shared_api)
    async with nothing_changes(shared_api):
        answer = await shared_api.post(request.path, request.wrong, key="free")
        assert_names_field(answer, answer.json()["code"], "quantity")
        answer = await shared_api.post(request.path, b"{", key="free")
        assert_is_problem(answer, 400, "malformed_request")
        answer = await shared_api.post(request.path, request.body, key="free", name="client2")
        assert_is_problem(answer, 404, "account_not_found")
        headers = {"idempotency-key": "free"}
        answer = await shared_api.client.post(request.path, headers=headers, json=request.body)
        assert_is_problem(answer, 401, "token_required")
    first = await shared_api.post(request.path, request.body, key="free")
    assert (first.status_code, first.json()["state"]) == (201, "filled")
    assert "idempotent-replayed" not in first.headers
