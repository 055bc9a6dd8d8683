"""The simulated market: a price path every LP shares, and what one LP makes of it.

Everything is a pure function of (seed, symbol, time). The shared path depends on symbol and time
alone, so two LPs with different seeds quote the same market and seldom cross each other.
"""

import math
from dataclasses import dataclass
from hashlib import blake2b
from statistics import NormalDist
from typing import Final

from tradewind.simulators.lp.instruments import INSTRUMENTS, Instrument

DAY_S: Final = 86_400
#: Periods of the path's noise: a quarter of a second to 48 days, each twice the one before.
OCTAVES: Final = tuple(0.25 * 2**n for n in range(25))
#: Noise above this period keeps its size in all regimes, else the level itself would jump.
REGIME_PERIOD_MAX_S: Final = 3_600.0
#: How far apart an LP's own view of the mid lies, as a share of its typical spread.
LP_NOISE: Final = 0.08
SIZE_STEPS_MAX: Final = 8
_INVERSE_NORMAL = NormalDist().inv_cdf


@dataclass(frozen=True, slots=True, kw_only=True)
class LpTick:
    """Top of book of one symbol; prices in points of the last of `digits` digits."""

    symbol: str
    digits: int
    bid_points: int
    ask_points: int
    bid_size: int
    ask_size: int


class Noise:
    """Smooth standard noise of one period, the same at the same time for the same key."""

    __slots__ = ("_at", "_from", "_key", "_period", "_to")

    def __init__(self, key: str, period_s: float) -> None:
        """Name the noise; equal keys and periods give equal noise."""
        self._key = f"{key}|{period_s}|".encode()
        self._period = period_s
        self._at = -(2**62)
        self._from = self._to = 0.0

    def value(self, at: float) -> float:
        """Interpolate between the two draws around `at` (epoch seconds)."""
        position = at / self._period
        index = math.floor(position)
        if index != self._at:
            self._from = self._to if index == self._at + 1 else self.draw(index)
            self._to = self.draw(index + 1)
            self._at = index
        return self._from + (self._to - self._from) * (position - index)

    def draw(self, index: int) -> float:
        """Return the normal draw of one grid point."""
        digest = blake2b(self._key + index.to_bytes(8, "big", signed=True), digest_size=8).digest()
        return _INVERSE_NORMAL(((int.from_bytes(digest, "big") >> 11) + 0.5) / 2**53)


class SharedPath:
    """The level of one symbol that all LPs quote around: a random walk with regimes.

    The sum of octaves whose variance grows with their period behaves like a random walk up to
    the longest period and can still be read at any time without a history.
    """

    def __init__(self, instrument: Instrument) -> None:
        """Prepare the octaves of a symbol that has a level of its own."""
        self._level = instrument.level or 1.0
        self._hours = instrument.hours
        per_second = instrument.daily_volatility / math.sqrt(DAY_S)
        self._octaves = tuple(
            (Noise(instrument.symbol, period), per_second * math.sqrt(period / 5), period)
            for period in OCTAVES
        )
        self._regimes = (
            Noise(f"{instrument.symbol}|regime", 900.0),
            Noise(f"{instrument.symbol}|regime", 14_400.0),
        )

    def regime(self, at: float) -> float:
        """Return the volatility now relative to the symbol's usual one."""
        quick, slow = (noise.value(at) for noise in self._regimes)
        return math.exp(0.30 * quick + 0.35 * slow) * math.sqrt(activity(self._hours, at))

    def mid(self, at: float) -> float:
        """Return the shared level at a time."""
        regime = self.regime(at)
        total = 0.0
        for noise, amplitude, period in self._octaves:
            part = amplitude * noise.value(at)
            total += part * regime if period <= REGIME_PERIOD_MAX_S else part
        return self._level * math.exp(total)


class Market:
    """The quotes of one LP."""

    def __init__(self, seed: int) -> None:
        """LPs with different seeds differ in spread, size and a little in their view of the mid."""
        self._paths = {
            symbol: SharedPath(instrument)
            for symbol, instrument in INSTRUMENTS.items()
            if instrument.level is not None
        }
        self._views = {symbol: Noise(f"{seed}|{symbol}|view", 3.0) for symbol in INSTRUMENTS}
        self._breaths = {
            symbol: (
                Noise(f"{seed}|{symbol}|spread", 1.5),
                Noise(f"{seed}|{symbol}|spread", 45.0),
            )
            for symbol in INSTRUMENTS
        }
        self._sizes = {symbol: Noise(f"{seed}|{symbol}|size", 1.0) for symbol in INSTRUMENTS}

    def mid(self, symbol: str, at: float) -> float:
        """Return the level all LPs share; crosses follow from their two legs."""
        instrument = INSTRUMENTS[symbol]
        if instrument.level is not None:
            return self._paths[symbol].mid(at)
        left, right = self._paths[instrument.left].mid(at), self._paths[instrument.right].mid(at)
        return left / right if instrument.divided else left * right

    def tick(self, symbol: str, at: float) -> LpTick:
        """Return this LP's quote of one symbol at a time (epoch seconds)."""
        instrument = INSTRUMENTS[symbol]
        view = self._views[symbol].value(at) * LP_NOISE * instrument.spread_points
        mid = self.mid(symbol, at) * 10**instrument.digits + view
        half = self._spread_points(instrument, at) / 2
        bid = math.floor(mid - half)
        bid_size, ask_size = self._size(instrument, at)
        return LpTick(
            symbol=symbol,
            digits=instrument.digits,
            bid_points=bid,
            ask_points=max(bid + 1, math.ceil(mid + half)),
            bid_size=bid_size,
            ask_size=ask_size,
        )

    def _spread_points(self, instrument: Instrument, at: float) -> float:
        """Breathe around the typical spread; wider when volatile, and when few are trading."""
        quick, slow = (noise.value(at) for noise in self._breaths[instrument.symbol])
        regime = self._paths[instrument.left or instrument.symbol].regime(at)
        thin = 1.0 / math.sqrt(activity(instrument.hours, at))
        return (
            instrument.spread_points
            * thin
            * math.sqrt(regime)
            * math.exp(0.12 * quick + 0.18 * slow)
        )

    def _size(self, instrument: Instrument, at: float) -> tuple[int, int]:
        """Return bid and ask size, redrawn each second: one to eight steps."""
        bits = int(abs(self._sizes[instrument.symbol].draw(math.floor(at))) * 1_000)
        bid_steps = 1 + bits % SIZE_STEPS_MAX
        ask_steps = 1 + bits // SIZE_STEPS_MAX % SIZE_STEPS_MAX
        return bid_steps * instrument.size_step, ask_steps * instrument.size_step


def activity(hours: tuple[float, ...], at: float) -> float:
    """Return how much is traded at this time of the UTC day; changes smoothly, never stops."""
    position = at % DAY_S / 3_600 - 0.5
    index = math.floor(position)
    here, there = hours[index % 24], hours[(index + 1) % 24]
    return here + (there - here) * (position - index)
