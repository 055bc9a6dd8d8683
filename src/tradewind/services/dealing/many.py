"""Cancelling and closing on many accounts; it needs the database and no prices."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from tradewind.core.commands import CancelAll, CloseAll
from tradewind.core.errors import DomainError
from tradewind.core.ids import AccountId, OrderId, Symbol
from tradewind.core.orders import Channel, Reason
from tradewind.infra.postgres import Connection
from tradewind.services.configuration.service import Configuration
from tradewind.services.dealing import store
from tradewind.services.dealing.model import DealerAction, Kind, State
from tradewind.services.oms.service import Oms

#: Accounts that are worked on at once; the batch takes them together.
AT_ONCE: Final = 32


async def carry_out_everywhere(
    tx: Connection, action: DealerAction, oms: Oms, configuration: Configuration
) -> DealerAction:
    """Do it on every account that has something open; count what it came to."""
    now, new_id = configuration.clock.now(), configuration.new_id
    found = await store.accounts(tx, action.wanted, now)
    slots = asyncio.Semaphore(AT_ONCE)

    async def on(account_id: UUID) -> int | None:
        async with slots:
            try:
                answer = await oms.submit(_command(action, account_id, now, new_id), None)
            except DomainError as error:
                structlog.get_logger().warning(
                    "dealer_action_failed", account_id=str(account_id), code=error.code
                )
                return None
        return len(answer.orders)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(on(account_id)) for account_id in found]
    counts = [task.result() for task in running]
    orders = [count for count in counts if count is not None]
    failed = len(counts) - len(orders)
    return replace(
        action,
        state=State.FAILED if failed else State.EXECUTED,
        accounts=len(orders),
        orders=sum(orders),
        failed=failed,
    )


def _command(
    action: DealerAction, account_id: UUID, now: datetime, new_id: Callable[[], UUID]
) -> CancelAll | CloseAll:
    asked = action.wanted
    symbol = None if asked.symbol is None else Symbol(asked.symbol)
    if asked.kind is Kind.CANCEL_ALL:
        return CancelAll(
            order_id=OrderId(new_id()),
            account_id=AccountId(account_id),
            user_id=None,
            symbol=symbol,
            channel=Channel.DEALER,
            received_at=now,
            actor=action.actor,
            note=asked.reason,
        )
    return CloseAll(
        order_id=OrderId(new_id()),
        account_id=AccountId(account_id),
        user_id=None,
        symbol=symbol,
        channel=Channel.DEALER,
        received_at=now,
        reason=Reason.DEALER,
        actor=action.actor,
    )
