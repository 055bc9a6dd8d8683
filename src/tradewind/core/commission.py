"""What a fill costs, in account currency.

Source: docs/domain/execution.md
"""

from decimal import Decimal
from typing import Final

from tradewind.core.accounts import Commission, CommissionKind
from tradewind.core.money import ZERO, Quantity

MILLION: Final = Decimal(1_000_000)
HUNDRED: Final = Decimal(100)


def due(
    commission: Commission, quantity: Quantity, contract_size: Decimal, notional: Decimal
) -> Decimal:
    """The charge on one fill before the order's minimum; `notional` is in account currency."""
    match commission.kind:
        case CommissionKind.NONE:
            return ZERO
        case CommissionKind.PER_LOT:
            return commission.amount * quantity / contract_size
        case CommissionKind.PER_MILLION:
            return commission.amount * notional / MILLION
        case CommissionKind.PERCENT:
            return commission.amount * notional / HUNDRED
        case CommissionKind.FIXED:
            return commission.amount


def charge(commission: Commission, due_total: Decimal, charged: Decimal) -> Decimal:
    """What this fill charges so that the order has paid at least its minimum: never negative."""
    return max(commission.minimum, due_total) - charged
