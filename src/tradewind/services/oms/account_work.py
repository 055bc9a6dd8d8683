"""One account while a batch goes through it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tradewind.contracts.events import OrderRow
from tradewind.core.accounts import AccountState, GroupTerms
from tradewind.core.errors import InvalidError, NotFoundError
from tradewind.core.ids import PositionId, Symbol
from tradewind.core.instruments import is_allowed_price, is_on_tick
from tradewind.core.orders import ClosePosition, PlaceOrder, TimeInForce
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.store import KillSwitch, LoadedAccount


@dataclass(slots=True, kw_only=True)
class AccountWork:
    """An account's state after the commands decided so far."""

    state: AccountState
    last_event: int
    orders: dict[UUID, OrderRow]
    touched: bool = False


def account_work(
    loaded: LoadedAccount, switches: Sequence[KillSwitch], terms: GroupTerms
) -> AccountWork:
    stops = {("global", ""), ("account", str(loaded.account.id)), ("group", terms.code)}
    return AccountWork(
        state=AccountState(
            account=loaded.account,
            terms=terms,
            positions={position.id: position for position in loaded.positions},
            kill_switched=frozenset(Symbol(s.key) for s in switches if s.scope == "symbol"),
            opens_stopped=any((s.scope, s.key) in stops for s in switches),
        ),
        last_event=loaded.last_event,
        orders={order.id: order for order in loaded.orders},
    )


def closing_order(work: AccountWork, command: ClosePosition, markets: Markets) -> PlaceOrder:
    """Turn a close into the order that does it."""
    position = work.state.positions.get(PositionId(command.position_id))
    if position is None:
        raise NotFoundError("position_not_found", "there is no such open position")
    quantity = command.quantity or position.quantity
    instrument = markets.instrument(position.symbol)
    if instrument is None:
        raise NotFoundError("symbol_not_found", "there is no such symbol")
    if quantity % instrument.quantity_step and quantity != position.quantity:
        raise InvalidError(
            "quantity", "quantity_step", f"must be a multiple of {instrument.quantity_step}"
        )
    for field in ("requested_price", "worst_price"):
        price = getattr(command, field)
        if price is None:
            continue
        if not is_allowed_price(instrument, price):
            raise InvalidError(field, "price_sign", "must be positive")
        if not is_on_tick(instrument, price):
            raise InvalidError(field, "price_precision", f"must step by {instrument.tick_size}")
    return PlaceOrder(
        order_id=command.order_id,
        account_id=command.account_id,
        user_id=command.user_id,
        client_order_id=command.client_order_id,
        symbol=position.symbol,
        side=position.side.opposite,
        quantity=quantity,
        time_in_force=TimeInForce.FOK,
        requested_price=command.requested_price,
        max_deviation=command.max_deviation,
        worst_price=command.worst_price,
        position_id=position.id,
        reduce_only=True,
        label=None,
        comment=None,
        channel=command.channel,
        received_at=command.received_at,
    )
