"""From entries of a ring to rows: pure, and what it must remember is stored with the rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, TypeAlias

import msgspec

#: An LP's time further than this from ours is a recorded one, whatever the configuration says.
RECORDED_AGE_MIN: Final = timedelta(days=1)
START: Final = "0-0"
#: PostgreSQL's text cannot hold it.
_NUL: Final = rb"\u0000"

LpRow: TypeAlias = tuple[str, str, datetime, datetime, Decimal, Decimal, Decimal, Decimal]
BboRow: TypeAlias = tuple[str, datetime, int, int, Decimal | None, Decimal | None, bool, str | None]


class _Quote(msgspec.Struct):
    """A `TickQuote` as it is written: most are known already, so their numbers stay text."""

    lp: str
    bid: str
    ask: str
    bid_size: str
    ask_size: str
    lp_time: str
    received_at: str


class _Tick(msgspec.Struct):
    """What is kept of a `Tick`; prices of groups and depth are passed over."""

    symbol: str
    epoch: int
    seq: int
    time: str
    bid: str | None
    ask: str | None
    quotes: tuple[_Quote, ...]
    tradable: bool
    reason: str | None


#: What decoding, Decimal and datetime raise.
UNREADABLE: Final = (msgspec.MsgspecError, ArithmeticError, ValueError)
_DECODER: Final = msgspec.json.Decoder(_Tick)


@dataclass(slots=True, kw_only=True)
class RingPosition:
    """Where the writer stands in one symbol's ring: everything up to `entry` is written."""

    symbol: str
    entry: str = START
    epoch: int = 0
    seq: int = 0
    bid: Decimal | None = None
    ask: Decimal | None = None
    tradable: bool = False
    #: When the last written quote of each LP had been received, as the ring has it.
    received: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class TickRows:
    """Rows of one batch, and what was not made a row."""

    lp: list[LpRow] = field(default_factory=list)
    bbo: list[BboRow] = field(default_factory=list)
    #: LPs that replay a recording: their ticks belong to the recorded time.
    replaying: frozenset[str] = frozenset()
    lost: dict[str, int] = field(default_factory=dict)
    unreadable: int = 0
    overtaken: int = 0
    #: When pricing made the oldest tick of the batch.
    oldest: datetime | None = None


def derive(at: RingPosition, entries: Iterable[tuple[bytes, bytes]], rows: TickRows) -> None:
    """Add the rows of ring entries (id, payload) to `rows` and move `at` past them."""
    last = START
    for entry, payload in entries:
        last = entry.decode("ascii")
        try:
            tick = _DECODER.decode(payload)
            if tick.symbol != at.symbol or _NUL in payload:
                rows.unreadable += 1
            elif (tick.epoch, tick.seq) <= (at.epoch, at.seq):
                rows.overtaken += 1
            else:
                _take(at, tick, rows)
        except UNREADABLE:
            rows.unreadable += 1
    at.entry = last


def _take(at: RingPosition, tick: _Tick, rows: TickRows) -> None:
    """Everything is read before anything changes: an unreadable tick leaves no trace."""
    time = _time(tick.time)
    bid = None if tick.bid is None else Decimal(tick.bid)
    ask = None if tick.ask is None else Decimal(tick.ask)
    fresh = [quote for quote in tick.quotes if at.received.get(quote.lp) != quote.received_at]
    lp_rows = [_lp_row(tick.symbol, quote) for quote in fresh]
    _count_lost(at, tick, rows)
    at.epoch, at.seq = tick.epoch, tick.seq
    if rows.oldest is None or time < rows.oldest:
        rows.oldest = time
    for quote in fresh:
        at.received[quote.lp] = quote.received_at
    rows.lp += lp_rows
    if (bid, ask, tick.tradable) == (at.bid, at.ask, at.tradable):
        return
    at.bid, at.ask, at.tradable = bid, ask, tick.tradable
    if lp_rows and _is_recorded(lp_rows[-1], rows.replaying):
        time = lp_rows[-1][2]
    rows.bbo.append((tick.symbol, time, tick.epoch, tick.seq, bid, ask, tick.tradable, tick.reason))


def _count_lost(at: RingPosition, tick: _Tick, rows: TickRows) -> None:
    # Within an epoch pricing counts without gaps; each epoch begins with 1.
    lost = tick.seq - 1 - (at.seq if tick.epoch == at.epoch else 0)
    # Without a position there is nothing that the writer could have missed.
    if lost and at.epoch:
        rows.lost[at.symbol] = rows.lost.get(at.symbol, 0) + lost


def _lp_row(symbol: str, quote: _Quote) -> LpRow:
    return (
        symbol,
        quote.lp,
        _time(quote.lp_time),
        _time(quote.received_at),
        Decimal(quote.bid),
        Decimal(quote.ask),
        Decimal(quote.bid_size),
        Decimal(quote.ask_size),
    )


def _is_recorded(newest: LpRow, replaying: frozenset[str]) -> bool:
    """Tell whether a tick belongs to the time its LP says (docs/domain/quotes.md)."""
    _, lp, lp_time, received_at, *_ = newest
    return lp in replaying or abs(received_at - lp_time) >= RECORDED_AGE_MIN


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is not UTC:
        raise ValueError("not a time in UTC")
    return time
