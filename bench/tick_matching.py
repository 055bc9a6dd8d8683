"""Which tick a client saw, and how long after its bytes were sent: a price names its tick."""

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bench.fix_feed import FIRST_BID, PERIOD, Sent
from bench.listeners import Chunk

_ITEM: Final = re.compile(rb'"symbol":"([^"]+)","bid":"([^"]+)"')
_MILLISECOND_NS: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One tick at one client for the first time."""

    sent_ns: int
    delay_ms: float


class TickTimes:
    """When each tick was sent. A price comes back with its period: the last such tick is meant."""

    def __init__(self, sent: Sent, sent_at: "array[int]", symbols: Sequence[str]) -> None:
        """Take what the feed says."""
        self._first = sent.first
        self._sent_at = sent_at
        self._places: Mapping[bytes, int] = {
            symbol.encode(): place for place, symbol in enumerate(symbols)
        }

    def first_seen(self, chunks: Iterable[Chunk], markup_points: int) -> Sequence[Seen]:
        """Return the ticks these chunks show, each once a client."""
        known: set[tuple[int, int]] = set()
        seen: list[Seen] = []
        for at_ns, client, data in chunks:
            for symbol, bid in _ITEM.findall(data):
                points = int(bid.replace(b".", b"")) + markup_points - FIRST_BID
                tick = self._tick(symbol, points, at_ns)
                if tick is None or (client, tick) in known:
                    continue
                known.add((client, tick))
                sent_ns = self._sent_at[tick - self._first]
                seen.append(Seen(sent_ns=sent_ns, delay_ms=(at_ns - sent_ns) / _MILLISECOND_NS))
        return seen

    def _tick(self, symbol: bytes, points: int, at_ns: int) -> int | None:
        """Find the last tick of the symbol at this price that was sent before `at_ns`."""
        place, count = self._places[symbol], len(self._places)
        last = self._first + bisect_right(self._sent_at, at_ns) - 1
        turn = (last - place) // count
        tick = (turn - (turn - points) % PERIOD) * count + place
        return tick if tick >= self._first else None


def percentile(delays: Sequence[float], share: float) -> float:
    """Of sorted delays, the one that so large a share does not exceed."""
    return delays[min(len(delays) - 1, int(len(delays) * share))]
