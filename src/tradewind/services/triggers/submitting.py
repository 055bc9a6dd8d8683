"""Asks the order service about what woke: in order, a bounded number at a time, until answered."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import structlog

from tradewind.core.commands import MoveStop
from tradewind.core.errors import DomainError, TransientError
from tradewind.infra.leases import Lease
from tradewind.services.oms.submission import Answer, TriggerOrder
from tradewind.services.triggers.metrics import TriggerMetrics
from tradewind.services.triggers.ports import Submit
from tradewind.services.triggers.resting import Resting
from tradewind.services.triggers.ring import RingTick

#: Two batches of the order service.
IN_FLIGHT_MAX: Final = 512
RETRY_S_MIN: Final = 0.05
RETRY_S_MAX: Final = 1.0
LEASE_POLL_S: Final = 0.05

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One order, the tick that woke it, and what is asked of the order service."""

    order: Resting
    tick: RingTick
    command: TriggerOrder | MoveStop

    @property
    def name(self) -> str:
        """How metrics call it."""
        return "move" if isinstance(self.command, MoveStop) else "trigger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """Nothing happened; `reason` is the stable code of the error, or `late`."""

    reason: str


IsLate: TypeAlias = Callable[[RingTick, str], bool]
Answered: TypeAlias = Callable[[Asked, Answer | Failed], None]


class Submitter:
    """The queue of one shard."""

    def __init__(self, submit: Submit, lease: Lease, metrics: TriggerMetrics) -> None:
        """Ask under `lease`; while it is not valid nothing is asked."""
        self._submit = submit
        self._lease = lease
        self._metrics = metrics
        self._queue: deque[Asked] = deque()
        self._in_flight = 0
        self._wake = asyncio.Event()

    def ask(self, asked: Asked) -> None:
        """Ask soon, after everything that is asked already. There is at most one an order."""
        self._queue.append(asked)
        self._wake.set()

    async def run(self, is_late: IsLate, answered: Answered) -> None:
        """Ask until cancelled, and tell each outcome once; raises LeaseLost.

        `is_late` tells whether a tick of a symbol is too old to be traded on by now.
        """
        async with asyncio.TaskGroup() as group:
            while True:
                while self._queue and self._in_flight < IN_FLIGHT_MAX:
                    self._in_flight += 1
                    group.create_task(self._settle(self._queue.popleft(), is_late, answered))
                self._wake.clear()
                await self._wake.wait()

    async def _settle(self, asked: Asked, is_late: IsLate, answered: Answered) -> None:
        outcome = await self._outcome(asked, is_late)
        self._in_flight -= 1
        self._wake.set()
        self._metrics.outcomes.labels(asked.name, _called(outcome)).inc()
        answered(asked, outcome)

    async def _outcome(self, asked: Asked, is_late: IsLate) -> Answer | Failed:
        """Repeat while nothing is known to have happened; the version keeps it from doing twice."""
        retry_s = RETRY_S_MIN
        while True:
            if not self._lease.valid:
                await asyncio.sleep(LEASE_POLL_S)
                continue
            try:
                return await self._submit(asked.command, self._lease)
            except TransientError as error:
                if isinstance(asked.command, MoveStop):
                    return Failed(reason=error.code)
                if is_late(asked.tick, asked.order.symbol):
                    return Failed(reason="late")
            except DomainError as error:
                order_id = str(asked.order.order_id)
                _log.error("trigger_failed", order_id=order_id, code=error.code)
                return Failed(reason=error.code)
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, RETRY_S_MAX)


def _called(outcome: Answer | Failed) -> str:
    if isinstance(outcome, Failed):
        return outcome.reason
    return outcome.code or (outcome.order.state if outcome.order else "unknown")
