"""Fields of an order that it may not have, or not yet; nothing is guessed, nothing dropped."""

import pytest

from tests.gateway.conftest import Api
from tests.gateway.entries import GOOD
from tests.gateway.order_bodies import (
    ABSENT,
    NOBODY,
    changed,
    close_path,
    filled,
    orders_path,
    place,
    quote,
)
from tests.gateway.refusals import assert_names_field, nothing_changes

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: What the house decides, what the path says, and other spellings of what there is.
UNKNOWN: dict[str, object] = {
    "account_id": NOBODY,
    "user_id": NOBODY,
    "order_id": NOBODY,
    "id": NOBODY,
    "status": "filled",
    "state": "filled",
    "balance": "1000000.00",
    "credit": "1000000.00",
    "price": "1.00000",
    "fill_price": "1.00000",
    "average_price": "1.00000",
    "filled_quantity": "1000",
    "book": "A",
    "execution_mode": "market",
    "group": "raw",
    "leverage": "1000",
    "margin_rate": "0",
    "commission": "-100",
    "markup": "0",
    "is_admin": True,
    "role": "admin",
    "actor": "admin",
    "on_behalf_of": NOBODY,
    "channel": "dealer",
    "reason": "bust",
    "ticket": 1,
    "version": 1,
    "reserved_margin": "0",
    "received_at": "2026-01-01T00:00:00Z",
    "created_at": "2026-01-01T00:00:00Z",
    "idempotency_key": "k",
    "Quantity": "1000",
    "quantity ": "1000",
    "clientOrderId": "mine",
    "__proto__": {"is_admin": True},
    "__class__": "OrderBody",
    "constructor": {"name": "x"},
    "$ne": None,
    "": "1",
    "quantity\u0000": "1000",
    "\uff51uantity": "1000",
}


@pytest.mark.parametrize(
    ("field", "value"), UNKNOWN.items(), ids=[f"O10-{each!a}" for each in UNKNOWN]
)
async def test_a_field_that_an_order_does_not_have_is_refused(
    shared_api: Api, field: str, value: object
) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        assert_names_field(await place(shared_api, **{field: value}), "unknown_field", field)


@pytest.mark.parametrize(
    "field", [*UNKNOWN, "symbol", "side", "type", "reduce_only", "label", "position_id"], ids=ascii
)
async def test_a_field_that_a_close_does_not_have_is_refused_even_as_null(
    shared_api: Api, field: str
) -> None:
    quote(shared_api)
    path = close_path(shared_api, NOBODY)
    async with nothing_changes(shared_api):
        answer = await shared_api.post(path, {field: None})
        assert_names_field(answer, "unknown_field", field)


async def test_of_a_long_unknown_field_only_the_beginning_is_repeated(shared_api: Api) -> None:
    async with nothing_changes(shared_api):
        answer = await place(shared_api, **{"x" * 10_000: 1})
        assert_names_field(answer, "unknown_field", "x" * 64)


#: Order, field, a value that is wrong there, and what is refused in whose name.
WRONG: dict[str, tuple[str, str, object, str]] = {
    "O12-stop-loss-on-the-wrong-side": ("limit", "stop_loss", "1.10001", "wrong_side"),
    "O12-stop-loss-at-the-price": ("limit", "stop_loss", "1.10000", "wrong_side"),
    "O12-stop-loss-zero": ("market", "stop_loss", "0", "price_sign"),
    "O12-stop-loss-half-a-tick": ("market", "stop_loss", "1.000005", "price_precision"),
    "O12-take-profit-on-the-wrong-side": ("stop", "take_profit", "1.12999", "wrong_side"),
    "O12-take-profit-at-the-price": ("stop", "take_profit", "1.13000", "wrong_side"),
    "O12-take-profit-not-a-number": ("market", "take_profit", "NaN", "invalid_decimal"),
    "O12-trailing-stop-zero": ("market", "trailing_stop", "0", "distance_min"),
    "O12-trailing-stop-negative": ("limit", "trailing_stop", "-1", "invalid_decimal"),
    "O12-distance-zero": ("limit", "stop_loss_distance", "0.0", "distance_min"),
    "O12-limit-of-a-market-order": ("market", "limit_price", "1.12000", "unsupported"),
    "O12-stop-of-a-market-order": ("market", "stop_price", "1.13000", "unsupported"),
    "O12-stop-of-a-limit-order": ("limit", "stop_price", "1.13000", "unsupported"),
    "O12-guaranteed-nothing": ("limit", "guaranteed_stop", True, "invalid"),
    "O12-empty": ("market", "stop_loss", "", "invalid_decimal"),
    "O12-number": ("market", "stop_loss", 1.1, "invalid_type"),
    "O12-false": ("market", "trailing_stop", False, "invalid_type"),
    "O14-market-order": ("market", "expires_at", "2099-01-01T00:00:00Z", "unsupported"),
    "O14-good-till-cancelled": ("limit", "expires_at", "2099-01-01T00:00:00Z", "unsupported"),
    "O14-number": ("limit", "expires_at", 4070908800, "invalid_type"),
    "O14-object": ("limit", "expires_at", {}, "invalid_type"),
    "trailing-order": ("market", "type", "trailing_stop", "unsupported"),
    "capital-type": ("market", "type", "MARKET", "unsupported"),
    "null-type": ("market", "type", None, "invalid_type"),
    "day-of-a-market-order": ("market", "time_in_force", "day", "invalid"),
    "good-till-date-of-a-market-order": ("market", "time_in_force", "gtd", "invalid"),
    "fill-or-kill-of-a-stop": ("stop", "time_in_force", "fok", "invalid"),
    "empty-life": ("market", "time_in_force", "", "invalid"),
    "no-limit": ("limit", "limit_price", ABSENT, "required"),
    "no-stop": ("stop", "stop_price", ABSENT, "required"),
    "no-side": ("market", "side", ABSENT, "required"),
    "capital-side": ("market", "side", "BUY", "invalid"),
    "fix-side": ("market", "side", "1", "invalid"),
    "null-side": ("market", "side", None, "invalid_type"),
    "list-side": ("market", "side", ["buy", "sell"], "invalid_type"),
    "no-symbol": ("market", "symbol", ABSENT, "required"),
    "unknown-symbol": ("market", "symbol", "EURXXX", "unknown_symbol"),
    "small-symbol": ("market", "symbol", "eurusd", "unknown_symbol"),
    "symbol-with-a-space": ("market", "symbol", "EURUSD ", "unknown_symbol"),
    "symbol-with-nul": ("market", "symbol", "EURUSD\0", "unknown_symbol"),
    "empty-symbol": ("market", "symbol", "", "unknown_symbol"),
    "long-symbol": ("market", "symbol", "E" * 10_000, "unknown_symbol"),
    "list-of-symbols": ("market", "symbol", ["EURUSD"], "invalid_type"),
    "trigger-side-of-a-market-order": ("market", "trigger_side", "mid", "unsupported"),
    "trigger-side": ("stop", "trigger_side", "last", "invalid"),
    "reduce-only-text": ("market", "reduce_only", "true", "invalid_type"),
    "reduce-only-one": ("market", "reduce_only", 1, "invalid_type"),
    "reduce-only-null": ("market", "reduce_only", None, "invalid_type"),
    "guaranteed-null": ("limit", "guaranteed_stop", None, "invalid_type"),
    "position-no-id": ("market", "position_id", "1", "invalid_type"),
    "position-empty": ("market", "position_id", "", "invalid_type"),
    "position-number": ("market", "position_id", 1, "invalid_type"),
    "position-braces": ("market", "position_id", f"{{{NOBODY}}}", "invalid_type"),
    "position-of-a-stop-limit": ("stop_limit", "position_id", NOBODY, "unsupported"),
    "linked-no-id": ("limit", "linked_order_id", "1", "invalid_type"),
    "parent-number": ("limit", "parent_order_id", 1, "invalid_type"),
}


@pytest.mark.parametrize(("kind", "field", "value", "code"), WRONG.values(), ids=WRONG)
async def test_a_field_with_a_value_it_cannot_have_is_named(
    shared_api: Api, kind: str, field: str, value: object, code: str
) -> None:
    quote(shared_api)
    body = changed({field: value}, GOOD[kind])
    async with nothing_changes(shared_api):
        assert_names_field(await shared_api.post(orders_path(shared_api), body), code, field)


@pytest.mark.parametrize(
    "text",
    ["2001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2099-01-01T00:00:00", "2099-01-01T24:00:00Z"],
    ids=["O14-past", "O14-year-1", "O14-naive", "O14-24:00"],
)
async def test_an_order_that_ends_at_no_moment_to_come_is_refused(
    shared_api: Api, text: str
) -> None:
    quote(shared_api)
    body = changed({"time_in_force": "gtd", "expires_at": text}, GOOD["limit"])
    code = "expires_at_past" if text.startswith("2001") else "invalid_time"
    async with nothing_changes(shared_api):
        answer = await shared_api.post(orders_path(shared_api), body)
        assert_names_field(answer, code, "expires_at")


async def test_null_is_the_same_as_absent_where_a_field_may_be_absent(shared_api: Api) -> None:
    quote(shared_api)
    names = (
        "client_order_id", "limit_price", "stop_price", "worst_price", "trigger_side",
        "time_in_force", "expires_at", "requested_price", "max_deviation", "label", "comment",
        "stop_loss", "stop_loss_distance", "take_profit", "take_profit_distance", "trailing_stop",
        "position_id", "linked_order_id", "parent_order_id",
    )  # fmt: skip
    order = await filled(shared_api, **dict.fromkeys(names))
    (listed,) = (await shared_api.get(orders_path(shared_api), limit="1"))["items"]
    assert listed["id"] == order["id"]
    assert [order[name] for name in ("client_order_id", "label", "worst_price")] == [None] * 3
