"""Published ticks of one symbol as its candles count them, continued from what is kept."""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
from redis.asyncio import Redis

from tradewind.contracts.ticks import RING_FIELD, RING_PREFIX
from tradewind.services.marketdata.ticks_derivation import RingPosition, TickRows, derive

#: Ticks that are remembered for who begins to follow another interval.
_RECENT: Final = 5_000
#: Entries of a ring read at once, newest first, and in all.
_PAGE: Final = 100
_ENTRIES_MAX: Final = 5_000

Payloads = Sequence[bytes]
Order = tuple[int, int]


class CountedTick(NamedTuple):
    """A tick that changed the market's price: its time is the recorded one where it has one."""

    order: Order
    time: datetime
    bid: Decimal
    ask: Decimal


class _Numbers(msgspec.Struct, frozen=True):
    """Where a published tick stands."""

    epoch: int
    seq: int


_NUMBERS: Final = msgspec.json.Decoder(_Numbers)
_FIELD: Final = RING_FIELD.encode()


class CandleTicks:
    """Takes published ticks and returns those that candles count, as the tick store keeps them."""

    def __init__(self, symbol: str, replaying: Callable[[], frozenset[str]]) -> None:
        """Nothing counts before `restart`; `replaying` are LPs whose times are recorded ones."""
        self._symbol = symbol
        self._replaying = replaying
        self._position = RingPosition(symbol=symbol)
        self._recent: deque[CountedTick] = deque(maxlen=_RECENT)
        #: Every tick after this one is among the recent.
        self.complete_from: Order | None = None

    def restart(self, since: Order, payloads: Payloads) -> None:
        """Begin anew with everything published after `since`; the first may be earlier."""
        self._position = RingPosition(symbol=self._symbol)
        self._recent.clear()
        self.complete_from = since
        self.take(payloads)

    def take(self, payloads: Iterable[bytes]) -> Sequence[CountedTick]:
        """Return what counts of newly published ticks, in order."""
        rows = TickRows(replaying=self._replaying())
        derive(self._position, ((b"", payload) for payload in payloads), rows)
        counted = [
            CountedTick(order=(epoch, seq), time=time, bid=bid, ask=ask)
            for _, time, epoch, seq, bid, ask, _, _ in rows.bbo
            if bid is not None and ask is not None
        ]
        if len(self._recent) + len(counted) > _RECENT and self._recent:
            self.complete_from = self._recent[0].order
        self._recent.extend(counted)
        return counted

    def after(self, order: Order) -> Sequence[CountedTick] | None:
        """Return what counted after a tick; None when that cannot be told any more."""
        if self.complete_from is None or order < self.complete_from:
            return None
        return [tick for tick in self._recent if tick.order > order]


async def published_since(redis: Redis, symbol: str, order: Order) -> Payloads:
    """Read the ring back to the tick of `order` and return it and what came after, in order."""
    found: list[bytes] = []
    before = "+"
    while len(found) < _ENTRIES_MAX:
        entries = await redis.xrevrange(f"{RING_PREFIX}{symbol}", before, "-", count=_PAGE) or []
        for _, fields in entries:
            payload = (fields or {}).get(_FIELD)
            if not isinstance(payload, bytes):
                continue
            found.append(payload)
            at = _NUMBERS.decode(payload)
            if (at.epoch, at.seq) <= order:
                return found[::-1]
        oldest = entries[-1][0] if len(entries) == _PAGE else None
        if not isinstance(oldest, bytes):
            break
        before = f"({oldest.decode('ascii')}"
    return found[::-1]
