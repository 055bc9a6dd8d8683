"""When an LP speaks: at random around a rate, and at once when the price ran away."""

import random
from typing import Final

from tradewind.simulators.lp.instruments import INSTRUMENTS
from tradewind.simulators.lp.market import LpTick, Market, activity

#: A quote this much of its spread away from the market is replaced at once.
MOVED_SHARE: Final = 0.35
#: The part of the rate that comes at random; the rest is left to moves.
RANDOM_SHARE: Final = 0.9


class Schedule:
    """Draws the ticks of each short step of time; equal seeds and steps give equal ticks."""

    def __init__(self, market: Market, seed: int, ticks_per_second: float) -> None:
        """Spread a total rate over all symbols."""
        self._market = market
        self._random = random.Random(f"schedule|{seed}")  # noqa: S311 a seed must reproduce it
        self._rate = ticks_per_second * RANDOM_SHARE / len(INSTRUMENTS)
        self._last: dict[str, LpTick] = {}

    def step(self, since: float, until: float) -> list[LpTick]:
        """Return the ticks between two times, oldest first."""
        draw = self._random.random
        due: list[tuple[float, str]] = []
        for symbol, instrument in INSTRUMENTS.items():
            expected = self._rate * activity(instrument.hours, until) * (until - since)
            count = int(expected) + (draw() < expected % 1)
            due += [(since + draw() * (until - since), symbol) for _ in range(count)]
            if not count and self._has_moved(symbol, until):
                due.append((until, symbol))
        due.sort()
        ticks = [self._market.tick(symbol, at) for at, symbol in due]
        self._last.update((tick.symbol, tick) for tick in ticks)
        return ticks

    def _has_moved(self, symbol: str, at: float) -> bool:
        last = self._last.get(symbol)
        if last is None:
            return True
        mid = self._market.mid(symbol, at) * 10**last.digits
        spread = last.ask_points - last.bid_points
        return abs(mid - (last.bid_points + last.ask_points) / 2) > MOVED_SHARE * spread
