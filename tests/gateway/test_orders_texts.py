"""Free text and raw bodies of orders: stored as it came, or refused; read in one way only."""

import json

import pytest

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import BUY, NOBODY, changed, close_path, filled, orders_path, quote
from tests.gateway.refusals import (
    assert_is_problem,
    assert_names_field,
    nothing_changes,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

LENGTHS = {"label": 32, "comment": 64, "client_order_id": 64}

#: Code points that end lines, hide, turn or break text.
UNPRINTABLE = {
    "nul": "\0",
    "bell": "\a",
    "escape": "\x1b[31m",
    "newline": "a\nb",
    "carriage-return": "a\r\nSet-Cookie: x=1",
    "tab": "a\tb",
    "delete": "\x7f",
    "next-line": "a\x85b",
    "rtl-override": "abc\u202efdp.exe",
    "rtl-isolate": "a\u2067b",
    "zero-width-space": "a\u200bb",
    "zero-width-joiner": "a\u200db",
    "byte-order-mark": "\ufeffa",
    "line-separator": "a\u2028b",
    "no-break-space": "a\u00a0b",
    "private-use": "\ue000",
    "unassigned": "\U000e0080",
    "noncharacter": "\uffff",
    "tag": "\U000e0041",
}


@pytest.mark.parametrize("field", LENGTHS)
@pytest.mark.parametrize("text", UNPRINTABLE.values(), ids=[f"O25-{each}" for each in UNPRINTABLE])
async def test_text_that_cannot_be_shown_is_refused(shared_api: Api, field: str, text: str) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        answer = await shared_api.post(orders_path(shared_api), changed({field: text}))
        assert_names_field(answer, "characters", field)


@pytest.mark.parametrize("field", LENGTHS)
@pytest.mark.parametrize("letter", ["x", "ß", "😀"], ids=["O25-ascii", "O25-letter", "O25-emoji"])
async def test_text_is_counted_in_characters_and_has_a_limit(
    shared_api: Api, field: str, letter: str
) -> None:
    quote(shared_api)
    most = LENGTHS[field]
    order = await filled(shared_api, **{field: letter * most})
    assert order[field] == letter * most
    for text in ("", letter * (most + 1), letter * 10_000):
        async with nothing_changes(shared_api):
            answer = await shared_api.post(orders_path(shared_api), changed({field: text}))
            assert_names_field(answer, "length", field)


@pytest.mark.parametrize(
    "value", [1, True, ["x"], {"text": "x"}], ids=["O25-number", "O25-true", "O25-list", "O25-map"]
)
@pytest.mark.parametrize("field", LENGTHS)
async def test_what_is_not_text_does_not_become_text(
    shared_api: Api, field: str, value: object
) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        answer = await shared_api.post(orders_path(shared_api), changed({field: value}))
        assert_names_field(answer, "invalid_type", field)


#: Harmless as long as nobody runs, renders or evaluates it.
HOSTILE = {
    "sql": "'; DROP TABLE fill; --",
    "sql-in-dollars": "$$; DELETE FROM fill; $$",
    "template": "{{7*7}}${7*7}<%=7*7%>",
    "script": "<script>alert(1)</script>",
    "image": '"><img src=x onerror=alert(1)>',
    "formula": "=cmd|'/C calc'!A0",
    "formula-plus": "+1+1",
    "formula-at": "@SUM(1)",
    "format": "%s%n%x {0.__class__}",
    "path": "../../etc/passwd\\..\\",
    "json": '","state":"filled","x":"',
    "array": "{1,2}\\,NULL",
    "null": "NULL",
    "quotes": "'\"`\u00b4",
    "emoji": "😀🔥 4 bytes each",
    "combining": "e\u0301\u0302\u0303",
    "right-to-left": "שלום مرحبا",
    "spaces": "  around  ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=[f"O25-{each}" for each in HOSTILE])
async def test_text_is_stored_and_shown_exactly_as_it_came(shared_api: Api, text: str) -> None:
    quote(shared_api)
    fields = {"label": text, "comment": text, "client_order_id": text}
    placed = await filled(shared_api, **fields)
    path = orders_path(shared_api)
    found = await shared_api.get(f"{path}/{placed['id']}")
    (listed,) = (await shared_api.get(path, limit="1"))["items"]
    account = await shared_api.get(f"/v1/accounts/{shared_api.account()}")
    after = str(account["last_event"] - 6)
    events = await shared_api.get(f"/v1/accounts/{shared_api.account()}/events", after=after)
    orders = [event["data"] for event in events["items"] if event["type"] == "order.filled"]
    for shown in (placed, found, listed, *orders):
        assert {name: shown[name] for name in fields} == fields
    assert len(orders) == 1


#: Bytes that are not exactly one JSON object with every key once.
MALFORMED: dict[str, bytes] = {
    "O11-key-twice": b'{"symbol":"EURUSD","side":"buy","quantity":"1000","quantity":"100000"}',
    "O11-key-twice-alike": b'{"symbol":"EURUSD","side":"buy","quantity":"1000","quantity":"1000"}',
    "O11-key-twice-escaped": (
        b'{"symbol":"EURUSD","side":"buy","quantity":"1000","\\u0071uantity":"9000"}'
    ),
    "O11-unknown-key-twice": b'{"symbol":"EURUSD","side":"buy","quantity":"1000","x":1,"x":1}',
    "O11-inner-key-twice": b'{"symbol":{"a":1,"a":2},"side":"buy","quantity":"1000"}',
    "nothing": b"",
    "list": b'[{"symbol":"EURUSD","side":"buy","quantity":"1000"}]',
    "text": b'"buy"',
    "null": b"null",
    "two-objects": b"{}{}",
    "rubbish-after": b'{"symbol":"EURUSD","side":"buy","quantity":"1000"}x',
    "cut-off": b'{"symbol":"EURUSD","side":"buy","quantity":"10',
    "comment": b'{"symbol":"EURUSD",/*x*/"side":"buy","quantity":"1000"}',
    "nan": b'{"symbol":"EURUSD","side":"buy","quantity":NaN}',
    "number-too-large": b'{"symbol":"EURUSD","side":"buy","quantity":1e999}',
    "O25-lone-surrogate": b'{"symbol":"EURUSD","side":"buy","quantity":"1000","label":"\\ud83d"}',
    "O25-invalid-utf-8": b'{"symbol":"EURUSD","side":"buy","quantity":"1000","label":"\xff"}',
    "O25-overlong-utf-8": b'{"symbol":"EURUSD","side":"buy","quantity":"1000","label":"\xc0\xaf"}',
    "utf-16": '{"symbol":"EURUSD"}'.encode("utf-16"),
    "byte-order-mark": b'\xef\xbb\xbf{"symbol":"EURUSD"}',
    "deep": b'{"symbol":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
    "form": b"symbol=EURUSD&side=buy&quantity=1000",
}


@pytest.mark.parametrize("body", MALFORMED.values(), ids=MALFORMED)
async def test_a_body_that_is_not_one_plain_object_is_malformed(
    shared_api: Api, body: bytes
) -> None:
    quote(shared_api)
    position = (await filled(shared_api))["position_id"]
    closing = close_path(shared_api, position)
    orders, one = orders_path(shared_api), closing.removesuffix("/close")
    must = [("POST", orders), ("POST", f"{orders}/preview"), ("POST", f"{closing}-by")]
    must += [("PATCH", f"{orders}/{NOBODY}"), ("PATCH", one)]
    # A close without a body is a close of the whole.
    may = [("POST", closing), ("POST", f"{one}/reverse")]
    may += [("POST", f"{one.rpartition('/')[0]}/close-all")]
    headers = await shared_api.as_user("client1")
    headers |= {"content-type": "application/json", "idempotency-key": "malformed"}
    async with nothing_changes(shared_api):
        for method, path in [*must, *may] if body else must:
            answer = await shared_api.client.request(method, path, content=body, headers=headers)
            assert_is_problem(answer, 400, "malformed_request")


#: Query, status and code: an order says everything in its body, and nothing beside it.
QUERIES = {
    "O11-quantity-twice": ("quantity=1&quantity=100", 400, "malformed_request"),
    "O11-twice-alike": ("x=1&x=1", 400, "malformed_request"),
    "O11-twice-without-values": ("x&x", 400, "malformed_request"),
    "O11-twice-escaped": ("quantity=1&%71uantity=100", 400, "malformed_request"),
    "O11-quantity-beside-the-body": ("quantity=100000", 422, "unknown_field"),
    "O09-account-beside-the-path": (f"account_id={NOBODY}", 422, "unknown_field"),
    "O11-token": ("access_token=x", 422, "unknown_field"),
    "O11-empty-name": ("=1", 422, "unknown_field"),
}


@pytest.mark.parametrize(("query", "status", "code"), QUERIES.values(), ids=QUERIES)
async def test_an_order_takes_nothing_from_its_query(
    shared_api: Api, query: str, status: int, code: str
) -> None:
    quote(shared_api)
    order = await filled(shared_api)
    placing, cancelling = orders_path(shared_api), f"{orders_path(shared_api)}/{order['id']}"
    position = close_path(shared_api, order["position_id"]).removesuffix("/close")
    posted = (
        placing, f"{placing}/preview", f"{position}/close", f"{position}/close-by",
        f"{position}/reverse", f"{position.rpartition('/')[0]}/close-all",
    )  # fmt: skip
    async with nothing_changes(shared_api):
        for path in posted:
            assert_is_problem(await shared_api.post(f"{path}?{query}", BUY), status, code)
        headers = await shared_api.as_user("client1")
        for method, path in (("DELETE", cancelling), ("PATCH", cancelling), ("PATCH", position)):
            answer = await shared_api.client.request(
                method, f"{path}?{query}", json={}, headers=headers
            )
            assert_is_problem(answer, status, code)


@pytest.mark.parametrize(
    "media",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "", "text/json"],
)
async def test_an_order_must_say_that_it_is_json(shared_api: Api, media: str) -> None:
    quote(shared_api)
    headers = {
        **await shared_api.as_user("client1"),
        "content-type": media,
        "idempotency-key": f"media-{media}",
    }
    async with nothing_changes(shared_api):
        answer = await shared_api.client.post(
            orders_path(shared_api), headers=headers, content=json.dumps(dict(BUY))
        )
        assert_is_problem(answer, 415, "unsupported_media_type")


async def test_an_order_larger_than_any_order_is_cut_off(shared_api: Api) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        answer = await shared_api.post(orders_path(shared_api), changed({"comment": "x" * 70_000}))
        assert_is_problem(answer, 413, "body_too_large")
