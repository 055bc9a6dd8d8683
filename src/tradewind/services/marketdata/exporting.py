"""Kept ticks out of the store, a page at a time, into a file that appears whole or not at all.

Ticks without both prices, which say that a symbol was not tradable, are left out.
"""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeAlias

from tradewind.core.ids import Symbol
from tradewind.infra.postgres import Connection
from tradewind.services.marketdata.importing_rows import COLUMNS
from tradewind.services.marketdata.ticks import PAGE_ROWS, read_bbo

PAGE_TIMEOUT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedTick:
    """A tick with both prices."""

    symbol: Symbol
    time: datetime
    bid: Decimal
    ask: Decimal


Page: TypeAlias = Sequence[PricedTick]
#: Writes pages to a path in some format.
WritePages: TypeAlias = Callable[[Iterable[Page], Path], None]


async def export_ticks(pages: AsyncIterator[Page], path: Path, write: WritePages) -> int:
    """Write `path` and return how many ticks it holds.

    `write` runs in a thread and takes page after page from the loop, so that one page is held.
    """
    loop = asyncio.get_running_loop()
    partial = path.with_name(f".{path.name}.partial")
    count = 0

    async def following() -> Page | None:
        return await anext(pages, None)

    def taken() -> Iterator[Page]:
        nonlocal count
        while page := asyncio.run_coroutine_threadsafe(following(), loop).result(PAGE_TIMEOUT_S):
            count += len(page)
            yield page

    try:
        await asyncio.to_thread(write, taken(), partial)
        await asyncio.to_thread(partial.replace, path)
    finally:
        await asyncio.to_thread(partial.unlink, missing_ok=True)
    return count


async def read_pages(
    connection: Connection, symbol: Symbol, start: datetime, end: datetime
) -> AsyncIterator[Page]:
    """Yield the ticks that have both prices, from `start` on and before `end`."""
    page: list[PricedTick] = []
    async with aclosing(read_bbo(connection, symbol, start, end)) as ticks:
        async for tick in ticks:
            if tick.bid is None or tick.ask is None:
                continue
            page.append(PricedTick(symbol=symbol, time=tick.time, bid=tick.bid, ask=tick.ask))
            if len(page) == PAGE_ROWS:
                yield page
                page = []
    if page:
        yield page


def write_csv(pages: Iterable[Page], path: Path) -> None:
    """Write what the import reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(COLUMNS)
        for page in pages:
            lines.writerows((_text(tick.time), f"{tick.bid:f}", f"{tick.ask:f}") for tick in page)


def _text(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
