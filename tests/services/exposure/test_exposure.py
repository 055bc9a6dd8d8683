"""The exposure task: what it publishes is what the tables say, whatever happened to it."""

import random
import secrets
from datetime import timedelta
from decimal import Decimal, localcontext
from uuid import UUID

from tests.services.exposure.world import ExposureWorld, amounts, units
from tests.services.oms.seeding import GROUPS, Trader
from tradewind.contracts.exposure import EXPOSURE_KEY
from tradewind.core.accounts import Side

D = Decimal
TRADES = 120
RICH = D(100_000_000)
#: Nothing is passed on yet: what would have been is told so afterwards.
BOOK_A_SQL = "UPDATE position_lot SET book = 'A' WHERE account_id = $1 AND remaining > 0"
REGROUP_SQL = """
    INSERT INTO account_assignment VALUES ($1, 'group', $2, 2, $3, 'system')
"""
POSITION_SQL = "SELECT id FROM trade_position WHERE account_id = $1 AND closed_at IS NULL LIMIT 1"


async def test_the_house_is_short_what_its_client_bought(world: ExposureWorld) -> None:
    trader = await world.oms.trader(balance=RICH)
    async with world.job():
        await world.price("EURUSD", "1.12122", "1.12138")
        assert units(await world.after_now()) == {}
        await world.trade(trader, Side.BUY, 30_000)
        table = await world.after_now()
        assert units(table) == {("EURUSD", "B"): (D(0), D(30_000))}
        (row,) = table.exposure.symbols
        assert (table.currency, row.net, row.notional) == ("USD", D(-30_000), D("-33639.000000"))
        # Bought at 1.12140 and sold at 1.12120, the client has lost 6 dollars to the house.
        assert row.unrealized_pnl == D("6.00")
        await world.price("EURUSD", "1.12222", "1.12238")
        moved = await world.until(lambda t: t.exposure != table.exposure)
        assert moved.exposure.symbols[0].unrealized_pnl == D("-24.00")
        await world.trade(trader, Side.SELL, 30_000)
        assert units(await world.after_now()) == {}


async def test_random_trading_is_published_as_the_tables_say_it(world: ExposureWorld) -> None:
    seed = secrets.randbits(32)
    print("seed", seed)  # noqa: T201 - pytest shows it when the test fails
    rng = random.Random(seed)
    modes = [
        ("netting", "plain"),
        ("hedging", "plain"),
        ("hedging", "charged"),
        ("netting", "charged"),
    ]
    traders = [
        await world.oms.trader(mode=mode, group=group, balance=RICH) for mode, group in modes
    ]
    await world.price("EURUSD", "1.12122", "1.12138")
    await world.price("USDJPY", "149.998", "150.002")
    for _ in range(3):
        # The first round trades before there is a job, the others while one runs and none does.
        await trade_at_random(world, rng, traders, TRADES // 6)
        for trader in traders[2:]:
            await world.oms.owner.execute(BOOK_A_SQL, trader.account_id)
        async with world.job():
            await assert_as_summed(world)
            await trade_at_random(world, rng, traders, TRADES // 6)
            await assert_as_summed(world)
    books = {book for _, book in await world.summed()}
    assert books == {"A", "B"}


async def trade_at_random(
    world: ExposureWorld, rng: random.Random, traders: list[Trader], trades: int
) -> None:
    for _ in range(trades):
        trader, side = rng.choice(traders), rng.choice(list(Side))
        held: UUID | None = await world.oms.owner.fetchval(POSITION_SQL, trader.account_id)
        point = D(rng.randint(0, 200)) / D(100_000)
        await world.price("EURUSD", str(D("1.12000") + point), str(D("1.12016") + point))
        if held is not None and rng.random() < 0.3:
            await world.oms.submit(world.oms.close(trader, held), world.oms.key())
        else:
            symbol = rng.choice(["EURUSD", "USDJPY"])
            await world.trade(trader, side, 1_000 * rng.randint(1, 30), symbol)


async def assert_as_summed(world: ExposureWorld) -> None:
    table = await world.after_now()
    with localcontext(prec=100):
        assert units(table) == await world.summed()
        assert amounts(table) == await world.amounts()


async def test_what_was_opened_while_no_job_ran_is_there_at_once(world: ExposureWorld) -> None:
    trader = await world.oms.trader(balance=RICH)
    await world.price("EURUSD", "1.12122", "1.12138")
    async with world.job():
        await world.trade(trader, Side.BUY, 10_000)
        await world.after_now()
    await world.trade(trader, Side.BUY, 10_000)
    await world.redis.delete(EXPOSURE_KEY)
    async with world.job():
        table = await world.until(lambda _: True)
        assert units(table) == {("EURUSD", "B"): (D(0), D(20_000))}


async def test_an_account_that_changes_its_group_takes_its_positions_along(
    world: ExposureWorld,
) -> None:
    trader = await world.oms.trader(balance=RICH)
    await world.price("EURUSD", "1.12122", "1.12138")
    async with world.job():
        await world.trade(trader, Side.BUY, 10_000)
        table = await world.after_now()
        assert [row.group for row in table.exposure.groups] == ["plain"]
        now = world.oms.tools.clock.now()
        group = str(GROUPS["charged"][0])
        await world.oms.owner.execute(REGROUP_SQL, trader.account_id, now, group)
        moved = await world.until(lambda t: [row.group for row in t.exposure.groups] == ["charged"])
        assert units(moved) == units(table)


async def test_an_account_opened_while_the_job_runs_is_counted(world: ExposureWorld) -> None:
    await world.price("EURUSD", "1.12122", "1.12138")
    async with world.job():
        await world.after_now()
        trader = await world.oms.trader(balance=RICH, group="charged")
        await world.trade(trader, Side.SELL, 20_000)
        table = await world.after_now()
        assert units(table) == {("EURUSD", "B"): (D(20_000), D(0))}
        assert [row.group for row in table.exposure.groups] == ["charged"]


async def test_without_a_price_there_are_units_and_no_money(world: ExposureWorld) -> None:
    trader = await world.oms.trader(balance=RICH)
    await world.trade(trader, Side.BUY, 10_000)
    async with world.job():
        (row,) = (await world.after_now()).exposure.symbols
        assert (row.short, row.notional, row.unrealized_pnl) == (D(10_000), None, None)


async def test_a_table_that_does_not_change_stays_young(world: ExposureWorld) -> None:
    async with world.job():
        first = await world.after_now()
        later = await world.until(lambda t: t.as_of >= first.as_of + timedelta(seconds=1))
        assert later.exposure == first.exposure
