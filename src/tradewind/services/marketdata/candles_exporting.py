"""Kept candles out of the store, a page at a time: CSV that the import reads, or Parquet."""

import csv
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeAlias

from tradewind.contracts.candles import CandleRow
from tradewind.services.marketdata.candles import COLUMNS, CandleQuery, Candles

Pages: TypeAlias = AsyncIterator[Sequence[CandleRow]]
WritePages: TypeAlias = Callable[[Pages, Path], Awaitable[int]]

PAGE_ROWS: Final = 5_000
_AFTER: Final = timedelta(microseconds=1)


async def export_candles(
    candles: Candles, query: CandleQuery, path: Path, write: WritePages
) -> int:
    """Write `path` and return how many candles it holds; it appears whole or not at all."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        count = await write(_pages(candles, query), partial)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


async def write_csv(pages: Pages, path: Path) -> int:
    """Write the columns of the import, and what else is kept."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        async for page in pages:
            for row in page:
                values = [getattr(row, name) for name in COLUMNS]
                lines.writerow([_text(row.time), *values[1:]])
            count += len(page)
    return count


async def _pages(candles: Candles, query: CandleQuery) -> Pages:
    """Read on from the left; `query` says from where."""
    following = replace(query, limit=PAGE_ROWS)
    while rows := (await candles.page(following)).candles:
        yield rows
        if len(rows) < PAGE_ROWS:
            return
        following = replace(following, since=rows[-1].time + _AFTER)


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")
