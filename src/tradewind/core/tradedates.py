"""Trade dates end at 17:00 New York; value dates follow by business days.

Source: docs/domain/orders.md
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

NEW_YORK: Final = ZoneInfo("America/New_York")
DAY_ENDS: Final = time(17)
ONE_DAY: Final = timedelta(days=1)
SATURDAY: Final = 5


def trade_date(now: datetime) -> date:
    """The trade date an instant belongs to; 17:00:00 New York itself is the next one."""
    local = now.astimezone(NEW_YORK)
    return local.date() if local.time() < DAY_ENDS else local.date() + ONE_DAY


def trade_date_end(day: date) -> datetime:
    """The instant that no longer belongs to a trade date."""
    return datetime.combine(day, DAY_ENDS, NEW_YORK).astimezone(UTC)


def value_date(traded: date, settlement_lag: int) -> date:
    """`settlement_lag` business days (Monday to Friday) after the trade date."""
    day = traded
    left = settlement_lag
    while left > 0 or day.weekday() >= SATURDAY:
        day += ONE_DAY
        if day.weekday() < SATURDAY:
            left -= 1
    return day
