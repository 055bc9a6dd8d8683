"""The other ends of the candles channel: pricing, the tick writer, the candle job and a client."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from typing import Any

import msgspec

from tests.gateway.stream.world import EPOCH, Client, World
from tests.services.marketdata.candle_world import CandleWorld, Quoted, at
from tradewind.contracts.candles import CandleRow
from tradewind.contracts.ticks import LATEST_PREFIX, RING_FIELD, RING_PREFIX, Tick

_NUMBERS = count(time.monotonic_ns())
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Market:
    """Plays pricing, the tick writer and the candle job."""

    world: World
    kept: CandleWorld

    def tick(self, symbol: str, when: str, bid: str, ms: int = 0) -> Quoted:
        """A tick that nobody has seen yet; its ask is two points above."""
        return Quoted(
            symbol=symbol,
            time=at(when, ms=ms),
            bid=bid,
            ask=str(Decimal(bid) + Decimal("0.02")),
            order=(EPOCH, next(_NUMBERS)),
        )

    async def publish(self, *ticks: Quoted) -> None:
        """Publish as pricing does: the latest, the ring, the message."""
        async with self.world.redis.pipeline() as pipeline:
            for tick in ticks:
                payload = msgspec.json.encode(published(tick))
                pipeline.set(f"{LATEST_PREFIX}{tick.symbol}", payload)
                pipeline.xadd(f"{RING_PREFIX}{tick.symbol}", {RING_FIELD: payload})
                pipeline.publish(f"{LATEST_PREFIX}{tick.symbol}", payload)
            await pipeline.execute()

    async def keep(self, *ticks: Quoted) -> None:
        """Write ticks and make candles of them."""
        await self.kept.write(*ticks)
        await self.kept.make()


def published(tick: Quoted) -> Tick:
    epoch, seq = tick.order or (0, 0)
    return Tick(
        symbol=tick.symbol, epoch=epoch, seq=seq, time=tick.time,
        bid=Decimal(tick.bid or 0), ask=Decimal(tick.ask or 0), quotes=(), tradable=True,
        reason=None, rules_version=1, prices={},
    )  # fmt: skip


async def follow(client: Client, symbol: str, interval: str = "1m", side: str = "mid") -> None:
    await client.say(
        type="subscribe", channel="candles", symbol=symbol, interval=interval, side=side
    )


async def until_shown(client: Client, close: str) -> list[Item]:
    """Return all items up to the one whose last price is this."""
    items: list[Item] = []
    while not items or Decimal(items[-1]["close"]) != Decimal(close):
        items += (await client.hear("candles"))["items"]
    return items


def spelled(row: CandleRow) -> dict[str, object]:
    """The middle of a kept candle as a frame spells it, as numbers."""
    return {
        "time": row.time.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "open": row.mid_open, "high": row.mid_high, "low": row.mid_low, "close": row.mid_close,
        "ticks": row.ticks, "revision": row.revision,
    }  # fmt: skip


def numbers(item: Item) -> dict[str, object]:
    return {
        name: Decimal(item[name]) if name in {"open", "high", "low", "close"} else item[name]
        for name in ("time", "open", "high", "low", "close", "ticks", "revision")
    }
