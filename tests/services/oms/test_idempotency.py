"""One key is one order, whatever the number of tries."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.services.oms.world import World
from tradewind.core.errors import ConflictError
from tradewind.core.money import Quantity
from tradewind.services.oms.submission import Answer

D = Decimal

ORDERS_SQL = "SELECT count(*) FROM trade_order"


async def test_the_same_key_gives_the_same_answer(world: World) -> None:
    trader, key = await world.trader(group="charged"), world.key()
    first = await world.submit(world.order(trader), key)
    again = await world.submit(world.order(trader), key)
    assert (first.replayed, again.replayed) == (False, True)
    assert replace(again, order=None, replayed=False) == replace(first, order=None)
    assert first.order is not None
    assert again.order is not None
    assert again.order.ticket == first.order.ticket
    assert again.order.fill == first.order.fill
    assert await world.owner.fetchval(ORDERS_SQL) == 1


async def test_a_rejected_order_is_replayed_as_rejected(world: World) -> None:
    trader, key = await world.trader(), world.key()
    command = world.order(trader, quantity=Quantity(D(9_000_000)))
    first = await world.submit(command, key)
    again = await world.submit(command, key)
    assert again == replace(first, replayed=True)
    assert again.order is not None
    assert again.order.reject_code == "insufficient_margin"


async def test_a_replayed_close_closes_nothing_more(world: World) -> None:
    trader, key = await world.trader(), world.key()
    opened = await world.submit(world.order(trader))
    assert opened.order is not None
    assert opened.order.position_id is not None
    command = world.close(trader, opened.order.position_id, D(4_000))
    first = await world.submit(command, key)
    again = await world.submit(command, key)
    assert again == replace(first, replayed=True)
    assert await world.owner.fetchval("SELECT quantity FROM trade_position") == D(6_000)


async def test_the_same_key_with_another_body_is_a_conflict(world: World) -> None:
    trader, key = await world.trader(), world.key()
    await world.submit(world.order(trader), key)
    with pytest.raises(ConflictError, match="idempotency_conflict"):
        await world.submit(world.order(trader), replace(key, body_hash=world.ids.new()))
    assert await world.owner.fetchval(ORDERS_SQL) == 1


async def test_fifty_at_once_with_one_key_make_one_order(world: World) -> None:
    trader, key = await world.trader(), world.key()
    answers = await asyncio.gather(
        *(world.submit(world.order(trader), key) for _ in range(50)),
    )
    assert sum(not answer.replayed for answer in answers) == 1
    assert len({answer.order_id for answer in answers}) == 1
    assert len({answer.path for answer in answers}) == 1
    assert await world.owner.fetchval(ORDERS_SQL) == 1
    assert await world.owner.fetchval("SELECT count(*) FROM idempotency_key") == 1


async def test_one_key_on_two_accounts_at_once_makes_one_order(world: World) -> None:
    one = await world.trader()
    other = await world.trader(user_id=one.user_id)
    key = world.key()
    other_key = replace(key, body_hash=world.ids.new())
    outcomes = await asyncio.gather(
        world.submit(world.order(one), key),
        world.submit(world.order(other), other_key),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Answer", "ConflictError"]
    assert await world.owner.fetchval(ORDERS_SQL) == 1


async def test_a_used_client_order_id_is_answered_with_the_order_that_has_it(world: World) -> None:
    trader = await world.trader()
    first = await world.submit(world.order(trader, client_order_id="mine"), world.key())
    key = world.key()
    second = await world.submit(world.order(trader, client_order_id="mine"), key)
    expected = Answer(
        status=409, code="duplicate_client_order_id", order_id=first.order_id, order=None
    )
    assert second == expected
    again = await world.submit(world.order(trader, client_order_id="mine"), key)
    assert again == replace(expected, replayed=True)
    assert await world.owner.fetchval(ORDERS_SQL) == 1


async def test_a_used_client_order_id_without_a_key_is_a_conflict(world: World) -> None:
    trader = await world.trader()
    await world.submit(world.order(trader, client_order_id="mine"))
    with pytest.raises(ConflictError, match="duplicate_client_order_id"):
        await world.submit(world.order(trader, client_order_id="mine"))


async def test_two_at_once_with_one_client_order_id_make_one_order(world: World) -> None:
    trader = await world.trader()
    answers = await asyncio.gather(
        *(world.submit(world.order(trader, client_order_id="mine"), world.key()) for _ in range(2))
    )
    assert sorted(answer.status for answer in answers) == [201, 409]
    assert len({answer.order_id for answer in answers}) == 1


async def test_two_accounts_may_use_the_same_client_order_id(world: World) -> None:
    traders = [await world.trader(), await world.trader()]
    for trader in traders:
        answer = await world.submit(world.order(trader, client_order_id="mine"), world.key())
        assert answer.status == 201
