"""When each instrument trades, for display."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from tradewind.core.ids import Symbol
from tradewind.infra.postgres import Connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """From `open` until `close` of a week day, in the calendar's zone."""

    day: str
    open: str
    close: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """The sessions of a week."""

    time_zone: str
    sessions: tuple[Session, ...]


SESSIONS_SQL: Final = """
    SELECT DISTINCT ON (i.symbol) i.symbol, c.time_zone, c.sessions::text AS sessions
      FROM instrument_version i
      JOIN calendar_version c ON c.name = i.calendar
     WHERE i.effective_from <= $1 AND c.effective_from <= $1
     ORDER BY i.symbol, i.version DESC, c.version DESC
"""


async def load_calendars(connection: Connection, now: datetime) -> Mapping[Symbol, Calendar]:
    """Return each symbol's calendar in force."""
    return {
        Symbol(row["symbol"]): Calendar(
            time_zone=row["time_zone"],
            sessions=tuple(_sessions(row["sessions"])),
        )
        for row in await connection.fetch(SESSIONS_SQL, now)
    }


def _sessions(text: str) -> Sequence[Session]:
    return msgspec.json.decode(text, type=list[Session])
