"""The order service: commands gather while a batch commits; two lanes; bounded."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from tradewind.core.commands import PlaceOrder
from tradewind.core.errors import TransientError
from tradewind.core.ids import AccountId
from tradewind.infra.leases import Lease
from tradewind.services.oms.batch import Session, Tools
from tradewind.services.oms.deciding import InternalError, Outcome, Replay, Skipped
from tradewind.services.oms.preview import Preview, Previews
from tradewind.services.oms.submission import Answer, Command, RequestKey, Submission

BATCH_MAX: Final = 256
IN_FLIGHT_MAX: Final = 2
#: Fewer opens than this wait for the batch in flight to end, so that each commit carries many;
#: they begin a batch beside it when it takes longer than so many seconds.
COMPANY_MIN: Final = 32
PATIENCE_S: Final = 0.02
#: Opens are shed first: their lane is the shorter one.
OPENS_WAITING_MAX: Final = 1_000
URGENT_WAITING_MAX: Final = 4_000
SKIPS_MAX: Final = 3
SKIPPED_S_MAX: Final = 0.1


@dataclass(slots=True, kw_only=True)
class Counters:
    """What the metrics endpoint and the benchmark read."""

    batches: int = 0
    commands: int = 0
    skipped: int = 0
    shed: int = 0
    failed: int = 0
    deciding_s: float = 0.0


class UnresolvedReplayError(AssertionError):
    """A batch returned a replay without its first answer."""


class Oms:
    """Takes commands, answers when they are durable. `run` must be running."""

    def __init__(self, tools: Tools, committed: Callable[[], None]) -> None:
        """`committed` is called after each batch that wrote; it must not block."""
        self._tools = tools
        self._committed = committed
        self._urgent: deque[Submission] = deque()
        self._opens: deque[Submission] = deque()
        self._patient: deque[Submission] = deque()
        self._busy: set[AccountId] = set()
        self._wake = asyncio.Event()
        self._stopping = False
        self._sessions: list[Session] = []
        self._previews = Previews(tools)
        self.counters = Counters()

    async def submit(
        self, command: Command, key: RequestKey | None, lease: Lease | None = None
    ) -> Answer:
        """Return the durable outcome of a command, or raise a DomainError.

        What is done under a `lease` fails with LeaseLost when it is another's by then.

        TransientError means that nothing happened; UnknownOutcomeError that it may have.
        """
        submission = Submission(
            command=command,
            key=key,
            future=asyncio.get_running_loop().create_future(),
            lease=lease,
        )
        lane, bound = (
            (self._urgent, URGENT_WAITING_MAX)
            if submission.urgent
            else (self._opens, OPENS_WAITING_MAX)
        )
        if self._stopping:
            raise TransientError("shutting_down", "the service is stopping")
        if len(lane) >= bound:
            self.counters.shed += 1
            raise TransientError("overloaded", "too many orders are waiting")
        lane.append(submission)
        self._wake.set()
        return await submission.future

    async def preview(self, order: PlaceOrder) -> Preview:
        """Return what an order would do now; nothing is stored."""
        return await self._previews.preview(order)

    async def run(self) -> None:
        """Run batches until `stop`, at most two at a time, on disjoint accounts."""
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(IN_FLIGHT_MAX):
                    tasks.create_task(self._work())
        finally:
            await self._previews.close()

    def stop(self) -> None:
        """Take no more commands; `run` returns when those taken are answered."""
        self._stopping = True
        self._wake.set()

    @property
    def waiting(self) -> int:
        """Commands that no batch has taken yet."""
        return len(self._urgent) + len(self._opens) + len(self._patient)

    @property
    def deciding_s(self) -> float:
        """CPU time that deciding took so far, in seconds."""
        return sum(session.deciding_s for session in self._sessions)

    async def _work(self) -> None:
        session = Session(self._tools)
        self._sessions.append(session)
        try:
            while True:
                batch, wait = self._take()
                if batch:
                    await self._run_batch(session, batch, wait=wait)
                elif self._stopping and not self.waiting and not self._busy:
                    self._wake.set()
                    return
                else:
                    self._wake.clear()
                    await self._woken(PATIENCE_S if self.waiting else None)
        finally:
            await session.close()

    def _take(self) -> tuple[list[Submission], bool]:
        """Everything that waits, up to a bound, on accounts no other batch has."""
        for submission in tuple(self._patient):
            if submission.command.account_id not in self._busy:
                self._patient.remove(submission)
                return [submission], True
        batch: list[Submission] = []
        if self._is_worth_waiting():
            return batch, False
        bound = self._bound()
        for lane in (self._urgent, self._opens):
            left: list[Submission] = []
            while lane and len(batch) < bound:
                submission = lane.popleft()
                free = submission.command.account_id not in self._busy
                (batch if free else left).append(submission)
            lane.extendleft(reversed(left))
        return batch, False

    def _bound(self) -> int:
        """A crowd that comes while nothing is under way is shared by two batches that overlap."""
        if self._busy or self.waiting < 2 * COMPANY_MIN:
            return BATCH_MAX
        return min(BATCH_MAX, -(-self.waiting // IN_FLIGHT_MAX))

    def _is_worth_waiting(self) -> bool:
        """Tell whether a few opens should share the next commit instead of having their own."""
        if not self._busy or self._urgent or not self._opens or self.waiting >= COMPANY_MIN:
            return False
        return time.monotonic() - self._opens[0].since < PATIENCE_S

    async def _woken(self, timeout_s: float | None) -> None:
        """Wait for something to do; for what waits for company, not longer than `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _run_batch(self, session: Session, batch: list[Submission], *, wait: bool) -> None:
        accounts = {submission.command.account_id for submission in batch}
        self._busy |= accounts
        self.counters.batches += 1
        self.counters.commands += len(batch)
        outcomes: list[Outcome]
        try:
            outcomes = await session.run(batch, wait=wait)
        except Exception:  # noqa: BLE001 - its callers must be answered whatever happened
            structlog.get_logger().exception("batch_failed", size=len(batch))
            self.counters.failed += 1
            failure = InternalError("internal_error", "the command failed; nothing was changed")
            outcomes = [failure for _ in batch]
        finally:
            self._busy -= accounts
            self._wake.set()
        self._deliver(batch, outcomes)

    def _deliver(self, batch: list[Submission], outcomes: list[Outcome]) -> None:
        skipped: list[Submission] = []
        for submission, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, Skipped):
                skipped.append(submission)
            elif isinstance(outcome, Replay):
                raise UnresolvedReplayError
            else:
                submission.answer(outcome)
        if len(skipped) < len(batch):
            self._committed()
        for submission in reversed(skipped):
            self._again(submission)

    def _again(self, submission: Submission) -> None:
        """Put a skipped command at the front; after a while it gets a batch that waits."""
        self.counters.skipped += 1
        submission.skips += 1
        waited = time.monotonic() - submission.since
        if submission.skips >= SKIPS_MAX or waited > SKIPPED_S_MAX:
            self._patient.append(submission)
        elif submission.urgent:
            self._urgent.appendleft(submission)
        else:
            self._opens.appendleft(submission)
