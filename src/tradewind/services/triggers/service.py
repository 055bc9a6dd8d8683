"""The trigger engine: holds every tick of its symbols against the resting orders, under a lease.

Nothing is remembered but how far each ring was evaluated: who has the lease next reads the open
orders, follows the log, and goes on from there (docs/explanation/trigger-engine.md).
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.core.ids import AccountId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.infra.clock import Clock
from tradewind.infra.leases import Lease, guard
from tradewind.infra.postgres import AWAY, Connection
from tradewind.infra.redis import honour_cancellation
from tradewind.services.accounts.groups import read_all_groups, read_groups, read_moved
from tradewind.services.marketdata.writer import in_shard
from tradewind.services.oms.submission import Answer
from tradewind.services.triggers import store
from tradewind.services.triggers.evaluation import LATE_MAX, Evaluation
from tradewind.services.triggers.loading import load
from tradewind.services.triggers.metrics import TriggerMetrics
from tradewind.services.triggers.ports import Submit
from tradewind.services.triggers.ring import RingReader
from tradewind.services.triggers.submitting import Asked, Failed, Submitter

PROGRESS_S: Final = 0.5
GROUPS_POLL_S: Final = 0.25
#: Assignments are looked for this far back, for one that is committed late, and all of them are
#: read again so often, for one that was entered with a time long past.
GROUPS_BACK: Final = timedelta(minutes=1)
GROUPS_WHOLE_S: Final = 30.0
LOG_POLL_S: Final = 0.2
#: How soon to look again while a running transaction may be holding events back.
LOG_BUSY_POLL_S: Final = 0.02
LOG_PAUSE_S: Final = 0.005
RETRY_S_MIN: Final = 0.1
RETRY_S_MAX: Final = 2.0
_TIMEOUT_S: Final = 10.0

_log = structlog.get_logger()


def shard_lease(shard: int, shards: int) -> str:
    """Name the lease of one share of the symbols."""
    return f"trigger-{shard + 1}-of-{shards}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What every shard uses: `pool` is of role `tw_oms`, `redis` waits longer than a read does."""

    pool: asyncpg.Pool
    redis: Redis
    clock: Clock
    instruments: Callable[[], Mapping[Symbol, Instrument]]
    submit: Submit
    metrics: TriggerMetrics


class TriggerEngine:
    """One share of the symbols, whenever this process has the lease of it."""

    def __init__(self, tools: Tools, shard: tuple[int, int]) -> None:
        """`shard` is (number from 0, how many)."""
        self._tools = tools
        self.shard = shard
        self._hint = asyncio.Event()

    def wake(self) -> None:
        """Look at the log now: somebody committed events."""
        self._hint.set()

    async def run(self, lease: Lease) -> None:
        """Watch until cancelled; raises LeaseLost."""
        watch, start = await self._begin(lease)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._submit(watch))
            group.create_task(self._evaluate(watch))
            group.create_task(self._follow_log(watch, start))
            group.create_task(self._follow_groups(watch))
            group.create_task(self._record_progress(watch, lease))

    async def _begin(self, lease: Lease) -> "tuple[_Watch, int]":
        """Load until it works; nothing is evaluated before."""
        retry_s = RETRY_S_MIN
        while True:
            honour_cancellation()
            watch = self._watch(lease)
            try:
                return watch, await self._load(watch)
            except (RedisError, asyncpg.PostgresError, *AWAY) as error:
                self._failed("load", error)
            await asyncio.sleep(retry_s)
            retry_s = min(2 * retry_s, RETRY_S_MAX)

    def _watch(self, lease: Lease) -> "_Watch":
        tools = self._tools
        submitter = Submitter(tools.submit, lease, tools.metrics)
        evaluation = Evaluation(clock=tools.clock, instruments=tools.instruments, ask=submitter.ask)
        reader = RingReader(redis=tools.redis, metrics=tools.metrics)
        return _Watch(evaluation=evaluation, submitter=submitter, reader=reader)

    async def _load(self, watch: "_Watch") -> int:
        """Fill the index, and stand where the rings were evaluated up to; say where the log is."""
        symbols, evaluation = self._symbols(), watch.evaluation
        async with self._tools.pool.acquire(timeout=_TIMEOUT_S) as connection:
            found = await load(connection, evaluation, symbols, self._tools.clock.now())
        await watch.reader.begin(found.entries, LATE_MAX.total_seconds())
        self._show_size(watch)
        orders = len(evaluation.index.orders)
        _log.info("triggers_loaded", shard=self._name, orders=orders, symbols=len(symbols))
        return found.log_start

    async def _evaluate(self, watch: "_Watch") -> None:
        """Read the rings on for ever; while Redis is away they are read again and again."""
        retry_s, metrics = RETRY_S_MIN, self._tools.metrics
        while True:
            honour_cancellation()
            try:
                await self._add_symbols(watch)
                found = await watch.reader.read()
            except (RedisError, OSError, TimeoutError) as error:
                self._failed("read_rings", error)
                await asyncio.sleep(retry_s)
                retry_s = min(2 * retry_s, RETRY_S_MAX)
                continue
            retry_s = RETRY_S_MIN
            for symbol, ticks in found:
                watch.evaluation.take(symbol, ticks)
                metrics.ticks.inc(len(ticks))
                if ticks:
                    age = self._tools.clock.now() - ticks[-1].time
                    metrics.lag.set(max(0.0, age.total_seconds()))

    async def _submit(self, watch: "_Watch") -> None:
        evaluation = watch.evaluation

        def answered(asked: Asked, outcome: Answer | Failed) -> None:
            evaluation.answered(asked, outcome)
            if evaluation.stale:
                self.wake()

        await watch.submitter.run(evaluation.is_late, answered)

    async def _add_symbols(self, watch: "_Watch") -> None:
        instruments = self._tools.instruments()
        if instruments is watch.known:
            return
        missing = [symbol for symbol in self._symbols() if symbol not in watch.reader.places]
        if missing:
            await watch.reader.begin(dict.fromkeys(missing, ""), LATE_MAX.total_seconds())
        watch.known = instruments
        if not watch.reader.places:
            await asyncio.sleep(RETRY_S_MIN)

    async def _follow_log(self, watch: "_Watch", start: int) -> None:
        """Keep the index as the log says, and look again at what was stale."""
        while True:
            self._hint.clear()
            try:
                async with self._tools.pool.acquire(timeout=_TIMEOUT_S) as connection:
                    changes = await store.read_changes(connection, start)
                    for view in changes.orders:
                        if in_shard(view.symbol, *self.shard):
                            watch.evaluation.arrive(view)
                    start = changes.next_start
                    await self._refresh(connection, watch.evaluation)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._failed("follow_log", error)
                await asyncio.sleep(RETRY_S_MIN)
                continue
            self._show_size(watch)
            await asyncio.sleep(LOG_PAUSE_S)
            await self._hinted(LOG_BUSY_POLL_S if changes.busy else LOG_POLL_S)

    async def _refresh(self, connection: Connection, evaluation: Evaluation) -> None:
        """Read orders that were stale, and groups that are not known or that made them stale."""
        stale, homeless = list(evaluation.stale), list(evaluation.index.homeless)
        accounts = [*homeless, *(order.owner.account_id for order in stale)]
        if accounts:
            now = self._tools.clock.now()
            evaluation.regroup(await read_groups(connection, now, accounts))
        if stale:
            named = [(order.owner.account_id, order.order_id) for order in stale]
            views = await store.read_orders(connection, named)
            del evaluation.stale[: len(stale)]
            evaluation.refresh(stale, views)

    async def _hinted(self, timeout_s: float) -> None:
        try:
            async with asyncio.timeout(timeout_s):
                await self._hint.wait()
        except TimeoutError:
            return

    async def _follow_groups(self, watch: "_Watch") -> None:
        """Move the orders of accounts whose group changes."""
        loop, clock = asyncio.get_running_loop(), self._tools.clock
        looked, whole_at = clock.now(), loop.time()
        while True:
            await asyncio.sleep(GROUPS_POLL_S)
            now = clock.now()
            is_whole = now < looked or loop.time() >= whole_at + GROUPS_WHOLE_S
            try:
                groups = await self._groups(None if is_whole else looked - GROUPS_BACK, now)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._failed("follow_groups", error)
                continue
            watch.evaluation.regroup(groups)
            looked = now
            if is_whole:
                whole_at = loop.time()

    async def _groups(self, since: datetime | None, now: datetime) -> Mapping[AccountId, str]:
        async with self._tools.pool.acquire(timeout=_TIMEOUT_S) as connection:
            if since is None:
                return await read_all_groups(connection, now)
            moved = await read_moved(connection, since, now)
            return await read_groups(connection, now, moved) if moved else {}

    async def _record_progress(self, watch: "_Watch", lease: Lease) -> None:
        progress: dict[str, str] = {}
        while True:
            await asyncio.sleep(PROGRESS_S)
            progress |= watch.evaluation.progress()
            if not progress:
                continue
            try:
                await self._record(progress, lease)
            except (asyncpg.PostgresError, *AWAY) as error:
                self._failed("record_progress", error)
                continue
            progress.clear()

    async def _record(self, progress: Mapping[str, str], lease: Lease) -> None:
        async with (
            self._tools.pool.acquire(timeout=_TIMEOUT_S) as connection,
            connection.transaction(),
        ):
            await guard(connection, lease)
            await store.record_progress(connection, progress, self._tools.clock.now())

    def _symbols(self) -> Sequence[str]:
        return [s for s in self._tools.instruments() if in_shard(s, *self.shard)]

    @property
    def _name(self) -> str:
        return shard_lease(*self.shard)

    def _show_size(self, watch: "_Watch") -> None:
        self._tools.metrics.resting.labels(self._name).set(len(watch.evaluation.index.orders))

    def _failed(self, work: str, error: Exception) -> None:
        self._tools.metrics.failures.labels(work).inc()
        _log.warning("trigger_round_failed", work=work, error=repr(error))


@dataclass(slots=True, kw_only=True)
class _Watch:
    """What one holding of the lease is made of."""

    evaluation: Evaluation
    submitter: Submitter
    reader: RingReader
    #: The instruments whose rings are read; others are another object.
    known: Mapping[Symbol, Instrument] | None = None
