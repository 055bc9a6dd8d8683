"""Who is asked about, how often, and what becomes of the answers."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from uuid import UUID

import pytest

from tests.services.risk.asker import Played, asker, held_lease
from tradewind.core.errors import TransientError
from tradewind.core.ids import AccountId
from tradewind.infra.leases import Lease, LeaseLost
from tradewind.services.risk import asking
from tradewind.services.risk.asking import IN_FLIGHT_MAX, Asker

ONE, TWO = AccountId(UUID(int=1)), AccountId(UUID(int=2))
DEADLINE_S = 5.0


@asynccontextmanager
async def running(played: Played, lease: Lease | None = None) -> AsyncGenerator[Asker]:
    made = asker(played, lease)
    async with asyncio.TaskGroup() as group:
        work = group.create_task(made.run())
        yield made
        work.cancel()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not condition():
            await asyncio.sleep(0)


def everyone_else(_: AccountId) -> bool:
    return True


async def test_an_account_is_asked_about_once_while_it_is_not_answered() -> None:
    played = Played()
    async with running(played) as made:
        for _ in range(3):
            made.offer([(ONE, True)], everyone_else)
            await until(lambda: played.asked[ONE] == 1)
        played.let.set()
        await until(lambda: played.count("waiting") == 1)
    assert played.asked == {ONE: 1}


async def test_it_is_not_asked_about_again_before_the_answer_however_late_that_is() -> None:
    made = asker()
    made.offer([(ONE, True), (TWO, True)], everyone_else)
    made._in_flight.add(ONE)
    assert list(made._due(100.0)) == [TWO]


@pytest.mark.parametrize(("urgent", "pause"), [(True, asking.PAUSE_S), (False, asking.PATIENCE_S)])
async def test_it_is_asked_about_again_only_after_its_pause(*, urgent: bool, pause: float) -> None:
    made = asker()
    made.offer([(ONE, urgent)], everyone_else)
    made._asked_at[ONE] = 100.0
    assert list(made._due(100.0 + pause - 0.001)) == []
    assert list(made._due(100.0 + pause)) == [ONE]


async def test_the_worst_are_asked_about_first_and_never_too_many_at_once() -> None:
    played = Played()
    crowd = [(AccountId(UUID(int=number)), True) for number in range(1, IN_FLIGHT_MAX + 51)]
    async with running(played) as made:
        made.offer(crowd, everyone_else)
        await until(lambda: len(played.order) == IN_FLIGHT_MAX)
        assert played.order == [account for account, _ in crowd[:IN_FLIGHT_MAX]]
        played.let.set()
        await until(lambda: len(played.order) == len(crowd))
    assert set(played.asked.values()) == {1}


async def test_candidates_stand_until_they_are_over() -> None:
    made = asker()
    made.offer([(ONE, True)], everyone_else)
    made.offer([(TWO, False)], lambda _: False)
    assert made.standing == {TWO: False, ONE: True}
    made.offer([], lambda account: account == ONE)
    assert made.standing == {TWO: False}


async def test_a_failure_is_counted_by_its_code_and_asked_about_again() -> None:
    played = Played(error=TransientError("database_unavailable", "Try again shortly."))
    played.let.set()
    async with running(played) as made:
        made.offer([(ONE, True)], everyone_else)
        await until(lambda: played.count("database_unavailable") == 1)
        assert made.standing == {ONE: True}
        played.error, played.outcome = None, "stopped_out"
        made._asked_at.clear()
        made.offer([(ONE, True)], everyone_else)
        await until(lambda: played.count("stopped_out") == 1)
    assert played.registry.get_sample_value("tradewind_risk_stop_outs_total") == 1


async def test_nothing_is_asked_while_the_lease_may_be_another_s() -> None:
    played, lease = Played(), held_lease(valid_for_s=-1.0)
    async with running(played, lease) as made:
        made.offer([(ONE, True)], everyone_else)
        await until(lambda: not made._wake.is_set())
    assert played.asked == {}


async def test_a_lost_lease_ends_the_asking() -> None:
    played = Played(error=LeaseLost("lease risk-1-of-1 was taken over"))
    played.let.set()
    made = asker(played)
    made.offer([(ONE, True)], everyone_else)
    with pytest.RaisesGroup(LeaseLost):
        await asyncio.wait_for(made.run(), DEADLINE_S)
