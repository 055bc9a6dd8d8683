"""Margin calls, what is made good after a stop-out, and what the log says of both."""

import asyncio
from decimal import Decimal

import pytest

from tests.services.oms.asking import last, place
from tests.services.oms.margins import (
    CALL,
    CLEARED,
    LARGE,
    NEWS_SQL,
    STOP_OUT,
    account,
    check,
    check_at,
    news,
)
from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.world import World
from tradewind.contracts.events import MarginRow
from tradewind.services.oms import replay_store
from tradewind.services.oms.replay import Replay, compare

D = Decimal


async def test_a_call_comes_once_for_each_breach_and_is_cleared_well_above_it(
    world: World,
) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    assert await check_at(world, trader, ("1.05881", "1.05897")) == "healthy"
    assert await check_at(world, trader, CALL) == "called"
    called = (await world.rows(NEWS_SQL, trader.account_id))[0]
    assert (await account(world, trader))["margin_called_at"] == called["at"]
    before = await last(world, trader)
    for prices in (CALL, ("1.06253", "1.06269"), CALL, ("1.04012", "1.04028")):
        assert await check_at(world, trader, prices) == "healthy"
    assert await last(world, trader) == before
    assert await check_at(world, trader, CLEARED) == "cleared"
    assert (await account(world, trader))["margin_called_at"] is None
    assert await check_at(world, trader, CLEARED) == "healthy"
    assert await check_at(world, trader, CALL) == "called"
    call = MarginRow(level=D("100.00"), equity=D("3738.00"), used_margin=D("3738.00"))
    clear = MarginRow(level=D("110.01"), equity=D("4112.00"), used_margin=D("3738.00"))
    assert await news(world, trader) == [
        ("margin.call", call),
        ("margin.cleared", clear),
        ("margin.call", call),
    ]
    await assert_rebuilds(world)


@pytest.mark.parametrize("regime", ["retail_esma", "professional"])
async def test_a_negative_balance_is_made_good_to_the_cent_where_the_rules_protect_it(
    world: World, regime: str
) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    await world.owner.execute("UPDATE group_version SET regime = $1", regime)
    await world.owner.execute("UPDATE account SET credit = 100.25")
    # Shown are 1.00000: 12,140 are lost.
    assert await check_at(world, trader, ("1.00002", "1.00018")) == "stopped_out"
    after = await account(world, trader)
    if regime == "professional":
        assert (after["balance"], after["credit"]) == (D("-2140.00"), D("100.25"))
        return
    assert (after["balance"], after["credit"]) == (D("0.00"), D("0.00"))
    own = f"client:{trader.account_id}"
    posted = await world.rows(
        """SELECT type, source, destination, amount, balance_after FROM ledger_posting
            WHERE account_id = $1 AND type <> 'pnl' ORDER BY id""",
        trader.account_id,
    )
    assert [tuple(row.values()) for row in posted] == [
        ("credit", f"{own}:credit", own, D("100.25"), D("-2039.75")),
        ("negative_balance", "house:negative-balance", own, D("2039.75"), D("0.00")),
    ]
    before = await last(world, trader)
    assert (await check(world, trader)).code == "healthy"
    assert await last(world, trader) == before
    await assert_rebuilds(world)


async def test_two_checks_at_once_do_it_once(world: World) -> None:
    trader = await world.trader()
    await place(world, trader, **LARGE)
    world.tick("EURUSD", *STOP_OUT)
    answers = await asyncio.gather(check(world, trader), check(world, trader))
    assert sorted(str(answer.code) for answer in answers) == ["healthy", "stopped_out"]
    assert [kind for kind, _ in await news(world, trader)] == [
        "margin.call",
        "margin.stop_out",
        "margin.cleared",
    ]
    assert len(await world.orders(trader)) == 2


async def test_a_replay_of_the_log_makes_the_account_with_its_call_and_its_credit(
    world: World,
) -> None:
    trader = await world.trader()
    await world.owner.execute("UPDATE account SET credit = 100")
    opened = (await replay_store.load_accounts(world.owner, [trader.account_id]))[trader.account_id]
    await place(world, trader, **LARGE)
    assert await check_at(world, trader, ("1.05700", "1.05716")) == "called"
    for _ in range(2):
        replay = Replay(
            account_id=trader.account_id,
            account=opened,
            balance=opened.balance,
            credit=opened.credit,
        )
        async with world.owner.transaction():
            async for _, event in replay_store.events(world.owner, [trader.account_id]):
                replay.apply(event)
        stored = await replay_store.load_accounts(world.owner, [trader.account_id])
        rows = await replay_store.load_rows(world.owner, [trader.account_id])
        compare(replay, stored[trader.account_id], rows[trader.account_id])
        await world.owner.execute("UPDATE group_version SET regime = 'retail_esma'")
        world.tick("EURUSD", "1.00002", "1.00018")
        await check(world, trader)
    assert (await account(world, trader))["credit"] == 0
