"""What protects a position: orders that follow it, and trail the market."""

from decimal import Decimal
from typing import Any

import pytest

from tests.services.oms.asking import at, common, last, place, positions
from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.world import World
from tradewind.contracts.events import OrderRow
from tradewind.core.accounts import Side
from tradewind.core.commands import (
    Amendment,
    AmendOrder,
    MoveStop,
    Protection,
    ProtectPosition,
)
from tradewind.core.errors import InvalidError
from tradewind.core.ids import AccountId, OrderId, PositionId
from tradewind.core.money import Price, Quantity

D = Decimal


async def test_protection_becomes_orders_that_follow_the_position_and_cancel_each_other(
    world: World,
) -> None:
    trader = await world.trader()
    asked = Protection(stop_loss=at("1.12000"), take_profit=at("1.12500"))
    await place(world, trader, protection=asked)
    parent, stop, profit = await world.orders(trader)
    assert [(o.reason, o.quantity, o.parent_id) for o in (stop, profit)] == [
        ("stop_loss", D(10_000), parent.id),
        ("take_profit", D(10_000), parent.id),
    ]
    await place(world, trader, side=Side.SELL, quantity=Quantity(D(4_000)))
    _, stop, profit, *_ = await world.orders(trader)
    assert (stop.quantity, profit.quantity) == (D(6_000), D(6_000))
    answer = await world.trigger(stop, world.tick("EURUSD", "1.11900", "1.11918"))
    assert answer.order is not None
    assert (answer.order.state, answer.order.average_price) == ("filled", D("1.11898"))
    _, _, profit, *_ = await world.orders(trader)
    assert (profit.state, profit.end_code) == ("cancelled", "linked")
    assert await positions(world, trader) == []
    await assert_rebuilds(world)


async def test_levels_of_a_position_are_added_moved_and_removed_separately(world: World) -> None:
    trader = await world.trader()
    await place(world, trader)
    held = (await positions(world, trader))[0]

    async def protect(asked: Protection) -> dict[str, Any]:
        command = ProtectPosition(
            **common(world, trader), position_id=PositionId(held["id"]), protection=asked
        )
        answer = await world.submit(command)
        assert answer.position is not None
        row = (await positions(world, trader))[0]
        assert answer.position.stop_loss == row["stop_loss"]
        return row

    row = await protect(Protection(take_profit=at("1.12500"), trailing_stop=D("0.00100")))
    assert (row["stop_loss"], row["take_profit"]) == (None, D("1.12500"))
    row = await protect(Protection(stop_loss=at("1.12000")))
    assert (row["stop_loss"], row["trailing_stop"]) == (D("1.12000"), D("0.00100"))
    row = await protect(Protection(take_profit=None))
    states = [(o.reason, o.state, o.stop_price) for o in (await world.orders(trader))[1:]]
    assert states == [
        ("take_profit", "cancelled", None),
        ("trailing", "working", D("1.12020")),
        ("stop_loss", "working", D("1.12000")),
    ]
    before = await last(world, trader)
    with pytest.raises(InvalidError) as refusal:
        await protect(Protection(stop_loss=at("1.12300")))
    assert (refusal.value.code, await last(world, trader)) == ("stop_distance", before)
    await assert_rebuilds(world)


async def test_a_trailing_stop_moves_with_the_market_and_never_back(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, protection=Protection(trailing_stop=D("0.00100")))
    trailing = (await world.orders(trader))[1]
    assert trailing.stop_price == D("1.12020")

    def move(order: OrderRow, level: str) -> MoveStop:
        return MoveStop(
            order_id=OrderId(order.id),
            account_id=AccountId(order.account_id),
            version=order.version,
            stop_price=Price(D(level)),
        )

    world.tick("EURUSD", "1.12322", "1.12338")
    answer = await world.submit(move(trailing, "1.12220"))
    assert answer.order is not None
    assert (answer.order.stop_price, answer.order.version) == (D("1.12220"), 2)
    assert (await world.submit(move(answer.order, "1.12100"))).code == "stale"
    assert (await world.submit(move(trailing, "1.12230"))).code == "stale"
    hit = await world.trigger(answer.order, world.tick("EURUSD", "1.12212", "1.12228"))
    assert hit.order is not None
    assert hit.order.average_price == D("1.12210")


async def test_a_moved_protective_order_moves_the_level_of_its_position(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, protection=Protection(stop_loss=at("1.12000")))
    stop = (await world.orders(trader))[1]
    command = AmendOrder(
        **common(world, trader, stop.id),
        version=1,
        amendment=Amendment(stop_price=Price(D("1.12050"))),
    )
    answer = await world.submit(command)
    assert answer.order is not None
    assert answer.order.stop_price == D("1.12050")
    assert (await positions(world, trader))[0]["stop_loss"] == D("1.12050")
    await world.submit(world.cancel(trader, stop.id))
    assert (await positions(world, trader))[0]["stop_loss"] is None
    await assert_rebuilds(world)
