"""Why the fills of an order are what they are."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tradewind_client.vocabulary import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptQuote:
    """The price a fill was dealt on, as the account's group saw it. A side not kept is None."""

    id: str
    bid: Decimal | None
    ask: Decimal | None
    time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptTimes:
    """When what happened, in this order; None where it is not known.

    `lp_quote` is the liquidity provider's own time of its quote behind the price, `committed` the
    moment the fill was durable.
    """

    lp_quote: datetime | None
    quote_received: datetime | None
    price_published: datetime | None
    order_received: datetime
    decided: datetime
    committed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillReceipt:
    """Why a fill is what it is. Slippage is positive when the price was better than displayed.

    Slippage and markup are price units, the commission is in account currency.
    """

    fill_id: UUID
    symbol: str
    side: Side
    quantity: Decimal
    price: Decimal
    displayed_price: Decimal
    requested_price: Decimal | None
    slippage: Decimal
    markup: Decimal
    commission: Decimal
    capacity: str
    reason: str
    quote: ReceiptQuote
    times: ReceiptTimes
    explanation: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """An order's fills, in their order."""

    order_id: UUID
    fills: tuple[FillReceipt, ...]
