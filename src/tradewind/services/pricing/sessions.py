"""When each instrument trades and is quoted.

Source: docs/domain/sessions.md
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from tradewind.core.calendars import Calendar, Phase, state
from tradewind.core.ids import Symbol
from tradewind.infra.calendars import read_calendar
from tradewind.infra.postgres import Connection

#: How long a phase without a known end is believed.
UNCHANGED_FOR: Final = timedelta(days=1)

SESSIONS_SQL: Final = """
    SELECT DISTINCT ON (i.symbol) i.symbol, c.time_zone, c.sessions::text AS sessions,
           c.quoting::text AS quoting, c.special_days::text AS special_days
      FROM (SELECT DISTINCT ON (symbol) symbol, calendar FROM instrument_version
             WHERE effective_from <= $1 ORDER BY symbol, version DESC) AS i
      JOIN calendar_version c ON c.name = i.calendar
     WHERE c.effective_from <= $1
     ORDER BY i.symbol, c.version DESC
"""


async def load_calendars(connection: Connection, now: datetime) -> Mapping[Symbol, Calendar]:
    """Return each symbol's calendar in force; a symbol whose calendar is unknown has none."""
    return {
        Symbol(row["symbol"]): read_calendar(
            row["time_zone"], row["sessions"], row["quoting"], row["special_days"]
        )
        for row in await connection.fetch(SESSIONS_SQL, now)
    }


class MarketPhase:
    """What one symbol's market does; worked out once and believed until it changes."""

    def __init__(self, calendar: Calendar | None) -> None:
        """Without a calendar the market never closes."""
        self._calendar = calendar
        self._phase = Phase.TRADING
        self._since: datetime | None = None
        self._until: datetime | None = None

    def at(self, now: datetime) -> Phase:
        """Return the phase at `now`; a clock that went back is asked again."""
        if self._calendar is None:
            return Phase.TRADING
        if self._since is None or self._until is None or not self._since <= now < self._until:
            found = state(self._calendar, now)
            self._phase, self._since = found.phase, now
            self._until = found.changes_at or now + UNCHANGED_FOR
        return self._phase
