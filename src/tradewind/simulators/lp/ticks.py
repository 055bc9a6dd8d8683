"""One quote on its way to clients: the numbers, their time, and what a fault broke."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tradewind.simulators.lp.market import LpTick


@dataclass(frozen=True, slots=True, kw_only=True)
class Flaw:
    """What is wrong with a quote beyond its numbers and its time."""

    #: The side that is not quoted.
    missing: Literal["bid", "ask"] | None = None
    #: Stands where both prices should.
    price: str | None = None
    #: The quote goes out under this name, which nobody asked for, to whoever asked for its symbol.
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimedTick:
    """A quote and the time it belongs to: now, or when it was recorded."""

    tick: LpTick
    at: datetime
    flaw: Flaw | None = None
