"""From a dealer's action to what the order service is asked for."""

from datetime import datetime
from uuid import UUID

from tradewind.core.commands import BustFill, CancelOrder, ClosePosition
from tradewind.core.ids import AccountId, FillId, OrderId, PositionId
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import Channel, Reason
from tradewind.services.dealing.model import DealerAction, Kind


def command_of(action: DealerAction, now: datetime) -> CancelOrder | ClosePosition | BustFill:
    """Return the command of an action on one account; the house acts, in its author's name."""
    match action.wanted.kind:
        case Kind.CANCEL_ORDER:
            return CancelOrder(
                order_id=OrderId(action.order_id),
                account_id=_account(action),
                user_id=None,
                channel=Channel.DEALER,
                received_at=now,
                actor=action.actor,
                note=action.wanted.reason,
            )
        case Kind.CLOSE_POSITION:
            return _close(action, now)
        case Kind.BUST_FILL | Kind.CORRECT_FILL:
            return _bust(action, now)
        case Kind.CANCEL_ALL | Kind.CLOSE_ALL:
            raise AssertionError("an action on many accounts is carried out on each")


def _close(action: DealerAction, now: datetime) -> ClosePosition:
    quantity = action.wanted.quantity
    return ClosePosition(
        order_id=OrderId(action.order_id),
        account_id=_account(action),
        user_id=None,
        client_order_id=None,
        position_id=PositionId(_target(action)),
        quantity=None if quantity is None else Quantity(quantity),
        requested_price=None,
        max_deviation=ZERO,
        worst_price=None,
        channel=Channel.DEALER,
        received_at=now,
        waits=True,
        reason=Reason.DEALER,
        actor=action.actor,
    )


def _bust(action: DealerAction, now: datetime) -> BustFill:
    asked = action.wanted
    return BustFill(
        order_id=OrderId(action.order_id),
        account_id=_account(action),
        fill_id=FillId(_target(action)),
        price=None if asked.price is None else Price(asked.price),
        lp_reference=asked.lp_reference,
        note=asked.reason,
        actor=action.actor,
        received_at=now,
    )


def _account(action: DealerAction) -> AccountId:
    if action.wanted.account_id is None:
        raise AssertionError("an action on one account names it")
    return AccountId(action.wanted.account_id)


def _target(action: DealerAction) -> UUID:
    if action.wanted.target_id is None:
        raise AssertionError("an action on one account names what it is about")
    return action.wanted.target_id
