"""The writer's statements: where it stands, and rows by binary COPY, in one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

from tradewind.contracts.ticks import RING_PREFIX, QuarantinedQuote
from tradewind.infra.leases import LeaseLost
from tradewind.infra.postgres import Connection
from tradewind.services.marketdata.ticks_derivation import (
    START,
    BboRow,
    LpRow,
    RingPosition,
)

LP_COLUMNS: Final = (
    "symbol", "lp", "lp_time", "received_at", "bid", "ask", "bid_size", "ask_size",
)  # fmt: skip
BBO_COLUMNS: Final = ("symbol", "time", "epoch", "seq", "bid", "ask", "tradable", "reason")
QUARANTINE_COLUMNS: Final = (
    "symbol", "lp", "reason", "bid", "ask", "lp_time", "received_at", "raw",
)  # fmt: skip
RAW_LENGTH_MAX: Final = 1_000
_TIMEOUT_S: Final = 10.0

QuarantineRow: TypeAlias = tuple[
    str, str, str, Decimal | None, Decimal | None, datetime, datetime, str | None
]

SYMBOLS_SQL: Final = "SELECT symbol FROM instrument ORDER BY symbol"


async def read_symbols(connection: Connection) -> Sequence[str]:
    """Return every instrument: each may have a ring."""
    return [row["symbol"] for row in await connection.fetch(SYMBOLS_SQL, timeout=_TIMEOUT_S)]


REPLAYING_SQL: Final = "SELECT code FROM liquidity_provider WHERE replay"


async def read_replaying(connection: Connection) -> frozenset[str]:
    """Return the LPs whose times are those of a recording."""
    rows = await connection.fetch(REPLAYING_SQL, timeout=_TIMEOUT_S)
    return frozenset(row["code"] for row in rows)


ADD_POSITIONS_SQL: Final = """
    INSERT INTO tick_position (ring, entry, epoch, seq, tradable, lps, received)
    SELECT ring, $2, 0, 0, false, '{}', '{}' FROM unnest($1::text[]) AS ring
        ON CONFLICT (ring) DO NOTHING
"""
POSITIONS_SQL: Final = """
    SELECT ring, entry, epoch, seq, bid, ask, tradable, lps, received
      FROM tick_position WHERE ring = ANY($1)
"""


async def read_positions(
    connection: Connection, rings: Sequence[str]
) -> Mapping[str, RingPosition]:
    """Return where the writer stands in each ring; one never read stands at its start."""
    await connection.execute(ADD_POSITIONS_SQL, rings, START, timeout=_TIMEOUT_S)
    rows = await connection.fetch(POSITIONS_SQL, rings, timeout=_TIMEOUT_S)
    return {
        row["ring"]: RingPosition(
            symbol=row["ring"].removeprefix(RING_PREFIX),
            entry=row["entry"],
            epoch=row["epoch"],
            seq=row["seq"],
            bid=row["bid"],
            ask=row["ask"],
            tradable=row["tradable"],
            received=dict(zip(row["lps"], row["received"], strict=True)),
        )
        for row in rows
    }


#: A server that crashes forgets the last moments' positions with their rows, and the ring still
#: has those: waiting for the disk would win nothing.
RELAX_SQL: Final = "SET LOCAL synchronous_commit TO off"


async def relax_commit(tx: Connection) -> None:
    """Let this transaction's commit not wait for the disk."""
    await tx.execute(RELAX_SQL, timeout=_TIMEOUT_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """A ring that was read on from entry `was`."""

    ring: str
    was: str
    to: RingPosition


MOVE_SQL: Final = """
    UPDATE tick_position AS position
       SET entry = moved.entry, epoch = moved.epoch, seq = moved.seq, bid = moved.bid,
           ask = moved.ask, tradable = moved.tradable, lps = moved.lps, received = moved.received
      FROM jsonb_to_recordset($1::jsonb) AS moved (ring text, was text, entry text, epoch bigint,
           seq bigint, bid numeric, ask numeric, tradable boolean, lps text[],
           received text[])
     WHERE position.ring = moved.ring AND position.entry = moved.was
"""


async def move(tx: Connection, moves: Sequence[Move]) -> None:
    """Move positions on; raises LeaseLost when another writer moved one of them."""
    document = msgspec.json.encode([_described(each) for each in moves]).decode("utf-8")
    status = await tx.execute(MOVE_SQL, document, timeout=_TIMEOUT_S)
    if status != f"UPDATE {len(moves)}":
        raise LeaseLost("another tick writer reads these rings")


def _described(each: Move) -> dict[str, object]:
    at = each.to
    return {
        "ring": each.ring,
        "was": each.was,
        "entry": at.entry,
        "epoch": at.epoch,
        "seq": at.seq,
        "bid": at.bid,
        "ask": at.ask,
        "tradable": at.tradable,
        "lps": list(at.received),
        "received": list(at.received.values()),
    }


async def copy_lp_ticks(tx: Connection, rows: Sequence[LpRow]) -> None:
    """Write raw ticks of LPs."""
    await _copy(tx, "lp_tick", rows, LP_COLUMNS)


BATCH_SQL: Final = """
    INSERT INTO tick_batch (written_at, symbols, earliest, latest) VALUES ($1, $2, $3, $4)
"""


async def copy_bbo_ticks(tx: Connection, rows: Sequence[BboRow], now: datetime) -> None:
    """Write BBO ticks, and which times they are of for whoever makes something of them."""
    if not rows:
        return
    await _copy(tx, "bbo_tick", rows, BBO_COLUMNS)
    await note_written(tx, ((row[0], row[1]) for row in rows), now)


async def note_written(
    tx: Connection, ticks: Iterable[tuple[str, datetime]], now: datetime
) -> None:
    """Say in `tick_batch` that this transaction wrote these (symbol, time)."""
    spans: dict[str, list[datetime]] = {}
    for symbol, time in ticks:
        span = spans.get(symbol)
        if span is None:
            spans[symbol] = [time, time]
        elif time > span[1]:
            span[1] = time
        elif time < span[0]:
            span[0] = time
    earliest_of = [earliest for earliest, _ in spans.values()]
    latest_of = [latest for _, latest in spans.values()]
    await tx.execute(BATCH_SQL, now, list(spans), earliest_of, latest_of, timeout=_TIMEOUT_S)


async def copy_quarantine(tx: Connection, rows: Sequence[QuarantineRow]) -> None:
    """Write quotes that pricing did not let through."""
    await _copy(tx, "quote_quarantine", rows, QUARANTINE_COLUMNS)


def quarantine_row(quote: QuarantinedQuote) -> QuarantineRow:
    """Return the row of a quote; text of an LP may hold what PostgreSQL's cannot."""
    if quote.lp_time.tzinfo is None or quote.received_at.tzinfo is None:
        raise ValueError("a time without an offset")
    return (
        _storable(quote.symbol),
        _storable(quote.lp),
        _storable(quote.reason),
        quote.bid,
        quote.ask,
        quote.lp_time.astimezone(UTC),
        quote.received_at.astimezone(UTC),
        None if quote.raw is None else _storable(quote.raw),
    )


PARTITION_SQL: Final = "SELECT market_data_partition($1, $2)"


class Partitions:
    """Sees to it that rows of any day have a partition; asks the database once for each day."""

    def __init__(self) -> None:
        """Know of none."""
        self._made: set[tuple[str, date]] = set()

    async def ensure(self, connection: Connection, table: str, times: Iterable[datetime]) -> None:
        """Make what is missing for times in UTC; not within the transaction that writes."""
        days = {(table, day) for day in {time.date() for time in times}}
        for name, day in sorted(days - self._made):
            await connection.execute(PARTITION_SQL, name, day, timeout=_TIMEOUT_S)
            self._made.add((name, day))

    def forget(self) -> None:
        """Ask again: retention may have dropped some."""
        self._made.clear()


async def _copy(
    tx: Connection, table: str, rows: Sequence[tuple[object, ...]], columns: Sequence[str]
) -> None:
    if rows:
        await tx.copy_records_to_table(table, records=rows, columns=columns, timeout=_TIMEOUT_S)


def _storable(text: str) -> str:
    return text.replace("\0", "�")[:RAW_LENGTH_MAX]
