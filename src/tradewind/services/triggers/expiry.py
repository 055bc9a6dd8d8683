"""Ends orders whose time is over."""

import asyncio
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import asyncpg
import structlog

from tradewind.core.commands import ExpireOrder
from tradewind.core.errors import DomainError
from tradewind.core.ids import AccountId, OrderId
from tradewind.infra.clock import Clock
from tradewind.infra.leases import Lease
from tradewind.infra.postgres import AWAY
from tradewind.services.triggers import store
from tradewind.services.triggers.metrics import TriggerMetrics
from tradewind.services.triggers.ports import Submit

LEASE: Final = "order-expiry"
INTERVAL_S: Final = 0.5
#: As many as one batch of the order service.
ORDERS_MAX: Final = 256

_log = structlog.get_logger()


class ExpirySweep:
    """Looks twice a second which orders have expired."""

    def __init__(
        self, pool: asyncpg.Pool, clock: Clock, submit: Submit, metrics: TriggerMetrics
    ) -> None:
        """`pool` is of role `tw_oms`."""
        self._pool = pool
        self._clock = clock
        self._submit = submit
        self._metrics = metrics

    async def run(self, lease: Lease) -> None:
        """Sweep until cancelled; raises LeaseLost."""
        while True:
            if lease.valid and await self.sweep(lease):
                continue
            await asyncio.sleep(INTERVAL_S)

    async def sweep(self, lease: Lease) -> bool:
        """End what is over; True when there is more, and this went well."""
        try:
            expired = await store.read_expired(self._pool, self._clock.now(), ORDERS_MAX)
        except (asyncpg.PostgresError, *AWAY) as error:
            self._metrics.failures.labels("expiry").inc()
            _log.warning("expired_orders_not_read", error=repr(error))
            return False
        ended = await self._expire(expired, lease)
        return len(expired) == ORDERS_MAX and ended == len(expired)

    async def _expire(self, expired: Sequence[tuple[UUID, UUID]], lease: Lease) -> int:
        async with asyncio.TaskGroup() as group:
            asked = [
                group.create_task(self._end(OrderId(order), AccountId(account), lease))
                for account, order in expired
            ]
        return sum(task.result() for task in asked)

    async def _end(self, order_id: OrderId, account_id: AccountId, lease: Lease) -> bool:
        """Tell whether the order has ended; one that has not is found again."""
        command = ExpireOrder(order_id=order_id, account_id=account_id)
        try:
            answer = await self._submit(command, lease)
        except DomainError as error:
            self._metrics.outcomes.labels("expire", error.code).inc()
            _log.warning("order_not_expired", order_id=str(order_id), code=error.code)
            return False
        outcome = answer.code or (answer.order.state if answer.order else "unknown")
        self._metrics.outcomes.labels("expire", outcome).inc()
        return answer.order is not None
