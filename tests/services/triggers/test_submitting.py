"""The queue to the order service, with an order service that a test plays."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from tests.services.triggers.builders import BEGINNING, account, answer, ring_tick, tick, view
from tradewind.core.commands import MoveStop
from tradewind.core.errors import ConflictError, TransientError, UnknownOutcomeError
from tradewind.core.ids import OrderId
from tradewind.core.money import Price
from tradewind.infra.leases import Lease, LeaseLost
from tradewind.services.oms.submission import Answer, Command, TriggerOrder
from tradewind.services.triggers import submitting
from tradewind.services.triggers.index import Index
from tradewind.services.triggers.metrics import TriggerMetrics
from tradewind.services.triggers.submitting import Asked, Failed, Submitter

DEADLINE_S = 10.0
LEVEL = Price(Decimal("1.2"))
TICK = ring_tick(tick(1, BEGINNING, standard=("1.0", "1.1")))


class FreeLease(Lease):
    """A lease that is valid as long as a test says so."""

    def __init__(self) -> None:
        self.name, self.epoch, self.held = "test", 1, True

    @property
    def valid(self) -> bool:
        return self.held


@dataclass(slots=True)
class Played:
    """What was submitted, what comes of it, and what the queue was told."""

    outcomes: deque[Answer | Exception] = field(default_factory=deque)
    submitted: list[int] = field(default_factory=list)
    told: list[tuple[int, Answer | Failed]] = field(default_factory=list)
    lease: FreeLease = field(default_factory=FreeLease)
    late: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    submitter: Submitter = field(init=False)

    def __post_init__(self) -> None:
        self.gate.set()
        metrics = TriggerMetrics(CollectorRegistry())
        self.submitter = Submitter(self.submit, self.lease, metrics)

    async def submit(self, command: Command, lease: Lease) -> Answer:
        assert lease is self.lease
        self.submitted.append(command.order_id.int)
        await self.gate.wait()
        outcome = self.outcomes.popleft() if self.outcomes else answer("stale")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def run(self) -> None:
        await self.submitter.run(
            lambda *_: self.late,
            lambda asked, outcome: self.told.append((asked.order.ticket, outcome)),
        )

    async def until_told(self, count: int) -> None:
        async with asyncio.timeout(DEADLINE_S):
            while len(self.told) < count:
                await asyncio.sleep(0.005)


@pytest.fixture
async def played() -> AsyncIterator[Played]:
    """A queue at work; what it raises is raised by the test."""
    made = Played()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run())
        yield made
        running.cancel()


def trigger(number: int) -> Asked:
    order_id = OrderId(UUID(int=number))
    command = TriggerOrder(order_id=order_id, account_id=account(1), version=1, tick=TICK.whole)
    return asked(number, command)


def asked(number: int, command: TriggerOrder | MoveStop) -> Asked:
    order = Index(lambda _: LEVEL).put(view(number))
    assert order is not None
    return Asked(order=order, tick=TICK, command=command)


def move(number: int) -> Asked:
    command = MoveStop(
        order_id=OrderId(UUID(int=number)),
        account_id=account(1),
        version=1,
        stop_price=LEVEL,
    )
    return asked(number, command)


async def test_questions_are_asked_in_their_order_and_a_bounded_number_at_once(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submitting, "IN_FLIGHT_MAX", 3)
    played.gate.clear()
    for number in (5, 2, 9, 1, 7):
        played.submitter.ask(trigger(number))
    async with asyncio.timeout(DEADLINE_S):
        while len(played.submitted) < 3:
            await asyncio.sleep(0.005)
    assert played.submitted == [5, 2, 9]
    played.gate.set()
    await played.until_told(5)
    assert played.submitted == [5, 2, 9, 1, 7]


async def test_what_may_not_have_happened_is_asked_again(played: Played) -> None:
    played.outcomes += [
        TransientError("overloaded", "too many"),
        UnknownOutcomeError("outcome_unknown", "who knows"),
        answer("suspended"),
    ]
    played.submitter.ask(trigger(5))
    await played.until_told(1)
    assert played.submitted == [5, 5, 5]
    assert played.told == [(5, answer("suspended"))]


async def test_a_trigger_is_given_up_once_its_tick_is_too_old(played: Played) -> None:
    played.late = True
    played.outcomes.append(TransientError("overloaded", "too many"))
    played.submitter.ask(trigger(5))
    await played.until_told(1)
    assert played.told == [(5, Failed(reason="late"))]


async def test_a_move_is_not_asked_again(played: Played) -> None:
    played.outcomes.append(TransientError("overloaded", "too many"))
    played.submitter.ask(move(5))
    await played.until_told(1)
    assert (played.submitted, played.told) == ([5], [(5, Failed(reason="overloaded"))])


async def test_a_command_that_cannot_be_decided_fails_alone(played: Played) -> None:
    played.outcomes.append(ConflictError("internal_error", "it failed"))
    played.submitter.ask(trigger(5))
    played.submitter.ask(trigger(6))
    await played.until_told(2)
    assert sorted(played.told, key=lambda each: each[0]) == [
        (5, Failed(reason="internal_error")),
        (6, answer("stale")),
    ]


async def test_nothing_is_asked_while_the_lease_is_not_valid(played: Played) -> None:
    played.lease.held = False
    played.submitter.ask(trigger(5))
    for _ in range(20):
        await asyncio.sleep(0)
    assert played.submitted == []
    played.lease.held = True
    await played.until_told(1)
    assert played.submitted == [5]


async def test_a_lost_lease_ends_the_work() -> None:
    played = Played()
    played.outcomes.append(LeaseLost("another's"))
    played.submitter.ask(trigger(5))
    with pytest.raises(ExceptionGroup) as raised:
        await played.run()
    assert raised.group_contains(LeaseLost)
    assert played.told == []
