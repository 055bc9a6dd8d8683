"""SQL that makes candles: seconds from ticks, each larger interval from the one below it.

A candle is always made anew from all that is below it, so a range may be made any number of
times. A second is never made of fewer ticks than before: those that are gone were too old to keep.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg

from tradewind.contracts.candles import CandleRow
from tradewind.core.candles import Interval, known_until
from tradewind.infra.postgres import Connection
from tradewind.services.marketdata.candles import candle_row

TIMEOUT_S: Final = 30.0

#: Each interval is made of the one before it, but a month, which does not end with a week.
LADDER: Final = tuple(Interval)
#: What a range of any interval may reach beyond its ends: the rest of a month.
REACH: Final = timedelta(days=32)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Times of one symbol, whole seconds, the end outside; `known` is its time so far."""

    symbol: str
    since: datetime
    until: datetime
    known: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A candle that changed after its end."""

    symbol: str
    interval: Interval
    candle: CandleRow


_MADE: Final = """
        INSERT INTO candle AS kept (symbol, interval, time,
            bid_open, bid_high, bid_low, bid_close, ask_open, ask_high, ask_low, ask_close,
            mid_open, mid_high, mid_low, mid_close, ticks, revision, imported)
"""
_KEPT: Final = """
            ON CONFLICT (symbol, interval, time) DO UPDATE SET
               bid_open = excluded.bid_open, bid_high = excluded.bid_high,
               bid_low = excluded.bid_low, bid_close = excluded.bid_close,
               ask_open = excluded.ask_open, ask_high = excluded.ask_high,
               ask_low = excluded.ask_low, ask_close = excluded.ask_close,
               mid_open = excluded.mid_open, mid_high = excluded.mid_high,
               mid_low = excluded.mid_low, mid_close = excluded.mid_close,
               ticks = excluded.ticks, imported = excluded.imported,
               revision = kept.revision + excluded.revision
         WHERE (kept.bid_open, kept.bid_high, kept.bid_low, kept.bid_close,
                kept.ask_open, kept.ask_high, kept.ask_low, kept.ask_close,
                kept.mid_open, kept.mid_high, kept.mid_low, kept.mid_close,
                kept.ticks, kept.imported)
               IS DISTINCT FROM
               (excluded.bid_open, excluded.bid_high, excluded.bid_low, excluded.bid_close,
                excluded.ask_open, excluded.ask_high, excluded.ask_low, excluded.ask_close,
                excluded.mid_open, excluded.mid_high, excluded.mid_low, excluded.mid_close,
                excluded.ticks, excluded.imported)
"""
_CHANGED: Final = """
     RETURNING kept.*)
    SELECT changed.* FROM changed
      JOIN unnest($1::text[], $4::timestamptz[]) AS span (symbol, known) USING (symbol)
     WHERE candle_end(changed.interval, changed.time) <= span.known
     ORDER BY changed.symbol, changed.time
"""

SECONDS_SQL: Final = (
    "WITH changed AS ("  # noqa: S608  put together of literals alone
    + _MADE
    + """
        SELECT made.symbol, '1s', made.time,
               bids[1], bid_high, bid_low, bids[ticks], asks[1], ask_high, ask_low, asks[ticks],
               (bids[1] + asks[1]) * 0.5, mid_high, mid_low, (bids[ticks] + asks[ticks]) * 0.5,
               ticks, (made.time + interval '1 second' <= known IS TRUE)::integer, false
          FROM (SELECT span.symbol, span.known, date_trunc('second', tick.time) AS time,
                       array_agg(tick.bid ORDER BY tick.time, tick.epoch, tick.seq) AS bids,
                       array_agg(tick.ask ORDER BY tick.time, tick.epoch, tick.seq) AS asks,
                       max(tick.bid) AS bid_high, min(tick.bid) AS bid_low,
                       max(tick.ask) AS ask_high, min(tick.ask) AS ask_low,
                       max((tick.bid + tick.ask) * 0.5) AS mid_high,
                       min((tick.bid + tick.ask) * 0.5) AS mid_low,
                       count(*) AS ticks
                  FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[], $4::timestamptz[])
                       AS span (symbol, since, until, known)
                  JOIN bbo_tick AS tick ON tick.symbol = span.symbol
                       AND tick.time >= span.since AND tick.time < span.until
                 WHERE tick.time >= $5 AND tick.time < $6
                   AND tick.bid IS NOT NULL AND tick.ask IS NOT NULL
                 GROUP BY span.symbol, span.known, date_trunc('second', tick.time)) AS made
    """
    + _KEPT
    + " AND kept.ticks <= excluded.ticks"
    + _CHANGED
)

FOLD_SQL: Final = (
    "WITH changed AS ("  # noqa: S608  put together of literals alone
    + _MADE
    + """
        SELECT made.symbol, $7, made.time,
               bid_opens[1], bid_high, bid_low, bid_closes[parts],
               ask_opens[1], ask_high, ask_low, ask_closes[parts],
               mid_opens[1], mid_high, mid_low, mid_closes[parts],
               ticks, (candle_end($7, made.time) <= known IS TRUE)::integer, imported
          FROM (SELECT part.symbol, part.known, part.start AS time,
                       array_agg(part.bid_open ORDER BY part.time) AS bid_opens,
                       array_agg(part.bid_close ORDER BY part.time) AS bid_closes,
                       array_agg(part.ask_open ORDER BY part.time) AS ask_opens,
                       array_agg(part.ask_close ORDER BY part.time) AS ask_closes,
                       array_agg(part.mid_open ORDER BY part.time) AS mid_opens,
                       array_agg(part.mid_close ORDER BY part.time) AS mid_closes,
                       max(part.bid_high) AS bid_high, min(part.bid_low) AS bid_low,
                       max(part.ask_high) AS ask_high, min(part.ask_low) AS ask_low,
                       max(part.mid_high) AS mid_high, min(part.mid_low) AS mid_low,
                       sum(part.ticks) AS ticks, bool_or(part.imported) AS imported,
                       count(*) AS parts
                  FROM (SELECT span.known, candle_start($7, lower.time) AS start, lower.*
                          FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[],
                                      $4::timestamptz[]) AS span (symbol, since, until, known)
                          JOIN candle AS lower ON lower.symbol = span.symbol
                               AND lower.interval = $8
                               AND lower.time >= candle_start($7, span.since)
                               AND lower.time < candle_end($7,
                                   candle_start($7, span.until - interval '1 microsecond'))
                         WHERE lower.time >= $5 AND lower.time < $6) AS part
                 GROUP BY part.symbol, part.known, part.start) AS made
    """
    + _KEPT
    + _CHANGED
)


async def make(tx: Connection, spans: Sequence[Span]) -> list[Corrected]:
    """Make all candles of the spans from ticks; at most one span for a symbol."""
    since, until = _cover(spans)
    await tx.fetchval(PARTITIONS_SQL, since - REACH, until, timeout=TIMEOUT_S)
    rows = await tx.fetch(SECONDS_SQL, *_arrays(spans), since, until, timeout=TIMEOUT_S)
    corrected = [_corrected(row) for row in rows]
    return corrected + await fold(tx, spans, Interval.ONE_SECOND)


async def fold(tx: Connection, spans: Sequence[Span], finest: Interval) -> list[Corrected]:
    """Make every candle above `finest` that reaches into the spans."""
    since, until = _cover(spans)
    corrected: list[Corrected] = []
    at = LADDER.index(finest)
    for lower, upper in zip(LADDER[at:], LADDER[at + 1 :], strict=False):
        part = Interval.ONE_DAY if upper is Interval.ONE_MONTH else lower
        arguments = (*_arrays(spans), since - REACH, until + REACH, upper, part)
        rows = await tx.fetch(FOLD_SQL, *arguments, timeout=TIMEOUT_S)
        corrected += [_corrected(row) for row in rows]
    return corrected


PARTITIONS_SQL: Final = "SELECT candle_partitions($1, $2)"

KNOWN_SQL: Final = "SELECT symbol, time, arrived_at FROM candle_clock WHERE symbol = ANY($1)"


async def known(tx: Connection, symbols: Sequence[str], now: datetime) -> dict[str, datetime]:
    """Return how far each symbol's time has come; a symbol without ticks is not there."""
    rows = await tx.fetch(KNOWN_SQL, symbols, timeout=TIMEOUT_S)
    return {row["symbol"]: known_until(row["time"], row["arrived_at"], now) for row in rows}


ADVANCE_SQL: Final = """
    INSERT INTO candle_clock AS clock (symbol, time, arrived_at, epoch, seq)
    SELECT span.symbol, last.time, $4, last.epoch, last.seq
      FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) AS span (symbol, since, until)
     CROSS JOIN LATERAL (
           SELECT tick.time, tick.epoch, tick.seq FROM bbo_tick AS tick
            WHERE tick.symbol = span.symbol
              AND tick.time >= span.since AND tick.time < span.until
            ORDER BY tick.time DESC, tick.epoch DESC, tick.seq DESC LIMIT 1) AS last
        ON CONFLICT (symbol) DO UPDATE SET
           time = greatest(clock.time, excluded.time),
           arrived_at = CASE WHEN excluded.time > clock.time THEN excluded.arrived_at
                             ELSE clock.arrived_at END,
           epoch = greatest(clock.epoch, excluded.epoch),
           seq = CASE WHEN excluded.epoch > clock.epoch THEN excluded.seq
                      WHEN excluded.epoch < clock.epoch THEN clock.seq
                      ELSE greatest(clock.seq, excluded.seq) END
"""


async def advance(tx: Connection, spans: Sequence[Span], now: datetime) -> None:
    """Note the last tick of each span as made into candles."""
    symbols, since, until, _ = _arrays(spans)
    await tx.execute(ADVANCE_SQL, symbols, since, until, now, timeout=TIMEOUT_S)


def _cover(spans: Sequence[Span]) -> tuple[datetime, datetime]:
    return min(span.since for span in spans), max(span.until for span in spans)


def _arrays(
    spans: Sequence[Span],
) -> tuple[list[str], list[datetime], list[datetime], list[datetime | None]]:
    return (
        [span.symbol for span in spans],
        [span.since for span in spans],
        [span.until for span in spans],
        [span.known for span in spans],
    )


def _corrected(row: asyncpg.Record) -> Corrected:
    return Corrected(
        symbol=row["symbol"], interval=Interval(row["interval"]), candle=candle_row(row)
    )
