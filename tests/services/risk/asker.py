"""An asker of an order service that a test plays."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import cast

import asyncpg
from prometheus_client import CollectorRegistry

from tradewind.core.ids import AccountId
from tradewind.infra.leases import TTL_S, Lease
from tradewind.services.risk.asking import Asker
from tradewind.services.risk.metrics import RiskMetrics


@dataclass(slots=True)
class Played:
    """Answers checks, at once or when it is let; knows how often each account was asked about."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    asked: Counter[AccountId] = field(default_factory=Counter)
    order: list[AccountId] = field(default_factory=list)
    error: Exception | None = None
    outcome: str = "waiting"
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def check(self, account: AccountId, _: Lease) -> str:
        self.asked[account] += 1
        self.order.append(account)
        await self.let.wait()
        if self.error is not None:
            raise self.error
        return self.outcome

    def count(self, outcome: str) -> float:
        name = "tradewind_risk_checks_total"
        return self.registry.get_sample_value(name, {"outcome": outcome}) or 0.0


def held_lease(valid_for_s: float = 60.0) -> Lease:
    """A lease that nobody can take for a while."""
    asked_at = time.monotonic() + valid_for_s - TTL_S
    return Lease(cast("asyncpg.Pool", None), "risk-1-of-1", 1, asked_at)


def asker(played: Played | None = None, lease: Lease | None = None) -> Asker:
    playing = played or Played()
    return Asker(playing.check, lease or held_lease(), RiskMetrics(playing.registry))
