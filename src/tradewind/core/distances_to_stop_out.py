"""How far one symbol may go until a margin call or a stop-out comes, others standing still.

Its spread and its conversion stand still too. Used margin rises ever faster with a price, never
slower, and equity in a straight line, so the prices at which the level is above a bound lie
together: in each direction there is one first price at which it is not, and halving finds it
exactly, whatever tiers, floors and hedges there are. Source: docs/domain/margin.md
"""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Final

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Side
from tradewind.core.ids import PositionId, Symbol
from tradewind.core.margin import Mark, value
from tradewind.core.money import Price
from tradewind.core.stop_out import CloseBoth, next_step
from tradewind.core.values import frozen

#: A price that would have to become so many times larger is not looked for.
FAR: Final = 100


@frozen
class Reached:
    """What the group sees of a symbol at the first price at which a level is reached."""

    bid: Price
    ask: Price


@frozen
class Distances:
    """The first prices below and above; None where none does it, the present one where it does.

    `first` is the position that the nearer stop-out would close first, or by another.
    """

    call_below: Reached | None
    call_above: Reached | None
    stop_out_below: Reached | None
    stop_out_above: Reached | None
    first: PositionId | None


def distances(state: AccountState, marks: Mapping[Symbol, Mark], symbol: Symbol) -> Distances:
    """Return where `symbol` would have to go; every open position's symbol must have a mark."""
    call, stop = state.terms.margin_call_level, state.terms.stop_out_level
    below = _ticks(state, marks, symbol, stop, Side.SELL)
    above = _ticks(state, marks, symbol, stop, Side.BUY)
    nearest = min((t for t in (below, above) if t is not None), key=abs, default=None)
    return Distances(
        call_below=_at(marks[symbol], _ticks(state, marks, symbol, call, Side.SELL)),
        call_above=_at(marks[symbol], _ticks(state, marks, symbol, call, Side.BUY)),
        stop_out_below=_at(marks[symbol], below),
        stop_out_above=_at(marks[symbol], above),
        first=None if nearest is None else _first(state, _moved(marks, symbol, nearest)),
    )


def _ticks(
    state: AccountState,
    marks: Mapping[Symbol, Mark],
    symbol: Symbol,
    bound: Decimal,
    direction: Side,
) -> int | None:
    """Count the ticks, downwards negative, to the first price at which the bound is reached."""
    mark = marks[symbol]
    sign = 1 if direction is Side.BUY else -1
    furthest = int(abs(mark.bid) / mark.instrument.tick_size) * FAR
    if direction is Side.SELL and not mark.instrument.allow_negative:
        furthest = int(mark.bid / mark.instrument.tick_size) - 1

    def is_reached(ticks: int) -> bool:
        moved = _moved(marks, symbol, sign * ticks)
        level = value(state.account, state.terms, state.positions.values(), moved).level
        return level is not None and level <= bound

    if is_reached(0):
        return 0
    ticks = bisect_left(range(furthest + 1), x=True, key=is_reached)
    return None if ticks > furthest else sign * ticks


def _moved(marks: Mapping[Symbol, Mark], symbol: Symbol, ticks: int) -> dict[Symbol, Mark]:
    mark = marks[symbol]
    by = ticks * mark.instrument.tick_size
    shifted = replace(mark, bid=Price(mark.bid + by), ask=Price(mark.ask + by), mid=mark.mid + by)
    return {**marks, symbol: shifted}


def _at(mark: Mark, ticks: int | None) -> Reached | None:
    if ticks is None:
        return None
    by = ticks * mark.instrument.tick_size
    return Reached(bid=Price(mark.bid + by), ask=Price(mark.ask + by))


def _first(state: AccountState, marks: Mapping[Symbol, Mark]) -> PositionId | None:
    step = next_step(state, marks, frozenset())
    if step is None:
        return None
    return step.position.id if isinstance(step, CloseBoth) else step.id
