"""What dealers do for a client or for the house."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal
from uuid import UUID

from tradewind.contracts.http.identity import STRICT

DealerActionKind = Literal["cancel_order", "close_position", "bust_fill", "correct_fill"]
DealerActionState = Literal["pending", "executing", "executed", "failed", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDealerAction:
    """`target_id` is the order, position or fill; `price` the right one of a fill to correct.

    `lp_reference` names the LP's own bust, without which none goes against the client. The client
    reads the reason.
    """

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    kind: DealerActionKind
    account_id: str
    target_id: str
    quantity: str | None = None
    price: str | None = None
    lp_reference: str | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerAction:
    """What was asked for and became of it.

    `outcome` is the state of the order that did it, or why it failed. `executing` is decided and
    not yet known to be done; repeat the request.
    """

    id: UUID
    kind: Literal[
        "cancel_order", "close_position", "bust_fill", "correct_fill", "cancel_all", "close_all"
    ]
    account_id: UUID | None
    target_id: UUID | None
    symbol: str | None
    group: str | None
    quantity: Decimal | None
    price: Decimal | None
    lp_reference: str | None
    reason: str
    content_hash: str
    order_id: UUID
    state: DealerActionState
    outcome: str | None
    created_by: UUID
    created_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerActionPage:
    """Actions, newest first."""

    items: tuple[DealerAction, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMassAction:
    """Of exactly one account, symbol or group. The client reads the reason."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    account_id: str | None = None
    symbol: str | None = None
    group: str | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MassResult:
    """Accounts it was done on, orders it ended or made, and accounts it failed on."""

    accounts: int
    orders: int
    failed: int
