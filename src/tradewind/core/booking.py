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
from tradewind.core.accounts import Account, AccountState, Lot, Position, PositionMode
from tradewind.core.execution import against_client
from tradewind.core.ids import FillId, PositionId
from tradewind.core.instruments import Instrument
from tradewind.core.ledger import COMMISSION, FX, TRADING, Posting, PostingType, client, transfer
from tradewind.core.market import Level, Quoting
from tradewind.core.money import ZERO, Currency, Price, Quantity, book, to_minor_unit
from tradewind.core.orders import PlaceOrder
from tradewind.core.positions import Plan
from tradewind.core.values import frozen


class Source(Protocol):
    """Where the instrument, new ids, the ticket and the time of a decision come from."""

    @property
    def instrument(self) -> Instrument:
        """The specification in force."""
        ...

    @property
    def new_id(self) -> Callable[[], UUID]:
        """Makes an id."""
        ...

    @property
    def ticket(self) -> int:
        """The order's ticket; its new position and fills carry the same one."""
        ...

    @property
    def now(self) -> datetime:
        """The time of the decision."""
        ...


@frozen
class Filled:
    """One fill. P&L is exact in quote currency and booked in account currency.

    `slippage` is positive when the client got better than the displayed price.
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


@frozen
class Posted:
    """The postings of one fill and one purpose, and the client's balance after them."""

    fill_id: FillId
    postings: tuple[Posting, ...]
    balance_after: Decimal


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
class _Trade:
    """What stays the same while an order's levels are booked one after the other."""

    state: AccountState
    order: PlaceOrder
    quoting: Quoting
    source: Source


@frozen
class _Money:
    """What one fill moved: exact P&L in quote currency (None when it opened), booked amounts."""

    quote_pnl: Decimal | None
    realized_pnl: Decimal
    commission: Decimal


def take_levels(
    state: AccountState,
    order: PlaceOrder,
    planned: Plan,
    levels: tuple[Level, ...],
    quoting: Quoting,
    source: Source,
) -> Booking:
    """Book each level: first what it closes, then what it opens; one fill for each part."""
    trade = _Trade(state=state, order=order, quoting=quoting, source=source)
    booking = Booking(
        account=state.account,
        positions=(),
        fills=(),
        posted=(),
        commission_due=ZERO,
        commission_charged=ZERO,
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
    trade: _Trade, booking: Booking, target: Position, quantity: Quantity, price: Price
) -> Booking:
    closing = positions.close(target, quantity, price)
    traded = Level(price=price, quantity=quantity)
    fill_id = FillId(trade.source.new_id())
    return _booked(trade, booking, closing.position, traded, fill_id, closing.quote_pnl)


def _open(trade: _Trade, booking: Booking, quantity: Quantity, price: Price) -> Booking:
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
        position = positions.opened(trade.order, lot, price, notional, trade.source.ticket)
    else:
        position = positions.increase(existing, lot, price, notional)
    traded = Level(price=price, quantity=quantity)
    return _booked(trade, booking, position, traded, fill_id, None)


def _to_increase(trade: _Trade, booking: Booking) -> Position | None:
    """The position an opening fill adds to: the netting one of its side, or this order's own."""
    side, symbol = trade.order.side, trade.order.symbol
    for position in booking.positions:
        if position.side is side and position.quantity:
            return position
    if trade.state.account.position_mode is PositionMode.HEDGING:
        return None
    return next((p for p in trade.state.of_symbol(symbol) if p.side is side), None)


def _booked(
    trade: _Trade,
    booking: Booking,
    position: Position,
    traded: Level,
    fill_id: FillId,
    quote_pnl: Decimal | None,
) -> Booking:
    """Add one fill of `position`: its P&L (None when it opened) and its commission."""
    rate = trade.quoting.conversion.rate
    terms = trade.state.terms.commission
    notional = abs(traded.quantity * traded.price) * rate
    due = booking.commission_due + commission.due(
        terms, traded.quantity, trade.source.instrument.contract_size, notional
    )
    charged = commission.charge(terms, due, booking.commission_charged)
    account = booking.account
    profit = book((quote_pnl or ZERO) * rate, account.carry, account.currency)
    fee = book(-charged, profit.carry, account.currency)
    after_profit = account.balance + profit.amount
    posted = (
        _posted(fill_id, _pnl_postings(trade, quote_pnl or ZERO, profit.amount), after_profit),
        _posted(fill_id, _commission_postings(account, -fee.amount), after_profit + fee.amount),
    )
    money = _Money(quote_pnl=quote_pnl, realized_pnl=profit.amount, commission=-fee.amount)
    fill = _filled(trade, position, traded, fill_id, money)
    return Booking(
        account=replace(account, balance=after_profit + fee.amount, carry=fee.carry),
        positions=(*(p for p in booking.positions if p.id != position.id), position),
        fills=(*booking.fills, fill),
        posted=(*booking.posted, *(p for p in posted if p.postings)),
        commission_due=due,
        commission_charged=booking.commission_charged + charged,
    )


def _filled(
    trade: _Trade, position: Position, traded: Level, fill_id: FillId, money: _Money
) -> Filled:
    side = trade.order.side
    displayed = trade.order.requested_price or trade.quoting.price.taking(side)
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
        quoting=trade.quoting,
    )


def _posted(fill_id: FillId, postings: tuple[Posting, ...], balance_after: Decimal) -> Posted:
    return Posted(fill_id=fill_id, postings=postings, balance_after=balance_after)


def _pnl_postings(trade: _Trade, quote_pnl: Decimal, booked: Decimal) -> tuple[Posting, ...]:
    account = trade.state.account
    trading = TRADING[trade.state.terms.book]
    own = client(account.id)
    instrument = trade.source.instrument
    if instrument.quote == account.currency.code:
        return transfer(PostingType.PNL, trading, own, account.currency.code, booked)
    quote = Currency(
        code=trade.source.instrument.quote, minor_digits=trade.source.instrument.quote_minor_digits
    )
    in_quote = to_minor_unit(quote_pnl, quote)
    return (
        *transfer(PostingType.PNL, trading, FX, quote.code, in_quote),
        *transfer(PostingType.PNL, FX, own, account.currency.code, booked),
    )


def _commission_postings(account: Account, amount: Decimal) -> tuple[Posting, ...]:
    return transfer(
        PostingType.COMMISSION, client(account.id), COMMISSION, account.currency.code, amount
    )
