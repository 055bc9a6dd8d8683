"""Candles as clients see them."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """One side of one candle. `time` is its begin; `complete` is false while it may still grow.

    `ticks` is 0 where a candle was given to us without them; `revision` counts how often it
    changed after it had ended.
    """

    time: datetime
    open: str
    high: str
    low: str
    close: str
    ticks: int
    complete: bool
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CandlePage:
    """Candles by time; `next` is always null: ask again with `from` or `to`."""

    items: tuple[Candle, ...]
    next: None = None
