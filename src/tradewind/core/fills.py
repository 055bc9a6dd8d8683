"""What was traded, and what was posted for it.

Source: docs/domain/ledger.md
"""

from decimal import Decimal
from uuid import UUID

from tradewind.core.ids import FillId, PositionId
from tradewind.core.ledger import Posting
from tradewind.core.market import Quoting
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.values import frozen


@frozen
class Filled:
    """One fill. P&L is exact in quote currency and booked in account currency.

    `slippage` is positive when the client got better than the displayed price. `corrects` names
    the fill it takes back or books again; `charge_rest` is what rounding its charges carried.
    """

    id: FillId
    position_id: PositionId
    quantity: Quantity
    closed_quantity: Quantity
    price: Price
    displayed_price: Price
    slippage: Decimal
    markup: Decimal
    commission: Decimal
    quote_pnl: Decimal
    realized_pnl: Decimal
    quoting: Quoting
    corrects: FillId | None = None
    charge_rest: Decimal = ZERO


@frozen
class Posted:
    """The postings of one fill and one purpose, and the client's balance after them.

    `reverses` is the id of the one posting that this one takes back.
    """

    fill_id: FillId
    postings: tuple[Posting, ...]
    balance_after: Decimal
    reverses: UUID | None = None
