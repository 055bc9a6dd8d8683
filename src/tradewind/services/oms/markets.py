"""From published ticks to what a decision reads: a group's price, conversions, marks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from tradewind.contracts.ticks import Tick, TickPrice
from tradewind.core.accounts import Side
from tradewind.core.calendars import Calendar
from tradewind.core.commands import PlaceOrder
from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Mark, convert
from tradewind.core.market import Conversion, Level, MarketPrice, Mid, Quoting
from tradewind.core.money import CurrencyCode, Price, Quantity, round_ask, round_bid
from tradewind.core.orders import Refused, RejectReason
from tradewind.infra.ticks import TickFeed
from tradewind.services.pricing.reference import Reference

TWO: Final = Decimal(2)
NO_PRICE: Final = Refused(reason=RejectReason.NO_PRICE, message="there is no current price")
MARKET_CLOSED: Final = Refused(reason=RejectReason.MARKET_CLOSED, message="the market is closed")
NO_CONVERSION: Final = Refused(
    reason=RejectReason.CONVERSION_UNAVAILABLE, message="there is no current conversion rate"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cached:
    """A group's price and the tick it was made from."""

    tick: Tick
    price: MarketPrice


class _Prices:
    """Each group's price of the last tick that was asked for, of every symbol."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, str], _Cached] = {}

    def price(self, tick: Tick, group: str, instrument: Instrument) -> MarketPrice:
        cached = self._made.get((tick.symbol, group))
        if cached is None or cached.tick is not tick:
            cached = _Cached(tick=tick, price=market_price(tick, group, instrument))
            self._made[tick.symbol, group] = cached
        return cached.price


class Markets:
    """Views of the feed, one per group; built once per tick and kept until the next."""

    def __init__(self, reference: Reference, feed: TickFeed) -> None:
        """Read instruments from `reference` and prices from `feed`."""
        self._reference = reference
        self._feed = feed
        #: A tick that wakes many orders is often no longer the latest one when it is looked at.
        self._latest, self._woken = _Prices(), _Prices()

    def instrument(self, symbol: Symbol) -> Instrument | None:
        """The specification in force."""
        return self._reference.instruments.get(symbol)

    def calendar(self, symbol: Symbol) -> Calendar | None:
        """When the symbol trades."""
        return self._reference.calendars.get(symbol)

    def quoting(
        self,
        symbol: Symbol,
        order: PlaceOrder | None,
        account: tuple[str, CurrencyCode],
        now: datetime,
    ) -> Quoting | Refused:
        """What an order trades on now, or why it cannot; `account` is its group and currency."""
        group, currency = account
        instrument = self._reference.instruments[symbol]
        tick = self._feed.tradable(symbol, now, self._age_max(symbol))
        if tick is None or group not in tick.prices:
            latest = self._feed.latest(symbol)
            closed = latest is not None and latest.reason == "session_closed"
            return MARKET_CLOSED if closed else NO_PRICE
        conversion = self.conversion(instrument.quote, currency, now)
        if conversion is None:
            return NO_CONVERSION
        return Quoting(
            price=self._latest.price(tick, group, instrument),
            conversion=conversion,
            displayed=order is not None and self._was_displayed(order, group, now),
        )

    def quoting_at(
        self, tick: Tick, account: tuple[str, CurrencyCode], now: datetime
    ) -> Quoting | Refused:
        """What a resting order trades on that a tick woke, however late it is told of it."""
        group, currency = account
        symbol = Symbol(tick.symbol)
        instrument = self._reference.instruments[symbol]
        is_old = now - tick.time > self._age_max(symbol)
        if is_old or not tick.tradable or group not in tick.prices:
            return NO_PRICE
        conversion = self.conversion(instrument.quote, currency, now)
        if conversion is None:
            return NO_CONVERSION
        price = self._woken.price(tick, group, instrument)
        return Quoting(price=price, conversion=conversion, displayed=False)

    def conversion(
        self, source: CurrencyCode, target: CurrencyCode, now: datetime
    ) -> Conversion | None:
        """The rate between two currencies at unmarked mids; None when one is missing."""

        def mid_of(symbol: Symbol) -> Mid | None:
            tick = self._feed.latest(symbol)
            mid = middle(tick) if tick is not None else None
            if tick is None or mid is None:
                return None
            return Mid(price=mid, fresh=self._may_convert(tick, now))

        return convert(source, target, self._reference.pairs, mid_of)

    def _may_convert(self, tick: Tick, now: datetime) -> bool:
        """Tell whether a pair's mid is good now; out of session its last one is."""
        if tick.reason == "session_closed" and self._feed.alive:
            return True
        symbol = Symbol(tick.symbol)
        return self._feed.tradable(symbol, now, self._age_max(symbol)) is not None

    def mark(
        self, symbol: Symbol, group: str, currency: CurrencyCode, now: datetime
    ) -> Mark | None:
        """What a symbol is worth to a group now; the last known price where none is tradable."""
        instrument = self._reference.instruments.get(symbol)
        tick = self._feed.latest(symbol)
        if instrument is None or tick is None or group not in tick.prices:
            return None
        conversion = self.conversion(instrument.quote, currency, now)
        mid = middle(tick)
        if conversion is None or mid is None:
            return None
        price = tick.prices[group]
        return Mark(
            instrument=instrument,
            bid=Price(price.bid),
            ask=Price(price.ask),
            mid=mid,
            rate=conversion.rate,
        )

    def _age_max(self, symbol: Symbol) -> timedelta:
        return timedelta(milliseconds=self._reference.instruments[symbol].quote_age_ms_max)

    def _was_displayed(self, order: PlaceOrder, group: str, now: datetime) -> bool:
        """Tell whether the named price was the group's latest in the window before receipt."""
        if order.requested_price is None:
            return False
        waited = max((now - order.received_at).total_seconds(), 0)
        for tick in self._feed.recent(order.symbol, waited):
            shown = tick.prices.get(group)
            if shown is None or not tick.tradable:
                continue
            named = shown.ask if order.side is Side.BUY else shown.bid
            if named == order.requested_price:
                return True
        return False


def middle(tick: Tick) -> Decimal | None:
    """The unmarked mid of a tick."""
    if tick.bid is None or tick.ask is None:
        return None
    return (tick.bid + tick.ask) / TWO


def market_price(tick: Tick, group: str, instrument: Instrument) -> MarketPrice:
    """Make a group's price with its book: each level moved by the group's markup, rounded out.

    A tick without depth has the LPs' tops. The rules' version is the number of the markup rule.
    """
    shown = tick.prices[group]
    if tick.bid is None or tick.ask is None:
        raise AssertionError("a tradable tick has a bid and an ask")
    bid_markup, ask_markup = tick.bid - shown.bid, shown.ask - tick.ask
    precision = instrument.price_precision
    bids = [(level.price, level.size) for level in tick.bids] or sorted(
        ((quote.bid, quote.bid_size) for quote in tick.quotes), key=_price, reverse=True
    )
    asks = [(level.price, level.size) for level in tick.asks] or sorted(
        ((quote.ask, quote.ask_size) for quote in tick.quotes), key=_price
    )
    return MarketPrice(
        symbol=instrument.symbol,
        epoch=tick.epoch,
        seq=tick.seq,
        time=tick.time,
        bid=Price(shown.bid),
        ask=Price(shown.ask),
        bbo_bid=Price(tick.bid),
        bbo_ask=Price(tick.ask),
        bids=tuple(
            Level(price=round_bid(price - bid_markup, precision), quantity=Quantity(size))
            for price, size in bids
        ),
        asks=tuple(
            Level(price=round_ask(price + ask_markup, precision), quantity=Quantity(size))
            for price, size in asks
        ),
        rules_version=shown.rule or tick.rules_version,
        lp_quotes=_spelt(tick, shown),
    )


def _spelt(tick: Tick, shown: TickPrice) -> str:
    """Spell what a fill keeps of the price: the group's, then each LP's (contracts/events.py)."""
    price = f"@ {tick.time.isoformat()} {shown.bid} {shown.ask}"
    lps = (
        f"{q.lp} {q.bid} {q.ask} {q.bid_size} {q.ask_size} "
        f"{q.lp_time.isoformat()} {q.received_at.isoformat()}"
        for q in tick.quotes
    )
    return "\n".join((price, *lps))


def _price(level: tuple[Decimal, Decimal]) -> Decimal:
    return level[0]
