"""Where the extension is, the same tables and queries are hypertables with its own policies."""

from datetime import UTC, date, datetime, timedelta

import asyncpg

from tradewind.core.ids import Symbol
from tradewind.services.marketdata.retention import drop_expired, make_partition, set_keep
from tradewind.services.marketdata.ticks import read_bbo

TABLES = {"bbo_tick", "lp_tick", "quote_quarantine", "tick_batch"}
OLD = datetime(2013, 1, 1, 22, 0, tzinfo=UTC)

INSERT_SQL = """
    INSERT INTO bbo_tick
    SELECT 'EURUSD', $1::timestamptz + n * interval '1 second', 0, 0,
           1.1 + n * 0.00001, 1.2, true, NULL
      FROM generate_series(0, 999) AS n
"""
JOB_SQL = """
    SELECT job_id, config FROM timescaledb_information.jobs
     WHERE hypertable_name = $1 AND proc_name = $2
"""
CHUNKS_SQL = """
    SELECT range_start, is_compressed FROM timescaledb_information.chunks
     WHERE hypertable_name = $1 ORDER BY range_start
"""


async def test_the_tick_tables_are_hypertables_of_a_day_a_chunk(
    timescale: asyncpg.Connection,
) -> None:
    rows = await timescale.fetch(
        """SELECT hypertable_name, time_interval FROM timescaledb_information.dimensions
            WHERE hypertable_name = ANY($1)""",
        list(TABLES),
    )
    assert {row["hypertable_name"] for row in rows} == TABLES
    assert {row["time_interval"] for row in rows} == {timedelta(days=1)}


async def test_late_ticks_need_no_partition_and_are_read_by_the_same_query(
    timescale: asyncpg.Connection,
) -> None:
    assert await make_partition(timescale, "bbo_tick", date(2013, 1, 1)) is False
    await timescale.execute(INSERT_SQL, OLD)
    end = OLD + timedelta(seconds=500)
    ticks = [tick async for tick in read_bbo(timescale, Symbol("EURUSD"), OLD, end)]
    assert [tick.time for tick in ticks] == [OLD + timedelta(seconds=n) for n in range(500)]


async def test_old_chunks_are_compressed_and_still_read(timescale: asyncpg.Connection) -> None:
    now = datetime.now(UTC)
    await timescale.execute(INSERT_SQL, OLD)
    await timescale.execute(INSERT_SQL, now)
    job = await timescale.fetchval(JOB_SQL, "bbo_tick", "policy_compression")
    await timescale.execute(f"CALL run_job({job})")
    chunks = {row[0].date(): row[1] for row in await timescale.fetch(CHUNKS_SQL, "bbo_tick")}
    assert chunks[OLD.date()] is True
    assert chunks[now.date()] is False
    assert await timescale.fetchval("SELECT count(*) FROM bbo_tick") == 2_000


async def test_retention_drops_chunks_of_tables_with_a_limit_alone(
    timescale: asyncpg.Connection,
) -> None:
    await timescale.execute(INSERT_SQL, OLD)
    assert await timescale.fetch(JOB_SQL, "bbo_tick", "policy_retention") == []
    now = datetime.now(UTC)
    await timescale.execute(
        """INSERT INTO lp_tick SELECT 'EURUSD', 'lp-one', at, at, 1, 2, 3, 4
             FROM unnest($1::timestamptz[]) AS at""",
        [now - timedelta(days=40), now],
    )
    job = await timescale.fetchval(JOB_SQL, "lp_tick", "policy_retention")
    await timescale.execute(f"CALL run_job({job})")
    assert await timescale.fetch("SELECT received_at FROM lp_tick") == [(now,)]
    assert await timescale.fetchval("SELECT count(*) FROM bbo_tick") == 1_000


async def test_an_edited_policy_reaches_the_extension(timescale: asyncpg.Connection) -> None:
    await timescale.execute(INSERT_SQL, OLD)
    assert await set_keep(timescale, "bbo_tick", timedelta(days=400))
    job = await timescale.fetchval(JOB_SQL, "bbo_tick", "policy_retention")
    assert await drop_expired(timescale, "bbo_tick", datetime.now(UTC)) is None
    assert await timescale.fetchval("SELECT count(*) FROM bbo_tick") == 1_000
    await timescale.execute(f"CALL run_job({job})")
    assert await timescale.fetchval("SELECT count(*) FROM bbo_tick") == 0

    assert await set_keep(timescale, "bbo_tick", None)
    assert await timescale.fetch(JOB_SQL, "bbo_tick", "policy_retention") == []
