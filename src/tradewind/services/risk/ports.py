"""What the margin watcher asks of the order service."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from tradewind.core.ids import AccountId
from tradewind.infra.leases import Lease

#: Has one account's margin decided under its lock, and tells what came of it: `healthy`, `called`,
#: `cleared`, `stopped_out` or `waiting`. Raises a DomainError, or LeaseLost when the lease is
#: another's by then.
Check: TypeAlias = Callable[[AccountId, Lease], Awaitable[str]]
