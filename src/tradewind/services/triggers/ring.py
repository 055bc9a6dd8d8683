"""Reads the rings of ticks: each tick once, in order, and a gap counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final, TypeAlias, cast

import msgspec
import structlog
from redis.asyncio import Redis
from redis.typing import KeyT, StreamIdT

from tradewind.contracts.ticks import RING_FIELD, RING_PREFIX, Tick
from tradewind.services.triggers.metrics import TriggerMetrics

#: How long one call waits for the next tick, in milliseconds; then new symbols are looked for.
BLOCK_MS: Final = 250
#: Entries of one ring a call returns at most.
ENTRIES_MAX: Final = 200

_FIELD: Final = RING_FIELD.encode()
_Answer: TypeAlias = Sequence[tuple[bytes, Sequence[tuple[bytes, Mapping[bytes, bytes]]]]]
_log = structlog.get_logger()


class ShownPrice(msgspec.Struct, frozen=True):
    """What a group sees."""

    bid: Decimal
    ask: Decimal


class _Tick(msgspec.Struct, frozen=True):
    """What of a `Tick` is looked at to see whether it wakes anything."""

    symbol: str
    epoch: int
    seq: int
    time: datetime
    tradable: bool
    prices: dict[str, ShownPrice]


_LOOKER: Final = msgspec.json.Decoder(_Tick)
_DECODER: Final = msgspec.json.Decoder(Tick)


@dataclass(slots=True, kw_only=True, eq=False)
class RingTick:
    """An entry of a ring. `unanswered` counts what it woke and nobody has answered for yet."""

    entry: str
    time: datetime
    prices: Mapping[str, ShownPrice]
    payload: bytes
    unanswered: int = 0
    _whole: Tick | None = None

    @property
    def whole(self) -> Tick:
        """The tick with everything that explains it."""
        if self._whole is None:
            self._whole = _DECODER.decode(self.payload)
        return self._whole


@dataclass(slots=True, kw_only=True)
class Place:
    """Where reading stands in one ring; epoch 0 while it is not known what came before."""

    entry: str
    epoch: int = 0
    seq: int = 0


@dataclass(slots=True, kw_only=True)
class RingReader:
    """Reads the rings of one share of the symbols on from where it stands in each."""

    redis: Redis
    metrics: TriggerMetrics
    places: dict[str, Place] = field(default_factory=dict)

    async def begin(self, entries: Mapping[str, str], window_s: float) -> None:
        """Stand in rings after known entries, elsewhere so many seconds ago.

        An entry that is gone was followed by more ticks than the ring holds.
        """
        seconds, microseconds = await self.redis.time()
        recent = f"{seconds * 1000 + microseconds // 1000 - round(window_s * 1000)}-0"
        pipeline = self.redis.pipeline(transaction=False)
        known = [symbol for symbol, entry in entries.items() if entry]
        for symbol in known:
            entry = entries[symbol]
            pipeline.xrange(RING_PREFIX + symbol, entry, entry)
        found = await pipeline.execute() if known else []
        for symbol, rows in zip(known, found, strict=True):
            place = Place(entry=entries[symbol])
            if rows:
                tick = _looked_at(rows[0][1].get(_FIELD, b""))
                if tick is not None:
                    place.epoch, place.seq = tick.epoch, tick.seq
            else:
                self._lose(symbol, 1)
            self.places[symbol] = place
        for symbol in entries.keys() - known:
            self.places[symbol] = Place(entry=recent)

    async def read(self) -> Sequence[tuple[str, Sequence[RingTick]]]:
        """Wait for ticks; return those of each symbol, untradable ones without prices."""
        streams: dict[KeyT, StreamIdT] = {
            RING_PREFIX + symbol: place.entry for symbol, place in self.places.items()
        }
        answer = await self.redis.xread(streams, count=ENTRIES_MAX, block=BLOCK_MS)
        return [
            (symbol, self.take(symbol, rows))
            for symbol, rows in (
                (key.decode().removeprefix(RING_PREFIX), rows)
                for key, rows in cast("_Answer", answer)
            )
        ]

    def take(
        self, symbol: str, rows: Sequence[tuple[bytes, Mapping[bytes, bytes]]]
    ) -> Sequence[RingTick]:
        """Move on past entries of one ring; return the ticks that come after the last."""
        place = self.places[symbol]
        ticks: list[RingTick] = []
        for entry, fields in rows:
            place.entry = entry.decode("ascii")
            payload = fields.get(_FIELD, b"")
            tick = _looked_at(payload)
            if tick is None or tick.symbol != symbol:
                self.metrics.skipped.labels("unreadable").inc()
                continue
            if (tick.epoch, tick.seq) <= (place.epoch, place.seq):
                self.metrics.skipped.labels("overtaken").inc()
                continue
            # Within an epoch pricing counts without gaps; each epoch begins with 1.
            lost = tick.seq - 1 - (place.seq if tick.epoch == place.epoch else 0)
            if lost and place.epoch:
                self._lose(symbol, lost)
            place.epoch, place.seq = tick.epoch, tick.seq
            prices = tick.prices if tick.tradable else {}
            ticks.append(
                RingTick(entry=place.entry, time=tick.time, prices=prices, payload=payload)
            )
        return ticks

    def _lose(self, symbol: str, count: int) -> None:
        self.metrics.lost.labels(symbol).inc(count)
        _log.warning("ticks_lost", symbol=symbol, count=count)


def _looked_at(payload: bytes) -> _Tick | None:
    try:
        tick = _LOOKER.decode(payload)
    except (msgspec.MsgspecError, ArithmeticError, ValueError):
        return None
    return tick if tick.time.tzinfo is not None else None
