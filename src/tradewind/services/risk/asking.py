"""Asks the order service about candidates: the worst first, each at most once at a time."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

import structlog

from tradewind.core.errors import DomainError
from tradewind.core.ids import AccountId
from tradewind.infra.leases import Lease
from tradewind.services.risk.metrics import RiskMetrics
from tradewind.services.risk.ports import Check

#: As many as one batch of the order service.
IN_FLIGHT_MAX: Final = 256
#: An account is asked about at most so often, and one with nothing urgent so often.
PAUSE_S: Final = 1.0
PATIENCE_S: Final = 5.0

STOPPED_OUT: Final = "stopped_out"

_log = structlog.get_logger()


class Asker:
    """The candidates of one shard, for as long as they are some."""

    def __init__(self, check: Check, lease: Lease, metrics: RiskMetrics) -> None:
        """Ask under `lease`; while it is not valid nothing is asked."""
        self._check = check
        self._lease = lease
        self._metrics = metrics
        #: Candidates, and whether what they need is urgent.
        self.standing: dict[AccountId, bool] = {}
        self._asked_at: dict[AccountId, float] = {}
        self._in_flight: set[AccountId] = set()
        self._wake = asyncio.Event()

    def offer(
        self, found: Sequence[tuple[AccountId, bool]], is_over: Callable[[AccountId], bool]
    ) -> None:
        """Take candidates, the worst first; others stay unless `is_over` says otherwise."""
        standing = dict(found)
        for account, urgent in self.standing.items():
            if account not in standing and not is_over(account):
                standing[account] = urgent
        self.standing = standing
        self._wake.set()

    async def run(self) -> None:
        """Ask until cancelled; raises LeaseLost."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._wake.wait()
                self._wake.clear()
                for account in self._due(time.monotonic()) if self._lease.valid else ():
                    self._in_flight.add(account)
                    group.create_task(self._ask(account))

    def _due(self, now: float) -> Sequence[AccountId]:
        """Return whom to ask about now, and forget when those were asked who may be again."""
        self._asked_at = {a: at for a, at in self._asked_at.items() if now < at + PATIENCE_S}
        due: list[AccountId] = []
        for account, urgent in self.standing.items():
            if len(self._in_flight) + len(due) >= IN_FLIGHT_MAX:
                break
            asked_at = self._asked_at.get(account)
            pause = PAUSE_S if urgent else PATIENCE_S
            if account not in self._in_flight and (asked_at is None or now >= asked_at + pause):
                due.append(account)
        return due

    async def _ask(self, account: AccountId) -> None:
        self._asked_at[account] = time.monotonic()
        outcome = await self._outcome(account)
        self._in_flight.discard(account)
        self._metrics.checks.labels(outcome).inc()
        if outcome == STOPPED_OUT:
            self._metrics.stop_outs.inc()
        self._wake.set()

    async def _outcome(self, account: AccountId) -> str:
        """Ask once; whoever could not be checked is still a candidate."""
        try:
            return await self._check(account, self._lease)
        except DomainError as error:
            _log.warning("margin_not_checked", account_id=str(account), code=error.code)
            return error.code
