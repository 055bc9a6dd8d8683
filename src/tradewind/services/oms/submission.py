"""What goes into the order service and what comes out of it."""

import asyncio
import time
from dataclasses import dataclass, field
from uuid import UUID

from tradewind.contracts.events import OrderRow
from tradewind.core.orders import CancelOrder, ClosePosition, PlaceOrder

Command = PlaceOrder | ClosePosition | CancelOrder


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestKey:
    """An idempotency key: `id` hashes user, method, path and key; `body_hash` the body."""

    id: UUID
    text: str
    body_hash: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The durable outcome of a command. `code` is set with status 409 alone."""

    status: int
    code: str | None
    order_id: UUID
    order: OrderRow | None
    #: The states the command took the order through; empty where it was not placed by it.
    path: tuple[str, ...] = ()
    replayed: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Submission:
    """A command on its way through a batch; its future is answered after the commit."""

    command: Command
    key: RequestKey | None
    future: asyncio.Future[Answer]
    skips: int = 0
    since: float = field(default_factory=time.monotonic)

    @property
    def urgent(self) -> bool:
        """Closes and cancels go before what opens."""
        return not isinstance(self.command, PlaceOrder) or self.command.reduce_only

    def answer(self, outcome: Answer | Exception) -> None:
        """Tell the caller, unless it has gone."""
        if self.future.done():
            return
        if isinstance(outcome, Exception):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)
