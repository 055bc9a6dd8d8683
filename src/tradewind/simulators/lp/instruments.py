"""What the simulated LP quotes: plausible levels, volatilities and spreads.

Floats are fine in here: these are invented prices; they leave as decimal text.
"""

from dataclasses import dataclass
from typing import Final

#: Share of the day's mean activity per UTC hour: Asia, London, New York, the quiet rollover.
FX_HOURS: Final = (
    0.7, 0.8, 0.8, 0.7, 0.6, 0.7, 0.9, 1.3, 1.4, 1.3, 1.2, 1.1,
    1.3, 1.6, 1.6, 1.5, 1.2, 0.9, 0.8, 0.7, 0.6, 0.4, 0.5, 0.6,
)  # fmt: skip
US_HOURS: Final = (
    0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.6, 0.8, 0.9, 0.8, 0.8, 0.9,
    1.2, 2.0, 2.2, 1.9, 1.7, 1.7, 1.8, 2.1, 1.0, 0.5, 0.4, 0.5,
)  # fmt: skip
FLAT_HOURS: Final = (1.0,) * 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One quoted symbol. Spread in points of the last digit, size of one quote step in units."""

    symbol: str
    digits: int
    spread_points: float
    size_step: int
    hours: tuple[float, ...] = FX_HOURS
    #: Level and volatility per square root of a day; None for a cross of two others.
    level: float | None = None
    daily_volatility: float = 0.0
    #: A cross is `left * right`, or `left / right` when `divided`.
    left: str = ""
    right: str = ""
    divided: bool = False


def _major(symbol: str, level: float, volatility: float, spread: float, digits: int) -> Instrument:
    return Instrument(
        symbol=symbol, digits=digits, spread_points=spread, size_step=500_000,
        level=level, daily_volatility=volatility,
    )  # fmt: skip


def _other(
    symbol: str, level: float, volatility: float, spread: float, size_step: int,
    hours: tuple[float, ...],
) -> Instrument:  # fmt: skip
    return Instrument(
        symbol=symbol, digits=2, spread_points=spread, size_step=size_step, hours=hours,
        level=level, daily_volatility=volatility,
    )  # fmt: skip


def _cross(symbol: str, spread: float, digits: int, left: str, right: str) -> Instrument:
    return Instrument(
        symbol=symbol, digits=digits, spread_points=spread, size_step=500_000,
        left=left, right=right, divided=right == "GBPUSD",
    )  # fmt: skip


INSTRUMENTS: Final = {
    each.symbol: each
    for each in (
        _major("EURUSD", 1.08500, 0.0045, 6, 5),
        _major("GBPUSD", 1.27000, 0.0050, 9, 5),
        _major("AUDUSD", 0.65500, 0.0055, 8, 5),
        _major("NZDUSD", 0.60500, 0.0055, 11, 5),
        _major("USDCAD", 1.36500, 0.0038, 10, 5),
        _major("USDCHF", 0.88500, 0.0042, 10, 5),
        _major("USDJPY", 150.000, 0.0050, 8, 3),
        _cross("EURGBP", 9, 5, "EURUSD", "GBPUSD"),
        _cross("EURCHF", 12, 5, "EURUSD", "USDCHF"),
        _cross("EURJPY", 12, 3, "EURUSD", "USDJPY"),
        _cross("GBPJPY", 18, 3, "GBPUSD", "USDJPY"),
        _other("XAUUSD", 2350.00, 0.0080, 22, 100, FX_HOURS),
        _other("US500", 5300.00, 0.0090, 45, 10, US_HOURS),
        _other("BTCUSD", 65000.00, 0.0200, 1200, 1, FLAT_HOURS),
    )
}
