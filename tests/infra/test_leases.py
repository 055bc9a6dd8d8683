"""Leases against a real server."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from tradewind.infra import leases
from tradewind.infra.leases import Lease, LeaseLost, acquire, guard
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings

EXPIRE_SQL = "UPDATE lease SET expires_at = clock_timestamp()"
SUCCEED_SQL = "UPDATE lease SET epoch = epoch + 1"


@pytest.fixture
async def pool(settings: Settings) -> AsyncIterator["asyncpg.Pool"]:
    async with await open_pool(settings, "tw_pricing", size_max=4) as made:
        yield made


async def holds(pool: "asyncpg.Pool", lease: Lease) -> bool:
    async with pool.acquire() as connection, connection.transaction():
        try:
            await guard(connection, lease)
        except LeaseLost:
            return False
        return True


async def test_a_second_holder_waits_and_takes_over_with_the_next_epoch(
    pool: "asyncpg.Pool",
) -> None:
    first = await acquire(pool, "work", "a")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(acquire(pool, "work", "b"), leases.POLL_S)
    await pool.execute(EXPIRE_SQL)
    second = await asyncio.wait_for(acquire(pool, "work", "b"), 2)
    assert (first.epoch, second.epoch) == (1, 2)
    assert not await holds(pool, first)
    assert await holds(pool, second)


async def test_different_leases_are_independent(pool: "asyncpg.Pool") -> None:
    one, other = await acquire(pool, "one", "a"), await acquire(pool, "other", "a")
    assert await holds(pool, one)
    assert await holds(pool, other)


async def test_a_released_lease_is_free_at_once(pool: "asyncpg.Pool") -> None:
    first = await acquire(pool, "work", "a")
    await first.release()
    assert not first.valid
    assert (await asyncio.wait_for(acquire(pool, "work", "b"), 1)).epoch == 2


async def test_a_kept_lease_outlives_its_term(pool: "asyncpg.Pool") -> None:
    lease = await acquire(pool, "work", "a")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(lease.keep(), leases.TTL_S + 2 * leases.RENEW_S)
    assert lease.valid
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(acquire(pool, "work", "b"), leases.POLL_S)


async def test_a_holder_that_was_succeeded_is_told(pool: "asyncpg.Pool") -> None:
    lease = await acquire(pool, "work", "a")
    await pool.execute(SUCCEED_SQL)
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(lease.keep(), 2)


async def test_an_unrenewed_lease_grows_invalid_by_the_holders_own_clock(
    pool: "asyncpg.Pool",
) -> None:
    lease = Lease(pool, "work", 1, asyncio.get_running_loop().time() - leases.TTL_S)
    assert not lease.valid


async def test_a_guarded_transaction_holds_off_the_successor(pool: "asyncpg.Pool") -> None:
    lease = await acquire(pool, "work", "a")
    await pool.execute(EXPIRE_SQL)
    async with asyncio.TaskGroup() as tasks, pool.acquire() as connection:
        async with connection.transaction():
            await guard(connection, lease)
            successor = tasks.create_task(acquire(pool, "work", "b"))
            done, _ = await asyncio.wait({successor}, timeout=0.3)
            assert done == set()
        assert (await asyncio.wait_for(successor, 3)).epoch == 2
