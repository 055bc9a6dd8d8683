"""Orders that rest: placed, triggered, amended, tied to each other, expired."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.services.oms.asking import LIMIT, STOP, common, kinds, last, place, positions
from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.world import World
from tradewind.core.commands import (
    Amendment,
    AmendOrder,
    ExpireOrder,
)
from tradewind.core.errors import ConflictError, InvalidError
from tradewind.core.ids import OrderId
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import OrderType, TimeInForce

D = Decimal


async def test_a_limit_below_the_market_rests_and_fills_at_its_price_or_better(
    world: World,
) -> None:
    trader = await world.trader()
    order = await place(world, trader, limit_price=Price(D("1.12000")), **LIMIT)
    assert (order.state, order.filled_quantity, order.position_id) == ("working", D(0), None)
    stale = await world.trigger(order, world.tick("EURUSD", "1.11990", "1.12000"))
    assert (stale.code, stale.order) == ("stale", None)
    filled = await world.trigger(order, world.tick("EURUSD", "1.11970", "1.11980"))
    assert filled.order is not None
    assert (filled.order.state, filled.order.average_price) == ("filled", D("1.11982"))
    again = await world.trigger(order, world.tick("EURUSD", "1.11970", "1.11980"))
    assert again.code == "stale"
    assert [p["quantity"] for p in await positions(world, trader)] == [D(10_000)]
    await assert_rebuilds(world)


async def test_a_marketable_limit_fills_at_once_at_the_better_price(world: World) -> None:
    trader = await world.trader()
    order = await place(world, trader, limit_price=Price(D("1.12200")), **LIMIT)
    assert (order.state, order.average_price) == ("filled", D("1.12140"))


async def test_a_stop_fills_at_the_first_price_beyond_a_gap_and_never_at_its_own(
    world: World,
) -> None:
    trader = await world.trader()
    order = await place(world, trader, stop_price=Price(D("1.12300")), **STOP)
    answer = await world.trigger(order, world.tick("EURUSD", "1.12480", "1.12498"))
    assert answer.order is not None
    assert (answer.order.average_price, answer.order.state) == (D("1.12500"), "filled")
    assert (await kinds(world, trader))[-3:] == [
        "order.triggered",
        "order.filled",
        "position.opened",
    ]


async def test_a_stop_beyond_its_worst_price_stays_triggered_and_fills_when_it_may(
    world: World,
) -> None:
    trader = await world.trader()
    order = await place(
        world,
        trader,
        stop_price=Price(D("1.12300")),
        worst_price=Price(D("1.12400")),
        **STOP,
    )
    gap = await world.trigger(order, world.tick("EURUSD", "1.12480", "1.12498"))
    assert gap.order is not None
    assert (gap.order.state, gap.order.triggered_at is not None) == ("working", True)
    done = await world.trigger(gap.order, world.tick("EURUSD", "1.12200", "1.12218"))
    assert done.order is not None
    assert (done.order.state, done.order.average_price) == ("filled", D("1.12220"))


async def test_a_stop_that_would_trigger_at_once_is_rejected(world: World) -> None:
    trader = await world.trader()
    order = await place(world, trader, stop_price=Price(D("1.12100")), **STOP)
    assert (order.state, order.reject_code) == ("rejected", "stop_distance")


async def test_a_fill_of_one_of_a_pair_cancels_the_other_and_a_cancel_leaves_it(
    world: World,
) -> None:
    trader = await world.trader()
    low = await place(world, trader, limit_price=Price(D("1.12000")), **LIMIT)
    await place(world, trader, stop_price=Price(D("1.12300")), linked_id=OrderId(low.id), **STOP)
    low, high = await world.orders(trader)
    assert (low.linked_id, high.linked_id) == (high.id, low.id)
    third = await place(
        world, trader, limit_price=Price(D("1.11000")), linked_id=OrderId(low.id), **LIMIT
    )
    assert third.reject_code == "link_unavailable"
    await world.trigger(high, world.tick("EURUSD", "1.12310", "1.12328"))
    low, high, _ = await world.orders(trader)
    assert (low.state, low.end_code, high.state) == ("cancelled", "linked", "filled")


async def test_a_child_works_once_its_parent_is_filled_and_goes_with_one_that_ends_empty(
    world: World,
) -> None:
    trader = await world.trader()
    parent = await place(world, trader, limit_price=Price(D("1.12000")), **LIMIT)
    child = await place(
        world, trader, stop_price=Price(D("1.12300")), parent_id=OrderId(parent.id), **STOP
    )
    assert child.state == "accepted"
    await world.trigger(parent, world.tick("EURUSD", "1.11970", "1.11980"))
    assert [o.state for o in await world.orders(trader)] == ["filled", "working"]
    second = await place(world, trader, limit_price=Price(D("1.11000")), **LIMIT)
    await place(world, trader, stop_price=Price(D("1.12300")), parent_id=OrderId(second.id), **STOP)
    await world.submit(world.cancel(trader, second.id))
    ended = (await world.orders(trader))[-1]
    assert (ended.state, ended.end_code) == ("cancelled", "linked")
    await assert_rebuilds(world)


async def test_an_amendment_needs_the_version_and_replaces_whole(world: World) -> None:
    trader = await world.trader()
    order = await place(world, trader, limit_price=Price(D("1.12000")), **LIMIT)

    def amend(version: int, **changes: Any) -> AmendOrder:
        return AmendOrder(
            **common(world, trader, order.id),
            version=version,
            amendment=Amendment(**changes),
        )

    answer = await world.submit(
        amend(1, limit_price=Price(D("1.11900")), quantity=Quantity(D(20_000)))
    )
    assert answer.order is not None
    assert (answer.order.version, answer.order.limit_price) == (2, D("1.11900"))
    before = await last(world, trader)
    with pytest.raises(ConflictError) as stale:
        await world.submit(amend(1, limit_price=Price(D("1.11800"))))
    with pytest.raises(InvalidError) as wrong:
        await world.submit(amend(2, stop_price=Price(D("1.11800"))))
    assert (stale.value.code, wrong.value.code) == ("version_conflict", "invalid")
    assert await last(world, trader) == before
    filled = await world.submit(amend(2, limit_price=Price(D("1.12200"))))
    assert filled.order is not None
    assert (filled.order.state, filled.order.average_price) == ("filled", D("1.12140"))
    with pytest.raises(ConflictError) as final:
        await world.submit(amend(3, quantity=Quantity(D(5_000))))
    assert final.value.code == "order_final"
    await assert_rebuilds(world)


async def test_expiry_ends_an_order_exactly_at_its_time_and_it_never_fills_after(
    world: World,
) -> None:
    trader = await world.trader()
    now = world.tools.clock.now()
    ends = {"time_in_force": TimeInForce.GTD, "type": OrderType.LIMIT}
    late = await place(
        world, trader, limit_price=Price(D("1.12000")), expires_at=now - timedelta(0), **ends
    )
    soon = await place(
        world,
        trader,
        limit_price=Price(D("1.12000")),
        expires_at=now + timedelta(hours=1),
        **ends,
    )
    over = await world.trigger(late, world.tick("EURUSD", "1.11970", "1.11980"))
    assert over.order is not None
    assert (over.order.state, over.order.end_code) == ("cancelled", "expired")
    early = await world.submit(ExpireOrder(order_id=OrderId(soon.id), account_id=trader.account_id))
    assert early.code == "stale"


async def test_a_trigger_without_the_margin_cancels_the_order(world: World) -> None:
    trader = await world.trader()
    order = await place(
        world,
        trader,
        limit_price=Price(D("1.12000")),
        quantity=Quantity(D(1_000_000)),
        **LIMIT,
    )
    answer = await world.trigger(order, world.tick("EURUSD", "1.11970", "1.11980"))
    assert answer.order is not None
    assert (answer.order.state, answer.order.end_code) == ("cancelled", "insufficient_margin")
    assert await positions(world, trader) == []
