"""What goes into the order service and what comes out of it."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from tradewind.contracts.events import OrderRow, PositionRow
from tradewind.contracts.ticks import Tick
from tradewind.core.commands import (
    AmendOrder,
    BustFill,
    CancelAll,
    CancelOrder,
    CheckMargin,
    CloseAll,
    CloseBy,
    ClosePosition,
    ExpireOrder,
    MoveStop,
    PlaceOrder,
    ProtectPosition,
    ReversePosition,
)
from tradewind.core.ids import AccountId, OrderId, UserId
from tradewind.infra.leases import Lease


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerOrder:
    """Execute a resting order on the tick that woke it, if it still is in `version`."""

    order_id: OrderId
    account_id: AccountId
    version: int
    tick: Tick
    user_id: UserId | None = None


Command: TypeAlias = (
    PlaceOrder
    | ClosePosition
    | CancelOrder
    | AmendOrder
    | ProtectPosition
    | CancelAll
    | CloseAll
    | CloseBy
    | ReversePosition
    | TriggerOrder
    | MoveStop
    | ExpireOrder
    | BustFill
    | CheckMargin
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """An idempotency key: `id` hashes user, method, path and key; `body_hash` the body."""

    id: UUID
    text: str
    body_hash: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The durable outcome of a command. Without an `order` the `code` says why there is none.

    `orders` is every order of a command that makes or ends several; `order` its first.
    """

    status: int
    code: str | None
    order_id: UUID
    order: OrderRow | None
    #: The states the command took the order through; empty where it was not placed by it.
    path: tuple[str, ...] = ()
    orders: tuple[OrderRow, ...] = ()
    position: PositionRow | None = None
    replayed: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Submission:
    """A command on its way through a batch; its future is answered after the commit."""

    command: Command
    key: RequestKey | None
    future: asyncio.Future[Answer]
    #: Held by whoever may give the command, and looked at in its transaction.
    lease: Lease | None = None
    skips: int = 0
    since: float = field(default_factory=time.monotonic)

    @property
    def urgent(self) -> bool:
        """What reduces, cancels or wakes goes before what opens."""
        command = self.command
        if isinstance(command, PlaceOrder):
            return command.reduce_only
        return not isinstance(command, ReversePosition)

    def answer(self, outcome: Answer | Exception) -> None:
        """Tell the caller, unless it has gone."""
        if self.future.done():
            return
        if isinstance(outcome, Exception):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)
