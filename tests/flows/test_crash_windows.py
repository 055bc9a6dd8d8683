"""The process that decides orders dies at named moments of a batch, each hit on purpose."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.flows.live import Live
from tests.flows.reconciling import Reconciler
from tests.services.pricing.running import until
from tradewind.infra.crashpoint import (
    Crashpoint,
    CrashpointRefusedError,
    crashpoint_from_environment,
    go_on,
)
from tradewind.infra.local.postgres_server import connect_superuser

ORDERS_PER_S = 300.0
#: With these a COMMIT is on its way for a tenth of a second, PostgreSQL's most.
SLOW_COMMITS = ("commit_delay = 100000", "commit_siblings = 0")
COMMITTING_SQL = """
    SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE usename = 'tw_oms' AND state = 'active' AND query = 'COMMIT')
"""
WRITING_SQL = """
    SELECT EXISTS (SELECT FROM pg_stat_activity
                    WHERE usename = 'tw_oms' AND wait_event_type = 'Lock'
                      AND query LIKE '%oms_write%')
"""


@pytest.fixture
async def superuser(live: Live) -> AsyncIterator[asyncpg.Connection]:
    """A look at what the database is doing, and a hand in it."""
    connection = await connect_superuser(live.platform.home, "tradewind")
    yield connection
    await connection.close()


@pytest.fixture
async def slow_commits(superuser: asyncpg.Connection) -> AsyncIterator[None]:
    """COMMITs that can be seen on their way."""
    for setting in SLOW_COMMITS:
        await superuser.execute(f"ALTER SYSTEM SET {setting}")
    await superuser.execute("SELECT pg_reload_conf()")
    yield
    await restore_commits(superuser)


async def test_a_crash_before_commit_leaves_nothing(reconciler: Reconciler) -> None:
    arm(reconciler.live, Crashpoint.BEFORE_COMMIT)
    found = await reconciler.round("api", until_crashed(reconciler.live), ORDERS_PER_S)
    assert set(found.outcomes) == {"Unknown"}
    assert set(found.truth.values()) == {None}
    await reconciler.settle()
    assert reconciler.seen["replayed"] == len(found.truth) // 2


async def test_a_crash_between_commit_and_answer_leaves_orders_that_a_repeat_finds(
    reconciler: Reconciler,
) -> None:
    arm(reconciler.live, Crashpoint.AFTER_COMMIT_BEFORE_ANSWER)
    found = await reconciler.round("api", until_crashed(reconciler.live), ORDERS_PER_S)
    assert set(found.outcomes) == {"Unknown"}
    assert any(found.truth.values())
    await reconciler.settle()


async def test_a_crash_while_commit_is_on_its_way_leaves_orders_that_a_repeat_finds(
    reconciler: Reconciler, superuser: asyncpg.Connection, slow_commits: None
) -> None:
    async def kill_in_commit() -> None:
        await until(lambda: superuser.fetchval(COMMITTING_SQL))
        reconciler.live.kill("api")
        await restore_commits(superuser)

    found = await reconciler.round("api", kill_in_commit, ORDERS_PER_S)
    assert any(found.truth.values())
    await reconciler.settle()


async def test_a_crash_in_the_middle_of_writing_leaves_nothing(
    reconciler: Reconciler, superuser: asyncpg.Connection
) -> None:
    holder = await connect_superuser(reconciler.live.platform.home, "tradewind")

    async def kill_in_write() -> None:
        await until(lambda: superuser.fetchval(WRITING_SQL))
        reconciler.live.kill("api")
        await holder.close()

    await holder.execute("BEGIN; LOCK TABLE fill IN SHARE MODE")
    found = await reconciler.round("api", kill_in_write, ORDERS_PER_S)
    assert set(found.outcomes) == {"Unknown"}
    assert set(found.truth.values()) == {None}
    await reconciler.settle()


def test_nothing_crashes_that_was_not_asked_to(tmp_path: Path) -> None:
    assert crashpoint_from_environment({}) is go_on
    file = tmp_path / "crash"
    named = {"TRADEWIND_CRASHPOINT": str(file), "TRADEWIND_DEMO": "1"}
    crashpoint_from_environment(named)(Crashpoint.BEFORE_COMMIT)
    file.write_text(Crashpoint.AFTER_COMMIT_BEFORE_ANSWER, "ascii")
    crashpoint_from_environment(named)(Crashpoint.BEFORE_COMMIT)
    assert file.exists()


@pytest.mark.parametrize("demo", [{}, {"TRADEWIND_DEMO": "0"}])
def test_only_a_demo_can_be_asked_to_crash(demo: dict[str, str]) -> None:
    with pytest.raises(CrashpointRefusedError):
        crashpoint_from_environment({"TRADEWIND_CRASHPOINT": "anywhere", **demo})


async def restore_commits(superuser: asyncpg.Connection) -> None:
    await superuser.execute("ALTER SYSTEM RESET ALL")
    await superuser.execute("SELECT pg_reload_conf()")


def arm(live: Live, point: Crashpoint) -> None:
    live.crash_file.write_text(point, "ascii")


def until_crashed(live: Live) -> Callable[[], Awaitable[None]]:
    """Wait until the process came to its moment: it has removed the file and is gone."""
    former = live.pid("api")

    async def is_gone() -> bool:
        return not live.is_up("api") or live.pid("api") != former

    async def wait() -> None:
        await until(is_gone)
        assert not live.crash_file.exists()

    return wait
