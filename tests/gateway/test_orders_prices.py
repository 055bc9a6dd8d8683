"""Prices that an order names: the instrument's rules decide, and nothing gives a better deal."""

import pytest

from tests.gateway.administration import change_instrument
from tests.gateway.conftest import Api
from tests.gateway.order_bodies import changed, close_path, filled, orders_path, place, quote
from tests.gateway.refusals import (
    assert_is_rejected,
    assert_names_field,
    nothing_changes,
    only_a_rejected_order_is_added,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

PRICES: dict[str, tuple[object, str]] = {
    "O02-zero": ("0", "price_sign"),
    "O02-zero-with-decimals": ("0.00000", "price_sign"),
    "O02-minus-zero": ("-0", "price_sign"),
    "O02-negative": ("-1.12140", "price_sign"),
    "O02-negative-oil": ("-37.63", "price_sign"),
    "O02-half-a-tick": ("1.121405", "price_precision"),
    "O02-ten-decimals": ("1.1214000001", "price_precision"),
    "O02-thirty-decimals": ("1.121400000000000000000000000000", "invalid_decimal"),
    "O02-exponent": ("1e0", "invalid_decimal"),
    "O02-nan": ("NaN", "invalid_decimal"),
    "O02-minus-infinity": ("-Infinity", "invalid_decimal"),
    "O02-two-signs": ("--1", "invalid_decimal"),
    "O02-comma": ("1,12140", "invalid_decimal"),
    "O02-empty": ("", "invalid_decimal"),
    "O02-number": (1.1214, "invalid_type"),
    "O02-whole-number": (1, "invalid_type"),
    "O02-false": (False, "invalid_type"),
    "O02-list": (["1.12140"], "invalid_type"),
}
NAMED = ("requested_price", "worst_price")


@pytest.mark.parametrize("field", NAMED)
@pytest.mark.parametrize(("price", "code"), PRICES.values(), ids=PRICES)
async def test_a_price_that_cannot_be_is_refused(
    shared_api: Api, field: str, price: object, code: str
) -> None:
    quote(shared_api)
    async with nothing_changes(shared_api):
        assert_names_field(await place(shared_api, **{field: price}), code, field)


@pytest.mark.parametrize("field", NAMED)
@pytest.mark.parametrize(("price", "code"), PRICES.values(), ids=PRICES)
async def test_a_close_refuses_the_same_prices(
    shared_api: Api, field: str, price: object, code: str
) -> None:
    quote(shared_api)
    position = (await filled(shared_api, "client2"))["position_id"]
    path = close_path(shared_api, position, "client2")
    async with nothing_changes(shared_api):
        answer = await shared_api.post(path, {field: price}, name="client2")
        assert_names_field(answer, code, field)


DEVIATIONS: dict[str, tuple[object, str]] = {
    "O02-deviation-negative": ("-0.00001", "invalid_decimal"),
    "O02-deviation-exponent": ("1e-5", "invalid_decimal"),
    "O02-deviation-infinity": ("Infinity", "invalid_decimal"),
    "O02-deviation-number": (0, "invalid_type"),
}


@pytest.mark.parametrize(("deviation", "code"), DEVIATIONS.values(), ids=DEVIATIONS)
async def test_a_deviation_is_an_unsigned_decimal(
    shared_api: Api, deviation: object, code: str
) -> None:
    changes = {"requested_price": "1.12140", "max_deviation": deviation}
    async with nothing_changes(shared_api):
        assert_names_field(await place(shared_api, **changes), code, "max_deviation")


async def test_a_deviation_needs_a_price_to_deviate_from(shared_api: Api) -> None:
    async with nothing_changes(shared_api):
        answer = await place(shared_api, max_deviation="0.00010")
        assert_names_field(answer, "invalid", "max_deviation")


@pytest.mark.parametrize(
    ("side", "price"),
    [("buy", "11.21400"), ("sell", "0.11213")],
    ids=["O02-ten-times-the-market", "O02-a-tenth-of-the-market"],
)
async def test_a_price_far_on_the_clients_side_fills_at_the_market(
    shared_api: Api, side: str, price: str
) -> None:
    quote(shared_api, "GBPUSD", "1.25000", "1.25010")
    changes = {"symbol": "GBPUSD", "side": side}
    named = await filled(shared_api, **changes, requested_price=price, max_deviation="100")
    bounded = await filled(shared_api, **changes, worst_price=price)
    market = "1.25010" if side == "buy" else "1.25000"
    assert [named["average_price"], bounded["average_price"]] == [market, market]


@pytest.mark.parametrize(
    ("side", "price"),
    [("buy", "0.11214"), ("sell", "11.21400"), ("buy", "1.12139"), ("sell", "1.12131")],
    ids=["O02-tenth-buy", "O02-ten-times-sell", "O02-tick-off-buy", "O02-tick-off-sell"],
)
async def test_a_price_that_the_market_has_left_is_a_requote(
    shared_api: Api, side: str, price: str
) -> None:
    quote(shared_api)
    async with only_a_rejected_order_is_added(shared_api):
        answer = await place(shared_api, side=side, requested_price=price)
        order = assert_is_rejected(answer, "requote")
    now = "1.12140" if side == "buy" else "1.12130"
    assert order["reject"]["message"] == f"the price is now {now}"


@pytest.mark.parametrize(
    ("side", "price"), [("buy", "1.12139"), ("sell", "1.12131")], ids=["O02-buy", "O02-sell"]
)
async def test_an_order_whose_worst_price_is_passed_is_cancelled_and_costs_nothing(
    shared_api: Api, side: str, price: str
) -> None:
    quote(shared_api)
    before = await shared_api.get(f"/v1/accounts/{shared_api.account()}")
    order = (await place(shared_api, side=side, worst_price=price)).json()
    assert (order["state"], order["end"]["code"]) == ("cancelled", "worst_price")
    after = await shared_api.get(f"/v1/accounts/{shared_api.account()}")
    assert after["last_event"] == before["last_event"] + 5
    del before["last_event"], before["as_of"], after["last_event"], after["as_of"]
    assert after == before


async def test_an_instrument_that_goes_below_zero_takes_prices_below_zero(
    shared_api: Api,
) -> None:
    await change_instrument(shared_api, "US500", allow_negative=True, margin_floor="10")
    quote(shared_api, "US500", "-37.65", "-37.63")
    body = {"symbol": "US500", "quantity": "1", "worst_price": "-37.63"}
    order = await filled(shared_api, "client3", **body)
    assert order["average_price"] == "-37.63"
    path = orders_path(shared_api, "client3")
    async with nothing_changes(shared_api):
        answer = await shared_api.post(
            path, changed({**body, "worst_price": "-37.635"}), name="client3"
        )
        assert_names_field(answer, "price_precision", "worst_price")
