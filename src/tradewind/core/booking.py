"""Turn executed levels into fills, position changes and ledger postings.

Source: docs/domain/ledger.md
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from tradewind.core import commission, positions
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Account, Lot, Position, PositionMode
from tradewind.core.commands import Order
from tradewind.core.execution import against_client
from tradewind.core.fills import Filled, Posted
from tradewind.core.ids import FillId, PositionId
from tradewind.core.instruments import Instrument
from tradewind.core.ledger import (
    COMMISSION,
    FEE,
    Posting,
    PostingType,
    client,
    profit,
    transfer,
)
from tradewind.core.market import Level, Quoting
from tradewind.core.money import ZERO, Price, Quantity, book
from tradewind.core.positions import Plan
from tradewind.core.values import frozen


class Source(Protocol):
    """Where the instrument, new ids and the time of a decision come from."""

    @property
    def instrument(self) -> Instrument:
        """The specification in force."""
        ...

    @property
    def new_id(self) -> Callable[[], UUID]:
        """Makes an id."""
        ...

    @property
    def now(self) -> datetime:
        """The time of the decision."""
        ...


@frozen
class Booking:
    """The account, its changed positions, and what was written, after some fills."""

    account: Account
    positions: tuple[Position, ...]
    fills: tuple[Filled, ...]
    posted: tuple[Posted, ...]
    commission_due: Decimal
    commission_charged: Decimal


@frozen
class Trade:
    """What stays the same while an order's levels are booked one after the other.

    `premium` is what a unit pays for a guaranteed level, in quote currency.
    """

    state: AccountState
    order: Order
    planned: Plan
    quoting: Quoting
    source: Source
    premium: Decimal = ZERO


@frozen
class _Money:
    """What one fill moved: exact P&L in quote currency (None when it opened), booked amounts."""

    quote_pnl: Decimal | None
    realized_pnl: Decimal
    commission: Decimal
    charge_rest: Decimal


def take_levels(trade: Trade, levels: tuple[Level, ...]) -> Booking:
    """Book each level: first what it closes, then what it opens; one fill for each part.

    An order that is filled in parts goes on with the commission of the parts before.
    """
    planned = trade.planned
    booking = Booking(
        account=trade.state.account,
        positions=(),
        fills=(),
        posted=(),
        commission_due=trade.order.commission_due,
        commission_charged=trade.order.commission_charged,
    )
    to_close = planned.close_quantity
    for level in levels:
        closes = min(to_close, level.quantity)
        if closes and planned.closes is not None:
            target = _current(booking, planned.closes)
            booking = _close(trade, booking, target, Quantity(closes), level.price)
            to_close = Quantity(to_close - closes)
        opens = Quantity(level.quantity - closes)
        if opens:
            booking = _open(trade, booking, opens, level.price)
    return booking


def _current(booking: Booking, position: Position) -> Position:
    return next((p for p in booking.positions if p.id == position.id), position)


def _close(
    trade: Trade, booking: Booking, target: Position, quantity: Quantity, price: Price
) -> Booking:
    closing = positions.close(target, quantity, price)
    traded = Level(price=price, quantity=quantity)
    fill_id = FillId(trade.source.new_id())
    return _booked(trade, booking, closing.position, traded, fill_id, closing.quote_pnl)


def _open(trade: Trade, booking: Booking, quantity: Quantity, price: Price) -> Booking:
    notional = abs(quantity * price) * trade.quoting.conversion.rate
    existing = _to_increase(trade, booking)
    fill_id = FillId(trade.source.new_id())
    lot = Lot(
        position_id=existing.id if existing else PositionId(trade.source.new_id()),
        fill_id=fill_id,
        book=trade.state.terms.book,
        book_rule_version=trade.state.terms.version,
        hedge_reference=None,
        quantity=quantity,
        remaining=quantity,
        opened_at=trade.source.now,
    )
    if existing is None:
        position = positions.opened(trade.order.request, lot, price, notional, trade.order.ticket)
    else:
        position = positions.increase(existing, lot, price, notional)
    traded = Level(price=price, quantity=quantity)
    return _booked(trade, booking, position, traded, fill_id, None)


def _to_increase(trade: Trade, booking: Booking) -> Position | None:
    """The position an opening fill adds to: the netting one of its side, or this order's own.

    An order that fills in parts over time goes on with the position it opened, while that is open.
    """
    side, symbol = trade.order.request.side, trade.order.request.symbol
    for position in booking.positions:
        if position.side is side and position.quantity:
            return position
    if trade.state.account.position_mode is PositionMode.HEDGING:
        own = trade.order.position_id
        return None if own is None else trade.state.positions.get(own)
    return next((p for p in trade.state.of_symbol(symbol) if p.side is side), None)


def _booked(
    trade: Trade,
    booking: Booking,
    position: Position,
    traded: Level,
    fill_id: FillId,
    quote_pnl: Decimal | None,
) -> Booking:
    """Add one fill of `position`: its P&L (None when it opened) and its commission."""
    rate = trade.quoting.conversion.rate
    due, charged = _charge(trade, booking, traded)
    account = booking.account
    gain = book((quote_pnl or ZERO) * rate, account.carry, account.currency)
    fee = book(-charged, gain.carry, account.currency)
    after_profit = account.balance + gain.amount
    after_fee = after_profit + fee.amount
    posted = (
        _posted(fill_id, _pnl_postings(trade, quote_pnl or ZERO, gain.amount), after_profit),
        _posted(fill_id, _commission_postings(account, -fee.amount), after_fee),
    )
    after = replace(account, balance=after_fee, carry=fee.carry)
    if trade.premium:
        after, paid = _premium(after, trade.premium * traded.quantity * rate, fill_id)
        posted = (*posted, paid)
    money = _Money(
        quote_pnl=quote_pnl,
        realized_pnl=gain.amount,
        commission=-fee.amount,
        charge_rest=after.carry - gain.carry,
    )
    fill = _filled(trade, position, traded, fill_id, money)
    return Booking(
        account=after,
        positions=(*(p for p in booking.positions if p.id != position.id), position),
        fills=(*booking.fills, fill),
        posted=(*booking.posted, *(p for p in posted if p.postings)),
        commission_due=due,
        commission_charged=booking.commission_charged + charged,
    )


def _charge(trade: Trade, booking: Booking, traded: Level) -> tuple[Decimal, Decimal]:
    """Return the order's commission due so far, and what this fill charges of it."""
    terms = trade.state.terms.commission
    notional = abs(traded.quantity * traded.price) * trade.quoting.conversion.rate
    due = booking.commission_due + commission.due(
        terms, traded.quantity, trade.source.instrument.contract_size, notional
    )
    return due, commission.charge(terms, due, booking.commission_charged)


def _filled(
    trade: Trade, position: Position, traded: Level, fill_id: FillId, money: _Money
) -> Filled:
    side = trade.order.request.side
    displayed = _displayed(trade)
    return Filled(
        id=fill_id,
        position_id=position.id,
        quantity=traded.quantity,
        closed_quantity=Quantity(ZERO) if money.quote_pnl is None else traded.quantity,
        price=traded.price,
        displayed_price=displayed,
        slippage=-against_client(side, displayed, traded.price),
        markup=trade.quoting.price.markup(side),
        commission=money.commission,
        quote_pnl=money.quote_pnl or ZERO,
        realized_pnl=money.realized_pnl,
        charge_rest=money.charge_rest,
        quoting=trade.quoting,
    )


def _displayed(trade: Trade) -> Price:
    """The price the client had before their eyes: what slippage is measured against."""
    request = trade.order.request
    for named in (request.requested_price, request.limit_price, request.stop_price):
        if named is not None:
            return named
    return trade.quoting.price.taking(request.side)


def _premium(account: Account, due: Decimal, fill_id: FillId) -> tuple[Account, Posted]:
    """Charge a guaranteed stop that was used."""
    paid = book(-due, account.carry, account.currency)
    after = replace(account, balance=account.balance + paid.amount, carry=paid.carry)
    postings = transfer(
        PostingType.PREMIUM, client(account.id), FEE, account.currency.code, -paid.amount
    )
    return after, _posted(fill_id, postings, after.balance)


def _posted(fill_id: FillId, postings: tuple[Posting, ...], balance_after: Decimal) -> Posted:
    return Posted(fill_id=fill_id, postings=postings, balance_after=balance_after)


def _pnl_postings(trade: Trade, quote_pnl: Decimal, booked: Decimal) -> tuple[Posting, ...]:
    state = trade.state
    return profit(state.account, state.terms.book, trade.source.instrument, quote_pnl, booked)


def _commission_postings(account: Account, amount: Decimal) -> tuple[Posting, ...]:
    return transfer(
        PostingType.COMMISSION, client(account.id), COMMISSION, account.currency.code, amount
    )
