"""A fill of the past, and what its position is once the fill is taken back or corrected.

Source: docs/domain/positions.md
"""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from tradewind.core import positions
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Book, ExecutionMode, Lot, Position, PositionMode, Side
from tradewind.core.commands import BustFill, Order
from tradewind.core.decisions import Market
from tradewind.core.errors import ConflictError, InvalidError
from tradewind.core.execution import is_worse
from tradewind.core.ids import FillId, OrderId, PositionId, Symbol
from tradewind.core.ledger import Posting, PostingType
from tradewind.core.market import Quoting
from tradewind.core.money import ZERO, Price, Quantity
from tradewind.core.orders import Refused
from tradewind.core.values import frozen


@frozen
class PastPosting:
    """A posting of the ledger, by its id."""

    id: UUID
    posting: Posting


@frozen
class PastFill:
    """A fill as it stands in the books, with what it posted; `quoting` is what it traded on."""

    id: FillId
    order_id: OrderId
    position_id: PositionId
    symbol: Symbol
    side: Side
    quantity: Quantity
    closes: bool
    price: Price
    markup: Decimal
    commission: Decimal
    quote_pnl: Decimal
    realized_pnl: Decimal
    charge_rest: Decimal
    execution_mode: ExecutionMode
    book: Book
    quoting: Quoting
    postings: tuple[PastPosting, ...]

    @property
    def fees(self) -> Decimal:
        """What the client was charged with it, as booked."""
        charged = (p.posting for p in self.postings if p.posting.type is not PostingType.PNL)
        return sum((posting.amount for posting in charged), ZERO)

    @property
    def carried(self) -> Decimal:
        """What the rounding of its amounts left in the account's carry."""
        return self.quote_pnl * self.quoting.conversion.rate - self.realized_pnl + self.charge_rest

    def notional(self, price: Price) -> Decimal:
        """What its quantity is worth at a price, at the fill's own rate."""
        return abs(self.quantity * price) * self.quoting.conversion.rate


def require_reference(past: PastFill, command: BustFill, market: Market) -> None:
    """Raise InvalidError for what goes against the client without the LP's own bust behind it.

    What cannot be judged for want of a price counts as against the client.
    """
    if command.lp_reference or not _is_against(past, command.price, market.quoting):
        return
    raise InvalidError(
        "lp_reference", "lp_reference_required", "it goes against the client; name the LP's bust"
    )


def _is_against(past: PastFill, price: Price | None, quoting: Quoting | Refused) -> bool:
    if price is not None:
        return is_worse(past.side, price, past.price)
    if past.quote_pnl > ZERO or isinstance(quoting, Refused):
        return True
    now = quoting.price.taking(past.side.opposite)
    return positions.pnl(past.side, past.price, now, past.quantity) > ZERO


def without(
    state: AccountState, past: PastFill, order: Order, fill_id: FillId, market: Market
) -> Position:
    """The position as if the fill had not been."""
    if past.closes:
        return _reopened(state, past, order, fill_id, market)
    position = standing(state, past)
    left = Quantity(position.quantity - past.quantity)
    cost = position.quantity * position.open_price - past.quantity * past.price
    notional = position.margin_notional - past.notional(past.price)
    return replace(
        position,
        quantity=left,
        open_price=Price(cost / left) if left else position.open_price,
        margin_notional=max(notional, ZERO) if left else ZERO,
        version=position.version + 1,
        lots=_lots_without(position.lots, past),
    )


def standing(state: AccountState, past: PastFill) -> Position:
    """The position that an opening fill made, if all of the fill may still be in it."""
    position = state.positions.get(past.position_id)
    if position is None or position.side is not past.side or position.quantity < past.quantity:
        raise ConflictError(
            "fill_closed", "what the fill opened has been closed since", past.order_id
        )
    return position


def repriced(position: Position, past: PastFill, price: Price) -> Position:
    """The position as if the fill had had another price; it stays the same position."""
    cost = position.quantity * position.open_price + past.quantity * (price - past.price)
    notional = position.margin_notional + past.notional(price) - past.notional(past.price)
    return replace(
        position,
        open_price=Price(cost / position.quantity),
        margin_notional=max(notional, ZERO),
        version=position.version + 1,
    )


def _reopened(
    state: AccountState, past: PastFill, order: Order, fill_id: FillId, market: Market
) -> Position:
    """Open again what the fill closed, at the price at which it had been opened."""
    side = past.side.opposite
    move = past.quote_pnl / past.quantity
    opened_at = Price(past.price - move if side is Side.BUY else past.price + move)
    held = _to_join(state, past, side)
    lot = Lot(
        position_id=PositionId(market.new_id()) if held is None else held.id,
        fill_id=fill_id,
        book=past.book,
        book_rule_version=state.terms.version,
        hedge_reference=None,
        quantity=past.quantity,
        remaining=past.quantity,
        opened_at=market.now,
    )
    if held is None:
        notional = past.notional(opened_at)
        return positions.opened(order.request, lot, opened_at, notional, order.ticket)
    # The rates at which the position was opened are in its notional; the fill knows only its own.
    share = past.quantity * opened_at / (held.quantity * held.open_price)
    return positions.increase(held, lot, opened_at, abs(held.margin_notional * share))


def _to_join(state: AccountState, past: PastFill, side: Side) -> Position | None:
    if state.account.position_mode is PositionMode.HEDGING:
        return state.positions.get(past.position_id)
    held = next(iter(state.of_symbol(past.symbol)), None)
    if held is not None and held.side is not side:
        raise ConflictError(
            "position_opposite", "the account now has a position the other way", past.order_id
        )
    return held


def _lots_without(lots: tuple[Lot, ...], past: PastFill) -> tuple[Lot, ...]:
    """Take the fill's quantity out of its own lot, and what is not there from the newest."""
    left, after = past.quantity, list(lots)
    own = [n for n, lot in enumerate(lots) if lot.fill_id == past.id]
    for n in (*own, *(n for n in reversed(range(len(lots))) if n not in own)):
        used = min(left, lots[n].remaining)
        left = Quantity(left - used)
        after[n] = replace(lots[n], remaining=Quantity(lots[n].remaining - used))
    return tuple(after)
