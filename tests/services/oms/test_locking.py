"""An account is decided on as its last writer left it, and a locked one holds up nobody else."""

import asyncio
from decimal import Decimal

import pytest

from tests.services.oms.world import World
from tradewind.core.errors import ConflictError, NotFoundError, TransientError
from tradewind.services.oms.submission import Answer

D = Decimal
LOCK_SQL = "SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE"
BALANCE_SQL = "UPDATE account SET balance = $2 WHERE id = $1"
WAITS_SQL = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


async def test_an_order_sees_what_the_lock_holder_committed(world: World) -> None:
    trader = await world.trader(balance=D(0))
    holder = await world.connect("tw_migrate")
    async with asyncio.TaskGroup() as tasks:
        async with holder.transaction():
            await holder.execute(LOCK_SQL, trader.account_id)
            waiting = tasks.create_task(world.submit(world.order(trader)))
            await world.wait_for(WAITS_SQL)
            await holder.execute(BALANCE_SQL, trader.account_id, D(5_000))
        answer = await waiting
    await holder.close()
    assert answer.order is not None
    assert answer.order.state == "filled"


async def test_a_locked_account_does_not_hold_up_the_others(world: World) -> None:
    locked, free = await world.trader(), await world.trader()
    holder = await world.connect("tw_migrate")
    async with asyncio.TaskGroup() as tasks:
        async with holder.transaction():
            await holder.execute(LOCK_SQL, locked.account_id)
            waiting = tasks.create_task(world.submit(world.order(locked)))
            for _ in range(10):
                answer = await world.submit(world.order(free))
                assert answer.status == 201
            assert not waiting.done()
        last: Answer = await waiting
    await holder.close()
    assert last.status == 201
    assert world.oms.counters.skipped >= 3


async def test_an_account_that_stays_locked_is_busy_and_nothing_happened(world: World) -> None:
    trader = await world.trader()
    holder = await world.connect("tw_migrate")
    async with holder.transaction():
        await holder.execute(LOCK_SQL, trader.account_id)
        with pytest.raises(TransientError, match="account_busy"):
            await world.submit(world.order(trader))
    await holder.close()
    assert await world.rows("SELECT * FROM account_event") == []


async def test_an_account_of_somebody_else_does_not_exist(world: World) -> None:
    own, foreign = await world.trader(), await world.trader()
    with pytest.raises(NotFoundError, match="account_not_found"):
        await world.submit(world.order(own, account_id=foreign.account_id))
    with pytest.raises(NotFoundError, match="account_not_found"):
        await world.submit(world.order(own, account_id=world.ids.new()))
    assert await world.rows("SELECT * FROM account_event") == []


async def test_a_final_order_cannot_be_cancelled(world: World) -> None:
    trader = await world.trader()
    answer = await world.submit(world.order(trader))
    with pytest.raises(ConflictError, match="order_final"):
        await world.submit(world.cancel(trader, answer.order_id))
    with pytest.raises(NotFoundError, match="order_not_found"):
        await world.submit(world.cancel(trader, world.ids.new()))
