"""Whose order it is, and which order: what is another's is unknown, what is over stays so."""

from uuid import uuid4

import httpx
import pytest

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import (
    BUY,
    NOBODY,
    changed,
    close_path,
    filled,
    orders_path,
    place,
    quote,
)
from tests.gateway.refusals import (
    assert_is_problem,
    assert_is_rejected,
    nothing_changes,
    only_a_rejected_order_is_added,
    only_keys_are_added,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: Spellings that name nothing; the last ones are readable as the id they hide.
MALFORMED = {
    "word": "mine",
    "number": "1",
    "star": "*",
    "null": "null",
    "nul-character": "%00",
    "dots": "%2e%2e",
    "sql": "'%20OR%20'1'='1",
    "list": "{first},{second}",
    "cut-off": "{first:.35}",
    "braces": "%7B{first}%7D",
    "urn": "urn:uuid:{first}",
    "without-hyphens": "{plain}",
}


def spelled(form: str, identifier: str) -> str:
    """Write an id in another way."""
    plain = identifier.replace("-", "")
    return form.format(first=identifier, second=NOBODY, plain=plain)


async def deleted(api: Api, path: str, name: str = "client1") -> httpx.Response:
    return await api.client.delete(path, headers=await api.as_user(name))


async def asked_of(api: Api, account: str, order: str, position: str) -> list[httpx.Response]:
    """Ask for changes of an order and a position, each in a body that would do for a good one."""
    headers = await api.as_user("client1")
    protection = {"trailing_stop": "0.00100"}
    return [
        await api.client.patch(
            f"{account}/orders/{order}", json={"version": 1, "quantity": "2000"}, headers=headers
        ),
        await api.client.patch(f"{account}/positions/{position}", json=protection, headers=headers),
        await api.post(f"{account}/positions/{position}/reverse", {}),
        await api.post(
            f"{account}/positions/{position}/close-by", {"opposite_position_id": NOBODY}
        ),
    ]


async def test_another_ones_account_is_as_unknown_as_one_that_does_not_exist(
    shared_api: Api,
) -> None:
    quote(shared_api)
    theirs = await filled(shared_api, "client2")
    answers = []
    async with nothing_changes(shared_api):
        for account in (shared_api.account("client2"), str(uuid4())):
            base = f"/v1/accounts/{account}"
            position = f"{base}/positions/{theirs['position_id']}/close"
            answers.append(
                [
                    await shared_api.post(f"{base}/orders", BUY),
                    await shared_api.post(position, {}),
                    await deleted(shared_api, f"{base}/orders/{theirs['id']}"),
                    await deleted(shared_api, f"{base}/orders"),
                    await shared_api.post(f"{base}/orders/preview", BUY),
                    await shared_api.post(f"{base}/positions/close-all", {}),
                    *await asked_of(shared_api, base, theirs["id"], theirs["position_id"]),
                    await shared_api.client.get(
                        f"{base}/orders/{theirs['id']}", headers=await shared_api.as_user("client1")
                    ),
                ]
            )
    for foreign, unknown in zip(*answers, strict=True):
        assert_is_problem(foreign, 404, "account_not_found")
        assert foreign.content == unknown.content


async def test_another_ones_order_and_position_are_unknown_on_ones_own_account(
    shared_api: Api,
) -> None:
    quote(shared_api)
    theirs = await filled(shared_api, "client2")
    async with nothing_changes(shared_api):
        for foreign, unknown, code in (
            (
                await shared_api.post(close_path(shared_api, theirs["position_id"]), {}),
                await shared_api.post(close_path(shared_api, str(uuid4())), {}),
                "position_not_found",
            ),
            (
                await deleted(shared_api, f"{orders_path(shared_api)}/{theirs['id']}"),
                await deleted(shared_api, f"{orders_path(shared_api)}/{uuid4()}"),
                "order_not_found",
            ),
        ):
            assert_is_problem(foreign, 404, code)
            assert foreign.content == unknown.content


async def test_ones_own_order_is_unknown_on_ones_other_account(shared_api: Api) -> None:
    quote(shared_api)
    mine = await filled(shared_api)
    async with nothing_changes(shared_api):
        order = f"{orders_path(shared_api, number=1)}/{mine['id']}"
        assert_is_problem(await deleted(shared_api, order), 404, "order_not_found")
        closing = close_path(shared_api, mine["position_id"], number=1)
        assert_is_problem(await shared_api.post(closing, {}), 404, "position_not_found")


async def test_another_ones_position_in_a_body_is_as_unknown_as_any(shared_api: Api) -> None:
    quote(shared_api)
    theirs = await filled(shared_api, "client2")
    for account in (0, 1):
        reasons = []
        for position in (theirs["position_id"], str(uuid4())):
            async with only_a_rejected_order_is_added(shared_api):
                answer = await shared_api.post(
                    orders_path(shared_api, number=account),
                    changed({"side": "sell", "position_id": position}),
                )
                reasons.append(assert_is_rejected(answer, "nothing_to_reduce")["reject"])
        assert reasons[0] == reasons[1]


@pytest.mark.parametrize(
    "header", ["x-account-id", "account-id", "x-user-id", "x-forwarded-user", "x-original-url"]
)
async def test_a_header_that_names_another_account_is_not_looked_at(
    shared_api: Api, header: str
) -> None:
    quote(shared_api)
    theirs = await shared_api.get(f"/v1/accounts/{shared_api.account('client2')}", "client2")
    headers = {
        **await shared_api.as_user("client1"),
        header: shared_api.account("client2"),
        "idempotency-key": f"with-{header}",
    }
    answer = await shared_api.client.post(orders_path(shared_api), headers=headers, json=dict(BUY))
    assert answer.json()["account_id"] == shared_api.account()
    after = await shared_api.get(f"/v1/accounts/{shared_api.account('client2')}", "client2")
    assert after["last_event"] == theirs["last_event"]


@pytest.mark.parametrize("form", MALFORMED.values(), ids=[f"O09-{each}" for each in MALFORMED])
async def test_an_id_has_one_spelling_and_every_other_names_nothing(
    shared_api: Api, form: str
) -> None:
    quote(shared_api)
    mine = await filled(shared_api)
    account = shared_api.account()
    async with nothing_changes(shared_api):
        base = f"/v1/accounts/{spelled(form, account)}"
        own = f"/v1/accounts/{account}"
        for answer in (
            await shared_api.post(f"{base}/orders", BUY),
            await shared_api.post(f"{base}/positions/{mine['position_id']}/close", {}),
            await shared_api.post(
                f"{own}/positions/{spelled(form, mine['position_id'])}/close", {}
            ),
            await deleted(shared_api, f"{base}/orders/{mine['id']}"),
            await deleted(shared_api, f"{own}/orders/{spelled(form, mine['id'])}"),
            await deleted(shared_api, f"{base}/orders"),
            *await asked_of(shared_api, base, mine["id"], mine["position_id"]),
            *await asked_of(
                shared_api, own, spelled(form, mine["id"]), spelled(form, mine["position_id"])
            ),
        ):
            assert answer.status_code == 404, answer.text
            assert_is_problem(answer, 404, answer.json()["code"])


async def test_an_id_may_be_written_in_capitals_and_is_the_same_id(shared_api: Api) -> None:
    quote(shared_api)
    path = orders_path(shared_api)
    first = await shared_api.post(path, BUY, key="capitals")
    loud = f"/v1/accounts/{shared_api.account().upper()}/orders"
    async with nothing_changes(shared_api):
        again = await shared_api.post(loud, BUY, key="capitals")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotent-replayed"] == "true"


async def test_a_client_order_id_is_used_once_whatever_the_key(shared_api: Api) -> None:
    quote(shared_api)
    first = await filled(shared_api, client_order_id="once")
    again = {
        "the-same": changed({"client_order_id": "once"}),
        "another-side": changed({"client_order_id": "once", "side": "sell"}),
        "another-symbol": changed({"client_order_id": "once", "symbol": "XAUUSD", "quantity": "1"}),
    }
    for body in again.values():
        async with only_keys_are_added(shared_api):
            answer = await shared_api.post(orders_path(shared_api), body)
            problem = assert_is_problem(answer, 409, "duplicate_client_order_id")
        assert problem["order_id"] == first["id"]
        assert first["id"] in problem["detail"]
    closing = close_path(shared_api, first["position_id"])
    async with only_keys_are_added(shared_api):
        answer = await shared_api.post(closing, {"client_order_id": "once"})
        problem = assert_is_problem(answer, 409, "duplicate_client_order_id")
    assert problem["order_id"] == first["id"]


async def test_a_client_order_id_of_a_rejected_order_is_used_too(shared_api: Api) -> None:
    rejected = assert_is_rejected(
        await place(shared_api, symbol="NZDUSD", client_order_id="rejected"), "no_price"
    )
    quote(shared_api)
    async with only_keys_are_added(shared_api):
        answer = await place(shared_api, client_order_id="rejected")
        problem = assert_is_problem(answer, 409, "duplicate_client_order_id")
    assert problem["order_id"] == rejected["id"]


async def test_each_account_has_its_own_client_order_ids(shared_api: Api) -> None:
    quote(shared_api)
    orders = [
        await filled(shared_api, name, number, client_order_id="everybodys")
        for name, number in (("client1", 0), ("client1", 1), ("client2", 0))
    ]
    assert len({order["id"] for order in orders}) == 3


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "filled"),
        ({"worst_price": "1.00000"}, "cancelled"),
        ({"symbol": "NZDUSD"}, "rejected"),
    ],
    ids=["O08-filled", "O08-cancelled", "O08-rejected"],
)
async def test_an_order_that_is_over_cannot_be_cancelled(
    shared_api: Api, changes: dict[str, object], state: str
) -> None:
    quote(shared_api)
    order = (await place(shared_api, **changes)).json()
    assert order["state"] == state
    path = f"{orders_path(shared_api)}/{order['id']}"
    async with nothing_changes(shared_api):
        for _ in range(2):
            problem = assert_is_problem(await deleted(shared_api, path), 409, "order_final")
            assert problem["order_id"] == order["id"]
    assert (await shared_api.get(path))["state"] == state


async def test_a_position_that_is_closed_cannot_be_closed_again(shared_api: Api) -> None:
    quote(shared_api, "USDCAD", "1.36000", "1.36010")
    opened = await filled(shared_api, symbol="USDCAD", quantity="2000")
    path = close_path(shared_api, opened["position_id"])
    assert (await shared_api.post(path, {})).json()["state"] == "filled"
    async with nothing_changes(shared_api):
        for body in (b"{}", b'{"quantity":"1000"}', b""):
            answer = await shared_api.post(path, body)
            assert_is_problem(answer, 404, "position_not_found")
