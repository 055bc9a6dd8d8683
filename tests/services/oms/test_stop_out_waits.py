"""What a stop-out waits for, and what it leaves alone."""

from decimal import Decimal

from tests.services.oms.asking import common, last, place, positions
from tests.services.oms.margins import LARGE, STOP_OUT, check, check_at, submit_blind, untradable
from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.world import World
from tradewind.core.commands import CheckMargin, CloseAll
from tradewind.core.ids import OrderId, Symbol

D = Decimal


async def test_without_a_current_price_a_check_waits_and_changes_nothing(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    world.tick("EURUSD", *STOP_OUT)
    before = await last(world, trader)
    command = CheckMargin(order_id=OrderId(world.ids.new()), account_id=trader.account_id)
    answer = await submit_blind(world, command)
    assert (answer.code, answer.orders) == ("waiting", ())
    assert await last(world, trader) == before
    assert len(await positions(world, trader)) == 1
    assert (await check(world, trader)).code == "stopped_out"


async def test_what_is_out_of_session_is_valued_at_its_last_price_and_left_open(
    world: World,
) -> None:
    trader = await world.trader()
    await place(world, trader, symbol=Symbol("USDJPY"))
    await place(world, trader, **LARGE)
    untradable(world, "USDJPY", ("149.998", "150.002"), "session_closed")
    assert await check_at(world, trader, STOP_OUT) == "stopped_out"
    (left,) = await positions(world, trader)
    assert left["quantity"] == D(10_000)
    before = await last(world, trader)
    untradable(world, "EURUSD", STOP_OUT, "session_closed")
    assert (await check(world, trader)).code == "waiting"
    assert await last(world, trader) == before


async def test_a_close_that_already_waits_is_not_sent_again(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    await submit_blind(world, CloseAll(**common(world, trader), symbol=None))
    assert await check_at(world, trader, STOP_OUT) == "called"
    assert await check_at(world, trader, STOP_OUT) == "waiting"
    assert len(await world.orders(trader)) == 2


async def test_a_position_that_fills_in_part_is_not_sent_again_in_the_same_check(
    world: World,
) -> None:
    trader = await world.trader(currency="USD")
    await place(world, trader, symbol=Symbol("USDJPY"), **LARGE)
    world.tick("USDJPY", "130.000", "130.004", size=60_000)
    answer = await check(world, trader)
    assert answer.code == "stopped_out"
    assert [(o.state, o.filled_quantity, o.end_code) for o in answer.orders] == [
        ("cancelled", D(60_000), "no_liquidity")
    ]
    assert [p["quantity"] for p in await positions(world, trader)] == [D(40_000)]
    await assert_rebuilds(world)


async def test_a_suspended_account_is_stopped_out_all_the_same(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    await world.owner.execute("UPDATE account SET status = 'suspended'")
    assert await check_at(world, trader, STOP_OUT) == "stopped_out"
    assert await positions(world, trader) == []


async def test_one_symbol_without_a_tradable_price_makes_all_wait(world: World) -> None:
    trader = await world.trader()
    await place(world, trader)
    await place(world, trader, symbol=Symbol("USDJPY"), **LARGE)
    world.tick("USDJPY", "130.000", "130.004")
    untradable(world, "EURUSD", ("1.12122", "1.12138"), "no_quotes")
    before = await last(world, trader)
    assert (await check(world, trader)).code == "waiting"
    assert await last(world, trader) == before
    assert await check_at(world, trader, ("1.12122", "1.12138")) == "stopped_out"
