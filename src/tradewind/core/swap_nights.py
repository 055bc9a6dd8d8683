"""Which nights a position is held over, and how many days each of them counts.

Source: docs/domain/swaps.md#nights
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol, TypeVar

from tradewind.core.ids import Symbol
from tradewind.core.instruments import AssetClass, Instrument
from tradewind.core.settlement import Holidays, PairCalendar, pair_calendar, rolled_days
from tradewind.core.tradedates import trade_date, trade_date_end
from tradewind.core.values import frozen


@frozen
class ByValueDate:
    """Days by which the spot value date moves on."""

    settlement_lag: int
    calendar: PairCalendar


@frozen
class ByWeekday:
    """Days of the nights of Monday to Sunday."""

    days: tuple[int, int, int, int, int, int, int]


DayRule = ByValueDate | ByWeekday

METAL_DAYS: Final = ByWeekday(days=(1, 1, 3, 1, 1, 0, 0))
INDEX_DAYS: Final = ByWeekday(days=(1, 1, 1, 1, 3, 0, 0))
CRYPTO_DAYS: Final = ByWeekday(days=(1, 1, 1, 1, 1, 1, 1))


@frozen
class DaysOverride:
    """The days of one night, decided by hand; None takes an earlier decision back."""

    symbol: Symbol
    trade_date: date
    version: int
    effective_at: datetime
    days: int | None


class Versioned(Protocol):
    """What is never changed but followed by a higher version."""

    @property
    def version(self) -> int: ...

    @property
    def effective_at(self) -> datetime: ...


Kind = TypeVar("Kind", bound=Versioned)


def in_force(versions: Iterable[Kind], at: datetime) -> Kind | None:
    """The highest version that was in effect at an instant, however late it is asked."""
    known = [each for each in versions if each.effective_at <= at]
    return max(known, key=lambda each: each.version, default=None)


def usual_rule(instrument: Instrument, holidays: Holidays) -> DayRule:
    """The rule of an asset class; `holidays` matter to currencies alone."""
    match instrument.asset_class:
        case AssetClass.FX:
            calendar = pair_calendar(instrument.base, instrument.quote, holidays)
            return ByValueDate(settlement_lag=instrument.settlement_lag, calendar=calendar)
        case AssetClass.METAL:
            return METAL_DAYS
        case AssetClass.INDEX:
            return INDEX_DAYS
        case AssetClass.CRYPTO:
            return CRYPTO_DAYS


def night_days(
    symbol: Symbol, night: date, rule: DayRule, overrides: Iterable[DaysOverride] = ()
) -> int:
    """Days that the night at the end of a trade date counts."""
    own = (each for each in overrides if (each.symbol, each.trade_date) == (symbol, night))
    decided = in_force(own, trade_date_end(night))
    if decided is not None and decided.days is not None:
        return decided.days
    match rule:
        case ByValueDate():
            return rolled_days(night, rule.settlement_lag, rule.calendar)
        case ByWeekday():
            return rule.days[night.weekday()]


def is_held(opened_at: datetime, closed_at: datetime | None, night: date) -> bool:
    """Tell whether a position was opened before the instant of charge and not closed before it."""
    at = trade_date_end(night)
    return opened_at < at and (closed_at is None or closed_at >= at)


def nights_due(charged: date, now: datetime) -> Sequence[date]:
    """The nights after the last one that was charged whose instant has come, in order."""
    ended = trade_date(now) - charged
    return [charged + timedelta(days=each) for each in range(1, ended.days)]


def days_before(
    opened_at: datetime,
    night: date,
    symbol: Symbol,
    rule: DayRule,
    overrides: Sequence[DaysOverride] = (),
) -> int:
    """Days of the nights a position was held over before this one."""
    first = trade_date(opened_at)
    nights = (first + timedelta(days=each) for each in range((night - first).days))
    return sum(night_days(symbol, each, rule, overrides) for each in nights)
