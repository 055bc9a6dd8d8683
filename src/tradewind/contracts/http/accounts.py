"""Accounts, valued at current prices."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Money in account currency. What needs a price is null while one is missing.

    `margin_level` is percent, null without used margin; `last_event` is the newest event that the
    figures include.
    """

    id: UUID
    currency: str
    group: str
    leverage: str
    position_mode: str
    status: str
    balance: str
    credit: str
    unrealized_pnl: str | None
    equity: str | None
    used_margin: str | None
    reserved_margin: str
    free_margin: str | None
    margin_level: str | None
    as_of: datetime
    last_event: int
