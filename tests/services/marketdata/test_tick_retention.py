from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from tests.services.marketdata.world import Store
from tradewind.infra.clock import Clock
from tradewind.infra.leases import LeaseLost, acquire
from tradewind.services.marketdata.retention import (
    DAYS_AHEAD,
    Retention,
    drop_expired,
    make_partition,
    set_keep,
)

TABLES = ("bbo_tick", "lp_tick", "quote_quarantine", "tick_batch")
PARTITIONS_SQL = """
    SELECT child.relname FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
     WHERE inhparent = to_regclass($1) ORDER BY 1
"""


async def partitions(store: Store, table: str) -> list[str]:
    return [row["relname"] for row in await store.admin.fetch(PARTITIONS_SQL, table)]


def named(table: str, *days: date) -> list[str]:
    return [f"{table}_{day:%Y%m%d}" for day in days]


async def round_of_retention(store: Store, clock: Clock) -> None:
    lease = await acquire(store.pool, "tick-retention", "test")
    await Retention(store.pool, clock, CollectorRegistry()).do_round(lease)
    await lease.release()


async def test_partitions_are_made_for_the_days_to_come(store: Store, tmp_path: Path) -> None:
    await round_of_retention(store, Clock())
    today = datetime.now(UTC).date()
    days = [today + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
    for table in TABLES:
        assert await partitions(store, table) == named(table, *days)
    await round_of_retention(store, Clock())
    assert await partitions(store, "lp_tick") == named("lp_tick", *days)


async def test_partitions_go_when_their_last_moment_is_kept_long_enough(
    store: Store, tmp_path: Path
) -> None:
    today = datetime.now(UTC).date()
    edge = today - timedelta(days=30)
    for table in ("lp_tick", "bbo_tick"):
        for day in (date(2012, 2, 29), edge - timedelta(days=1), edge):
            await make_partition(store.worker_connection, table, day)
    await store.pool.execute(
        "INSERT INTO bbo_tick VALUES ('EURUSD', '2012-02-29T12:00Z', 0, 0, 1, 2, true)"
    )
    await round_of_retention(store, Clock())
    assert (await partitions(store, "lp_tick"))[:2] == named("lp_tick", edge, today)
    # The other table is kept for ever.
    assert (await partitions(store, "bbo_tick"))[0] == "bbo_tick_20120229"
    assert await store.count("bbo_tick") == 1

    assert await set_keep(store.admin_connection, "bbo_tick", timedelta(days=1))
    await round_of_retention(store, Clock())
    yesterday = today - timedelta(days=1)
    assert (await partitions(store, "bbo_tick"))[0] in named("bbo_tick", yesterday, today)
    assert await store.count("bbo_tick") == 0


async def test_retention_follows_the_shifted_clock_of_a_demo(store: Store, tmp_path: Path) -> None:
    offset = tmp_path / "offset"
    offset.write_text(str(40 * 86_400), "ascii")
    today = datetime.now(UTC).date()
    await make_partition(store.worker_connection, "lp_tick", today)
    await round_of_retention(store, Clock(offset))
    later = today + timedelta(days=40)
    assert (await partitions(store, "lp_tick"))[0] in named("lp_tick", later, later)


async def test_a_worker_without_the_lease_drops_nothing(store: Store) -> None:
    await make_partition(store.worker_connection, "lp_tick", date(2012, 2, 29))
    lease = await acquire(store.pool, "tick-retention", "test")
    await lease.release()
    await acquire(store.pool, "tick-retention", "successor")
    with pytest.raises(LeaseLost):
        await Retention(store.pool, Clock(), CollectorRegistry()).do_round(lease)
    assert await partitions(store, "lp_tick") == ["lp_tick_20120229"]


@pytest.mark.parametrize("table", ["account", "ledger_posting", "no_such_table", "lp_tick; --"])
async def test_the_worker_can_make_and_drop_nothing_but_days_of_ticks(
    store: Store, table: str
) -> None:
    with pytest.raises(asyncpg.RaiseError, match="is not a table of ticks"):
        await make_partition(store.worker_connection, table, date(2012, 2, 29))
    assert (
        await drop_expired(store.worker_connection, table, datetime(2199, 1, 1, tzinfo=UTC)) is None
    )
    assert await store.count("account") == 0


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM lp_tick",
        "UPDATE bbo_tick SET bid = 1",
        "TRUNCATE bbo_tick",
        "DROP TABLE lp_tick_20120229",
        "DELETE FROM lp_tick_20120229",
        "UPDATE retention_policy SET keep = '1 day'",
        "INSERT INTO retention_policy VALUES ('account', 'created_at', '', '1 day', NULL)",
    ],
)
async def test_the_worker_can_neither_change_ticks_nor_their_policy(
    store: Store, statement: str
) -> None:
    await make_partition(store.worker_connection, "lp_tick", date(2012, 2, 29))
    await store.pool.execute(
        """INSERT INTO lp_tick VALUES
           ('EURUSD', 'lp-one', '2012-02-29T12:00Z', '2012-02-29T12:00Z', 1, 2, 3, 4)"""
    )
    before = await store.admin.fetch("SELECT * FROM retention_policy")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await store.pool.execute(statement)
    assert await store.admin.fetch("SELECT * FROM retention_policy") == before
    assert await store.count("lp_tick") == 1
