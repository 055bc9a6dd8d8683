"""The candles channel of one client: which candles, whose prices, at most so many frames."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from tradewind.contracts.candles import CandleRow
from tradewind.contracts.stream import StreamError
from tradewind.core.ids import Symbol
from tradewind.gateway.candles import NoPriceError, candle_view
from tradewind.gateway.stream.candle_builder import CandleBuilder
from tradewind.gateway.stream.candles import UNAVAILABLE, CandleFeed
from tradewind.gateway.stream.connection import Connection
from tradewind.gateway.stream.limits import Limits
from tradewind.gateway.stream.messages import (
    CandleKey,
    SubscribeCandles,
    UnsubscribeCandles,
    candles_frame,
)
from tradewind.gateway.stream.wheel import Wheel
from tradewind.services.marketdata.candles import END

_ENCODER: Final = msgspec.json.Encoder()


@dataclass(slots=True, kw_only=True)
class _Followed:
    """One subscription: the builder's version and the group of its last frame."""

    builder: CandleBuilder
    seen: int
    group: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a subscription was not made."""

    code: StreamError
    detail: str


class CandleWatch:
    """What one connection follows; `group` tells whose prices its account sees."""

    def __init__(
        self,
        connection: Connection,
        feed: CandleFeed,
        wheel: Wheel,
        limits: Limits,
        group: Callable[[], str | None],
    ) -> None:
        """Follow nothing."""
        self._connection = connection
        self._feed = feed
        self._wheel = wheel
        self._limits = limits
        self._group = group
        self._followed: dict[CandleKey, _Followed] = {}

    async def subscribe(self, message: SubscribeCandles) -> Refusal | None:
        """Show where the candles stand, and follow them from there."""
        key = CandleKey(message.symbol, message.interval, message.side)
        maximum = self._limits.candles_max
        if key not in self._followed and len(self._followed) >= maximum:
            return Refusal(code=StreamError.TOO_MANY_CANDLES, detail=f"at most {maximum} candles")
        try:
            builder = await self._feed.follow(key.symbol, key.interval)
        except UNAVAILABLE:
            return Refusal(code=StreamError.UNAVAILABLE, detail="candles cannot be read now")
        if key in self._followed or not self._connection.open:
            # Asked again, or gone meanwhile: one count for each subscription.
            self._feed.leave(key.symbol, key.interval)
        if self._connection.open:
            followed = _Followed(builder=builder, seen=0, group=self._group())
            if not self._followed:
                self._wheel.add(self.turn, self._limits.candles_ms)
            self._followed[key] = followed
            builder.judge()
            self._connection.send(self._frame(key, followed, reload=False))
        return None

    def unsubscribe(self, message: UnsubscribeCandles) -> None:
        """Follow no more what the message names; what it leaves out means all."""
        for key in list(self._followed):
            if (
                message.symbol in {None, key.symbol}
                and message.interval in {None, key.interval}
                and message.side in {None, key.side}
            ):
                del self._followed[key]
                self._feed.leave(key.symbol, key.interval)
        if not self._followed:
            self._wheel.remove(self.turn, self._limits.candles_ms)

    def stop(self) -> None:
        """Let go of everything."""
        for key in self._followed:
            self._feed.leave(key.symbol, key.interval)
        self._followed.clear()
        self._wheel.remove(self.turn, self._limits.candles_ms)

    def turn(self) -> None:
        """Write what changed since the last turn; who is not ready gets the latest later."""
        group = self._group()
        for key, followed in self._followed.items():
            if not self._connection.writable:
                return
            builder = followed.builder
            builder.judge()
            regrouped = group != followed.group
            if regrouped:
                followed.group, followed.seen = group, 0
            elif builder.version == followed.seen:
                continue
            reload = regrouped or builder.missed(followed.seen)
            self._connection.send_latest(self._frame(key, followed, reload=reload))

    def _frame(self, key: CandleKey, followed: _Followed, *, reload: bool) -> bytes:
        builder = followed.builder
        first = followed.seen == 0
        rows = builder.changed(followed.seen)[-2:] if first else builder.changed(followed.seen)
        followed.seen = builder.version
        return candles_frame(key, b",".join(self._items(key, followed, rows)), reload=reload)

    def _items(self, key: CandleKey, followed: _Followed, rows: list[CandleRow]) -> list[bytes]:
        known = followed.builder.known_until
        running = followed.builder.running
        items = []
        for row in rows:
            try:
                side = self._feed.markups.shown(Symbol(key.symbol), followed.group, key.side, row)
            except NoPriceError:
                return []
            # Whatever is not the running candle has a later one, so it has ended.
            ended = known if row is running else END
            items.append(_ENCODER.encode(candle_view(key.interval, row, side, ended)))
        return items
