"""Who floods the API with orders meets limits of their own; rounding pays nobody who trades."""

import asyncio
from decimal import Decimal

import pytest

from tests.gateway.administration import change_group
from tests.gateway.conftest import Api
from tests.gateway.entries import LIMIT
from tests.gateway.order_bodies import BUY, close_path, filled, orders_path, quote
from tests.gateway.refusals import assert_is_problem, assert_is_rejected
from tradewind.infra.token_buckets import TokenBuckets

pytestmark = pytest.mark.asyncio(loop_scope="module")

SPAM = 60
BURST = 5
#: Enough for what is lost or won by rounding to add up to something.
ROUND_TRIPS = 150


@pytest.mark.parametrize("flooder", ["client2"], ids=["O26-requests"])
async def test_a_users_order_spam_is_cut_off_and_others_and_closes_go_on(
    shared_api: Api, flooder: str
) -> None:
    gate = shared_api.parts.gate
    path = orders_path(shared_api, flooder)
    quote(shared_api)
    position = (await filled(shared_api, flooder))["position_id"]
    kept = dict(gate._limits)
    for lane in gate._limits:
        gate._limits[lane] = TokenBuckets(rate_per_s=1, burst=BURST)
    try:
        async with shared_api.beating():
            answers = await asyncio.gather(
                *(shared_api.post(path, BUY, name=flooder) for _ in range(SPAM))
            )
        await filled(shared_api, "client1")
        closing = close_path(shared_api, position, flooder)
        assert (await shared_api.post(closing, {}, name=flooder)).status_code == 201
    finally:
        gate._limits.update(kept)
    cut_off = [answer for answer in answers if answer.status_code != 201]
    assert len(cut_off) == SPAM - BURST
    for answer in cut_off:
        assert_is_problem(answer, 429, "rate_limited")
        assert int(answer.headers["retry-after"]) >= 1
    orders = await shared_api.get(path, flooder)
    assert len(orders["items"]) == 1 + BURST + 1


#: A limit of the group, and what an order beyond it is rejected for.
QUOTAS = {
    "O26-by-the-second": ("orders_per_second_max", "order_rate"),
    "O26-in-number": ("open_orders_max", "open_orders_max"),
}


@pytest.mark.parametrize(("limit", "code"), QUOTAS.values(), ids=QUOTAS)
async def test_an_accounts_orders_have_a_limit_which_does_not_hold_for_closes(
    shared_api: Api, limit: str, code: str
) -> None:
    path = orders_path(shared_api, "client3")
    quote(shared_api)
    opened = await filled(shared_api, "client3")
    await change_group(shared_api, "raw", **{limit: 1})
    async with shared_api.beating():
        orders = [await shared_api.post(path, LIMIT, name="client3") for _ in range(3)]
        closing = close_path(shared_api, opened["position_id"], "client3")
        closed = await shared_api.post(closing, {}, name="client3")
    await change_group(shared_api, "raw", **{limit: None})
    assert_is_rejected(orders[-1], code)
    assert closed.json()["state"] == "filled"


@pytest.mark.parametrize("number", [0, 1, 2], ids=["O19-USD", "O19-EUR", "O19-JPY"])
async def test_many_minimal_trades_win_nothing_by_rounding(shared_api: Api, number: int) -> None:
    quote(shared_api, "USDJPY", "150.001", "150.010")
    account = f"/v1/accounts/{shared_api.account('client3', number)}"
    symbol = {"symbol": "BTCUSD", "quantity": "0.01"}
    before = Decimal((await shared_api.get(account, "client3"))["balance"])
    for _ in range(ROUND_TRIPS):
        quote(shared_api, "EURUSD")
        quote(shared_api, "USDJPY", "150.001", "150.010")
        quote(shared_api, "BTCUSD", "40000.00", "40000.30")
        opened = await filled(shared_api, "client3", number, **symbol)
        closing = close_path(shared_api, opened["position_id"], "client3", number)
        answer = await shared_api.post(closing, {}, name="client3")
        assert answer.json()["state"] == "filled", answer.text
    after = Decimal((await shared_api.get(account, "client3"))["balance"])
    # 0.3 cents of a dollar each time; what is booked is that to the smallest unit, for ever.
    assert after < before
    rate = {0: Decimal(1), 1: 1 / Decimal("1.12130"), 2: Decimal("150.010")}[number]
    exact = -ROUND_TRIPS * Decimal("0.003") * rate
    commission = await commissions(shared_api, account)
    assert abs(after - before + commission - exact) <= max(abs(exact) / 100, Decimal(1))


async def commissions(api: Api, account: str) -> Decimal:
    """What the fills of an account cost beside their spread."""
    total, after = Decimal(0), None
    while True:
        page = await api.get(
            f"{account}/fills", "client3", limit="500", **({"after": after} if after else {})
        )
        total += sum(
            (Decimal(fill["commission"]) for fill in page["items"] if fill["symbol"] == "BTCUSD"),
            Decimal(0),
        )
        after = page["next"]
        if after is None:
            return total
