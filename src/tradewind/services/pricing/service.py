"""The pricing service: reads LPs, keeps prices, publishes ticks."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import asyncpg
import structlog

from tradewind.contracts.ticks import Tick
from tradewind.core.quotes import LpQuote, QuoteEvent, UnusableQuote
from tradewind.infra.clock import Clock
from tradewind.infra.leases import Lease
from tradewind.infra.postgres import AWAY
from tradewind.services.pricing.counters import PricingCounters
from tradewind.services.pricing.ports import QuoteSource
from tradewind.services.pricing.publisher import RedisPublisher
from tradewind.services.pricing.rules import PricingRules
from tradewind.services.pricing.store import LoadedRules, RulesStore
from tradewind.services.pricing.table import PriceTable
from tradewind.services.pricing.tallies import LpTally, quarantined
from tradewind.services.pricing.wire import (
    COMMANDS_PER_HEARTBEAT,
    COMMANDS_PER_TICK,
    alive_commands,
    farewell_commands,
    lp_statuses_command,
    quarantine_commands,
    tick_commands,
)

__all__ = ["STORE_FAILURES", "LoadedRules", "PricingService", "RulesStore"]

#: Messages taken from one LP before ticks are written and others get their turn.
DRAIN_MAX: Final = 200
BUSY_S: Final = 0.001
IDLE_S: Final = 0.005
SWEEP_S: Final = 0.25
RULES_POLL_S: Final = 0.25
FLUSH_S: Final = 0.5
#: Every so many sweeps, that is once a second, pricing tells of its LPs.
SWEEPS_PER_REPORT: Final = 4
STORE_FAILURES: Final = (asyncpg.PostgresError, *AWAY)

_log = structlog.get_logger()


class PricingService:
    """Prices every symbol while its lease is valid."""

    def __init__(
        self,
        rules: PricingRules,
        sources: Sequence[QuoteSource],
        publisher: RedisPublisher,
        lease: Lease,
        clock: Clock,
        counters: PricingCounters,
    ) -> None:
        """Everything is built by the process; nothing runs before `run`."""
        self._rules = rules
        self._sources = sources
        self._publisher = publisher
        self._lease = lease
        self._clock = clock
        self._counters = counters
        self._table = PriceTable(rules, lease.epoch, clock.now())
        self._tallies = {source.lp: LpTally() for source in sources}
        #: Ticks were lost on the way to Redis: every symbol is published again when it works.
        self._owes = True
        publisher.on_connected = self._on_connected

    async def run(self) -> None:
        """Price and publish until cancelled; the publisher runs beside it."""
        self._follow_terms()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._pump())
            tasks.create_task(self._sweep())

    async def follow(self, store: RulesStore, loaded: LoadedRules) -> None:
        """Poll the configuration; a changed one reprices everything at once."""
        while True:
            await asyncio.sleep(RULES_POLL_S)
            now = self._clock.now()
            try:
                due = loaded.changes_at is not None and now >= loaded.changes_at
                if due or await store.version() != self._rules.version:
                    loaded = await store.load(now)
                    self.configure(loaded.rules)
            except STORE_FAILURES as error:
                _log.warning("pricing_rules_not_read", error=repr(error))

    def configure(self, rules: PricingRules) -> None:
        """Go on under other rules."""
        _log.info("pricing_rules_changed", version=rules.version, symbols=len(rules.symbols))
        self._rules = rules
        self._publish(self._table.configure(rules, self._clock.now()))
        self._follow_terms()

    async def close(self) -> None:
        """Tell every reader that prices end. `run` must have ended, the publisher not."""
        if self._publisher.connected and self._lease.valid:
            self._publish(self._table.close(self._clock.now()))
            self._publisher.write(farewell_commands(), 1)
            await self._publisher.flush(FLUSH_S)

    async def stop_sources(self) -> None:
        """Log out of every LP, all at once."""
        async with asyncio.TaskGroup() as tasks:
            for source in self._sources:
                tasks.create_task(source.stop())

    def _follow_terms(self) -> None:
        """Ask every LP for what it is to quote now; the first time connects it."""
        now = self._clock.now()
        ticks: list[Tick] = []
        for source in self._sources:
            for event in source.follow(self._rules.lps.get(source.lp)):
                ticks += self._table.apply(event, now)
        self._publish(ticks)

    async def _pump(self) -> None:
        """Take what came from the LPs every few milliseconds; wait for a Redis that is behind."""
        while True:
            taken = 0
            if not self._publisher.congested:
                for source in self._sources:
                    taken = max(taken, self._drain(source))
            await asyncio.sleep(0 if taken == DRAIN_MAX else BUSY_S if taken else IDLE_S)

    def _drain(self, source: QuoteSource) -> int:
        events = source.drain(DRAIN_MAX)
        if not events:
            return 0
        now = self._clock.now()
        ticks: list[Tick] = []
        for event in events:
            ticks += self._table.apply(event, now)
        self._publish(ticks)
        self._observe(source, events, now)
        return min(len(events), DRAIN_MAX)

    def _observe(self, source: QuoteSource, events: Sequence[QuoteEvent], now: datetime) -> None:
        """Count; the latency observed is that of the batch's oldest quote."""
        quotes = [event for event in events if isinstance(event, LpQuote | UnusableQuote)]
        if quotes:
            self._counters.received(source.lp, len(quotes))
            self._tallies[source.lp].received += len(quotes)
            waited: timedelta = now - quotes[0].received_at
            self._counters.latency.observe(max(0.0, waited.total_seconds()))

    async def _sweep(self) -> None:
        """Find what grew stale, say that we live, and make good what Redis missed."""
        sweeps = 0
        while True:
            now = self._clock.now()
            self._publish(self._table.restate(now) if self._owes else self._table.sweep(now))
            self._beat()
            self._count_drops()
            self._show_refusals()
            if sweeps % SWEEPS_PER_REPORT == 0:
                self._report_lps()
            sweeps += 1
            self._counters.waiting.set(sum(source.waiting for source in self._sources))
            await asyncio.sleep(SWEEP_S)

    def _beat(self) -> None:
        """Say that we live; without it nobody trades on our prices."""
        if self._lease.valid:
            heartbeat = alive_commands(self._lease.epoch)
            self._publisher.write(heartbeat, COMMANDS_PER_HEARTBEAT)

    def _publish(self, ticks: Sequence[Tick]) -> None:
        """Write ticks in one go, or remember that readers are owed them."""
        if not ticks:
            return
        if not self._lease.valid:
            self._owes = True
            self._counters.dropped("no_lease", len(ticks))
            return
        commands = b"".join([tick_commands(tick) for tick in ticks])
        if self._publisher.write(commands, len(ticks) * COMMANDS_PER_TICK):
            self._counters.published.inc(len(ticks))
            return
        self._owes = True
        self._counters.dropped("redis_down", len(ticks))

    def _on_connected(self) -> None:
        """Publish every symbol afresh: Redis may be empty or hold prices of an hour ago."""
        self._owes = False
        self._beat()
        self._publish(self._table.restate(self._clock.now()))

    def _count_drops(self) -> None:
        table = self._table
        self._counters.dropped("unknown_symbol", table.unknown)
        self._counters.dropped("lp_disabled", table.disabled)
        self._counters.dropped("session_closed", table.out_of_session)
        table.unknown = table.disabled = table.out_of_session = 0
        for (lp, reason), count in table.quarantined.items():
            self._counters.quarantined(lp, reason, count)
            self._tallies[lp].reject(reason, count)
        table.quarantined.clear()

    def _show_refusals(self) -> None:
        """Put what did not pass where people can look at it; a storm is shown in part."""
        refusals = self._table.collect_refusals()
        if refusals and self._lease.valid:
            commands = [quarantine_commands(quarantined(each)) for each in refusals]
            self._publisher.write(b"".join(commands), len(commands))

    def _report_lps(self) -> None:
        """Tell what each LP sent and whether its session is up."""
        if self._lease.valid:
            statuses = [
                self._tallies[each.lp].status(each.lp, up=each.up) for each in self._sources
            ]
            self._publisher.write(lp_statuses_command(statuses), 1)
