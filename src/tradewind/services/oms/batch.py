"""One batch on one connection: begin, lock and load, decide, write, commit.

Four round trips whatever the size. Callers are answered only after the commit, and a commit whose
answer was lost is looked up, never guessed (docs/explanation/order-way.md).
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import structlog

from tradewind.core.commands import CancelAll, CheckMargin, ClosePosition, PlaceOrder
from tradewind.core.errors import TransientError, UnknownOutcomeError
from tradewind.infra.clock import Clock
from tradewind.infra.crashpoint import Crashpoint, go_on
from tradewind.infra.identifiers import oldest_id
from tradewind.infra.leases import LeaseLost, guard
from tradewind.services.oms import answers_store as answers
from tradewind.services.oms import store
from tradewind.services.oms.deciding import Deciding, InternalError, Outcome, Replay
from tradewind.services.oms.desk import Desk, TicketsExhausted
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.several import MANY, many, operation
from tradewind.services.oms.store import Loaded, Locking, Wanted, Writing
from tradewind.services.oms.submission import Answer, Submission
from tradewind.services.oms.wants import named_fills, named_orders, tickets_of

STATEMENT_TIMEOUT_S: Final = 5.0
UNKNOWN_TIMEOUT_S: Final = 10.0
UNKNOWN_POLL_S: Final = 0.05
REPEATS_MAX: Final = 3
TICKETS_MORE: Final = 1_024


#: How a lost connection or a server that is going down shows: a killed backend says
#: OperatorIntervention when a statement runs, and is simply gone when none does, or has left the
#: driver in a state in which it sends nothing (InternalClientError).
BROKEN: Final = (
    OSError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)

#: What one bad command can do to a whole batch: bad data, a constraint, a broken assertion, an
#: account whose terms cannot be read.
POISON: Final = (
    msgspec.DecodeError,
    asyncpg.CardinalityViolationError,
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.PLPGSQLError,
)

Connect = Callable[[], Awaitable[asyncpg.Connection]]


class CommitUnknownError(Exception):
    """The answer to COMMIT was lost; `proof` is one event that is there if it took place."""

    def __init__(self, xid: str, proof: tuple[UUID, int]) -> None:
        """Keep what the look-up needs."""
        super().__init__(xid)
        self.xid = xid
        self.proof = proof


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every batch uses."""

    markets: Markets
    clock: Clock
    new_id: Callable[[], UUID]
    connect: Connect
    #: Called twice a batch, at the moments between which a crash must be harmless.
    crashpoint: Callable[[Crashpoint], None] = go_on


class Session:
    """One connection that runs batches one after the other; reopened when it breaks."""

    def __init__(self, tools: Tools) -> None:
        """Connect at the first batch."""
        self._tools = tools
        self._connection: asyncpg.Connection | None = None
        self._pending: list[Outcome] = []
        self._tickets: deque[int] = deque()
        #: CPU time that deciding took so far.
        self.deciding_s = 0.0

    async def run(self, batch: Sequence[Submission], *, wait: bool) -> list[Outcome]:
        """Return one outcome a submission. Culprits are isolated, conflicts repeated."""
        for _ in range(REPEATS_MAX):
            try:
                return await self._once(batch, wait=wait)
            except LeaseLost as lost:
                return [_without_lease(submission, lost) for submission in batch]
            except TicketsExhausted:
                await self._more_tickets()
            except asyncpg.LockNotAvailableError:
                return _all(batch, TransientError("account_busy", "the account is busy"))
            except POISON as error:
                return await self._halves(batch, error)
            except (asyncpg.TransactionRollbackError, TimeoutError, *BROKEN):
                await self._recover()
            except CommitUnknownError as unknown:
                outcome = await self._resolve(batch, unknown)
                if outcome is not None:
                    return outcome
        return _all(batch, TransientError("database_unavailable", "the order was not taken"))

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close(timeout=2)

    async def _once(self, batch: Sequence[Submission], *, wait: bool) -> list[Outcome]:
        connection = await self._connected()
        await connection.execute("BEGIN", timeout=STATEMENT_TIMEOUT_S)
        try:
            now = self._tools.clock.now()
            for lease in {s.lease for s in batch if s.lease is not None}:
                await guard(connection, lease)
            tickets = sum(tickets_of(s.command) for s in batch) - len(self._tickets)
            loaded = await store.lock_and_load(
                connection,
                _wanted(batch, max(tickets, 0)),
                now,
                Locking.WAIT if wait else Locking.SKIP,
                timeout_s=STATEMENT_TIMEOUT_S,
            )
            self._tickets.extend(loaded.tickets or ())
            began = time.thread_time()
            deciding = self._deciding(loaded, now)
            outcomes = deciding.decide_all(batch)
            self.deciding_s += time.thread_time() - began
            if deciding.writing.accounts or deciding.writing.keys:
                await store.write(connection, deciding.writing, now, timeout_s=STATEMENT_TIMEOUT_S)
        except BaseException:
            await self._rollback(connection)
            raise
        self._pending = outcomes
        self._tools.crashpoint(Crashpoint.BEFORE_COMMIT)
        await self._commit(connection, loaded.xid, deciding.writing)
        self._tools.crashpoint(Crashpoint.AFTER_COMMIT_BEFORE_ANSWER)
        return [await self._replayed(connection, outcome) for outcome in outcomes]

    def _deciding(self, loaded: Loaded, now: datetime) -> Deciding:
        desk = Desk(
            markets=self._tools.markets,
            new_id=self._tools.new_id,
            tickets=self._tickets,
            now=now,
        )
        return Deciding(loaded, desk)

    async def _commit(
        self, connection: asyncpg.Connection, xid: str | None, writing: Writing
    ) -> None:
        """Commit without a time-out and shielded: a cancelled COMMIT may still take place."""
        try:
            await asyncio.shield(connection.execute("COMMIT"))
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.TransactionRollbackError):
            raise
        except (asyncpg.PostgresError, *BROKEN) as error:
            if xid is None or not writing.accounts:
                raise
            proof = (writing.accounts[-1].id, writing.accounts[-1].last_event)
            raise CommitUnknownError(xid, proof) from error

    async def _resolve(
        self, batch: Sequence[Submission], unknown: CommitUnknownError
    ) -> list[Outcome] | None:
        """Look the transaction up until it has ended; None means that it never took place."""
        outcomes = self._pending
        deadline = asyncio.get_running_loop().time() + UNKNOWN_TIMEOUT_S
        await self._recover()
        while asyncio.get_running_loop().time() < deadline:
            try:
                connection = await self._connected()
                committed = await answers.was_committed(connection, unknown.xid, unknown.proof)
                if committed is not None:
                    return (
                        [await self._replayed(connection, o) for o in outcomes]
                        if committed
                        else None
                    )
            except (asyncpg.PostgresError, TimeoutError, *BROKEN):
                await self._recover()
            await asyncio.sleep(UNKNOWN_POLL_S)
        return _all(
            batch,
            UnknownOutcomeError("outcome_unknown", "repeat with the same key", retry_after_s=2),
        )

    async def _halves(self, batch: Sequence[Submission], error: Exception) -> list[Outcome]:
        """Split a batch that the database refused until the culprit stands alone."""
        if len(batch) == 1:
            order_id = str(batch[0].command.order_id)
            structlog.get_logger().error("command_refused", order_id=order_id, error=str(error))
            return _all(batch, InternalError("internal_error", "the command failed"))
        middle = len(batch) // 2
        return [
            *await self.run(batch[:middle], wait=False),
            *await self.run(batch[middle:], wait=False),
        ]

    async def _replayed(self, connection: asyncpg.Connection, outcome: Outcome) -> Outcome:
        """Fetch the first answer of a replay, as it was then."""
        if not isinstance(outcome, Replay):
            return outcome
        stored = outcome.stored
        if stored.code == MANY:
            orders = await answers.orders_of(connection, stored, operation(stored.order_id))
            return replace(many(stored.status, stored.order_id, orders), replayed=True)
        order = await answers.order_at(connection, stored) if stored.code is None else None
        path = () if order is None else await answers.path_to(connection, order, stored.event)
        return Answer(
            status=stored.status,
            code=stored.code,
            order_id=stored.order_id,
            order=order,
            path=path,
            replayed=True,
        )

    async def _connected(self) -> asyncpg.Connection:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._tools.connect()
        return self._connection

    async def _more_tickets(self) -> None:
        """Have plenty for the next attempt; what is left over is used later."""
        connection = await self._connected()
        self._tickets.extend(await answers.take_tickets(connection, TICKETS_MORE))

    async def _rollback(self, connection: asyncpg.Connection) -> None:
        try:
            await connection.execute("ROLLBACK", timeout=1)
        except (asyncpg.PostgresError, TimeoutError, *BROKEN):
            await self._recover()

    async def _recover(self) -> None:
        """Drop the connection; the next batch opens a new one."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None


def _without_lease(submission: Submission, lost: LeaseLost) -> Exception:
    """Tell who had the lost lease; the others' commands were not taken, and nothing happened."""
    if submission.lease is not None and submission.lease.name in str(lost):
        return lost
    return TransientError("lease_lost", "the order was not taken")


def _all(batch: Sequence[Submission], error: Exception) -> list[Outcome]:
    return [error for _ in batch]


def _wanted(batch: Sequence[Submission], tickets: int) -> Wanted:
    commands = [submission.command for submission in batch]
    named = [
        (c.account_id, c.client_order_id)
        for c in commands
        if isinstance(c, PlaceOrder | ClosePosition) and c.client_order_id is not None
    ]
    return Wanted(
        accounts=sorted({c.account_id for c in commands}),
        keys=[s.key.id for s in batch if s.key is not None],
        client_accounts=[account for account, _ in named],
        client_order_ids=[name for _, name in named],
        orders=[order_id for c in commands for order_id in named_orders(c)],
        whole=[c.account_id for c in commands if isinstance(c, CancelAll | CheckMargin)],
        placing=[c.account_id for c in commands if isinstance(c, PlaceOrder)],
        recent=oldest_id(1.0),
        tickets=tickets,
        fills=[fill_id for c in commands for fill_id in named_fills(c)],
    )
