"""Latest prices, spelled once for each symbol and group, and who watches which of them.

Ticks are pulled, not pushed: a tick only replaces its symbol's row; a client's window then joins
what changed since its last one. Clients that watch the same symbols in the same group share a
basket, and with it the joined frame.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

import msgspec

from tradewind.contracts.stream import PriceItem

#: Pricing says four times a second that it lives; silent for longer, no price may be traded on.
SILENCE_S: Final = 1.0

_WHOLE_SECOND: Final = len("2026-01-31T12:00:00Z")


class _Price(msgspec.Struct, frozen=True):
    """A group's price as text: it is passed on, not computed with."""

    bid: str
    ask: str


class _Tick(msgspec.Struct, frozen=True):
    """The fields of a contracts Tick that clients see."""

    symbol: str
    epoch: int
    seq: int
    time: str
    tradable: bool
    prices: dict[str, _Price]


_TICK: Final = msgspec.json.Decoder(_Tick)
_ENCODER: Final = msgspec.json.Encoder()


class Quote:
    """One symbol's latest tick; `version` is the table's when it last changed."""

    __slots__ = (
        "_items", "_offered", "_prices", "_time", "_tradable",
        "made_at", "order", "symbol", "version",
    )  # fmt: skip

    def __init__(self, symbol: str) -> None:
        """Start unknown: nobody sees it before its first tick."""
        self.symbol = symbol
        self.version = 0
        self.order = (-1, -1)
        #: When the tick was made, by this process's monotonic clock.
        self.made_at = float("-inf")
        self._time = ""
        self._offered = False
        self._tradable = False
        self._prices: Mapping[str, _Price] = {}
        self._items: dict[str, bytes] = {}

    def replace(self, tick: _Tick, made_at: float) -> None:
        """Take a newer tick; without prices the last ones stay to be seen, not to be traded on."""
        self.order = (tick.epoch, tick.seq)
        self.made_at = made_at
        self._time = tick.time
        if tick.prices:
            self._prices = tick.prices
        self._offered = tick.tradable and bool(tick.prices)

    def judge(self, version: int, *, trusted: bool) -> None:
        """Spell the tick anew; it is tradable if pricing said so and is still to be trusted."""
        self.version = version
        self._tradable = self._offered and trusted
        self._items.clear()

    def differs(self, *, trusted: bool) -> bool:
        """Tell whether `judge` would change what clients see."""
        return self._tradable != (self._offered and trusted)

    def item(self, group: str) -> bytes:
        """Return the group's JSON object, b"" when there is no price for it."""
        item = self._items.get(group)
        if item is None:
            item = self._items[group] = self._spelled(group)
        return item

    def _spelled(self, group: str) -> bytes:
        price = self._prices.get(group)
        if price is None:
            return b""
        at = self._time
        if len(at) == _WHOLE_SECOND:
            at = f"{at[:-1]}.000000Z"
        return _ENCODER.encode(
            PriceItem(
                symbol=self.symbol,
                bid=price.bid,
                ask=price.ask,
                time=at,
                tradable=self._tradable,
            )
        )


class Basket:
    """What some clients watch; the last join is kept for those who ask the same."""

    __slots__ = ("__weakref__", "_asked", "_joined", "_quotes", "group")

    def __init__(self, group: str, quotes: Iterable[Quote]) -> None:
        """Watch `quotes` at the prices of `group`."""
        self.group = group
        self._quotes = tuple(quotes)
        self._asked = (-1, -1)
        self._joined = b""

    def changed(self, since: int, version: int) -> bytes:
        """Join what changed after `since`, as of the table's present `version`."""
        if self._asked != (since, version):
            group = self.group
            items = [quote.item(group) for quote in self._quotes if quote.version > since]
            self._joined = b",".join(filter(None, items))
            self._asked = (since, version)
        return self._joined


class PriceTable:
    """All prices of this process; fed by the subscription, read by every client's window."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        """`on_change` is told after each change, for clients that want every one."""
        self.version = 0
        self._quotes: dict[str, Quote] = {}
        self._ages_s: Mapping[str, float] = {}
        self._baskets: WeakValueDictionary[tuple[str, frozenset[str]], Basket] = (
            WeakValueDictionary()
        )
        self._alive_at = float("-inf")
        self._epoch = 0
        self._on_change = on_change

    @property
    def symbols(self) -> Mapping[str, float]:
        """The instruments in force, with their maximum quote age in seconds."""
        return self._ages_s

    def set_symbols(self, ages_s: Mapping[str, float]) -> None:
        """Take the instruments in force."""
        self._ages_s = ages_s

    def apply(self, payload: bytes, now: datetime | None = None) -> bool:
        """Take one tick; False when it was not newer than the last.

        `now` is given for a tick that was read rather than heard: it may be old.
        """
        tick = _TICK.decode(payload)
        quote = self._quote(tick.symbol)
        if (tick.epoch, tick.seq) <= quote.order:
            return False
        self.version += 1
        age_s = (now - datetime.fromisoformat(tick.time)).total_seconds() if now else 0.0
        quote.replace(tick, time.monotonic() - age_s)
        quote.judge(self.version, trusted=self._is_trusted(quote, time.monotonic()))
        self._on_change()
        return True

    def heartbeat(self, epoch: bytes) -> None:
        """Note that the pricing of this epoch lives."""
        self._alive_at = time.monotonic()
        self._epoch = int(epoch)

    def judge_all(self) -> int:
        """Withdraw what became too old or silent, restore what came back; count the changes."""
        now = time.monotonic()
        changed = [
            (quote, trusted)
            for quote in self._quotes.values()
            if quote.differs(trusted=(trusted := self._is_trusted(quote, now)))
        ]
        if changed:
            self.version += 1
            for quote, trusted in changed:
                quote.judge(self.version, trusted=trusted)
            self._on_change()
        return len(changed)

    def _is_trusted(self, quote: Quote, now: float) -> bool:
        """Pricing lives, it made this tick since it last started, and not too long ago."""
        age_max = self._ages_s.get(quote.symbol)
        return (
            now - self._alive_at <= SILENCE_S
            and quote.order[0] >= self._epoch
            and age_max is not None
            and now - quote.made_at <= age_max
        )

    def basket(self, group: str, symbols: frozenset[str]) -> Basket:
        """Return the basket that everybody with these symbols and this group shares."""
        basket = self._baskets.get((group, symbols))
        if basket is None:
            basket = Basket(group, [self._quote(symbol) for symbol in sorted(symbols)])
            self._baskets[group, symbols] = basket
        return basket

    def _quote(self, symbol: str) -> Quote:
        quote = self._quotes.get(symbol)
        if quote is None:
            quote = self._quotes[symbol] = Quote(symbol)
        return quote
