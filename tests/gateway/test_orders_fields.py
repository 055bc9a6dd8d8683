"""Fields of an order that it may not have, or not yet; nothing is guessed, nothing dropped."""

import pytest

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import (
    ABSENT,
    NOBODY,
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


#: What a market order cannot have: prices and protection, on whichever side of the market.
UNSUPPORTED: dict[str, tuple[str, object]] = {
    "O12-stop-loss-below": ("stop_loss", "1.12000"),
    "O12-stop-loss-on-the-wrong-side": ("stop_loss", "1.13000"),
    "O12-stop-loss-at-the-price": ("stop_loss", "1.12140"),
    "O12-stop-loss-zero": ("stop_loss", "0"),
    "O12-take-profit-above": ("take_profit", "1.13000"),
    "O12-take-profit-on-the-wrong-side": ("take_profit", "1.12000"),
    "O12-take-profit-not-a-number": ("take_profit", "NaN"),
    "O12-trailing-stop": ("trailing_stop", "0.00100"),
    "O12-trailing-stop-zero": ("trailing_stop", "0"),
    "O12-trailing-stop-negative": ("trailing_stop", "-1"),
    "O12-limit-price": ("limit_price", "1.12000"),
    "O12-stop-price": ("stop_price", "1.13000"),
    "O12-empty": ("stop_loss", ""),
    "O14-tomorrow": ("expires_at", "2099-01-01T00:00:00Z"),
    "O14-past": ("expires_at", "2001-01-01T00:00:00Z"),
    "O14-naive": ("expires_at", "2099-01-01T00:00:00"),
    "O14-date": ("expires_at", "2099-01-01"),
    "O14-24:00": ("expires_at", "2099-01-01T24:00:00Z"),
    "O14-leap-second": ("expires_at", "2099-06-30T23:59:60Z"),
    "O14-year-9999": ("expires_at", "9999-12-31T23:59:59.999999Z"),
    "O14-year-10000": ("expires_at", "10000-01-01T00:00:00Z"),
    "O14-year-0": ("expires_at", "0000-01-01T00:00:00Z"),
    "O14-february-29": ("expires_at", "2099-02-29T00:00:00Z"),
    "O14-february-29-of-a-leap-year": ("expires_at", "2096-02-29T00:00:00Z"),
    "O14-february-30": ("expires_at", "2096-02-30T00:00:00Z"),
    "O14-hour-that-summer-time-skips": ("expires_at", "2099-03-29T02:30:00[Europe/Berlin]"),
    "O14-offset": ("expires_at", "2099-01-01T00:00:00+25:00"),
    "O14-epoch-as-text": ("expires_at", "4070908800"),
    "O14-empty": ("expires_at", ""),
}


@pytest.mark.parametrize(("field", "value"), UNSUPPORTED.values(), ids=UNSUPPORTED)
async def test_what_goes_with_resting_orders_alone_is_refused(
    shared_api: Api, field: str, value: object
) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        assert_names_field(await place(shared_api, **{field: value}), "unsupported", field)


#: Field, what is wrong with it, and how the answer calls that.
WRONG: dict[str, tuple[str, object, str]] = {
    "O14-number": ("expires_at", 4070908800, "invalid_type"),
    "O14-object": ("expires_at", {}, "invalid_type"),
    "O12-number": ("stop_loss", 1.1, "invalid_type"),
    "O12-false": ("trailing_stop", False, "invalid_type"),
    "limit-order": ("type", "limit", "unsupported"),
    "stop-order": ("type", "stop", "unsupported"),
    "stop-limit-order": ("type", "stop_limit", "unsupported"),
    "trailing-order": ("type", "trailing_stop", "unsupported"),
    "capital-type": ("type", "MARKET", "unsupported"),
    "null-type": ("type", None, "invalid_type"),
    "good-till-cancelled": ("time_in_force", "gtc", "invalid"),
    "day": ("time_in_force", "day", "invalid"),
    "good-till-date": ("time_in_force", "gtd", "invalid"),
    "empty-life": ("time_in_force", "", "invalid"),
    "no-side": ("side", ABSENT, "required"),
    "capital-side": ("side", "BUY", "invalid"),
    "fix-side": ("side", "1", "invalid"),
    "null-side": ("side", None, "invalid_type"),
    "list-side": ("side", ["buy", "sell"], "invalid_type"),
    "no-symbol": ("symbol", ABSENT, "required"),
    "unknown-symbol": ("symbol", "EURXXX", "unknown_symbol"),
    "small-symbol": ("symbol", "eurusd", "unknown_symbol"),
    "symbol-with-a-space": ("symbol", "EURUSD ", "unknown_symbol"),
    "symbol-with-nul": ("symbol", "EURUSD\0", "unknown_symbol"),
    "empty-symbol": ("symbol", "", "unknown_symbol"),
    "long-symbol": ("symbol", "E" * 10_000, "unknown_symbol"),
    "list-of-symbols": ("symbol", ["EURUSD"], "invalid_type"),
    "reduce-only-text": ("reduce_only", "true", "invalid_type"),
    "reduce-only-one": ("reduce_only", 1, "invalid_type"),
    "reduce-only-null": ("reduce_only", None, "invalid_type"),
    "position-no-id": ("position_id", "1", "invalid_type"),
    "position-empty": ("position_id", "", "invalid_type"),
    "position-number": ("position_id", 1, "invalid_type"),
    "position-braces": ("position_id", f"{{{NOBODY}}}", "invalid_type"),
}


@pytest.mark.parametrize(("field", "value", "code"), WRONG.values(), ids=WRONG)
async def test_a_field_with_a_value_it_cannot_have_is_named(
    shared_api: Api, field: str, value: object, code: str
) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        assert_names_field(await place(shared_api, **{field: value}), code, field)


async def test_null_is_the_same_as_absent_where_a_field_may_be_absent(shared_api: Api) -> None:
    quote(shared_api)
    names = (
        "client_order_id", "limit_price", "stop_price", "worst_price", "time_in_force",
        "expires_at", "requested_price", "max_deviation", "label", "comment", "stop_loss",
        "take_profit", "trailing_stop", "position_id",
    )  # fmt: skip
    order = await filled(shared_api, **dict.fromkeys(names))
    (listed,) = (await shared_api.get(orders_path(shared_api), limit="1"))["items"]
    assert listed["id"] == order["id"]
    assert [order[name] for name in ("client_order_id", "label", "worst_price")] == [None] * 3
