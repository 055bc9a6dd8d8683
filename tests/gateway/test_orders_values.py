"""Quantities and prices of orders: read as they are spelt, bounded by the instrument, exactly."""

import pytest

from tests.gateway.conftest import Api
from tests.gateway.order_bodies import (
    ABSENT,
    changed,
    close_path,
    filled,
    orders_path,
    place,
    quote,
)
from tests.gateway.refusals import (
    assert_is_rejected,
    assert_names_field,
    nothing_changes,
    only_a_rejected_order_is_added,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

#: What no field takes for a decimal, whatever the field means.
NO_DECIMALS: dict[str, object] = {
    "negative": "-1",
    "exponent": "1e3",
    "exponent-capital": "1E3",
    "exponent-huge": "1e308",
    "nan": "NaN",
    "infinity": "Infinity",
    "minus-infinity": "-Infinity",
    "thousands": "1,000",
    "underscore": "1_000",
    "hexadecimal": "0x10",
    "arabic-digits": "\u0661\u0660\u0660\u0660",
    "fullwidth-digits": "\uff11\uff10\uff10\uff10",
    "empty": "",
    "space": " ",
    "space-before": " 1000",
    "newline-after": "1000\n",
    "nul-after": "1000\0",
    "plus": "+1000",
    "leading-zero": "01000",
    "bare-point": "1000.",
    "two-points": "1.000.0",
    "nineteen-digits": "1" * 19,
    "eleven-decimals": "1000.00000000000",
    "four-hundred-digits": "9" * 400,
}
#: JSON of another kind is never coerced.
NO_STRINGS: dict[str, object] = {
    "number": 1000,
    "float": 1000.0,
    "true": True,
    "list": ["1000"],
    "object": {"value": "1000"},
}

QUANTITIES: dict[str, tuple[object, str]] = {
    **{f"O01-{name}": (value, "invalid_decimal") for name, value in NO_DECIMALS.items()},
    **{f"O01-{name}": (value, "invalid_type") for name, value in NO_STRINGS.items()},
    "O01-null": (None, "invalid_type"),
    "O01-absent": (ABSENT, "required"),
    "O01-zero": ("0", "quantity_min"),
    "O01-zero-with-decimals": ("0.0000000000", "quantity_min"),
    "O01-billionth": ("0.000000001", "quantity_min"),
    "O01-step-and-a-bit": ("1000.0000000001", "quantity_step"),
    "O01-half-a-step": ("1500", "quantity_step"),
    "O01-below-minimum": ("999.9999999999", "quantity_min"),
    "O01-max-and-a-step": ("10001000", "quantity_max"),
    "O01-largest-number": ("999999999999999999.9999999999", "quantity_max"),
}


@pytest.mark.parametrize(("quantity", "code"), QUANTITIES.values(), ids=QUANTITIES)
async def test_a_quantity_that_is_not_one_is_refused_and_never_coerced(
    shared_api: Api, quantity: object, code: str
) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        assert_names_field(await place(shared_api, quantity=quantity), code, "quantity")


CLOSE_QUANTITIES: dict[str, tuple[object, str]] = {
    **{f"O01-close-{name}": (value, "invalid_decimal") for name, value in NO_DECIMALS.items()},
    **{f"O01-close-{name}": (value, "invalid_type") for name, value in NO_STRINGS.items()},
    "O01-close-zero": ("0", "quantity_min"),
    "O01-close-half-a-step": ("1500", "quantity_step"),
    "O01-close-billionth": ("0.000000001", "quantity_step"),
}


@pytest.mark.parametrize(("quantity", "code"), CLOSE_QUANTITIES.values(), ids=CLOSE_QUANTITIES)
async def test_a_close_takes_no_quantity_that_is_not_one(
    shared_api: Api, quantity: object, code: str
) -> None:
    quote(shared_api, "USDCHF", "0.88000", "0.88010")
    position = (await filled(shared_api, symbol="USDCHF"))["position_id"]
    async with nothing_changes(shared_api):
        answer = await shared_api.post(close_path(shared_api, position), {"quantity": quantity})
        assert_names_field(answer, code, "quantity")


@pytest.mark.parametrize("more", ["1000", "999999999999990000"], ids=["O03-step", "O03-largest"])
async def test_a_position_closes_up_to_its_quantity_and_not_a_step_more(
    shared_api: Api, more: str
) -> None:
    quote(shared_api, "GBPUSD", "1.25000", "1.25010")
    opened = await filled(shared_api, symbol="GBPUSD", quantity="3000")
    path = close_path(shared_api, opened["position_id"])
    async with only_a_rejected_order_is_added(shared_api):
        answer = await shared_api.post(path, {"quantity": str(3000 + int(more))})
        assert_is_rejected(answer, "quantity_exceeds_position")
    closed = await shared_api.post(path, {"quantity": "3000"})
    assert (closed.json()["state"], closed.json()["filled_quantity"]) == ("filled", "3000")


#: Symbol and a price at which its greatest quantity can be afforded; then the least and the
#: greatest quantity, and those one step beyond.
LIMITS = {
    "O03-EURUSD": ("EURUSD", "0.00100", ("1000", "10000000"), ("0", "10001000")),
    "O03-BTCUSD": ("BTCUSD", "10.00", ("0.01", "100"), ("0", "100.01")),
    "O03-US500": ("US500", "5.00", ("0.1", "1000"), ("0", "1000.1")),
    "O03-XAUUSD": ("XAUUSD", "1.00", ("1", "10000"), ("0", "10001")),
}


@pytest.mark.parametrize(("symbol", "price", "taken", "refused"), LIMITS.values(), ids=LIMITS)
async def test_the_limits_of_an_instrument_are_taken_and_a_step_beyond_is_not(
    shared_api: Api, symbol: str, price: str, taken: tuple[str, str], refused: tuple[str, str]
) -> None:
    quote(shared_api, symbol, price, price)
    for quantity in taken:
        order = await filled(shared_api, "client3", symbol=symbol, quantity=quantity)
        assert order["filled_quantity"] == quantity
    path = orders_path(shared_api, "client3")
    for quantity, code in zip(refused, ("quantity_min", "quantity_max"), strict=True):
        async with nothing_changes(shared_api):
            body = changed({"symbol": symbol, "quantity": quantity})
            answer = await shared_api.post(path, body, name="client3")
            assert_names_field(answer, code, "quantity")
