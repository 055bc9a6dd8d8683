"""Undoing a fill: a bust takes it back, a correct books it again at another price.

A fill is never edited: both are orders of the house with a fill of their own, and every posting
of the old fill is reversed by one of the same amount. Source: docs/domain/positions.md
"""

from dataclasses import replace
from decimal import Decimal
from typing import Final

from tradewind.core import positions
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Account, Position, Side
from tradewind.core.commands import BustFill, Order, PlaceOrder
from tradewind.core.decisions import Decision, Market
from tradewind.core.fills import Filled, Posted
from tradewind.core.ids import FillId, OrderId, PositionId
from tradewind.core.ledger import Posting, PostingType, client, profit
from tradewind.core.money import ZERO, Price, Quantity, book
from tradewind.core.orders import Channel, OrderState, Reason, TimeInForce
from tradewind.core.past_fills import PastFill, repriced, standing, without

S = OrderState
_FILLED: Final = (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING, S.FILLED)
_COMMENT_MAX: Final = 64


def bust(state: AccountState, past: PastFill, command: BustFill, market: Market) -> Decision:
    """Take a fill back; where it is to be booked again, its position stays as it is until then."""
    fill_id = FillId(market.new_id())
    order = _order(past, command, past.side.opposite, command.order_id, market)
    changed = without(state, past, order, fill_id, market) if command.price is None else None
    if command.price is not None and not past.closes:
        standing(state, past)
    account, posted = _taken_back(state.account, past, fill_id, market)
    position_id = past.position_id if changed is None else changed.id
    fill = replace(
        _fill(past, fill_id, position_id, past.price),
        closed_quantity=Quantity(ZERO) if past.closes else past.quantity,
        markup=-past.markup,
        commission=-past.commission,
        charge_rest=-past.charge_rest,
        quote_pnl=-past.quote_pnl,
        realized_pnl=account.balance - state.account.balance - past.fees,
    )
    return _decision(order, fill, changed, posted, account)


def correct(state: AccountState, past: PastFill, command: BustFill, market: Market) -> Decision:
    """Book a fill that was just taken back again, at the price it should have had."""
    price = command.price
    if price is None:
        raise AssertionError("a correct has a price")
    fill_id = FillId(market.new_id())
    order_id = OrderId(market.new_id())
    order = _order(past, command, past.side, order_id, market)
    changed = None if past.closes else repriced(standing(state, past), past, price)
    gained = ZERO
    if past.closes:
        moved = positions.pnl(past.side.opposite, past.price, price, past.quantity)
        gained = past.quote_pnl + moved
    account, posted = _booked_again(state.account, past, fill_id, gained, market)
    fill = replace(
        _fill(past, fill_id, past.position_id, price),
        closed_quantity=past.quantity if past.closes else Quantity(ZERO),
        quote_pnl=gained,
        realized_pnl=account.balance - state.account.balance + past.fees,
    )
    return _decision(order, fill, changed, posted, account)


def _taken_back(
    account: Account, past: PastFill, fill_id: FillId, market: Market
) -> tuple[Account, tuple[Posted, ...]]:
    """Reverse each posting; what its rounding had carried goes back too."""
    balance, posted = account.balance, list[Posted]()
    for each in past.postings:
        there = each.posting
        back = replace(there, source=there.destination, destination=there.source)
        balance += _moved(account, back)
        posted.append(
            Posted(fill_id=fill_id, postings=(back,), balance_after=balance, reverses=each.id)
        )
    rest = book(-past.carried, account.carry, account.currency)
    if rest.amount:
        balance += rest.amount
        postings = profit(account, past.book, market.instrument, ZERO, rest.amount)
        posted.append(Posted(fill_id=fill_id, postings=postings, balance_after=balance))
    return replace(account, balance=balance, carry=rest.carry), tuple(posted)


def _booked_again(
    account: Account, past: PastFill, fill_id: FillId, gained: Decimal, market: Market
) -> tuple[Account, tuple[Posted, ...]]:
    """Book the P&L of the right price at the fill's own rate, and charge what it was charged."""
    exact = gained * past.quoting.conversion.rate + past.charge_rest
    booked = book(exact, account.carry, account.currency)
    balance = account.balance + booked.amount
    postings = profit(account, past.book, market.instrument, gained, booked.amount)
    posted = [Posted(fill_id=fill_id, postings=postings, balance_after=balance)]
    for each in past.postings:
        if each.posting.type is not PostingType.PNL:
            balance += _moved(account, each.posting)
            posted.append(Posted(fill_id=fill_id, postings=(each.posting,), balance_after=balance))
    after = replace(account, balance=balance, carry=booked.carry)
    return after, tuple(each for each in posted if each.postings)


def _moved(account: Account, posting: Posting) -> Decimal:
    """What a posting does to the client's balance."""
    own = client(account.id)
    if own == posting.destination:
        return posting.amount
    return -posting.amount if own == posting.source else ZERO


def _order(
    past: PastFill, command: BustFill, side: Side, order_id: OrderId, market: Market
) -> Order:
    """The house's order; the client reads in its comment why it is there."""
    request = PlaceOrder(
        order_id=order_id,
        account_id=command.account_id,
        user_id=command.user_id,
        symbol=past.symbol,
        side=side,
        quantity=past.quantity,
        time_in_force=TimeInForce.FOK,
        position_id=past.position_id,
        reduce_only=(side is past.side) is past.closes,
        comment=command.note[:_COMMENT_MAX],
        channel=Channel.DEALER,
        received_at=command.received_at,
        reason=Reason.DEALER if side is past.side else Reason.BUST,
        actor=command.actor,
    )
    return Order(
        request=request,
        ticket=market.new_ticket(),
        state=S.FILLED,
        filled_quantity=past.quantity,
        average_price=None,
        execution_mode=past.execution_mode,
        book=past.book,
        position_id=past.position_id,
        refused=None,
        ended=None,
    )


def _fill(past: PastFill, fill_id: FillId, position_id: PositionId, price: Price) -> Filled:
    """A fill of the old one's quantity, on the price and at the rate the old one traded on."""
    return Filled(
        id=fill_id,
        position_id=position_id,
        quantity=past.quantity,
        closed_quantity=Quantity(ZERO),
        price=price,
        displayed_price=price,
        slippage=ZERO,
        markup=past.markup,
        commission=past.commission,
        quote_pnl=ZERO,
        realized_pnl=ZERO,
        quoting=past.quoting,
        corrects=past.id,
        charge_rest=past.charge_rest,
    )


def _decision(
    order: Order,
    fill: Filled,
    position: Position | None,
    posted: tuple[Posted, ...],
    account: Account,
) -> Decision:
    return Decision(
        order=replace(order, average_price=fill.price, position_id=fill.position_id),
        path=_FILLED,
        fills=(fill,),
        positions=() if position is None else (position,),
        posted=posted,
        account=account,
    )
