import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg

from tradewind.infra.clock import Clock
from tradewind.infra.demo.opening import open_person
from tradewind.infra.demo.people import Person
from tradewind.infra.demo.reference import write_reference
from tradewind.infra.identifiers import IdSource
from tradewind.infra.leases import acquire
from tradewind.infra.postgres import open_pool
from tradewind.infra.retention import SLICE_ROWS
from tradewind.infra.settings import Settings
from tradewind.processes.scheduler import LEASE, Scheduler, SchedulerMetrics

FRESH = timedelta(days=6, hours=23)
OLD = timedelta(days=7, seconds=1)


async def test_a_round_deletes_old_idempotency_keys_and_login_failures_alone(
    settings: Settings,
) -> None:
    now = datetime.now(UTC)
    async with (
        await open_pool(settings, "tw_admin", size_max=2) as admin,
        await open_pool(settings, "tw_auth", size_max=1) as auth,
        await open_pool(settings, "tw_oms", size_max=1) as oms,
    ):
        await _insert_keys(oms, SLICE_ROWS + 5, now - OLD)
        await _insert_keys(oms, 3, now - FRESH)
        for age in (timedelta(hours=25), timedelta(hours=23)):
            await auth.execute("INSERT INTO login_failure VALUES ('a', '::1', $1)", now - age)
        await _insert_answers(admin, now - OLD, now - FRESH)
        scheduler = Scheduler(admin=admin, auth=auth, clock=Clock(), metrics=SchedulerMetrics())
        lease = await acquire(admin, LEASE, "test")
        await scheduler.do_round(lease)
        assert await oms.fetchval("SELECT count(*) FROM idempotency_key") == 3
        assert await auth.fetchval("SELECT count(*) FROM login_failure") == 1
        kept = await admin.fetch("SELECT created_at FROM staff_answer")
        assert [row["created_at"] for row in kept] == [now - FRESH]
        await lease.release()


async def test_a_second_scheduler_waits_for_the_first(settings: Settings) -> None:
    async with (
        await open_pool(settings, "tw_admin", size_max=4) as admin,
        await open_pool(settings, "tw_auth", size_max=1) as auth,
        await open_pool(settings, "tw_oms", size_max=1) as oms,
    ):
        first = await acquire(admin, LEASE, "first")
        scheduler = Scheduler(admin=admin, auth=auth, clock=Clock(), metrics=SchedulerMetrics())
        second = asyncio.create_task(scheduler.work())
        await _insert_keys(oms, 1, datetime.now(UTC) - OLD)
        await asyncio.wait([second], timeout=0.6)
        assert await oms.fetchval("SELECT count(*) FROM idempotency_key") == 1
        await first.release()
        async with asyncio.timeout(5):
            while await oms.fetchval("SELECT count(*) FROM idempotency_key"):
                await asyncio.wait([second], timeout=0.05)
        second.cancel()
        await asyncio.wait([second], timeout=5)
        assert second.cancelled()


async def _insert_answers(admin: asyncpg.Pool, *times: datetime) -> None:
    """One answer to a member of staff for each time."""
    ids = IdSource()
    async with admin.acquire() as connection:
        await write_reference(connection, ids, "demo", times[0])
        person = Person(email="a@tradewind.test", name="a", role="admin", accounts=())
        user = (await open_person(connection, ids, person, "none", times[0])).user_id
    await admin.executemany(
        "INSERT INTO staff_answer VALUES ($1, $2, 'key', $1, '{}', $3)",
        [(ids.new(), user, at) for at in times],
    )


async def _insert_keys(oms: asyncpg.Pool, count: int, at: datetime) -> None:
    ids = IdSource()
    await oms.execute(
        """INSERT INTO idempotency_key
           SELECT k, k, k, 'key', k, 201, NULL, k, 1, $2 FROM unnest($1::uuid[]) k""",
        [ids.new() for _ in range(count)],
        at,
    )
