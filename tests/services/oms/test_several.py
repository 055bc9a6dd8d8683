"""Operations of several orders, and what a kill switch leaves alone."""

from dataclasses import replace
from decimal import Decimal

import pytest

from tests.services.oms.asking import LIMIT, at, common, place, positions
from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.world import World
from tradewind.core.accounts import Side
from tradewind.core.commands import (
    CancelAll,
    CloseAll,
    CloseBy,
    Protection,
    ReversePosition,
)
from tradewind.core.ids import OrderId, PositionId
from tradewind.core.money import Price, Quantity

D = Decimal


async def test_a_kill_switch_suspends_what_opens_and_lets_protection_work(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, protection=Protection(stop_loss=at("1.12000")))
    order = await place(world, trader, limit_price=Price(D("1.12000")), **LIMIT)
    stop = (await world.orders(trader))[1]
    await world.owner.execute(
        "INSERT INTO kill_switch VALUES ('account', $1, 'test', 'test', now())",
        str(trader.account_id),
    )
    tick = world.tick("EURUSD", "1.11970", "1.11980")
    assert (await world.trigger(order, tick)).code == "suspended"
    done = await world.trigger(stop, tick)
    assert done.order is not None
    assert done.order.state == "filled"


async def test_cancel_all_ends_what_would_open_and_is_answered_again_the_same(
    world: World,
) -> None:
    trader = await world.trader()
    await place(world, trader, protection=Protection(stop_loss=at("1.12000")))
    for level in ("1.12000", "1.11900"):
        await place(world, trader, limit_price=Price(D(level)), **LIMIT)
    command = CancelAll(**common(world, trader), symbol=None)
    key = world.key()
    first = await world.submit(command, key)
    again = await world.submit(replace(command, order_id=OrderId(world.ids.new())), key)
    assert [(o.type, o.end_code) for o in first.orders] == [("limit", "client")] * 2
    assert again.replayed
    assert again.orders == first.orders
    assert [o.state for o in await world.orders(trader)] == [
        "filled",
        "working",
        "cancelled",
        "cancelled",
    ]
    await assert_rebuilds(world)


async def test_close_all_waits_where_there_is_no_price_and_is_not_asked_twice(
    world: World,
) -> None:
    trader = await world.trader(mode="hedging")
    await place(world, trader)
    await place(world, trader, side=Side.SELL)
    world.feed._alive_at = float("-inf")
    command = CloseAll(**common(world, trader), symbol=None)
    answer = await world.oms.submit(command, None)
    assert [(o.state, o.time_in_force) for o in answer.orders] == [("working", "gtc")] * 2
    assert (await world.oms.submit(command, None)).orders == ()
    tick = world.tick("EURUSD", "1.12122", "1.12138")
    for order in answer.orders:
        await world.trigger(order, tick)
    assert await positions(world, trader) == []
    await assert_rebuilds(world)


async def test_close_by_pays_the_difference_of_the_open_prices_and_nothing_else(
    world: World,
) -> None:
    trader = await world.trader(mode="hedging")
    await place(world, trader, quantity=Quantity(D(30_000)))
    world.tick("EURUSD", "1.12222", "1.12238")
    await place(world, trader, side=Side.SELL)
    long, short = await positions(world, trader)
    answer = await world.submit(
        CloseBy(
            **common(world, trader),
            position_id=PositionId(long["id"]),
            opposite_id=PositionId(short["id"]),
            quantity=None,
        )
    )
    assert [o.state for o in answer.orders] == ["filled", "filled"]
    balance = (await world.rows("SELECT balance FROM account WHERE id = $1", trader.account_id))[0]
    assert balance["balance"] == D(10_000) + D(10_000) * (D("1.12220") - D("1.12140"))
    (rest,) = await positions(world, trader)
    assert (rest["quantity"], rest["open_price"]) == (D(20_000), D("1.12140"))
    await assert_rebuilds(world)


@pytest.mark.parametrize("mode", ["netting", "hedging"])
async def test_a_reversal_turns_the_position_round(world: World, mode: str) -> None:
    trader = await world.trader(mode=mode)
    await place(world, trader, protection=Protection(stop_loss=at("1.12000")))
    (held,) = await positions(world, trader)
    command = ReversePosition(**common(world, trader), position_id=PositionId(held["id"]))
    answer = await world.submit(command)
    assert {o.state for o in answer.orders} == {"filled"}
    (turned,) = await positions(world, trader)
    assert (turned["side"], turned["quantity"], turned["stop_loss"]) == ("sell", D(10_000), None)
    assert (await world.orders(trader))[1].end_code == "linked"
    await assert_rebuilds(world)
