"""Margin watchers over a real order service and PostgreSQL; a test answers the checks."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace

import asyncpg
from prometheus_client import CollectorRegistry

from tests.services.oms.world import World
from tests.services.risk.asker import Played
from tradewind.core.ids import AccountId
from tradewind.infra.leases import Lease, LeaseLost, acquire
from tradewind.infra.postgres import open_pool
from tradewind.processes.risk import checker
from tradewind.services.pricing.reference import Reference
from tradewind.services.risk.book import Book
from tradewind.services.risk.loading import load
from tradewind.services.risk.metrics import RiskMetrics
from tradewind.services.risk.ports import Check
from tradewind.services.risk.service import MarginWatcher, Tools, shard_lease
from tradewind.services.risk.watch import Watch

DEADLINE_S = 10.0
WHOLE = (0, 1)


@dataclass(slots=True, kw_only=True)
class Running:
    """A watcher at work, and what it counts."""

    registry: CollectorRegistry
    lease: Lease
    watches: list[Watch] = field(default_factory=list)
    task: "asyncio.Task[None] | None" = None

    def metric(self, name: str, **labels: str) -> float:
        return self.registry.get_sample_value(f"tradewind_risk_{name}", labels) or 0.0

    async def until(self, condition: Callable[[], bool], within_s: float = DEADLINE_S) -> None:
        async with asyncio.timeout(within_s):
            while not condition():
                await asyncio.sleep(0.005)

    async def watching(self, positions: int) -> Watch:
        """Wait until so many positions are watched."""
        await self.until(lambda: bool(self.watches))
        await self.until(lambda: self.watches[-1].book.open_positions == positions)
        return self.watches[-1]


class SeenWatcher(MarginWatcher):
    """Shows its book to the test."""

    def __init__(self, tools: Tools, shard: tuple[int, int], seen: list[Watch]) -> None:
        super().__init__(tools, shard)
        self._seen = seen

    async def _load(self, lease: Lease) -> tuple[Watch, int]:
        watch, start = await super()._load(lease)
        self._seen.append(watch)
        return watch, start


@dataclass(slots=True, kw_only=True)
class RiskWorld:
    """The order service's world, with watchers."""

    oms: World
    pool: asyncpg.Pool
    reference: Reference

    @asynccontextmanager
    async def watcher(
        self, check: Check | None = None, shard: tuple[int, int] = WHOLE, verify_s: float = 60.0
    ) -> AsyncGenerator[Running]:
        """Run a watcher under its lease; what it raises about a lost lease is kept to itself."""
        lease = await acquire(self.pool, shard_lease(*shard), "test")
        running = Running(registry=CollectorRegistry(), lease=lease)
        tools = replace(self.tools(check or Played().check, running.registry), verify_s=verify_s)
        watcher = SeenWatcher(tools, shard, running.watches)

        async def work() -> None:
            with suppress(LeaseLost, BaseExceptionGroup):
                async with asyncio.TaskGroup() as group:
                    group.create_task(lease.keep())
                    group.create_task(watcher.run(lease))

        async with asyncio.TaskGroup() as tasks:
            running.task = tasks.create_task(work())
            try:
                yield running
            finally:
                running.task.cancel()
                with suppress(asyncio.CancelledError):
                    await running.task
                await lease.release()

    def tools(self, check: Check, registry: CollectorRegistry) -> Tools:
        """What a watcher is made with."""
        return Tools(
            pool=self.pool,
            feed=self.oms.feed,
            clock=self.oms.tools.clock,
            instruments=lambda: self.reference.instruments,
            pairs=lambda: self.reference.pairs,
            check=check,
            metrics=RiskMetrics(registry),
        )

    def oms_check(self) -> Check:
        """Have the order service decide, as the process does; pricing is alive meanwhile."""
        ask = checker(self.oms.oms, self.oms.ids)

        async def check(account: AccountId, lease: Lease) -> str:
            self.oms.feed.heartbeat()
            return await ask(account, lease)

        return check

    async def loaded(self, shard: tuple[int, int] = WHOLE) -> Book:
        """A book made anew."""
        async with self.pool.acquire() as connection:
            return (await load(connection, shard, self.oms.tools.clock.now())).book


def contents(book: Book) -> dict[AccountId, tuple[object, ...]]:
    """Everything a book knows, whatever the order in which it came to know it."""
    held, columns = book.positions(range(len(book.ids))), book.accounts
    return {
        account: (
            int(columns.seq[place]),
            float(columns.balance[place]),
            float(columns.credit[place]),
            bool(columns.called[place]),
            book.terms.names[columns.terms[place]] if columns.terms[place] >= 0 else None,
            held.get(place, {}),
        )
        for place, account in enumerate(book.ids)
    }


@asynccontextmanager
async def open_risk_world(oms: World) -> AsyncGenerator[RiskWorld]:
    async with await open_pool(oms.settings, "tw_oms", size_max=12) as pool:
        reference = Reference(pool, oms.tools.clock)
        await reference.refresh()
        yield RiskWorld(oms=oms, pool=pool, reference=reference)
