"""The book behind a quote: its top, a seeded ladder below it, and what changes between books."""

from collections.abc import Sequence
from enum import StrEnum
from hashlib import blake2b
from typing import Final, NamedTuple

from tradewind.simulators.lp.instruments import INSTRUMENTS
from tradewind.simulators.lp.market import SIZE_STEPS_MAX, LpTick
from tradewind.simulators.lp.ticks import TimedTick
from tradewind.simulators.lp.wire import price_text

LEVELS_MIN: Final = 5
LEVELS_MAX: Final = 10
#: For symbols that are only recorded: the size of one step, and the price in steps of the ladder.
SIZE_STEP: Final = 500_000
LADDER_STEPS_IN_PRICE: Final = 20_000
#: Ladders remembered; prices come back, and most levels with them.
LADDERS_MAX: Final = 4_096
#: A level is larger than the one above it by one to this many size steps.
GROWTH_MAX: Final = 4


class Side(StrEnum):
    """MDEntryType (269)."""

    BID = "0"
    ASK = "1"


class Action(StrEnum):
    """MDUpdateAction (279)."""

    NEW = "0"
    CHANGE = "1"
    DELETE = "2"


class Level(NamedTuple):
    """One price of one side. A top of book alone has no MDEntryID.

    Like what follows a tuple, because one is made for every quote.
    """

    entry_id: str
    price: str
    size: int


class Book(NamedTuple):
    """Both sides, best first; a side that is not quoted is empty."""

    bids: tuple[Level, ...]
    asks: tuple[Level, ...]


class Change(NamedTuple):
    """One entry of an incremental refresh."""

    action: Action
    side: Side
    level: Level


class Depth:
    """Full books of one LP. Equal seeds and quotes give equal books.

    The top keeps its id while its price moves. Below it lies a grid of prices whose ids name
    them: when the top moves within a grid step nothing else changes.
    """

    def __init__(self, seed: int) -> None:
        """LPs with different seeds differ in the number and the sizes of their levels."""
        self._seed = seed
        self._ladders: dict[tuple[str, Side, int, int, int, int], tuple[Level, ...]] = {}

    def book(self, timed: TimedTick) -> Book:
        """Return the full book behind a quote."""
        tick, top = timed.tick, top_of_book(timed, with_ids=True)
        bids, asks = top.bids, top.asks
        if bids:
            ladder = self._ladder(timed, Side.BID, tick.bid_points, tick.bid_size)
            bids = (*bids, *ladder)
        if asks:
            ladder = self._ladder(timed, Side.ASK, tick.ask_points, tick.ask_size)
            asks = (*asks, *ladder)
        return Book(bids=bids, asks=asks)

    def _ladder(self, timed: TimedTick, side: Side, top: int, size: int) -> tuple[Level, ...]:
        tick = timed.tick
        step, size_step = self._steps(tick)
        first = (top - 1) // step if side is Side.BID else -((-top - 1) // step)
        base = max(size, SIZE_STEPS_MAX * size_step)
        key = (tick.symbol, side, first, step, base, tick.digits)
        known = self._ladders.get(key)
        if known is not None:
            return known
        if len(self._ladders) >= LADDERS_MAX:
            self._ladders.clear()
        away = -1 if side is Side.BID else 1
        ladder = tuple(
            Level(
                entry_id=f"{tick.symbol}-{side}-{(first + away * number) * step}",
                price=price_text((first + away * number) * step, tick.digits),
                size=base + growth * size_step,
            )
            for number, growth in enumerate(self._growths(tick.symbol, side))
        )
        self._ladders[key] = ladder
        return ladder

    def _steps(self, tick: LpTick) -> tuple[int, int]:
        """Return the ladder's step of price (points) and of size; a usual spread is one."""
        instrument = INSTRUMENTS.get(tick.symbol)
        if instrument is None:
            part = abs(tick.bid_points) // LADDER_STEPS_IN_PRICE
            # A power of two, so that the grid stays where it is while the price moves.
            return 1 << max(0, part.bit_length() - 1), SIZE_STEP
        points = instrument.spread_points * 10.0 ** (tick.digits - instrument.digits)
        return max(1, round(points)), instrument.size_step

    def _growths(self, symbol: str, side: Side) -> Sequence[int]:
        """Return how many size steps each level of the ladder lies above its base."""
        draws = blake2b(f"{self._seed}|{symbol}|{side}|depth".encode()).digest()
        below_top = LEVELS_MIN + draws[0] % (LEVELS_MAX - LEVELS_MIN + 1) - 1
        grown = [1 + draw % GROWTH_MAX for draw in draws[1 : 1 + below_top]]
        return [sum(grown[: number + 1]) for number in range(below_top)]


def top_of_book(timed: TimedTick, *, with_ids: bool = False) -> Book:
    """Return the best level of each side that is quoted."""
    tick, flaw = timed.tick, timed.flaw
    missing, text = (flaw.missing, flaw.price) if flaw else (None, None)
    bid = Level(
        entry_id=f"{tick.symbol}-{Side.BID}" if with_ids else "",
        price=text or price_text(tick.bid_points, tick.digits),
        size=tick.bid_size,
    )
    ask = Level(
        entry_id=f"{tick.symbol}-{Side.ASK}" if with_ids else "",
        price=text or price_text(tick.ask_points, tick.digits),
        size=tick.ask_size,
    )
    return Book(
        bids=() if missing == "bid" else (bid,),
        asks=() if missing == "ask" else (ask,),
    )


def changes(held: Book, book: Book) -> Sequence[Change]:
    """Return what turns the book a client holds into another one: deletes before the rest.

    The top of each side is always told, so that every quote makes a message with its time.
    """
    bids, asks = _changes(Side.BID, held.bids, book.bids), _changes(Side.ASK, held.asks, book.asks)
    return sorted([*bids, *asks], key=_deletes_first)


def _deletes_first(change: Change) -> bool:
    return change.action is not Action.DELETE


def _changes(side: Side, held: tuple[Level, ...], levels: tuple[Level, ...]) -> Sequence[Change]:
    if held and levels and held[1:] == levels[1:]:
        return [Change(action=Action.CHANGE, side=side, level=levels[0])]
    known = {level.entry_id: level for level in held}
    told: list[Change] = []
    for place, level in enumerate(levels):
        before = known.pop(level.entry_id, None)
        if before is None:
            told.append(Change(action=Action.NEW, side=side, level=level))
        elif place == 0 or before != level:
            told.append(Change(action=Action.CHANGE, side=side, level=level))
    gone = [Change(action=Action.DELETE, side=side, level=level) for level in known.values()]
    return [*gone, *told]
