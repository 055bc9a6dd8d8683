"""What a decision reads of the market, and what it says.

Source: docs/domain/execution.md
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final
from uuid import UUID

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Account, Position
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.fills import Filled, Posted
from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Mark
from tradewind.core.market import Quoting
from tradewind.core.money import ZERO, Quantity
from tradewind.core.orders import Ended, EndReason, Fact, OrderState, Refused, moved
from tradewind.core.values import frozen

S = OrderState
#: What happens to an order: a move of its state, or a fact beside it.
Step = OrderState | Fact
REJECTED_PATH: Final = (S.NEW, S.PENDING, S.REJECTED)


@frozen
class Market:
    """Everything outside the account that a decision reads.

    `quoting` is a refusal where there is no tradable price or no conversion. `marks` holds every
    symbol the account has open; a missing one refuses what opens. Tickets and ids are made new.
    """

    instrument: Instrument
    quoting: Quoting | Refused
    marks: Mapping[Symbol, Mark]
    new_ticket: Callable[[], int]
    new_id: Callable[[], UUID]
    now: datetime


@frozen
class Decision:
    """What happened to one order. `path` is every state it went through, with the facts beside.

    `order.version` is that before; 0 says that the order is new. `positions` are the changed
    ones, `version` 1 where new, quantity zero where closed.
    """

    order: Order
    path: tuple[Step, ...]
    fills: tuple[Filled, ...]
    positions: tuple[Position, ...]
    posted: tuple[Posted, ...]
    account: Account


def made(state: AccountState, request: PlaceOrder, ticket: int, standing: OrderState) -> Order:
    """A new order without a fill, on the terms of the account's group."""
    return Order(
        request=request,
        ticket=ticket,
        state=standing,
        filled_quantity=Quantity(ZERO),
        average_price=None,
        execution_mode=state.terms.execution_mode,
        book=state.terms.book,
        position_id=request.position_id,
        refused=None,
        ended=None,
    )


def resting(state: AccountState, order: Order, path: tuple[Step, ...]) -> Decision:
    """An order that now stands as it is given, and moved nothing."""
    return Decision(
        order=order, path=path, fills=(), positions=(), posted=(), account=state.account
    )


def rejected(state: AccountState, order: Order, why: Refused) -> Decision:
    """A new order that was refused."""
    return resting(state, replace(order, state=S.REJECTED, refused=why), REJECTED_PATH)


def cancelled(state: AccountState, order: Order, reason: EndReason, message: str) -> Decision:
    """An open order that ends with what it has."""
    ended = replace(
        order,
        state=moved(order.state, S.CANCELLED),
        ended=Ended(reason=reason, message=message),
    )
    return resting(state, ended, (S.CANCELLED,))
