"""When an order for the day ends.

Source: docs/domain/orders.md
"""

from datetime import datetime

from tradewind.core.calendars import HORIZON_DAYS, Calendar, trading_between
from tradewind.core.tradedates import trade_date, trade_date_end


def day_end(calendar: Calendar | None, now: datetime) -> datetime | None:
    """Return when a DAY order placed at `now` ends: with the last session of its trade date.

    Once nothing trades any more in the running trade date it is the next one that trades; None
    where nothing does within the horizon. Without a calendar the market never closes.
    """
    start = now
    for _ in range(HORIZON_DAYS):
        end = trade_date_end(trade_date(start))
        if calendar is None:
            return end
        sessions = trading_between(calendar, start, end)
        if sessions:
            return sessions[-1].end
        start = end
    return None
