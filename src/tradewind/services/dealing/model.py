"""The words of a dealer's actions, and who may decide them. Pure; told the time.

Source: docs/how-to/act-for-a-client.md
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

from tradewind.core.accounts import Side
from tradewind.core.errors import ConflictError, ForbiddenError, InvalidError
from tradewind.core.execution import is_worse
from tradewind.core.money import ZERO, CurrencyCode, Price
from tradewind.core.orders import Reason
from tradewind.services.configuration.audit import canonical
from tradewind.services.configuration.model import Actor, Authority

#: An action that nobody decided about in so long is none any more: the market has moved on.
LIFETIME: Final = timedelta(hours=24)
REASON_MAX: Final = 300
#: What one dealer may do alone where nothing else is set, in the house's reporting currency.
LIMIT: Final = 100_000
_MAY: Final = frozenset({Authority.ADMIN, Authority.DEALER})


class Kind(StrEnum):
    """What is done; the last two on many accounts."""

    CANCEL_ORDER = "cancel_order"
    CLOSE_POSITION = "close_position"
    BUST_FILL = "bust_fill"
    CORRECT_FILL = "correct_fill"
    CANCEL_ALL = "cancel_all"
    CLOSE_ALL = "close_all"


#: What touches a deal that is done needs a second person, however small it is.
FOUR_EYES: Final = frozenset({Kind.BUST_FILL, Kind.CORRECT_FILL})


class State(StrEnum):
    """What became of an action. `executing` is decided and not yet known to be done."""

    PENDING = "pending"
    EXECUTING = "executing"
    EXECUTED = "executed"
    FAILED = "failed"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. Of many accounts there is one of account, symbol and group."""

    kind: Kind
    reason: str
    account_id: UUID | None = None
    target_id: UUID | None = None
    symbol: str | None = None
    group: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    lp_reference: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DealerAction:
    """An action; `order_id` is the order that does it, `outcome` how it ended or why it failed."""

    id: UUID
    wanted: Wanted
    content_hash: bytes
    order_id: UUID
    state: State
    created_by: UUID
    created_at: datetime
    decided_by: UUID | None = None
    decided_at: datetime | None = None
    outcome: str | None = None
    accounts: int | None = None
    orders: int | None = None
    failed: int | None = None

    @property
    def actor(self) -> str:
        """Who acts, as the client's events name them."""
        return f"staff:{self.created_by}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an action is about: its worth in `currency`, and the currency the house reports in."""

    worth: Decimal | None
    currency: CurrencyCode
    reporting: CurrencyCode


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetFill:
    """What is to be undone, and whether it was."""

    side: Side
    price: Price
    quote_pnl: Decimal
    reason: str
    busted: bool


def content_hash(wanted: Wanted) -> bytes:
    """Return the hash of everything that an approver agrees to."""
    content = {
        name: None if value is None else str(value)
        for name in Wanted.__slots__
        for value in (getattr(wanted, name),)
    }
    return sha256(canonical(content).encode()).digest()


def require_dealer(actor: Actor) -> UUID:
    """Return the login of who may deal; ForbiddenError for whoever may not."""
    if actor.authority not in _MAY:
        raise ForbiddenError("missing_role", "Your role does not allow this.")
    if actor.user_id is None:
        raise ForbiddenError("login_required", "Only somebody with a login may deal.")
    return actor.user_id


def require_sound(wanted: Wanted) -> None:
    """Raise InvalidError for fields that the kind does not have, or lacks."""
    if not 1 <= len(wanted.reason) <= REASON_MAX or not wanted.reason.isprintable():
        raise InvalidError("reason", "invalid_value", "1 to 300 printable characters.")
    if wanted.quantity is not None and wanted.kind is not Kind.CLOSE_POSITION:
        raise InvalidError("quantity", "invalid", f"{wanted.kind} has none")
    if wanted.quantity is not None and wanted.quantity <= ZERO:
        raise InvalidError("quantity", "quantity_min", "must be positive")
    if (wanted.price is None) is (wanted.kind is Kind.CORRECT_FILL):
        code = "required" if wanted.price is None else "invalid"
        raise InvalidError("price", code, "a correct has a price, and nothing else")
    if wanted.lp_reference is not None and wanted.kind not in FOUR_EYES:
        raise InvalidError("lp_reference", "invalid", f"{wanted.kind} has none")
    if wanted.kind in {Kind.CANCEL_ALL, Kind.CLOSE_ALL}:
        scopes = (wanted.account_id, wanted.symbol, wanted.group)
        if sum(scope is not None for scope in scopes) != 1:
            raise InvalidError("body", "one_scope", "Name one of account_id, symbol and group.")


def require_undoable(wanted: Wanted, fill: TargetFill) -> None:
    """Raise for what can never be undone so; the account's lock decides the rest."""
    if fill.busted or fill.reason == Reason.BUST:
        raise ConflictError("fill_busted", "It was taken back.")
    price = None if wanted.price is None else Price(wanted.price)
    against = fill.quote_pnl > ZERO if price is None else is_worse(fill.side, price, fill.price)
    if against and not wanted.lp_reference:
        raise InvalidError("lp_reference", "lp_reference_required", "It goes against the client.")


def require_decidable(action: DealerAction | None, actor: Actor, now: datetime) -> UUID:
    """Return who decides; raise unless they may, and the action waits for somebody."""
    decider = require_dealer(actor)
    if action is None or action.state is not State.PENDING:
        found = "no more" if action is None else action.state
        raise ConflictError("not_pending", f"The action is {found}.")
    if now - action.created_at >= LIFETIME:
        raise ConflictError("expired", "The action has expired; ask again.")
    return decider


def require_second(action: DealerAction, decider: UUID, agreed: bytes) -> None:
    """Raise unless somebody else agrees to exactly what is asked."""
    if decider == action.created_by:
        raise ForbiddenError("creator_may_not_approve", "A second person must approve.")
    if not agreed == action.content_hash == content_hash(action.wanted):
        raise ConflictError("content_changed", "The content is not what you agreed to; read again.")
