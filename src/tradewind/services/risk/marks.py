"""The latest prices and conversions as tables of numbers, and which of them moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import numpy as np

from tradewind.contracts.ticks import Tick
from tradewind.core.ids import Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Pairs, convert
from tradewind.core.market import Mid
from tradewind.core.money import CurrencyCode
from tradewind.infra.ticks import TickFeed
from tradewind.services.risk.columns import Flags, Floats
from tradewind.services.risk.tables import Tables

_TWO: Final = Decimal(2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """Not a number where there is none. `moved` tells (currency, symbol) since the call before.

    `bid` and `ask` are (group, symbol), `mid` is of the symbol, `rate` (currency, symbol).
    """

    bid: Floats
    ask: Floats
    mid: Floats
    rate: Floats
    moved: Flags


class Marks:
    """Follows the feed; a tick that was seen already costs one comparison."""

    def __init__(
        self,
        feed: TickFeed,
        instruments: Callable[[], Mapping[Symbol, Instrument]],
        pairs: Callable[[], Pairs],
    ) -> None:
        """Read prices from `feed`, and what is quoted in what from the rest."""
        self._feed = feed
        self._instruments = instruments
        self._pairs = pairs
        self._tables: Tables | None = None
        self._ticks: dict[str, Tick] = {}
        self._prices: Prices | None = None

    def refresh(self, tables: Tables, symbols: list[str]) -> Prices:
        """Return what is known now. With other tables than before, everything has moved."""
        prices = self._prices
        if prices is None or self._tables is not tables or len(symbols) != len(prices.mid):
            self._ticks.clear()
            prices = _unknown(tables, len(symbols))
            self._prices, self._tables = prices, tables
        prices.moved[:] = False
        for column, symbol in enumerate(symbols):
            tick = self._feed.latest(symbol)
            if tick is not None and tick is not self._ticks.get(symbol):
                self._ticks[symbol] = tick
                _show(prices, column, tick, tables)
        self._convert(prices, tables, symbols)
        return prices

    def _convert(self, prices: Prices, tables: Tables, symbols: list[str]) -> None:
        instruments, pairs = self._instruments(), self._pairs()
        quotes = [each.quote if each else None for each in map(instruments.get, _named(symbols))]
        rates = np.full((len(tables.currencies), len(symbols)), np.nan)
        for row, currency in enumerate(tables.currencies.names):
            known = {
                quote: convert(quote, CurrencyCode(currency), pairs, self._mid)
                for quote in set(quotes)
                if quote is not None
            }
            for column, quote in enumerate(quotes):
                conversion = known.get(quote) if quote is not None else None
                if conversion is not None:
                    rates[row, column] = float(conversion.rate)
        prices.moved[:] |= ~((rates == prices.rate) | (np.isnan(rates) & np.isnan(prices.rate)))
        prices.rate[:] = rates

    def _mid(self, symbol: Symbol) -> Mid | None:
        tick = self._feed.latest(symbol)
        if tick is None or tick.bid is None or tick.ask is None:
            return None
        return Mid(price=(tick.bid + tick.ask) / _TWO, fresh=True)


def _named(symbols: list[str]) -> list[Symbol]:
    return [Symbol(symbol) for symbol in symbols]


def _unknown(tables: Tables, symbols: int) -> Prices:
    groups, currencies = len(tables.groups), len(tables.currencies)
    return Prices(
        bid=np.full((groups, symbols), np.nan),
        ask=np.full((groups, symbols), np.nan),
        mid=np.full(symbols, np.nan),
        rate=np.full((currencies, symbols), np.nan),
        moved=np.zeros((currencies, symbols), np.bool_),
    )


def _show(prices: Prices, column: int, tick: Tick, tables: Tables) -> None:
    """Put a tick in its column; one without prices leaves the last that were known."""
    prices.moved[:, column] = True
    if tick.bid is not None and tick.ask is not None:
        prices.mid[column] = float((tick.bid + tick.ask) / _TWO)
    for group, shown in tick.prices.items():
        row = tables.groups.find(group)
        if row is not None:
            prices.bid[row, column] = float(shown.bid)
            prices.ask[row, column] = float(shown.ask)
