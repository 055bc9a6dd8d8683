"""What the house holds against its clients, for staff. Everything is seen from the house."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureBySymbol:
    """Units of one symbol on one book, and what they are worth in `currency`.

    Money is null while a price it needs is missing.
    """

    symbol: str
    book: str
    long: str
    short: str
    net: str
    notional: str | None
    currency: str
    unrealized_pnl: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureByCurrency:
    """Net amount of one currency, and what it is worth in the reporting currency."""

    currency: str
    amount: str
    notional: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureByGroup:
    """What one group's positions are worth in the reporting currency, from the house's side."""

    group: str
    long: str | None
    short: str | None
    net: str | None
    unrealized_pnl: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseExposure:
    """The whole house; largest first. `stale` when the event log was not read for 5 s."""

    as_of: datetime
    log_position: int
    stale: bool
    currency: str
    symbols: tuple[ExposureBySymbol, ...]
    currencies: tuple[ExposureByCurrency, ...]
    groups: tuple[ExposureByGroup, ...]
