"""The engine on real servers: from a tick in the ring to a fill in the database."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from prometheus_client import CollectorRegistry

from tests.services.oms.seeding import GROUPS
from tests.services.triggers.world import EURUSD, USDJPY, WHOLE, TriggerWorld, quote_id
from tradewind.contracts.ticks import RING_PREFIX
from tradewind.core.commands import MoveStop, Protection
from tradewind.core.orders import OrderType
from tradewind.infra.leases import ACQUIRE_SQL, Lease, LeaseLost, acquire
from tradewind.services.marketdata.writer import in_shard
from tradewind.services.oms.submission import Answer, Command
from tradewind.services.triggers.service import TriggerEngine, shard_lease

D = Decimal
PROGRESS_SQL = "SELECT ring_entry FROM trigger_progress WHERE symbol = 'EURUSD'"
ASSIGN_SQL = """
    INSERT INTO account_assignment
    VALUES ($1, 'group', now() - interval '1 second', 2, $2, 'system')
"""


async def test_a_stop_fills_at_the_tick_that_crosses_it(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    async with world.engine() as running:
        row = await world.stop_order(trader, "1.12000")
        await world.publish(EURUSD, "1.12003", "1.12020")
        crossing = await world.publish(EURUSD, "1.12002", "1.12020")
        await world.publish(EURUSD, "1.13000", "1.13020")
        await world.until_state(row, "filled")
        assert await world.filled_at(row) == [quote_id(crossing)]
        assert running.triggers() == {row.id: 1}
        await running.resting(0)
        await running.until(1, "outcomes_total", command="trigger", outcome="filled")


async def test_orders_that_rested_before_the_start_are_watched(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    row = await world.stop_order(trader, "1.12000")
    async with world.engine() as running:
        await running.resting(1)
        crossing = await world.publish(EURUSD, "1.11002", "1.11020")
        await world.until_state(row, "filled")
        assert await world.filled_at(row) == [quote_id(crossing)]


async def test_what_was_crossed_while_nobody_watched_fills_once_at_that_tick(
    world: TriggerWorld,
) -> None:
    trader = await world.oms.trader()
    async with world.engine() as first:
        await world.publish(EURUSD, "1.11002", "1.11020")
        await world.publish(EURUSD, "1.12122", "1.12138")
        await first.evaluated(2)
    row = await world.stop_order(trader, "1.12000")
    crossing = await world.publish(EURUSD, "1.11002", "1.11020")
    await world.publish(EURUSD, "1.12122", "1.12138")
    async with world.engine() as second:
        await world.until_state(row, "filled")
        await second.evaluated(4)
    assert await world.filled_at(row) == [quote_id(crossing)]
    async with world.engine() as third:
        await third.evaluated(4)
        await third.resting(0)
    assert [each.triggers() for each in (first, second, third)] == [{}, {row.id: 1}, {}]


async def test_a_tick_too_old_to_trade_on_fills_nothing(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    now = world.oms.tools.clock.now()
    row = await world.stop_order(trader, "1.12000")
    await world.oms.owner.execute(
        "UPDATE trade_order SET updated_at = $1", now - timedelta(hours=1)
    )
    async with world.engine() as running:
        await running.resting(1)
        await world.publish(EURUSD, "1.1", "1.11", time=now - timedelta(seconds=61))
        await running.evaluated(1)
        assert running.asked == []
        await world.publish(EURUSD, "1.1", "1.11", time=now - timedelta(seconds=30))
        await world.until_state(row, "filled")


async def test_progress_is_written_behind_what_is_unanswered(world: TriggerWorld) -> None:
    old = world.oms.tools.clock.now() - timedelta(seconds=20)
    async with world.engine() as running:
        await world.publish(EURUSD, "1.12122", "1.12138", time=old)
        await world.publish(EURUSD, "1.12122", "1.12138")
        await running.evaluated(2)
        await world.until("SELECT count(*) = 1 FROM trigger_progress")
    first = (await world.entries(EURUSD))[0]
    assert await world.oms.owner.fetchval(PROGRESS_SQL) == first


async def test_nothing_is_done_under_a_lease_that_is_another_s_by_then(
    world: TriggerWorld,
) -> None:
    trader = await world.oms.trader()
    row = await world.stop_order(trader, "1.12000")
    async with world.engine() as running:
        await running.resting(1)
        owner, name = world.oms.owner, running.lease.name
        await owner.execute("UPDATE lease SET expires_at = now() WHERE name = $1", name)
        await owner.fetchval(ACQUIRE_SQL, name, "another", timedelta(seconds=2))
        await world.publish(EURUSD, "1.11002", "1.11020")
        assert running.task is not None
        await running.task
    assert await world.state(row) == ("working", row.version)
    assert await world.oms.rows("SELECT 1 FROM fill") == []


async def test_progress_is_not_written_under_a_lost_lease(world: TriggerWorld) -> None:
    async def submit(command: Command, lease: Lease) -> Answer:
        raise AssertionError(command, lease)

    engine = TriggerEngine(world.tools(submit, CollectorRegistry()), WHOLE)
    lease = await acquire(world.pool, shard_lease(*WHOLE), "test")
    await engine._record({EURUSD: "1-0"}, lease)
    await world.oms.owner.execute("UPDATE lease SET epoch = epoch + 1")
    with pytest.raises(LeaseLost):
        await engine._record({EURUSD: "2-0"}, lease)
    assert await world.oms.owner.fetchval(PROGRESS_SQL) == "1-0"


async def test_a_lost_connection_to_the_rings_loses_no_tick(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    row = await world.stop_order(trader, "1.12000")
    async with world.engine() as running:
        await running.resting(1)
        await world.publish(EURUSD, "1.12122", "1.12138")
        await running.evaluated(1)
        await world.redis.client_kill_filter(_type="normal", skipme=True)
        crossing = await world.publish(EURUSD, "1.11002", "1.11020")
        await world.publish(EURUSD, "1.12122", "1.12138")
        await world.until_state(row, "filled")
        await running.evaluated(3)
        assert await world.filled_at(row) == [quote_id(crossing)]
        assert running.metric("ticks_lost_total", symbol=EURUSD) == 0
        assert running.metric("failures_total", work="read_rings") == 1


async def test_ticks_that_never_came_are_counted(world: TriggerWorld) -> None:
    async with world.engine() as running:
        await world.publish(EURUSD, "1.12122", "1.12138")
        for _ in range(3):
            world.oms.tick(EURUSD, "1.12122", "1.12138")
        last = await world.publish(EURUSD, "1.12122", "1.12138")
        await running.evaluated(2)
        assert running.metric("ticks_lost_total", symbol=EURUSD) == 3
        await world.ring(replace(last, seq=last.seq - 1))
        await world.redis.xadd(RING_PREFIX + EURUSD, {"t": b"{"})
        await running.until(1, "ticks_skipped_total", reason="unreadable")
        assert running.metric("ticks_skipped_total", reason="overtaken") == 1


async def test_a_successor_counts_what_left_the_ring_before_it_came(world: TriggerWorld) -> None:
    old = world.oms.tools.clock.now() - timedelta(seconds=20)
    async with world.engine() as first:
        await world.publish(EURUSD, "1.12122", "1.12138", time=old)
        await world.publish(EURUSD, "1.12122", "1.12138")
        await first.evaluated(2)
        await world.until("SELECT count(*) = 1 FROM trigger_progress")
    async with world.engine() as second:
        await second.evaluated(1)
        assert second.metric("ticks_lost_total", symbol=EURUSD) == 0
    await world.redis.xtrim(RING_PREFIX + EURUSD, maxlen=1, approximate=False)
    async with world.engine() as third:
        await third.evaluated(1)
        assert third.metric("ticks_lost_total", symbol=EURUSD) == 1


async def test_orders_follow_an_account_into_another_group(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    row = await world.stop_order(trader, "1.12000")
    async with world.engine() as running:
        await running.resting(1)
        charged = str(GROUPS["charged"][0])
        await world.oms.owner.execute(ASSIGN_SQL, trader.account_id, charged)
        shown = world.oms.tick(EURUSD, "1.11002", "1.11020").prices["plain"]

        async def is_moved() -> bool:
            await world.publish(EURUSD, "1.11002", "1.11020", prices={"charged": shown})
            return bool(running.asked)

        await world.until_true(is_moved)
        await world.until_state(row, "filled")


async def test_a_suspended_order_is_asked_about_once_a_second(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    row = await world.stop_order(trader, "1.12000")
    await world.oms.owner.execute(
        "INSERT INTO kill_switch VALUES ('symbol', 'EURUSD', 'test', 'test', now())"
    )
    async with world.engine() as running:
        await running.resting(1)
        began = world.oms.tools.clock.now()
        await world.publish(EURUSD, "1.11002", "1.11020")
        await running.until(1, "outcomes_total", command="trigger", outcome="suspended")
        for _ in range(20):
            await world.publish(EURUSD, "1.11002", "1.11020")
        await running.evaluated(21)
        took = world.oms.tools.clock.now() - began
        assert len(running.asked) == 1 or took > timedelta(seconds=1)
        await world.oms.owner.execute("DELETE FROM kill_switch")

        async def is_filled() -> bool:
            await world.publish(EURUSD, "1.11002", "1.11020")
            return (await world.state(row))[0] == "filled"

        await world.until_true(is_filled)
        assert world.oms.tools.clock.now() - began > timedelta(seconds=1)


async def test_a_trailing_stop_follows_the_market_and_then_fills(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    await world.oms.submit(
        world.oms.order(trader, protection=Protection(trailing_stop=D("0.00100"))),
        world.oms.key(),
    )
    async with world.engine() as running:
        await running.resting(1)

        async def has_moved() -> bool:
            await world.publish(EURUSD, "1.12502", "1.12520")
            return any(isinstance(each, MoveStop) for each in running.asked)

        await world.until_true(has_moved)
        await world.until("SELECT stop_price = 1.12400 FROM trade_order WHERE reason = 'trailing'")
        crossing = await world.publish(EURUSD, "1.12402", "1.12520")
        await world.until("SELECT state = 'filled' FROM trade_order WHERE reason = 'trailing'")
        assert await world.oms.rows("SELECT 1 FROM trade_position WHERE closed_at IS NULL") == []
        (stop,) = [each for each in await world.oms.orders(trader) if each.reason == "trailing"]
        assert await world.filled_at(stop) == [quote_id(crossing)]


async def test_a_limit_order_fills_at_its_limit_or_better(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    limit = {"type": OrderType.LIMIT, "limit_price": D("1.13000"), "stop_price": None}
    async with world.engine():
        row = await world.stop_order(trader, "1", **limit)
        crossing = await world.publish(EURUSD, "1.13002", "1.13020")
        await world.until_state(row, "filled")
        assert await world.filled_at(row) == [quote_id(crossing)]


async def test_each_shard_reads_its_own_symbols(world: TriggerWorld) -> None:
    shards = 2
    assert {in_shard(each, 0, shards) for each in (EURUSD, USDJPY)} == {True, False}
    mine = EURUSD if in_shard(EURUSD, 0, shards) else USDJPY
    other = USDJPY if mine == EURUSD else EURUSD
    prices = {EURUSD: ("1.12122", "1.12138"), USDJPY: ("149.998", "150.002")}
    async with world.engine((0, shards)) as first, world.engine((1, shards)) as second:
        await world.publish(mine, *prices[mine])
        await world.publish(other, *prices[other])
        await world.publish(other, *prices[other])
        await first.evaluated(1)
        await second.evaluated(2)
