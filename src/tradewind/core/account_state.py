"""One account as a decision about it sees it, as of the account's lock.

Source: docs/domain/accounts.md
"""

from collections.abc import Iterator, Mapping
from dataclasses import field
from types import MappingProxyType
from typing import Final

from tradewind.core.accounts import Account, GroupTerms, Position
from tradewind.core.commands import Order
from tradewind.core.ids import OrderId, PositionId, Symbol
from tradewind.core.orders import OrderType
from tradewind.core.values import frozen

NO_ORDERS: Final[Mapping[OrderId, Order]] = MappingProxyType({})


def _no_orders() -> Mapping[OrderId, Order]:
    return NO_ORDERS


@frozen
class AccountState:
    """Everything a decision about one account reads.

    `orders` are those the command names and the open ones that are tied to a position or to
    another order. `open_orders` and those of the last second, `recent_orders`, are counted.
    """

    account: Account
    terms: GroupTerms
    positions: Mapping[PositionId, Position]
    kill_switched: frozenset[Symbol]
    opens_stopped: bool
    orders: Mapping[OrderId, Order] = field(default_factory=_no_orders)
    open_orders: int = 0
    recent_orders: int = 0

    def of_symbol(self, symbol: Symbol) -> list[Position]:
        """Open positions of one symbol, oldest first."""
        return [p for p in self.positions.values() if p.symbol == symbol]

    def orders_of(self, position_id: PositionId) -> Iterator[Order]:
        """Open orders that protect or close a position, in the order in which they came."""
        return (o for o in self.orders.values() if o.request.position_id == position_id)

    def is_closing(self, position_id: PositionId) -> bool:
        """Tell whether an order at market already waits to close a position."""
        return any(o.request.type is OrderType.MARKET for o in self.orders_of(position_id))
