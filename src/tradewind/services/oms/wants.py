"""What each command needs of lock-and-load before anything is known of the account."""

from collections.abc import Sequence
from typing import Final

from tradewind.core.commands import (
    AmendOrder,
    BustFill,
    CancelAll,
    CancelOrder,
    CheckMargin,
    CloseAll,
    CloseBy,
    ExpireOrder,
    MoveStop,
    PlaceOrder,
    ProtectPosition,
    ReversePosition,
)
from tradewind.core.ids import FillId, OrderId
from tradewind.services.oms.submission import Command, TriggerOrder

#: Orders that a command usually makes beside its own: a position has three that protect it.
_PROTECTIVE: Final = 3
_MANY: Final = 16


def named_orders(command: Command) -> Sequence[OrderId]:
    """Return the orders that a command is about."""
    match command:
        case PlaceOrder(linked_id=linked_id, parent_id=parent_id):
            return [order_id for order_id in (linked_id, parent_id) if order_id is not None]
        case CancelOrder() | AmendOrder() | TriggerOrder() | MoveStop() | ExpireOrder():
            return [command.order_id]
        case _:
            return ()


def named_fills(command: Command) -> Sequence[FillId]:
    """Return the past fills that a command is about; their orders come with them."""
    return (command.fill_id,) if isinstance(command, BustFill) else ()


def tickets_of(command: Command) -> int:
    """Return how many tickets a command usually takes; more are fetched when it takes more."""
    match command:
        case PlaceOrder(protection=protection):
            return 1 if protection is None else 1 + _PROTECTIVE
        case TriggerOrder() | ProtectPosition() | AmendOrder() | ReversePosition() | BustFill():
            return 1 + _PROTECTIVE
        case CloseAll() | CloseBy():
            return _MANY
        case CancelOrder() | CancelAll() | MoveStop() | ExpireOrder() | CheckMargin():
            return 0
        case _:
            return 1
