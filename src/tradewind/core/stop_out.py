"""Margin call and stop-out: when they come, and what is closed in which order.

Source: docs/domain/margin.md
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from itertools import product
from typing import Final

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import GroupTerms, Liquidation, Position, PositionMode, Side
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.decisions import Decision, Market, made
from tradewind.core.ids import PositionId, Symbol
from tradewind.core.margin import Mark, Valuation, unrealized_pnl
from tradewind.core.money import ZERO
from tradewind.core.orders import OrderState, Refused
from tradewind.core.positions import plan, plan_rest
from tradewind.core.trading import WORKING_PATH
from tradewind.core.values import frozen
from tradewind.core.working import work

#: A call is over when the level is so many percent above the one it came at.
CLEARED_ABOVE: Final = Decimal(10)


class Health(StrEnum):
    """What an account's level asks for. Between two events there is nothing to do: healthy."""

    HEALTHY = "healthy"
    CALLED = "called"
    CLEARED = "cleared"
    STOP_OUT = "stop_out"


@frozen
class CloseBoth:
    """Close two opposite positions by each other, as far as both go."""

    position: Position
    opposite: Position


Liquidating = CloseBoth | Position


def judge(valuation: Valuation, terms: GroupTerms, *, called: bool) -> Health:
    """Compare a level with its bounds; one that is unknown for want of positions is high."""
    level = valuation.level
    if level is not None and (level <= terms.stop_out_level or valuation.equity <= ZERO):
        return Health.STOP_OUT
    return judge_call(valuation, terms, called=called)


def judge_call(valuation: Valuation, terms: GroupTerms, *, called: bool) -> Health:
    """Tell whether a call begins or ends: one for each time that the level falls so low."""
    level = valuation.level
    if called:
        is_over = level is None or level >= terms.margin_call_level + CLEARED_ABOVE
        return Health.CLEARED if is_over else Health.HEALTHY
    is_low = level is not None and level <= terms.margin_call_level
    return Health.CALLED if is_low else Health.HEALTHY


def openers(state: AccountState) -> list[Order]:
    """Return the open orders that would open or increase a position, in order of their tickets."""
    found: list[Order] = []
    for order in state.orders.values():
        planned = plan_rest(state, order)
        if not isinstance(planned, Refused) and planned.open_quantity > ZERO:
            found.append(order)
    return sorted(found, key=lambda order: order.ticket)


def next_step(
    state: AccountState, marks: Mapping[Symbol, Mark], skipped: frozenset[PositionId]
) -> Liquidating | None:
    """Choose what to close next: a hedged pair, else one position whole; None if nothing can be."""
    held = [
        position
        for position in sorted(state.positions.values(), key=_age)
        if position.id not in skipped and not state.is_closing(position.id)
    ]
    if state.account.position_mode is PositionMode.HEDGING:
        pair = next(_pairs(held), None)
        if pair is not None:
            return pair
    if state.terms.fifo:
        held = _oldest_of_each(held)
    if not held or state.terms.liquidation is Liquidation.OLDEST:
        return held[0] if held else None
    return min(held, key=lambda position: unrealized_pnl(position, marks[position.symbol]))


def liquidate(state: AccountState, request: PlaceOrder, market: Market) -> Decision | None:
    """Close at market what `request` names; neither status nor limits of the account stop it."""
    planned = plan(state, request)
    if isinstance(planned, Refused):
        return None
    order = made(state, request, market.new_ticket(), OrderState.WORKING)
    decision = work(state, order, planned, market, WORKING_PATH)
    return decision if decision.fills else None


def _age(position: Position) -> tuple[object, int]:
    return position.opened_at, position.ticket


def _pairs(held: list[Position]) -> Iterator[CloseBoth]:
    """Yield opposite positions of one symbol, oldest first."""
    for position, opposite in product(held, held):
        if position.symbol == opposite.symbol and position.side is not opposite.side:
            yield CloseBoth(position=position, opposite=opposite)


def _oldest_of_each(held: list[Position]) -> list[Position]:
    """Leave of each symbol and side the oldest, which must close first."""
    oldest: dict[tuple[Symbol, Side], Position] = {}
    for position in held:
        oldest.setdefault((position.symbol, position.side), position)
    return list(oldest.values())
