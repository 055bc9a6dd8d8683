"""What the trigger engine asks of the order service."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from tradewind.infra.leases import Lease
from tradewind.services.oms.submission import Answer, Command

#: Answers durably, raises a DomainError, or LeaseLost when the lease is another's by then.
Submit: TypeAlias = Callable[[Command, Lease], Awaitable[Answer]]
