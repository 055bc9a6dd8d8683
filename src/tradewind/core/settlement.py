"""Spot value dates by the settlement calendars of a pair's currencies.

Source: docs/domain/swaps.md#value-dates
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from tradewind.core.errors import NotFoundError
from tradewind.core.margin import PIVOT
from tradewind.core.money import CurrencyCode
from tradewind.core.tradedates import ONE_DAY, SATURDAY
from tradewind.core.values import frozen

#: The longest bank holidays are of some ten days; a search that goes on has a wrong calendar.
CLOSED_DAYS_MAX: Final = 60

#: Per currency the weekdays on which it does not settle.
Holidays = Mapping[CurrencyCode, frozenset[date]]


@frozen
class PairCalendar:
    """The holidays of a pair: on the value date itself, and on the days counted before it."""

    settling: frozenset[date]
    counting: frozenset[date]


def pair_calendar(base: CurrencyCode, quote: CurrencyCode, holidays: Holidays) -> PairCalendar:
    """Put two currencies' holidays together; those of the dollar close the value date alone."""
    own = {base, quote} - {PIVOT}
    unknown = sorted((own | {PIVOT}) - holidays.keys())
    if unknown:
        raise NotFoundError("settlement_calendar_not_found", f"no calendar of {unknown[0]}")
    counting = frozenset[date]().union(*(holidays[each] for each in own))
    return PairCalendar(settling=counting | holidays[PIVOT], counting=counting)


def spot_date(traded: date, settlement_lag: int, calendar: PairCalendar) -> date:
    """The day a trade settles: `settlement_lag` days counted, the last of them open to all."""
    day = traded if settlement_lag else traded - ONE_DAY
    for _ in range(settlement_lag - 1):
        day = _next_open(day, calendar.counting)
    return _next_open(day, calendar.settling)


def next_trade_date(day: date) -> date:
    """The next day from Monday to Friday: holidays are trade dates too."""
    return _next_open(day, frozenset())


def rolled_days(traded: date, settlement_lag: int, calendar: PairCalendar) -> int:
    """Days by which the value date moves from this trade date to the next; none at a weekend."""
    if traded.weekday() >= SATURDAY:
        return 0
    after = spot_date(next_trade_date(traded), settlement_lag, calendar)
    return (after - spot_date(traded, settlement_lag, calendar)).days


def _next_open(day: date, closed: frozenset[date]) -> date:
    for ahead in range(1, CLOSED_DAYS_MAX + 1):
        found = day + timedelta(days=ahead)
        if found.weekday() < SATURDAY and found not in closed:
            return found
    raise AssertionError(f"no settlement day within {CLOSED_DAYS_MAX} days after {day}")
