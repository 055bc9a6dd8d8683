"""A connection may break at any moment; an order is answered exactly once all the same."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, cast

import asyncpg
import pytest

from tests.services.oms.world import World, open_world
from tradewind.infra.settings import Settings

D = Decimal
LOCK_SQL = "SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE"
KILL_SQL = """
    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
     WHERE datname = current_database() AND usename = 'tw_oms' AND pid <> pg_backend_pid()
"""
WAITS_SQL = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"


@dataclass(slots=True, kw_only=True)
class Faults:
    """What shall go wrong at the next COMMITs: lost `after` it took place, or `before`."""

    commits: list[str] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)

    def wrap(self, connection: asyncpg.Connection) -> asyncpg.Connection:
        return cast("asyncpg.Connection", Flaky(connection, self))


class Flaky:
    """A connection that breaks at COMMIT when told to."""

    def __init__(self, real: asyncpg.Connection, faults: Faults) -> None:
        self._real = real
        self._faults = faults

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    async def execute(self, query: str, *arguments: object, **options: Any) -> str:
        fault = self._faults.commits.pop(0) if query == "COMMIT" and self._faults.commits else ""
        if not fault:
            return await self._real.execute(query, *arguments, **options)
        self._faults.happened.append(fault)
        if fault == "after":
            await self._real.execute(query)
        self._real.terminate()
        raise asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of COMMIT")


@pytest.fixture
def faults() -> Faults:
    return Faults()


@pytest.fixture
async def flaky_world(settings: Settings, faults: Faults) -> AsyncIterator[World]:
    async with open_world(settings, faults.wrap) as running:
        yield running


async def kill_sessions(world: World) -> None:
    killer = await world.connect("tw_oms")
    assert await killer.fetchval(KILL_SQL) >= 1
    await killer.close()


async def assert_bought_once(world: World) -> None:
    assert await world.owner.fetchval("SELECT count(*) FROM trade_order") == 1
    assert await world.owner.fetchval("SELECT count(*) FROM fill") == 1
    assert await world.owner.fetchval("SELECT sum(quantity) FROM trade_position") == D(10_000)
    assert await world.owner.fetchval("SELECT count(*) = max(seq) FROM account_event")


async def test_an_idle_connection_that_was_killed_is_replaced(world: World) -> None:
    trader = await world.trader()
    rejected = await world.submit(world.order(trader, quantity=D(9_000_000)))
    assert rejected.status == 201
    await kill_sessions(world)
    answer = await world.submit(world.order(trader))
    assert answer.order is not None
    assert answer.order.state == "filled"
    assert await world.owner.fetchval("SELECT count(*) FROM fill") == 1


async def test_a_connection_killed_in_a_statement_is_replaced(world: World) -> None:
    trader = await world.trader()
    holder = await world.connect("tw_migrate")
    async with asyncio.TaskGroup() as tasks:
        async with holder.transaction():
            await holder.execute(LOCK_SQL, trader.account_id)
            waiting = tasks.create_task(world.submit(world.order(trader)))
            await world.wait_for(WAITS_SQL)
            await kill_sessions(world)
        answer = await waiting
    await holder.close()
    assert answer.status == 201
    await assert_bought_once(world)


@pytest.mark.parametrize(
    "commits", [["after"], ["before"], ["before", "after"], ["before", "before"]]
)
async def test_an_unknown_commit_is_looked_up_and_never_repeated(
    flaky_world: World, faults: Faults, commits: list[str]
) -> None:
    trader, key = await flaky_world.trader(), flaky_world.key()
    faults.commits.extend(commits)
    first = await flaky_world.submit(flaky_world.order(trader), key)
    assert first.order is not None
    assert (first.order.state, first.replayed) == ("filled", False)
    assert faults.happened == commits
    again = await flaky_world.submit(flaky_world.order(trader), key)
    assert (again.order_id, again.replayed) == (first.order_id, True)
    await assert_bought_once(flaky_world)


async def test_a_batch_with_a_replay_survives_an_unknown_commit(
    flaky_world: World, faults: Faults
) -> None:
    trader, key = await flaky_world.trader(), flaky_world.key()
    first = await flaky_world.submit(flaky_world.order(trader), key)
    faults.commits.append("after")
    replayed, fresh = await asyncio.gather(
        flaky_world.submit(flaky_world.order(trader), key),
        flaky_world.submit(flaky_world.order(trader), flaky_world.key()),
    )
    assert faults.happened == ["after"]
    assert (replayed.order_id, replayed.replayed) == (first.order_id, True)
    assert (fresh.status, fresh.replayed) == (201, False)
    assert await flaky_world.owner.fetchval("SELECT count(*) FROM trade_order") == 2
