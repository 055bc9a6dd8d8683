"""What can be traded, and at which prices."""

from dataclasses import dataclass
from datetime import datetime


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
    """A date on which the sessions count only within `windows`; without any it is a holiday."""

    date: str
    name: str
    windows: tuple[SessionWindow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteedStop:
    """What a guaranteed stop costs a unit, and how near to the price it may come; in price."""

    premium: str
    distance: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """A specification. Quantities are units; `contract_size` units make one lot.

    Distances are in price, a collar is a share of the price; without one any price is taken.
    """

    symbol: str
    name: str
    asset_class: str
    base: str
    quote: str
    price_precision: int
    pip: str
    contract_size: str
    quantity_min: str
    quantity_step: str
    quantity_max: str
    margin_rate: str
    trade_mode: str
    time_in_force: tuple[str, ...]
    stop_distance: str
    freeze_distance: str
    price_collar: str | None
    guaranteed_stop: GuaranteedStop | None
    tradable: bool
    sessions: tuple[TradingSession, ...]
    holidays: tuple[SpecialDay, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price of one group; null and untradable while there is none."""

    symbol: str
    bid: str | None
    ask: str | None
    time: datetime | None
    tradable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """One price for each symbol that was asked for, in that order."""

    items: tuple[Price, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """What a client needs before it logs in."""

    stream_url: str
    version: str
    environment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Liveness."""

    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Readiness, and each dependency's own."""

    ready: bool
    dependencies: dict[str, bool]
