"""The worker as a process: killed, succeeded, and flooded."""

import asyncio
import os
import re
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.services.marketdata.world import Store, moving
from tests.services.pricing.running import Processes, until
from tradewind.contracts.ticks import RING_LENGTH_MAX, RING_PREFIX

WORKER = "tradewind.processes.worker"
RING = RING_PREFIX + "EURUSD"
#: Valkey trims whole nodes of a stream.
RING_SLACK = 200
PER_ROUND = 10
CUT_SQL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE usename = 'tw_pricing' AND datname = current_database() AND pid <> pg_backend_pid()
"""
LAST_SQL = "SELECT seq FROM tick_position WHERE ring = 'tk:EURUSD'"


@pytest.fixture
async def workers(store: Store, tmp_path: Path) -> AsyncIterator[Processes]:
    """Starts worker processes; none runs yet."""
    made = Processes(settings=store.settings, home=tmp_path)
    yield made
    for process in made.running:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, 5)


async def test_a_worker_killed_in_mid_stream_loses_and_repeats_nothing(
    store: Store, workers: Processes
) -> None:
    count, published = 4_000, 0
    running = await workers._start(WORKER)
    for kill_at in (1_000, 2_500, count):
        while published < kill_at:
            await store.publish(moving(published + n) for n in range(1, PER_ROUND + 1))
            published += PER_ROUND
            await asyncio.sleep(0.002)
        if kill_at < count:
            await until(lambda: _written_something(store))
            running.kill()
            assert await asyncio.to_thread(running.wait, 5) == -signal.SIGKILL
            running = await workers._start(WORKER)
    await until(lambda: _is_written(store, count))
    assert await store.sequences("EURUSD") == list(range(1, count + 1))
    assert await store.count("lp_tick") == count
    assert _metric(workers, running, "tradewind_ticks_lost_total") == 0


async def test_what_left_the_ring_while_no_worker_ran_is_counted(
    store: Store, workers: Processes
) -> None:
    first = await workers._start(WORKER)
    await store.publish(moving(seq) for seq in range(1, 101))
    await until(lambda: _is_written(store, 100))
    assert workers.stop(first) == 0

    count = 3 * RING_LENGTH_MAX
    await store.publish(moving(seq) for seq in range(101, count + 1))
    kept = await store.redis.xlen(RING)
    assert RING_LENGTH_MAX <= kept <= RING_LENGTH_MAX + RING_SLACK
    second = await workers._start(WORKER)
    await until(lambda: _is_written(store, count))
    assert await store.sequences("EURUSD") == [
        *range(1, 101),
        *range(count - kept + 1, count + 1),
    ]
    assert _metric(workers, second, "tradewind_ticks_lost_total") == count - kept - 100


async def test_a_second_worker_takes_over_from_one_that_stands_still(
    store: Store, workers: Processes
) -> None:
    first = await workers._start(WORKER)
    await store.publish([moving(1)])
    await until(lambda: _is_written(store, 1))
    second = await workers._start(WORKER)
    os.kill(first.pid, signal.SIGSTOP)
    await store.publish([moving(2)])
    assert await until(lambda: _is_written(store, 2)) < 10
    os.kill(first.pid, signal.SIGCONT)
    await store.publish([moving(3)])
    await until(lambda: _is_written(store, 3))
    assert await store.sequences("EURUSD") == [1, 2, 3]
    assert _metric(workers, second, "tradewind_tick_rows_written_total") == 4
    assert first.poll() is None


async def test_a_storm_is_written_or_counted_in_bounded_memory(
    store: Store, workers: Processes
) -> None:
    """Case M07: faster than any writer; the ring holds the newest, the rest is counted."""
    running = await workers._start(WORKER)
    await store.publish(moving(seq) for seq in range(1, 101))
    await until(lambda: _is_written(store, 100))
    before, count, step = _memory_mb(running), 60_000, 2_000
    for start in range(101, count + 1, step):
        await store.publish(moving(seq) for seq in range(start, min(start + step, count + 1)))
        assert await store.redis.xlen(RING) <= RING_LENGTH_MAX + RING_SLACK
    await until(lambda: _is_written(store, count))
    written = await store.sequences("EURUSD")
    lost = _metric(workers, running, "tradewind_ticks_lost_total")
    assert written[-1] == count
    assert len(written) == len(set(written)) == count - lost
    assert _memory_mb(running) - before < 60


async def test_a_worker_outlives_its_redis_and_its_database_connections(
    store: Store, workers: Processes
) -> None:
    running = await workers._start(WORKER)
    await store.publish([moving(1)])
    await until(lambda: _is_written(store, 1))
    readers = [each for each in await store.redis.client_list() if each["cmd"] == "xread"]
    assert len(readers) == 1
    await store.redis.client_kill_filter(_id=readers[0]["id"])
    await store.pool.execute(CUT_SQL)
    await store.publish([moving(2)])
    await until(lambda: _is_written(store, 2))
    assert await store.sequences("EURUSD") == [1, 2]
    assert running.poll() is None


async def _written_something(store: Store) -> bool:
    return await store.count("bbo_tick") > 0


async def _is_written(store: Store, seq: int) -> bool:
    return await store.admin.fetchval(LAST_SQL) == seq


def _metric(workers: Processes, process: "subprocess.Popen[bytes]", name: str) -> float:
    """The sum of one metric over its labels."""
    port = workers.events(process, "worker_serves")[0]["metrics_port"]
    text = httpx.get(f"http://127.0.0.1:{port}/metrics").text
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    assert found, name
    return sum(float(value) for value in found)


def _memory_mb(process: "subprocess.Popen[bytes]") -> float:
    status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    found = re.search(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    assert found is not None
    return int(found[1]) / 1024
