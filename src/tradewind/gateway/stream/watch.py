"""The prices channel of one client: which symbols, whose prices, how often."""

from collections.abc import Iterable

from tradewind.gateway.stream.connection import Connection
from tradewind.gateway.stream.messages import price_frame
from tradewind.gateway.stream.metrics import StreamMetrics
from tradewind.gateway.stream.prices import Basket, PriceTable
from tradewind.gateway.stream.wheel import Wheel


class PriceWatch:
    """What one connection watches; at each window it pulls what changed since its last."""

    def __init__(
        self, connection: Connection, table: PriceTable, wheel: Wheel, metrics: StreamMetrics
    ) -> None:
        """Watch nothing."""
        self._connection = connection
        self._table = table
        self._wheel = wheel
        self._metrics = metrics
        self._basket: Basket | None = None
        self._group = ""
        self._interval_ms = 0
        self._seen = 0
        self._seq = 0
        self.symbols: frozenset[str] = frozenset()

    def subscribe(self, symbols: Iterable[str], group: str, interval_ms: int) -> None:
        """Add symbols and show where they stand now; group and interval hold for all."""
        added = frozenset(symbols)
        self.stop()
        if not self.symbols or group != self._group:
            self._seen = self._table.version
        watched = self.symbols | added
        shown = watched if group != self._group else added
        self.symbols, self._group, self._interval_ms = watched, group, interval_ms
        self._basket = self._table.basket(group, watched)
        snapshot = self._table.basket(group, shown).changed(-1, self._table.version)
        self._seq += 1
        self._connection.send(price_frame(self._seq, snapshot))
        self._wheel.add(self.turn, interval_ms)

    def unsubscribe(self, symbols: Iterable[str] | None) -> None:
        """Remove symbols, or all."""
        self.symbols = frozenset() if symbols is None else self.symbols - frozenset(symbols)
        if self.symbols:
            self._basket = self._table.basket(self._group, self.symbols)
        else:
            self.stop()

    def regroup(self, group: str) -> None:
        """Show the prices of another group from now on."""
        if self.symbols and group != self._group:
            self.subscribe((), group, self._interval_ms)

    def stop(self) -> None:
        """Leave the wheel."""
        self._wheel.remove(self.turn, self._interval_ms)

    def turn(self) -> None:
        """Write what changed since the last turn, unless the client is not ready for it."""
        version = self._table.version
        if version == self._seen or self._basket is None:
            return
        if not self._connection.writable:
            self._metrics.windows_skipped += 1
            return
        items = self._basket.changed(self._seen, version)
        self._seen = version
        if items:
            self._seq += 1
            self._metrics.frames_written += 1
            self._connection.send_latest(price_frame(self._seq, items))
