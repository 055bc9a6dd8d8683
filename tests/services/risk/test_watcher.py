"""The watcher on a real database: it follows the log, asks in time, and survives its holder."""

import asyncio
import time
from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest

from tests.services.oms.seeding import GROUPS, Trader
from tests.services.risk.asker import Played
from tests.services.risk.world import WHOLE, RiskWorld, contents
from tradewind.core.accounts import Side
from tradewind.core.money import Quantity
from tradewind.infra.leases import ACQUIRE_SQL, acquire
from tradewind.services.risk.loading import load, owns
from tradewind.services.risk.service import shard_lease

D = Decimal
ASSIGN_SQL = """
    INSERT INTO account_assignment
    VALUES ($1, 'group', now() - interval '1 second', 2, $2, 'system')
"""
BUMP_SQL = """
    INSERT INTO config_version (kind, version) VALUES ('group', 1)
        ON CONFLICT (kind) DO UPDATE SET version = config_version.version + 1
"""


async def buy(world: RiskWorld, trader: Trader, quantity: int = 250_000) -> None:
    """250,000 EURUSD at 1.12140 need 9,345.00 of the account's 10,000."""
    order = world.oms.order(trader, quantity=Quantity(D(quantity)))
    row = (await world.oms.submit(order, world.oms.key())).order
    assert row is not None
    assert row.state == "filled", row


async def test_a_fall_of_the_price_is_asked_about_within_a_second(world: RiskWorld) -> None:
    trader, rich = await world.oms.trader(), await world.oms.trader(balance=D(1_000_000))
    played = Played(outcome="called")
    played.let.set()
    async with world.watcher(played.check) as running:
        await buy(world, trader)
        await buy(world, rich)
        await running.watching(2)
        assert played.asked == {}
        began = time.monotonic()
        world.oms.tick("EURUSD", "1.11822", "1.11838")
        await running.until(lambda: played.asked[trader.account_id] == 1, within_s=1.0)
    print(f"asked after {time.monotonic() - began:.3f} s")  # noqa: T201
    assert set(played.asked) == {trader.account_id}
    assert running.metric("checks_total", outcome="called") == 1


async def test_what_is_followed_is_what_is_loaded(world: RiskWorld) -> None:
    seed = 8
    print(f"seed {seed}")  # noqa: T201
    random, traders = Random(seed), list[Trader]()
    for mode in ("netting", "hedging", "netting"):
        traders.append(await world.oms.trader(mode=mode, balance=D(500_000), group="charged"))
    async with world.watcher() as running:
        watch = await running.watching(0)
        traders.append(await world.oms.trader(mode="hedging", currency="EUR"))
        for _ in range(60):
            await world.oms.submit(
                world.oms.order(
                    random.choice(traders),
                    side=random.choice(list(Side)),
                    quantity=Quantity(D(1_000 * random.randrange(1, 30))),
                ),
                world.oms.key(),
            )
        loaded = contents(await world.loaded())
        await running.until(lambda: contents(watch.book) == loaded)
        assert len(loaded) == len(traders)
        assert any(each[-1] for each in loaded.values())
        assert watch.book.legs().account.size >= len(traders)
        assert len(running.watches) == 1


async def test_shards_have_every_account_once(world: RiskWorld) -> None:
    traders = [await world.oms.trader() for _ in range(12)]
    for trader in traders:
        await buy(world, trader, 1_000)
    books = [await world.loaded((shard, 3)) for shard in range(3)]
    assert all(book.ids for book in books)
    assert sorted(each for book in books for each in book.ids) == sorted(
        trader.account_id for trader in traders
    )
    assert [book.open_positions for book in books] == [len(book.ids) for book in books]
    for shard, book in enumerate(books):
        assert all(owns((shard, 3), account) for account in book.ids)


async def test_another_group_is_noticed(world: RiskWorld) -> None:
    trader = await world.oms.trader()
    async with world.watcher() as running:
        watch = await running.watching(0)
        await world.oms.owner.execute(ASSIGN_SQL, trader.account_id, str(GROUPS["instant"][0]))
        await world.oms.owner.execute(BUMP_SQL)

        def group() -> object:
            place = watch.book.place(trader.account_id)
            assert place is not None
            return watch.book.terms.names[watch.book.accounts.terms[place]].group_id

        await running.until(lambda: group() == GROUPS["instant"][0])


async def test_a_book_that_differs_from_the_database_is_made_anew(world: RiskWorld) -> None:
    trader = await world.oms.trader()
    await buy(world, trader)
    async with world.watcher(verify_s=0.05) as running:
        watch = await running.watching(1)
        await running.until(lambda: running.metric("accounts_verified_total") >= 3)
        assert running.metric("differences_total") == 0
        watch.book._positions.quantity[0] += 1
        await running.until(lambda: len(running.watches) == 2)
        again = await running.watching(1)
        assert running.metric("differences_total") == 1
        assert contents(again.book) == contents(await world.loaded())


async def test_another_holder_loads_and_asks_within_five_seconds(world: RiskWorld) -> None:
    trader = await world.oms.trader()
    await buy(world, trader)
    played = Played()
    played.let.set()
    async with world.watcher() as first:
        await first.watching(1)
        assert first.task is not None
        first.task.cancel()
        began = time.monotonic()
        world.oms.tick("EURUSD", "1.11822", "1.11838")
        async with asyncio.timeout(5.0), world.watcher(played.check) as second:
            await second.until(lambda: played.asked[trader.account_id] >= 1)
        assert time.monotonic() - began > 0.5, "nobody else had the lease"


async def test_a_watcher_stops_when_its_lease_is_another_s(world: RiskWorld) -> None:
    trader = await world.oms.trader()
    await buy(world, trader)
    async with world.watcher(world.oms_check()) as running:
        await running.watching(1)
        owner, name = world.oms.owner, running.lease.name
        await owner.execute("UPDATE lease SET expires_at = now() WHERE name = $1", name)
        await owner.fetchval(ACQUIRE_SQL, name, "another", timedelta(seconds=2))
        world.oms.tick("EURUSD", "1.09822", "1.09838")
        assert running.task is not None
        await running.task
    assert await world.oms.rows("SELECT 1 FROM trade_position WHERE closed_at IS NOT NULL") == []
    assert await world.oms.rows("SELECT 1 FROM account WHERE margin_called_at IS NOT NULL") == []


@pytest.mark.parametrize(
    ("price", "outcome", "positions"), [("1.11822", "called", 1), ("1.09822", "stopped_out", 0)]
)
async def test_the_order_service_decides_what_was_found(
    world: RiskWorld, price: str, outcome: str, positions: int
) -> None:
    trader = await world.oms.trader()
    await buy(world, trader)
    async with world.watcher(world.oms_check()) as running:
        await running.watching(1)
        world.oms.tick("EURUSD", price, str(D(price) + D("0.00016")))
        await running.until(lambda: running.metric("checks_total", outcome=outcome) == 1)
        watch = await running.watching(positions)
        loaded = contents(await world.loaded())
        await running.until(lambda: contents(watch.book) == loaded)
        assert running.metric("stop_outs_total") == (1 if positions == 0 else 0)


async def test_a_snapshot_is_of_one_moment_with_its_place_in_the_log(world: RiskWorld) -> None:
    trader = await world.oms.trader()
    await buy(world, trader, 1_000)
    lease = await acquire(world.pool, shard_lease(*WHOLE), "test")
    async with world.pool.acquire() as connection:
        before = await load(connection, WHOLE, world.oms.tools.clock.now())
        await buy(world, trader, 1_000)
        after = await load(connection, WHOLE, world.oms.tools.clock.now())
    await lease.release()
    assert before.log_start < after.log_start
    assert before.book.accounts.seq[0] < after.book.accounts.seq[0]
