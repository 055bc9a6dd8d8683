"""A trading account as a decision sees it: money, terms, open positions with their lots.

Source: docs/domain/accounts.md
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from tradewind.core.ids import AccountId, EntityId, FillId, GroupCode, PositionId, Symbol, UserId
from tradewind.core.instruments import AssetClass
from tradewind.core.money import Currency, Price, Quantity
from tradewind.core.regimes import Regime
from tradewind.core.values import frozen


class Side(StrEnum):
    """Direction of an order, a fill or a position."""

    BUY = "buy"
    SELL = "sell"

    @property
    def opposite(self) -> "Side":
        """The other direction."""
        return Side.SELL if self is Side.BUY else Side.BUY


class PositionMode(StrEnum):
    """Netting keeps one position a symbol; hedging keeps one for each opening order."""

    NETTING = "netting"
    HEDGING = "hedging"


class AccountStatus(StrEnum):
    """What an account may do; close_only and suspended never stop protection or stop-out."""

    PENDING = "pending"
    ACTIVE = "active"
    CLOSE_ONLY = "close_only"
    SUSPENDED = "suspended"
    CLOSED = "closed"


class ExecutionMode(StrEnum):
    """How an order becomes a fill."""

    INSTANT = "instant"
    MARKET = "market"
    STP = "stp"


class Book(StrEnum):
    """A is passed on to an LP; in B the house is counterparty."""

    A = "A"
    B = "B"


class MarginBasis(StrEnum):
    """Whether used margin stays at the fill's price and rate or follows the market."""

    OPEN = "open"
    CURRENT = "current"


class Liquidation(StrEnum):
    """Which position a stop-out closes first."""

    LARGEST_LOSS = "largest_loss"
    OLDEST = "oldest"


class CommissionKind(StrEnum):
    """What a commission is charged on; the amount is in account currency."""

    NONE = "none"
    PER_LOT = "per_lot"
    PER_MILLION = "per_million"
    PERCENT = "percent"
    FIXED = "fixed"


@frozen
class Commission:
    """Charged on each side of a trade; `minimum` is per order."""

    kind: CommissionKind
    amount: Decimal
    minimum: Decimal


@frozen
class LeverageRule:
    """What a group allows on one symbol, or on an asset class; it only ever lowers a leverage."""

    leverage: Decimal
    symbol: Symbol | None = None
    asset_class: AssetClass | None = None


@frozen
class GroupTerms:
    """One immutable version of a group's terms. Levels are percent; None is no limit.

    `fifo` holds hedging accounts to closing the oldest position of a symbol and side first.
    """

    code: GroupCode
    version: int
    execution_mode: ExecutionMode
    book: Book
    leverage_cap: Decimal
    margin_basis: MarginBasis
    hedged_factor: Decimal
    margin_call_level: Decimal
    stop_out_level: Decimal
    commission: Commission
    fifo: bool = False
    orders_per_second_max: int | None = None
    open_orders_max: int | None = None
    liquidation: Liquidation = Liquidation.LARGEST_LOSS
    regime: Regime = Regime.OFFSHORE
    leverage_rules: tuple[LeverageRule, ...] = ()


@frozen
class Lot:
    """What is left open on one book under one rule; `fill_id` is the fill that began it."""

    position_id: PositionId
    fill_id: FillId
    book: Book
    book_rule_version: int
    hedge_reference: str | None
    quantity: Quantity
    remaining: Quantity
    opened_at: datetime


@frozen
class Position:
    """An open position; closed when `quantity` is zero.

    `margin_notional` is the sum of quantity x open price of what is open, in account currency at
    each fill's conversion rate. `lots` are oldest first.
    """

    id: PositionId
    ticket: int
    symbol: Symbol
    side: Side
    quantity: Quantity
    open_price: Price
    margin_notional: Decimal
    swap: Decimal
    stop_loss: Price | None
    take_profit: Price | None
    version: int
    opened_at: datetime
    lots: tuple[Lot, ...]
    trailing_stop: Decimal | None = None


@frozen
class Account:
    """The money and standing of one account. It is called while its margin call stands."""

    id: AccountId
    entity_id: EntityId
    user_id: UserId
    currency: Currency
    position_mode: PositionMode
    status: AccountStatus
    leverage: Decimal
    balance: Decimal
    credit: Decimal
    carry: Decimal
    reserved_margin: Decimal
    margin_called_at: datetime | None = None
