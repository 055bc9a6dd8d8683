"""Whether the candles of recorded prices that came through everything are those of their file."""

import asyncio
import csv
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from bench.report import Figure, at_most
from bench.running import BenchPlatform
from tradewind.infra.local.postgres_server import connect_superuser

#: Six hours in a quarter of a minute: the tick writer is never a whole ring behind.
SPEED: Final = 1_440
_DEADLINE_S: Final = 120.0
_STILL_S: Final = 10.0
_POLL_S: Final = 0.1

COUNT_TICKS: Final = """
    SELECT coalesce(sum(ticks), 0)::bigint FROM candle WHERE symbol = $1 AND interval = '1m'
"""
MINUTES: Final = """
    SELECT time, bid_open, bid_high, bid_low, bid_close, ask_open, ask_high, ask_low, ask_close,
           mid_open, mid_high, mid_low, mid_close, ticks
      FROM candle WHERE symbol = $1 AND interval = '1m'
"""

Prices = tuple[Decimal, Decimal, Decimal]
#: Open, high, low and close of bid, ask and mid, and the count of ticks.
Minute = tuple[Decimal | int, ...]


def compare(platform: BenchPlatform, recording: Path, symbol: str) -> list[Figure]:
    """Wait until a recording that is being played is all in candles, and look at each of them."""
    with recording.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return asyncio.run(_compare(platform, rows, symbol))


async def _compare(
    platform: BenchPlatform, rows: Sequence[Mapping[str, str]], symbol: str
) -> list[Figure]:
    expected = _minutes(rows)
    ticks = sum(int(minute[-1]) for minute in expected.values())
    connection = await connect_superuser(platform.home, "tradewind")
    try:
        deadline = time.monotonic() + _DEADLINE_S
        count, began, ended = 0, 0.0, time.monotonic()
        while count < ticks and time.monotonic() < min(deadline, ended + _STILL_S):
            await asyncio.sleep(_POLL_S)
            last, count = count, await connection.fetchval(COUNT_TICKS, symbol)
            if count > last:
                ended = time.monotonic()
                began = began or ended
        kept = {row[0]: tuple(row)[1:] for row in await connection.fetch(MINUTES, symbol)}
    finally:
        await connection.close()
    differing = sum(
        kept.get(minute) != expected.get(minute) for minute in kept.keys() | expected.keys()
    )
    return [
        at_most(
            "replayed 1-minute candles that differ from the file's",
            differing,
            "",
            0,
            f"{len(expected)} compared: open, high, low, close of bid, ask, mid, and ticks",
        ),
        Figure(
            name="ticks of those candles",
            value=count,
            unit="",
            comparison=f"{ticks:,} changes of price in {len(rows):,} rows, "
            f"{count / max(ended - began, _POLL_S):,.0f}/s at {SPEED} times real time",
        ),
    ]


def _minutes(rows: Sequence[Mapping[str, str]]) -> dict[datetime, Minute]:
    """Make the candles of a file's changes of price; a row that repeats the last is no tick."""
    ticks: dict[datetime, list[Prices]] = {}
    last: tuple[Decimal, Decimal] | None = None
    for row in rows:
        bid, ask = Decimal(row["bid"]), Decimal(row["ask"])
        if (bid, ask) != last:
            last = (bid, ask)
            minute = datetime.fromisoformat(row["time"]).replace(second=0, microsecond=0)
            ticks.setdefault(minute, []).append((bid, ask, (bid + ask) / 2))
    return {minute: _minute(quotes) for minute, quotes in ticks.items()}


def _minute(quotes: Sequence[Prices]) -> Minute:
    sides = list(zip(*quotes, strict=True))
    edges = [edge for side in sides for edge in (side[0], max(side), min(side), side[-1])]
    return (*edges, len(quotes))
