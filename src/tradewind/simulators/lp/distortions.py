"""What each fault makes of a quote: none, one or several, with wrong numbers, times or sides."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Final, Literal, assert_never

from tradewind.simulators.lp.faults import Fault, FaultName
from tradewind.simulators.lp.ticks import Flaw, TimedTick

#: A flood that fell behind by more than this leaves the rest out.
LAG_S_MAX: Final = 1
STRAY_SUFFIX: Final = ".STRAY"
Mispriced = Literal[
    FaultName.SPIKE,
    FaultName.CROSSED,
    FaultName.CROSS_COMPOSITE,
    FaultName.WRONG_SCALE,
    FaultName.NEGATIVE_PRICE,
    FaultName.ZERO_PRICE,
]


@dataclass(slots=True, kw_only=True)
class ActiveFault:
    """A fault at work."""

    fault: Fault
    #: Loop time (seconds).
    began: float
    #: Quotes it still breaks; None without such a limit.
    ticks_left: int | None = None
    #: Quotes it has added.
    ticks_added: int = 0
    #: The quote of each symbol that it keeps for later.
    kept: dict[str, TimedTick] = field(default_factory=dict)

    def is_over(self, now: float) -> bool:
        """Tell whether it has broken all it should, or lasted long enough."""
        seconds = float(self.fault.number("seconds"))
        return self.ticks_left == 0 or 0 < seconds <= now - self.began

    def ticks_owed(self, now: float) -> int:
        """Return how many quotes a flood must add now to keep its rate."""
        rate = float(self.fault.number("ticks_per_second"))
        seconds = float(self.fault.number("seconds"))
        lasted = now - self.began
        due = int(rate * (min(lasted, seconds) if seconds else lasted))
        owed, self.ticks_added = due - self.ticks_added, due
        return min(owed, int(rate * LAG_S_MAX) + 1)

    def distort(self, timed: TimedTick) -> Sequence[TimedTick]:
        """Return what becomes of a quote."""
        if self.ticks_left == 0 or not self.fault.concerns(timed.tick.symbol):
            return (timed,)
        if self.ticks_left is not None:
            self.ticks_left -= 1
        return distorted(timed, self.fault, self.kept)


def active(fault: Fault, now: float) -> ActiveFault:
    """Begin a fault."""
    spikes = fault.name is FaultName.SPIKE
    left = int(fault.number("ticks")) if spikes else None
    return ActiveFault(fault=fault, began=now, ticks_left=left)


def distorted(timed: TimedTick, fault: Fault, kept: dict[str, TimedTick]) -> Sequence[TimedTick]:
    """Return the quotes that go out instead of one."""
    name, symbol = fault.name, timed.tick.symbol
    match name:
        case FaultName.STALE | FaultName.EMPTY_SNAPSHOT | FaultName.UNKNOWN_SYMBOL:
            return ()
        case FaultName.FROZEN:
            return (replace(kept.setdefault(symbol, timed), at=timed.at),)
        case FaultName.OUT_OF_ORDER:
            return _swapped(timed, kept)
        case FaultName.DUPLICATE:
            return (timed,) * int(fault.number("copies"))
        case FaultName.STRAY_SYMBOL:
            return (timed, replace(timed, flaw=Flaw(name=f"{symbol}{STRAY_SUFFIX}")))
        case FaultName.FUTURE_TIME:
            return (_moved_in_time(timed, fault.number("ahead")),)
        case FaultName.PAST_TIME:
            return (_moved_in_time(timed, -fault.number("behind")),)
        case FaultName.ONE_SIDED:
            missing = "bid" if fault.parameters["missing"] == "bid" else "ask"
            return (replace(timed, flaw=Flaw(missing=missing)),)
        case FaultName.NAN_PRICE:
            return (replace(timed, flaw=Flaw(price=fault.parameters["text"])),)
        case FaultName.GAP | FaultName.FLOOD | FaultName.LOGOUT | FaultName.FLAP:
            return (timed,)
        case (
            FaultName.SPIKE
            | FaultName.CROSSED
            | FaultName.CROSS_COMPOSITE
            | FaultName.WRONG_SCALE
            | FaultName.NEGATIVE_PRICE
            | FaultName.ZERO_PRICE
        ):
            return (_repriced(timed, fault, name),)
        case _:
            assert_never(name)


def _repriced(timed: TimedTick, fault: Fault, name: Mispriced) -> TimedTick:
    """Return the quote with wrong prices; they stay whole points."""
    tick = timed.tick
    bid, ask = tick.bid_points, tick.ask_points
    match name:
        case FaultName.SPIKE:
            factor = 1 + fault.number("percent") / 100
            return _at(timed, round(bid * factor), round(ask * factor))
        case FaultName.CROSSED:
            return _at(timed, ask + int(fault.number("points")), ask)
        case FaultName.CROSS_COMPOSITE:
            shift = round((ask - bid) * fault.number("spreads"))
            return _at(timed, bid + shift, ask + shift)
        case FaultName.WRONG_SCALE if fault.number("factor") > 1:
            return _at(timed, bid * 100, ask * 100)
        case FaultName.WRONG_SCALE:
            # Two more digits for the same points: nothing is rounded away.
            return replace(timed, tick=replace(tick, digits=tick.digits + 2))
        case FaultName.NEGATIVE_PRICE:
            return _at(timed, -ask, -bid)
        case FaultName.ZERO_PRICE:
            return _at(timed, 0, 0)
        case _:
            assert_never(name)


def _swapped(timed: TimedTick, kept: dict[str, TimedTick]) -> Sequence[TimedTick]:
    """Hold every other quote back until the next has gone out."""
    held = kept.pop(timed.tick.symbol, None)
    if held is None:
        kept[timed.tick.symbol] = timed
        return ()
    return (timed, held)


def _moved_in_time(timed: TimedTick, seconds: Decimal) -> TimedTick:
    return replace(timed, at=timed.at + timedelta(seconds=float(seconds)))


def _at(timed: TimedTick, bid: int, ask: int) -> TimedTick:
    return replace(timed, tick=replace(timed.tick, bid_points=bid, ask_points=ask))
