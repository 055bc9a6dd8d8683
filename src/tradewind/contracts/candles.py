"""What the candle job says of candles that changed after they had ended.

It is published on `candles:{SYMBOL}` after the change was committed; a message may be lost, the
candle's `revision` is not. Prices are those of the market, before any markup.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

CORRECTIONS_PREFIX = "candles:"
#: Candles of one interval in one message; more than these changed where `complete` is false.
CORRECTIONS_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleRow:
    """A candle as it is kept. `revision` counts its changes after its end."""

    time: datetime
    bid_open: Decimal
    bid_high: Decimal
    bid_low: Decimal
    bid_close: Decimal
    ask_open: Decimal
    ask_high: Decimal
    ask_low: Decimal
    ask_close: Decimal
    mid_open: Decimal
    mid_high: Decimal
    mid_low: Decimal
    mid_close: Decimal
    ticks: int
    revision: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CandlesCorrected:
    """The newest corrected candles of one interval, by time."""

    symbol: str
    interval: str
    candles: tuple[CandleRow, ...]
    complete: bool
