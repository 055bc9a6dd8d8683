"""Who makes something of ticks finds each of them: late, imported, or committed out of order."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.services.marketdata.world import BEGINNING, Store, moving
from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import connect
from tradewind.infra.settings import Settings
from tradewind.services.marketdata.importing import SLICE_ROWS, import_ticks
from tradewind.services.marketdata.importing_rows import RecordedTick
from tradewind.services.marketdata.retention import make_partition
from tradewind.services.marketdata.ticks import PAGE_ROWS, WrittenRange, read_bbo, read_written

EURUSD = Symbol("EURUSD")
LATE = (datetime(2012, 2, 29, 23, 59, tzinfo=UTC), datetime(2013, 1, 1, tzinfo=UTC))


def recorded(*times: datetime) -> Iterator[RecordedTick]:
    for time in times:
        yield RecordedTick(time=time, seq=0, bid=Decimal("1.3"), ask=Decimal("1.4"))


async def imported(store: Store, *times: datetime) -> int:
    connection = await connect(store.settings, "tw_admin")
    ticks = import_ticks(connection, EURUSD, recorded(*times), Clock())
    added = sum([done.added async for done in ticks])
    await connection.close()
    return added


async def test_ticks_are_read_in_order_over_days_and_pages(store: Store) -> None:
    first = datetime(2020, 1, 1, 12, tzinfo=UTC)
    times = [first + timedelta(seconds=30 * n) for n in range(PAGE_ROWS + 10)]
    assert await imported(store, *times) == len(times)
    read = [
        tick.time async for tick in read_bbo(store.admin_connection, EURUSD, times[1], times[-1])
    ]
    assert read == times[1:-1]


async def test_a_tick_for_a_closed_bar_is_announced_and_rewrites_nothing(store: Store) -> None:
    """Case M13: whoever corrects a candle learns of it; what was written stays."""
    await store.publish(moving(seq) for seq in range(1, 11))
    await store.writer().write(await store.lease())
    start = (await read_written(store.admin_connection, 0)).next_start
    before = await store.admin.fetch("SELECT * FROM bbo_tick ORDER BY time")
    late = BEGINNING + timedelta(milliseconds=5, microseconds=1)
    assert await imported(store, late) == 1
    written = await read_written(store.admin_connection, start)
    assert written.ranges == [WrittenRange(symbol=EURUSD, earliest=late, latest=late)]
    after = await store.admin.fetch("SELECT * FROM bbo_tick WHERE time <> $1 ORDER BY time", late)
    assert after == before
    assert (await read_written(store.admin_connection, written.next_start)).ranges == []


async def test_late_ticks_get_partitions_of_their_own_days(store: Store) -> None:
    assert await imported(store, *LATE) == 2
    rows = await store.admin.fetch("SELECT time, tableoid::regclass::text FROM bbo_tick")
    assert sorted(tuple(row) for row in rows) == [
        (LATE[0], "bbo_tick_20120229"),
        (LATE[1], "bbo_tick_20130101"),
    ]
    assert await imported(store, *LATE) == 0
    assert await store.count("tick_batch") == 1


async def test_a_long_import_is_written_and_announced_in_slices(store: Store) -> None:
    times = [LATE[1] + timedelta(seconds=n) for n in range(2 * SLICE_ROWS + 1)]
    assert await imported(store, *times) == len(times)
    ranges = (await read_written(store.admin_connection, 0)).ranges
    bounds = ((0, SLICE_ROWS - 1), (SLICE_ROWS, 2 * SLICE_ROWS - 1), (-1, -1))
    assert [(each.earliest, each.latest) for each in ranges] == [
        (times[first], times[last]) for first, last in bounds
    ]


async def test_a_batch_committed_after_a_later_one_is_not_missed(store: Store) -> None:
    await make_partition(store.worker_connection, "tick_batch", datetime.now(UTC).date())
    sql = "INSERT INTO tick_batch (written_at, symbols, earliest, latest) VALUES ($1, $2, $3, $3)"

    async with store.pool.acquire() as slow, store.pool.acquire() as fast:
        transaction = slow.transaction()
        await transaction.start()
        await slow.execute(sql, datetime.now(UTC), ["EURUSD"], [BEGINNING])
        await fast.execute(sql, datetime.now(UTC), ["USDJPY"], [BEGINNING])
        first = await read_written(store.admin_connection, 0)
        assert first.ranges == []
        await transaction.commit()
    second = await read_written(store.admin_connection, first.next_start)
    assert [each.symbol for each in second.ranges] == ["EURUSD", "USDJPY"]


async def test_a_position_of_another_server_reads_everything_kept(store: Store) -> None:
    await imported(store, *LATE)
    written = await read_written(store.admin_connection, 1 << 60)
    assert len(written.ranges) == 1
    assert written.next_start < 1 << 60


@pytest.mark.parametrize("at_once", [2, 5])
async def test_imports_of_one_file_at_once_add_each_tick_once(
    store: Store, settings: Settings, at_once: int
) -> None:
    times = [LATE[0] + timedelta(hours=n) for n in range(200)]
    added = await asyncio.gather(*(imported(store, *times) for _ in range(at_once)))
    assert sum(added) == 200
    assert await store.count("bbo_tick") == 200
