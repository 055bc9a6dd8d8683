"""Candles from outside: one-minute files are checked whole, then written in short transactions.

A minute that has ticks of its own is made of them: an imported candle never replaces it.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Final, TextIO

import asyncpg

from tradewind.core.candles import HALF, Interval, start_of
from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock
from tradewind.services.marketdata import candles_store as store
from tradewind.services.marketdata.aggregation import BEGIN_SQL
from tradewind.services.marketdata.candles import BEGINNING, END
from tradewind.services.marketdata.candles_store import TIMEOUT_S, Span

SIDES: Final = ("bid", "ask")
PARTS: Final = ("open", "high", "low", "close")
PRICES: Final = tuple(f"{side}_{part}" for side in SIDES for part in PARTS)
ONE_MINUTE: Final = timedelta(minutes=1)
#: Rows of one transaction.
SLICE_ROWS: Final = 2_000
#: Bad rows that are named; the others are counted.
NAMED_MAX: Final = 20


class ImportRefusedError(ValueError):
    """The file holds something that is no candle; nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCandle:
    """A row of a file; prices in the order of PRICES."""

    time: datetime
    prices: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import did: rows of the file, and candles that are new or other than before."""

    rows: int
    written: int


def read_candles(file: TextIO) -> Sequence[GivenCandle]:
    """Return all rows by time; ImportRefusedError names the bad ones by their line."""
    reader = csv.DictReader(file)
    missing = {"time", *PRICES} - set(reader.fieldnames or ())
    if missing:
        raise ImportRefusedError(f"columns are missing: {', '.join(sorted(missing))}")
    found: dict[datetime, GivenCandle] = {}
    bad: list[str] = []
    for row in reader:
        try:
            candle = _candle(row)
        except ImportRefusedError as error:
            bad.append(f"line {reader.line_num}: {error}")
            continue
        if candle.time in found:
            bad.append(f"line {reader.line_num}: the time came before")
        found[candle.time] = candle
    if bad:
        more = [f"and {len(bad) - NAMED_MAX} more"] if len(bad) > NAMED_MAX else []
        raise ImportRefusedError("\n".join([*bad[:NAMED_MAX], *more]))
    return [found[time] for time in sorted(found)]


def _candle(row: dict[str, str | None]) -> GivenCandle:
    """Check one row. Sides may cross: a vendor's recording of two sides is not one market's."""
    try:
        time = datetime.fromisoformat(row["time"] or "")
    except ValueError:
        raise ImportRefusedError("time is not RFC 3339") from None
    if time.tzinfo is None:
        raise ImportRefusedError("time has no offset")
    time = time.astimezone(UTC)
    if start_of(Interval.ONE_MINUTE, time) != time or not BEGINNING <= time < END:
        raise ImportRefusedError("time is not the begin of a minute since 1970")
    prices = {name: _price(name, row[name]) for name in PRICES}
    for side in SIDES:
        first, high, low, last = (prices[f"{side}_{e}"] for e in PARTS)
        if not low <= min(first, last) <= max(first, last) <= high:
            raise ImportRefusedError(f"{side}_open and {side}_close must be within low and high")
    return GivenCandle(time=time, prices=tuple(prices.values()))


def _price(name: str, text: str | None) -> Decimal:
    try:
        price = Decimal(text or "")
    except InvalidOperation:
        raise ImportRefusedError(f"{name} is not a number") from None
    if not price.is_finite() or price <= 0:
        raise ImportRefusedError(f"{name} is not a positive number")
    return price


IMPORT_SQL: Final = """
    WITH written AS (
        INSERT INTO candle AS kept (symbol, interval, time,
            bid_open, bid_high, bid_low, bid_close, ask_open, ask_high, ask_low, ask_close,
            mid_open, mid_high, mid_low, mid_close, ticks, revision, imported)
        SELECT $1, '1m', given.*, 0, (given.time + interval '1 minute' <= $15 IS TRUE)::integer,
               true
          FROM unnest($2::timestamptz[], $3::numeric[], $4::numeric[], $5::numeric[],
                      $6::numeric[], $7::numeric[], $8::numeric[], $9::numeric[], $10::numeric[],
                      $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[])
               AS given (time, bid_open, bid_high, bid_low, bid_close,
                         ask_open, ask_high, ask_low, ask_close,
                         mid_open, mid_high, mid_low, mid_close)
            ON CONFLICT (symbol, interval, time) DO UPDATE SET
               bid_open = excluded.bid_open, bid_high = excluded.bid_high,
               bid_low = excluded.bid_low, bid_close = excluded.bid_close,
               ask_open = excluded.ask_open, ask_high = excluded.ask_high,
               ask_low = excluded.ask_low, ask_close = excluded.ask_close,
               mid_open = excluded.mid_open, mid_high = excluded.mid_high,
               mid_low = excluded.mid_low, mid_close = excluded.mid_close,
               revision = kept.revision + 1
         WHERE kept.imported
           AND (kept.bid_open, kept.bid_high, kept.bid_low, kept.bid_close,
                kept.ask_open, kept.ask_high, kept.ask_low, kept.ask_close)
               IS DISTINCT FROM
               (excluded.bid_open, excluded.bid_high, excluded.bid_low, excluded.bid_close,
                excluded.ask_open, excluded.ask_high, excluded.ask_low, excluded.ask_close)
     RETURNING kept.time)
    SELECT count(*) FROM written
"""


async def import_candles(
    pool: asyncpg.Pool, clock: Clock, symbol: Symbol, candles: Sequence[GivenCandle]
) -> Imported:
    """Write one-minute candles, by time, and fold the larger ones; `pool` is of role tw_admin."""
    written = 0
    for part in _slices(candles):
        async with pool.acquire() as tx, tx.transaction():
            await tx.fetchval(BEGIN_SQL, timeout=TIMEOUT_S)
            known = (await store.known(tx, [symbol], clock.now())).get(symbol)
            since, until = part[0].time, part[-1].time + ONE_MINUTE
            await tx.fetchval(store.PARTITIONS_SQL, since - store.REACH, until, timeout=TIMEOUT_S)
            columns = [[candle.time for candle in part], *_columns(part)]
            written += await tx.fetchval(IMPORT_SQL, symbol, *columns, known, timeout=TIMEOUT_S)
            span = Span(symbol=symbol, since=since, until=until, known=known)
            await store.fold(tx, [span], Interval.ONE_MINUTE)
    return Imported(rows=len(candles), written=written)


def _columns(part: Sequence[GivenCandle]) -> list[list[Decimal]]:
    """Prices by column; of a high and a low only what lies between is known of the middle."""
    sides = [list(column) for column in zip(*(candle.prices for candle in part), strict=True)]
    bids, asks = sides[:4], sides[4:]
    mids = [
        [(bid + ask) * HALF for bid, ask in zip(*pair, strict=True)]
        for pair in zip(bids, asks, strict=True)
    ]
    return [*bids, *asks, *mids]


def _slices(candles: Sequence[GivenCandle]) -> Iterator[list[GivenCandle]]:
    rows = iter(candles)
    while part := list(islice(rows, SLICE_ROWS)):
        yield part
