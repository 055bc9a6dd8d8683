"""Reads the event log as a tail: complete, and in order for each account.

A page is everything a range of transactions wrote, sorted by position. It ends below the oldest
transaction still running, so nothing that commits late is missed. That alone does not keep an
account's order: a transaction may take its number, then wait for an account's lock, and write
after one of a higher number. So a page also ends below any transaction that wrote after one the
page does not reach (docs/explanation/event-log.md).
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

import asyncpg
import structlog

from tradewind.infra.postgres import AWAY, Connection

#: Published after a commit that wrote events; the payload means nothing.
HINT_CHANNEL: Final = "events:hint"

Deliver: TypeAlias = Callable[[Sequence["LoggedEvent"]], None]
#: The accounts whose events are wanted at this moment.
Watched: TypeAlias = Callable[[], Collection[UUID]]

_POLL_S: Final = 0.2
#: How soon to look again while a running transaction may be holding events back.
_BUSY_POLL_S: Final = 0.02
#: Pages are at least this far apart, so that a flood of hints costs a bounded share of a core.
_PAUSE_S: Final = 0.005
_RETRY_S: Final = 0.5
_QUERY_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedEvent:
    """One row of the log; `data` is JSON as it was written."""

    account_id: UUID
    seq: int
    position: int
    type: str
    data: str
    cause: str | None
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Events in order of position, and where the next page starts.

    `busy` tells that transactions were running whose events a later page will hold.
    """

    events: Sequence[LoggedEvent]
    next_start: int
    busy: bool


BOUNDS_SQL: Final = """
    SELECT pg_snapshot_xmin(s) AS lower, pg_snapshot_xmax(s) AS upper
      FROM pg_current_snapshot() AS s
"""


async def log_end(connection: Connection) -> int:
    """Return the start of a page that would hold only what is still to be committed."""
    return (await _bounds(connection))["lower"]


PAGE_SQL: Final = """
    SELECT e.account_id, e.seq, e.position, e.type, e.data, e.cause, e.actor, e.at, e.tx,
           p.tx AS previous_tx
      FROM account_event e
      LEFT JOIN account_event p ON p.account_id = e.account_id AND p.seq = e.seq - 1
     WHERE e.tx >= $1 AND e.tx < $2
     ORDER BY e.position
"""


#: The condition on accounts is kept from their index, which would read whole histories.
WATCHED_PAGE_SQL: Final = """
    SELECT e.account_id, e.seq, e.position, e.type, e.data, e.cause, e.actor, e.at, e.tx,
           p.tx AS previous_tx
      FROM account_event e
      LEFT JOIN account_event p ON p.account_id = e.account_id AND p.seq = e.seq - 1
     WHERE e.tx >= $1 AND e.tx < $2 AND (e.account_id = ANY($3)) IS TRUE
     ORDER BY e.position
"""


async def read_page(connection: Connection, start: int, watched: Watched | None = None) -> Page:
    """Return what was committed from transaction `start` on; store `next_start` with the effect.

    With `watched` only events of those accounts are read. It is asked after the bounds were: what
    a page leaves out for an account had been committed before somebody began to watch it.
    The two statements may see different snapshots: whatever had ended for the first has ended for
    the second.
    """
    bounds = await _bounds(connection)
    end = bounds["lower"]
    busy = end < bounds["upper"]
    if end <= start:
        return Page(events=(), next_start=start, busy=busy)
    if watched is None:
        rows = await connection.fetch(PAGE_SQL, start, end, timeout=_QUERY_TIMEOUT_S)
    elif accounts := watched():
        rows = await connection.fetch(
            WATCHED_PAGE_SQL, start, end, list(accounts), timeout=_QUERY_TIMEOUT_S
        )
    else:
        return Page(events=(), next_start=end, busy=busy)
    ordered = end_in_order([(row["tx"], row["previous_tx"]) for row in rows], end)
    events = [logged_event(row) for row in rows if row["tx"] < ordered]
    return Page(events=events, next_start=ordered, busy=busy or ordered < end)


def end_in_order(writes: Sequence[tuple[int, int | None]], end: int) -> int:
    """Return the highest bound up to `end` below which every event's predecessor lies too.

    `writes` are the transactions of events, each with that of its account's event before it.
    """
    while True:
        early = [tx for tx, before in writes if tx < end and before is not None and before >= end]
        if not early:
            return end
        end = min(early)


class Tail:
    """Delivers every event of watched accounts committed from `start` on, once, in this process."""

    def __init__(
        self, pool: asyncpg.Pool, deliver: Deliver, start: int, watched: Watched | None = None
    ) -> None:
        """Nothing is read before `run`; without `watched`, every account's events are."""
        self._watched = watched
        self._pool = pool
        self._deliver = deliver
        self._start = start
        self._hint = asyncio.Event()
        self._log = structlog.get_logger()

    def wake(self) -> None:
        """Look now: somebody committed events."""
        self._hint.set()

    async def run(self) -> None:
        """Read until cancelled; a database that is away delays events and loses none."""
        while True:
            try:
                page = await self._read()
            except (asyncpg.PostgresError, *AWAY) as error:
                self._log.warning("event_log_unreadable", error=repr(error))
                await asyncio.sleep(_RETRY_S)
                continue
            self._start = page.next_start
            if page.events:
                self._deliver(page.events)
            await asyncio.sleep(_PAUSE_S)
            await self._hinted(_BUSY_POLL_S if page.busy else _POLL_S)

    async def _read(self) -> Page:
        self._hint.clear()
        async with self._pool.acquire(timeout=_QUERY_TIMEOUT_S) as connection:
            return await read_page(connection, self._start, self._watched)

    async def _hinted(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._hint.wait()
        except TimeoutError:
            return


async def _bounds(connection: Connection) -> asyncpg.Record:
    row = await connection.fetchrow(BOUNDS_SQL, timeout=_QUERY_TIMEOUT_S)
    assert row is not None  # noqa: S101  one row always
    return row


def logged_event(row: asyncpg.Record) -> LoggedEvent:
    """Make one row of the log, with all its columns but `tx`, an event."""
    return LoggedEvent(
        account_id=row["account_id"],
        seq=row["seq"],
        position=row["position"],
        type=row["type"],
        data=row["data"],
        cause=row["cause"],
        actor=row["actor"],
        at=row["at"],
    )
