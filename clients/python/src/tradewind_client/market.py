"""Symbols, prices and candles as the API shows them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from tradewind_client.vocabulary import TimeInForce


@dataclass(frozen=True, slots=True, kw_only=True)
class TradingSession:
    """From `open` until `close` of a week day in `time_zone`; `24:00` ends the day."""

    day: str
    open: str
    close: str
    time_zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionWindow:
    """A stretch of one date, in the time zone of the sessions."""

    open: str
    close: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SpecialDay:
    """A date with sessions only within `windows`; without any it is a holiday."""

    date: str
    name: str
    windows: tuple[SessionWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteedStop:
    """What a guaranteed stop costs a unit, and how near to the price it may come; in price."""

    premium: Decimal
    distance: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A specification. Quantities are units; `contract_size` units make one lot.

    Distances are in price; a collar is a share of the price, and without one any price is taken.
    """

    symbol: str
    name: str
    asset_class: str
    base: str
    quote: str
    price_precision: int
    pip: Decimal
    contract_size: Decimal
    quantity_min: Decimal
    quantity_step: Decimal
    quantity_max: Decimal
    margin_rate: Decimal
    trade_mode: str
    time_in_force: tuple[TimeInForce, ...]
    stop_distance: Decimal
    freeze_distance: Decimal
    price_collar: Decimal | None
    guaranteed_stop: GuaranteedStop | None
    tradable: bool
    sessions: tuple[TradingSession, ...]
    holidays: tuple[SpecialDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one group; None and untradable while there is none."""

    symbol: str
    bid: Decimal | None
    ask: Decimal | None
    time: datetime | None
    tradable: bool

    @property
    def mid(self) -> Decimal | None:
        """Halfway between bid and ask."""
        return None if self.bid is None or self.ask is None else (self.bid + self.ask) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """One price for each symbol that was asked for, in that order."""

    items: tuple[Price, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candle:
    """One side of one candle. `time` is its begin; it may grow until it is `complete`."""

    time: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    ticks: int
    complete: bool
    revision: int
