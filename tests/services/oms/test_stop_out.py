"""What a stop-out closes, and in which order."""

from decimal import Decimal
from typing import Any

from tests.services.oms.asking import LIMIT, at, kinds, last, place, positions
from tests.services.oms.margins import CALL, LARGE, STOP_OUT, account, check, check_at, news
from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.seeding import Trader
from tests.services.oms.world import World
from tradewind.contracts.events import MarginRow, OrderRow
from tradewind.core.accounts import Side
from tradewind.core.commands import Protection
from tradewind.core.money import Price, Quantity
from tradewind.services.oms.submission import Answer

D = Decimal


def closed(answer: Answer) -> list[OrderRow]:
    return [order for order in answer.orders if order.state == "filled"]


async def test_the_worked_example_is_stopped_out_at_half_its_used_margin(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    before = await last(world, trader)
    assert await check_at(world, trader, ("1.04012", "1.04028")) == "called"
    world.tick("EURUSD", *STOP_OUT)
    answer = await check(world, trader)
    assert answer.code == "stopped_out"
    (order,) = answer.orders
    assert (order.reason, order.channel, order.actor, order.type, order.time_in_force) == (
        "stop_out", "system", "risk", "market", "ioc",
    )  # fmt: skip
    assert order.average_price == D("1.04009")
    after = await account(world, trader)
    assert (after["balance"], after["margin_called_at"]) == (D("1869.00"), None)
    assert [kind for kind in await kinds(world, trader, before) if "order" not in kind] == [
        "margin.call",
        "position.closed",
        "ledger.posted",
        "margin.stop_out",
        "margin.cleared",
    ]
    assert (await news(world, trader))[1] == (
        "margin.stop_out",
        MarginRow(
            level=D("50.00"),
            equity=D("1869.00"),
            used_margin=D("3738.00"),
            equity_after=D("1869.00"),
            used_margin_after=D("0.00"),
        ),
    )
    await assert_rebuilds(world)


async def three_longs(world: World, **changes: Any) -> Trader:
    """50,000 each at 1.12140, 1.13140 and 1.11140: the second has the largest loss."""
    trader = await world.trader(mode="hedging", **changes)
    for bid, ask in (("1.12122", "1.12138"), ("1.13122", "1.13138"), ("1.11122", "1.11138")):
        world.tick("EURUSD", bid, ask)
        await place(
            world,
            trader,
            quantity=Quantity(D(50_000)),
            protection=Protection(stop_loss=at("1.00000")),
        )
    return trader


async def test_the_largest_loss_closes_first_and_closing_stops_once_above(world: World) -> None:
    trader = await three_longs(world)
    opening = await place(world, trader, limit_price=Price(D("1.00000")), **LIMIT)
    # Used are 168,210 / 30 = 5,607; equity is 10,000 + 150,000 x (bid - 1.12140).
    assert await check_at(world, trader, ("1.07345", "1.07361")) == "called"
    world.tick("EURUSD", "1.07343", "1.07359")
    answer = await check(world, trader)
    assert [(o.state, o.end_code, o.quantity) for o in answer.orders] == [
        ("cancelled", "stop_out", D(10_000)),
        ("filled", None, D(50_000)),
    ]
    assert answer.orders[0].id == opening.id
    assert [p["open_price"] for p in await positions(world, trader)] == [
        D("1.12140"),
        D("1.11140"),
    ]
    stops = [o for o in await world.orders(trader) if o.reason == "stop_loss"]
    assert [(o.state, o.end_code) for o in stops] == [
        ("working", None),
        ("cancelled", "linked"),
        ("working", None),
    ]
    assert (await check(world, trader)).code == "healthy"
    await assert_rebuilds(world)


async def test_a_group_that_closes_the_oldest_first_does(world: World) -> None:
    await world.owner.execute("UPDATE group_version SET liquidation = 'oldest'")
    trader = await three_longs(world)
    assert await check_at(world, trader, ("1.07343", "1.07359")) == "stopped_out"
    assert [p["open_price"] for p in await positions(world, trader)] == [
        D("1.13140"),
        D("1.11140"),
    ]


async def test_hedged_positions_close_each_other_and_that_may_be_enough(world: World) -> None:
    trader = await world.trader(mode="hedging")
    await place(world, trader, **LARGE)
    await place(world, trader, side=Side.SELL, quantity=Quantity(D(60_000)))
    world.tick("EURUSD", "0.91802", "0.91818")
    answer = await check(world, trader)
    assert answer.code == "stopped_out"
    assert [(o.side, o.quantity, o.average_price, o.reason) for o in closed(answer)] == [
        ("sell", D(60_000), D("1.12140"), "stop_out"),
        ("buy", D(60_000), D("1.12140"), "stop_out"),
    ]
    assert (await account(world, trader))["balance"] == D("9988.00")
    (left,) = await positions(world, trader)
    assert (left["side"], left["quantity"]) == ("buy", D(40_000))
    # 9,988 + 40,000 x (0.91800 - 1.12140) = 1,852, of 44,856 / 30 = 1,495.20 used.
    assert (await news(world, trader))[1][1].level_after == D("123.86")
    await assert_rebuilds(world)


async def test_what_would_only_have_reduced_is_cancelled_when_its_position_is_gone(
    world: World,
) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    reducing = await place(
        world, trader, side=Side.SELL, limit_price=Price(D("1.20000")), **LARGE, **LIMIT
    )
    assert await check_at(world, trader, CALL) == "called"
    assert (await world.orders(trader))[-1].state == "working"
    world.tick("EURUSD", *STOP_OUT)
    answer = await check(world, trader)
    assert [(o.id == reducing.id, o.state) for o in answer.orders] == [
        (False, "filled"),
        (True, "cancelled"),
    ]
    await assert_rebuilds(world)
