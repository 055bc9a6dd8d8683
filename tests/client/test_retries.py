"""Answers that get lost: the client repeats with the same key and does nothing twice."""

import asyncio
import socket
from decimal import Decimal

import pytest

from tests.client.people import Person, person
from tests.client.relay import answering, relaying
from tests.flows.live import Live
from tradewind_client import (
    Amendment,
    Client,
    ConflictError,
    OrderState,
    Retrying,
    ThrottledError,
    TransientError,
    UnknownOutcomeError,
)

IMPATIENT = Retrying(attempts_max=3, first_pause_s=0.01)
ORDERS = 30


async def test_an_order_whose_answer_was_lost_is_there_once(live: Live) -> None:
    async with (
        relaying(live.platform.port) as (relay, address),
        person(live, address) as trader,
    ):
        before = await trader.last_event()
        relay.losing = 2
        order = await trader.buy("4000")
        assert relay.lost == 2
        assert order.state is OrderState.FILLED
        (listed,) = (await trader.client.orders.list(trader.account)).items
        (position,) = (await trader.client.positions.list(trader.account)).items
        assert (listed.id, position.quantity) == (order.id, Decimal(4000))
        events = (await trader.client.accounts.events(trader.account, after=before)).items
        assert [each.type for each in events].count("order.filled") == 1


async def test_without_any_answer_the_outcome_is_unknown_and_the_key_finds_it(live: Live) -> None:
    async with (
        relaying(live.platform.port) as (relay, address),
        person(live, address, IMPATIENT) as trader,
    ):
        relay.losing = IMPATIENT.attempts_max
        with pytest.raises(UnknownOutcomeError) as told:
            await trader.buy()
        assert relay.lost == IMPATIENT.attempts_max
        order = await trader.buy(key=told.value.key)
        (listed,) = (await trader.client.orders.list(trader.account)).items
        assert listed.id == order.id


async def test_a_key_that_was_used_for_another_order_is_a_conflict(trader: Person) -> None:
    first = await trader.buy("1000", key="same")
    assert (await trader.buy("1000", key="same")).id == first.id
    with pytest.raises(ConflictError) as told:
        await trader.buy("2000", key="same")
    assert told.value.code == "idempotency_conflict"
    assert len((await trader.client.orders.list(trader.account)).items) == 1


async def test_a_platform_that_is_not_there_is_transient(live: Live) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        async with Client(
            f"http://127.0.0.1:{reserved.getsockname()[1]}", retrying=IMPATIENT
        ) as client:
            with pytest.raises(TransientError) as told:
                await client.health()
    assert type(told.value) is TransientError
    assert told.value.code == "no_answer"


async def test_a_short_wait_is_waited_for_and_a_long_one_is_told() -> None:
    for wait_s, attempts in ((0, IMPATIENT.attempts_max), (600, 1)):
        async with answering("429 Too Many Requests", f"retry-after: {wait_s}") as (heads, address):
            async with Client(address, retrying=IMPATIENT) as client:
                with pytest.raises(ThrottledError) as told:
                    await client.health()
            assert (len(heads), told.value.retry_after_s) == (attempts, wait_s)
            assert told.value.code == "http_429"


async def test_orders_placed_while_the_api_is_killed_are_each_there_once(
    live: Live, trader: Person
) -> None:
    await live.settled("api")
    former = live.pid("api")
    async with asyncio.TaskGroup() as tasks:
        placing = [tasks.create_task(trader.buy()) for _ in range(ORDERS)]
        await asyncio.wait(placing, return_when=asyncio.FIRST_COMPLETED)
        live.kill("api")
    await live.again("api", former)
    orders = [each.result() for each in placing]
    # An API that has just begun may not have a price yet.
    verdicts = {each.reject.code if each.reject else each.state for each in orders}
    assert verdicts in ({"filled"}, {"filled", "no_price"})
    listed = (await trader.client.orders.list(trader.account, limit=500)).items
    assert len(listed) == ORDERS
    assert {each.id for each in listed} == {each.id for each in orders}


async def test_a_cancel_whose_answer_was_lost_returns_the_cancelled_order(live: Live) -> None:
    async with (
        relaying(live.platform.port) as (relay, address),
        person(live, address) as trader,
    ):
        resting = await trader.rest()
        relay.losing = 1
        cancelled = await trader.client.orders.cancel(trader.account, resting.id)
        assert relay.lost == 1
        assert (cancelled.id, cancelled.state) == (resting.id, OrderState.CANCELLED)
        with pytest.raises(ConflictError) as told:
            await trader.client.orders.cancel(trader.account, resting.id)
        assert (told.value.code, told.value.follows_unknown) == ("order_final", False)


async def test_an_amendment_whose_answer_was_lost_returns_the_amended_order(live: Live) -> None:
    async with (
        relaying(live.platform.port) as (relay, address),
        person(live, address) as trader,
    ):
        resting = await trader.rest()
        change = Amendment(version=resting.version, quantity=Decimal(2000))
        relay.losing = 1
        amended = await trader.client.orders.amend(trader.account, resting.id, change)
        assert relay.lost == 1
        assert (amended.id, amended.quantity) == (resting.id, Decimal(2000))
        other = Amendment(version=resting.version, quantity=Decimal(3000))
        relay.losing = 1
        with pytest.raises(ConflictError) as told:
            await trader.client.orders.amend(trader.account, resting.id, other)
        assert (told.value.code, told.value.follows_unknown) == ("version_conflict", True)
        stands = await trader.client.orders.get(trader.account, resting.id)
        assert (stands.quantity, stands.version) == (Decimal(2000), amended.version)


async def test_only_what_nobody_answered_is_repeated(trader: Person) -> None:
    order = await trader.buy()
    with pytest.raises(ConflictError) as told:
        await trader.client.orders.cancel(trader.account, order.id)
    assert (told.value.code, told.value.problem.order_id) == ("order_final", str(order.id))
    assert not told.value.follows_unknown
