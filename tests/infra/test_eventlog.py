import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.infra.eventlog import LoggedEvent, Tail, end_in_order, log_end, read_page
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed

WRITERS = 8
ROUNDS = 40


@pytest.fixture
async def oms(settings: Settings, tmp_path: Path) -> AsyncIterator[asyncpg.Pool]:
    """A pool that writes and reads the log of the demo's nine accounts."""
    await seed(settings, tmp_path)
    async with await open_pool(settings, "tw_oms", size_max=WRITERS + 2) as pool:
        yield pool


async def test_a_page_holds_what_was_committed_in_order_of_position(oms: asyncpg.Pool) -> None:
    async with oms.acquire() as connection:
        page = await read_page(connection, 0)
        assert len(page.events) == 18
        positions = [event.position for event in page.events]
        assert positions == sorted(positions)
        assert (await read_page(connection, page.next_start)).events == ()
        assert await log_end(connection) == page.next_start


async def test_an_event_that_commits_late_is_not_passed_over(oms: asyncpg.Pool) -> None:
    first, second, *_ = await account_ids(oms)
    async with oms.acquire() as reader, oms.acquire() as slow, oms.acquire() as quick:
        start = await log_end(reader)
        late = slow.transaction()
        await late.start()
        await append(slow, first)
        async with quick.transaction():
            await append(quick, second)
        page = await read_page(reader, start)
        assert page.events == ()
        assert page.busy
        await late.commit()
        page = await read_page(reader, page.next_start)
        assert [event.account_id for event in page.events] == [first, second]
        assert not page.busy


async def test_a_transaction_numbered_early_and_locked_late_comes_in_its_accounts_order(
    oms: asyncpg.Pool,
) -> None:
    first, second, *_ = await account_ids(oms)
    async with oms.acquire() as reader, oms.acquire() as early, oms.acquire() as late:
        start = await log_end(reader)
        waiting = early.transaction()
        await waiting.start()
        await append(early, second)
        async with late.transaction():
            assert await append(late, first) == 3
        assert (await read_page(reader, start)).events == ()
        assert await append(early, first) == 4
        await waiting.commit()
        page = await read_page(reader, start)
        assert [event.seq for event in page.events if event.account_id == first] == [3, 4]


async def test_a_page_ends_before_an_event_whose_predecessor_it_does_not_reach(
    oms: asyncpg.Pool,
) -> None:
    first, second, third, *_ = await account_ids(oms)
    async with (
        oms.acquire() as reader,
        oms.acquire() as early,
        oms.acquire() as running,
        oms.acquire() as late,
    ):
        start = await log_end(reader)
        waits, runs = early.transaction(), running.transaction()
        await waits.start()
        await append(early, second)
        await runs.start()
        await append(running, third)
        async with late.transaction():
            await append(late, first)
        await append(early, first)
        await waits.commit()
        page = await read_page(reader, start)
        assert page.events == []
        assert page.busy
        await runs.commit()
        page = await read_page(reader, page.next_start)
        assert [e.seq for e in page.events if e.account_id == first] == [3, 4]
        assert len(page.events) == 4


@given(
    st.lists(st.tuples(st.integers(1, 20), st.none() | st.integers(1, 20)), max_size=12),
    st.integers(1, 21),
)
def test_the_end_of_a_page_is_the_highest_that_keeps_order(
    writes: list[tuple[int, int | None]], end: int
) -> None:
    def keeps_order(bound: int) -> bool:
        return all(before is None or before < bound for tx, before in writes if tx < bound)

    assert end_in_order(writes, end) == max(bound for bound in range(end + 1) if keeps_order(bound))


@pytest.mark.parametrize("seed_number", [1, 2, 3])
async def test_a_tail_misses_nothing_and_keeps_each_accounts_order(
    oms: asyncpg.Pool, seed_number: int
) -> None:
    accounts = await account_ids(oms)
    seen: defaultdict[UUID, list[int]] = defaultdict(list)

    def deliver(events: Sequence[LoggedEvent]) -> None:
        for event in events:
            seen[event.account_id].append(event.seq)

    tail = Tail(oms, deliver, 0)
    following = asyncio.create_task(tail.run())
    async with asyncio.TaskGroup() as group:
        for number in range(WRITERS):
            group.create_task(write(oms, accounts, random.Random(f"{seed_number}:{number}"), tail))
    expected = {
        row["id"]: list(range(1, row["last_event"] + 1))
        for row in await oms.fetch("SELECT id, last_event FROM account")
    }
    async with asyncio.timeout(5):
        while sum(map(len, seen.values())) < sum(map(len, expected.values())):
            await asyncio.wait([following], timeout=0.02)
    following.cancel()
    await asyncio.wait([following], timeout=5)
    assert dict(seen) == expected
    assert sum(map(len, expected.values())) > 18 + WRITERS * ROUNDS


async def write(
    oms: asyncpg.Pool, accounts: Sequence[UUID], drawn: random.Random, tail: Tail
) -> None:
    """Write as batches do: several accounts, locked one after another, some rolled back."""
    for _ in range(ROUNDS):
        chosen = sorted(drawn.sample(accounts, drawn.randint(1, 4)))
        async with oms.acquire() as connection:
            transaction = connection.transaction()
            await transaction.start()
            for account in chosen:
                await append(connection, account)
                await asyncio.sleep(drawn.choice((0, 0, 0.002)))
            if drawn.random() < 0.1:
                await transaction.rollback()
            else:
                await transaction.commit()
                tail.wake()


async def account_ids(oms: asyncpg.Pool) -> list[UUID]:
    return [row["id"] for row in await oms.fetch("SELECT id FROM account ORDER BY id")]


async def append(connection: asyncpg.pool.PoolConnectionProxy, account: UUID) -> int:
    seq = 1 + await connection.fetchval(
        "SELECT last_event FROM account WHERE id = $1 FOR NO KEY UPDATE", account
    )
    await connection.execute(
        """INSERT INTO account_event (account_id, seq, type, data, actor, at)
           VALUES ($1, $2, 'order.new', '{}', 'test', clock_timestamp())""",
        account, seq,
    )  # fmt: skip
    await connection.execute("UPDATE account SET last_event = $2 WHERE id = $1", account, seq)
    return seq
