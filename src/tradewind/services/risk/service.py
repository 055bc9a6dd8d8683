"""The margin watcher: one share of the accounts, valued all the time, under a lease.

Nothing is remembered: who has the lease next reads the accounts and follows the log from there
(docs/explanation/margin-watcher.md).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg
import structlog

from tradewind.core.ids import AccountId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Pairs
from tradewind.infra.clock import Clock
from tradewind.infra.eventlog import LoggedEvent, Tail
from tradewind.infra.leases import Lease
from tradewind.infra.postgres import AWAY
from tradewind.infra.redis import honour_cancellation
from tradewind.infra.ticks import TickFeed
from tradewind.services.risk import store, verifying
from tradewind.services.risk.asking import Asker
from tradewind.services.risk.columns import AccountView
from tradewind.services.risk.loading import load, owns
from tradewind.services.risk.marks import Marks
from tradewind.services.risk.metrics import RiskMetrics
from tradewind.services.risk.ports import Check
from tradewind.services.risk.watch import Watch

#: What moved is valued so often, and everything so often.
MOVED_S: Final = 0.25
WHOLE_S: Final = 5.0
#: A valuation may take this share of a core, unless what moved would wait for too long.
SHARE_MAX: Final = 0.25
MOVED_S_MAX: Final = 0.75
TERMS_POLL_S: Final = 0.5
#: All assignments are read again so often, for one that nobody announced.
ASSIGNMENTS_S: Final = 30.0
UNREAD_POLL_S: Final = 0.05
VERIFY_S: Final = 60.0
#: An account that stands at another event than the database is looked at again so often.
SETTLE_ATTEMPTS: Final = 25
SETTLE_S: Final = 0.2
RETRY_S_MIN: Final = 0.1
RETRY_S_MAX: Final = 2.0
_TIMEOUT_S: Final = 10.0

_log = structlog.get_logger()


def shard_lease(shard: int, shards: int) -> str:
    """Name the lease of one share of the accounts."""
    return f"risk-{shard + 1}-of-{shards}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every shard uses: `pool` is of role `tw_oms`, `feed` is kept fed by somebody else."""

    pool: asyncpg.Pool
    feed: TickFeed
    clock: Clock
    instruments: Callable[[], Mapping[Symbol, Instrument]]
    pairs: Callable[[], Pairs]
    check: Check
    metrics: RiskMetrics
    #: Called once a book is filled, which stays for long.
    filled: Callable[[], None] = lambda: None
    verify_s: float = VERIFY_S


class MarginWatcher:
    """One share of the accounts, whenever this process has the lease of it."""

    def __init__(self, tools: Tools, shard: tuple[int, int]) -> None:
        """`shard` is (number from 0, how many)."""
        self._tools = tools
        self.shard = shard
        self._tail: Tail | None = None

    def wake(self) -> None:
        """Look at the log now: somebody committed events."""
        if self._tail is not None:
            self._tail.wake()

    async def run(self, lease: Lease) -> None:
        """Watch until cancelled, from the beginning when a number was wrong; raises LeaseLost."""
        while True:
            watch, start = await self._begin(lease)
            self._tail = Tail(self._tools.pool, self._deliver_to(watch), start)
            async with asyncio.TaskGroup() as group:
                works = [
                    group.create_task(self._tail.run()),
                    group.create_task(watch.asker.run()),
                    group.create_task(self._revalue(watch)),
                    group.create_task(self._read_unread(watch)),
                    group.create_task(self._follow_terms(watch)),
                ]
                await self._verify(watch)
                for work in works:
                    work.cancel()

    async def _begin(self, lease: Lease) -> tuple[Watch, int]:
        """Load until it works; nothing is valued before."""
        retry_s = RETRY_S_MIN
        while True:
            honour_cancellation()
            try:
                return await self._load(lease)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._failed("load", error)
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, RETRY_S_MAX)

    async def _load(self, lease: Lease) -> tuple[Watch, int]:
        tools = self._tools
        async with tools.pool.acquire(timeout=_TIMEOUT_S) as connection:
            loaded = await load(connection, self.shard, tools.clock.now())
        watch = Watch(
            book=loaded.book,
            groups=loaded.groups,
            instruments=tools.instruments,
            marks=Marks(tools.feed, tools.instruments, tools.pairs),
            asker=Asker(tools.check, lease, tools.metrics),
        )
        tools.filled()
        self._show_size(watch)
        positions = watch.book.open_positions
        _log.info(
            "risk_loaded", shard=self._name, accounts=len(watch.book.ids), positions=positions
        )
        return watch, loaded.log_start

    def _deliver_to(self, watch: Watch) -> Callable[[Sequence[LoggedEvent]], None]:
        def deliver(events: Sequence[LoggedEvent]) -> None:
            for event in events:
                if owns(self.shard, event.account_id):
                    watch.book.apply(event)
            age = self._tools.clock.now() - events[-1].at
            self._tools.metrics.lag.set(max(0.0, age.total_seconds()))

        return deliver

    async def _revalue(self, watch: Watch) -> None:
        """Value what moved again and again, and everything now and then."""
        loop = asyncio.get_running_loop()
        whole_at = loop.time()
        while True:
            began = loop.time()
            is_whole = began >= whole_at
            if is_whole:
                watch.revalue_all()
                whole_at = began + WHOLE_S
            else:
                watch.revalue_moved()
            took = loop.time() - began
            self._show(watch, "all" if is_whole else "moved", took)
            await asyncio.sleep(max(MOVED_S, min(took / SHARE_MAX - took, MOVED_S_MAX)))

    async def _read_unread(self, watch: Watch) -> None:
        """Read the accounts whose events do not say all there is to know."""
        while True:
            await asyncio.sleep(UNREAD_POLL_S)
            if not watch.book.unread:
                continue
            try:
                await self._read_accounts(watch)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._failed("read_accounts", error)
                await asyncio.sleep(RETRY_S_MIN)

    async def _read_accounts(self, watch: Watch) -> None:
        book, now = watch.book, self._tools.clock.now()
        wanted = list(book.unread)
        async with self._tools.pool.acquire(timeout=_TIMEOUT_S) as connection:
            stored = await verifying.read(connection, now, wanted)
        book.unread.difference_update(wanted)
        for view in stored.accounts:
            place = book.place(view.id)
            if place is not None and view.seq < book.accounts.seq[place]:
                # Events arrived meanwhile that came after what was read.
                book.unread.add(AccountId(view.id))
            else:
                book.replace(view, stored.positions.get(view.id, ()))

    async def _follow_terms(self, watch: Watch) -> None:
        """Keep groups' terms, and which account has which, as they are in force."""
        loop, clock = asyncio.get_running_loop(), self._tools.clock
        seen, next_at, whole_at, looked = -1, None, loop.time(), clock.now()
        while True:
            await asyncio.sleep(TERMS_POLL_S)
            now = clock.now()
            is_due = loop.time() >= whole_at or now < looked or _has_come(next_at, now)
            try:
                async with self._tools.pool.acquire(timeout=_TIMEOUT_S) as connection:
                    version, following = await store.read_changes(connection, now)
                    groups = await store.read_groups(connection, now)
                    if is_due or version != seen:
                        async with connection.transaction(readonly=True):
                            await store.load_accounts(connection, now, self._assign_in(watch))
                        whole_at = loop.time() + ASSIGNMENTS_S
            except (asyncpg.PostgresError, *AWAY) as error:
                self._failed("follow_terms", error)
                continue
            seen, next_at, looked = version, following, now
            if groups != watch.groups:
                watch.groups = groups

    def _assign_in(self, watch: Watch) -> Callable[[Sequence[AccountView]], None]:
        book = watch.book

        def assign(views: Sequence[AccountView]) -> None:
            for view in views:
                if owns(self.shard, view.id) and not book.has_terms(view):
                    book.unread.add(AccountId(view.id))

        return assign

    async def _verify(self, watch: Watch) -> None:
        """Compare a slice of the accounts with the database now and then, until one differs."""
        slices = verifying.Slices(watch.book)
        while True:
            await asyncio.sleep(self._tools.verify_s)
            try:
                outcome = await self._compare(watch, slices.next())
            except (asyncpg.PostgresError, *AWAY) as error:
                self._failed("verify", error)
                continue
            self._tools.metrics.verified.inc(outcome.agreed)
            self._tools.metrics.differences.inc(len(outcome.differing))
            for account in outcome.differing:
                _log.error("risk_book_differs", shard=self._name, account_id=str(account))
            if outcome.differing:
                return

    async def _compare(self, watch: Watch, accounts: Sequence[AccountId]) -> verifying.Outcome:
        settling = verifying.Settling(watch.book, accounts)
        for _ in range(SETTLE_ATTEMPTS):
            async with self._tools.pool.acquire(timeout=_TIMEOUT_S) as connection:
                stored = await verifying.read(
                    connection, self._tools.clock.now(), settling.accounts
                )
            settling.compare(stored)
            if not settling.accounts:
                break
            await asyncio.sleep(SETTLE_S)
        return settling.outcome()

    @property
    def _name(self) -> str:
        return shard_lease(*self.shard)

    def _show_size(self, watch: Watch) -> None:
        metrics = self._tools.metrics
        metrics.accounts.labels(self._name).set(len(watch.book.ids))
        metrics.positions.labels(self._name).set(watch.book.open_positions)

    def _show(self, watch: Watch, scope: str, took_s: float) -> None:
        metrics = self._tools.metrics
        metrics.revaluation.labels(scope).observe(took_s)
        metrics.candidates.labels(self._name).set(len(watch.asker.standing))
        metrics.unpriced.labels(self._name).set(watch.unpriced)
        self._show_size(watch)

    def _failed(self, work: str, error: Exception) -> None:
        self._tools.metrics.failures.labels(work).inc()
        _log.warning("risk_round_failed", work=work, error=repr(error))


def _has_come(at: datetime | None, now: datetime) -> bool:
    return at is not None and at <= now
