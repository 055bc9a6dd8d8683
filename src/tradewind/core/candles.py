"""Candles: what a symbol's prices did between two boundaries, folded from ticks.

Source: docs/domain/candles.md
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeAlias

from tradewind.core.tradedates import ONE_DAY, trade_date, trade_date_end
from tradewind.core.values import frozen

HALF: Final = Decimal("0.5")
#: A candle without a later tick counts as ended this long after its end: ticks may be on the way.
GRACE: Final = timedelta(seconds=5)
FOUR_HOURS: Final = timedelta(hours=4)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

#: Where a tick stands among those of its symbol: its time, then pricing's epoch and sequence.
Mark: TypeAlias = tuple[datetime, int, int]


class Interval(StrEnum):
    """How long a candle is; days, weeks and months are those of trade dates."""

    ONE_SECOND = "1s"
    ONE_MINUTE = "1m"
    FIVE_MINUTES = "5m"
    FIFTEEN_MINUTES = "15m"
    THIRTY_MINUTES = "30m"
    ONE_HOUR = "1h"
    FOUR_HOURS = "4h"
    ONE_DAY = "1d"
    ONE_WEEK = "1w"
    ONE_MONTH = "1M"


#: Intervals that begin at whole multiples of themselves, UTC.
EVEN: Final[Mapping[Interval, timedelta]] = MappingProxyType(
    {
        Interval.ONE_SECOND: timedelta(seconds=1),
        Interval.ONE_MINUTE: timedelta(minutes=1),
        Interval.FIVE_MINUTES: timedelta(minutes=5),
        Interval.FIFTEEN_MINUTES: timedelta(minutes=15),
        Interval.THIRTY_MINUTES: timedelta(minutes=30),
        Interval.ONE_HOUR: timedelta(hours=1),
    }
)


@frozen
class Ohlc:
    """First, highest, lowest and last price."""

    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal


@frozen
class Candle:
    """A candle of both sides and of their middle; `time` is its begin.

    The middle is kept on its own: its highest is not the middle of the highest bid and ask.
    `opened` and `closed` are its first and last tick, so that candles merge in any order.
    """

    time: datetime
    bid: Ohlc
    ask: Ohlc
    mid: Ohlc
    ticks: int
    opened: Mark
    closed: Mark


def start_of(interval: Interval, at: datetime) -> datetime:
    """Return the begin of the candle that an instant belongs to, UTC."""
    step = EVEN.get(interval)
    if step is not None:
        return at - (at - EPOCH) % step
    traded = trade_date(at)
    if interval is Interval.FOUR_HOURS:
        begin = _day_begins(traded)
        return begin + (at - begin) // FOUR_HOURS * FOUR_HOURS
    return _day_begins(_first_day(interval, traded))


def end_of(interval: Interval, start: datetime) -> datetime:
    """Return where the candle ends that begins at `start`: the first instant after it."""
    step = EVEN.get(interval)
    if step is not None:
        return start + step
    traded = trade_date(start)
    match interval:
        case Interval.FOUR_HOURS:
            return min(start + FOUR_HOURS, _day_begins(traded + ONE_DAY))
        case Interval.ONE_WEEK:
            return _day_begins(traded + timedelta(weeks=1))
        case Interval.ONE_MONTH:
            return _day_begins((traded + timedelta(days=32)).replace(day=1))
        case _:
            return _day_begins(traded + ONE_DAY)


def known_until(last_tick: datetime, arrived_at: datetime, now: datetime) -> datetime:
    """Return the instant up to which candles have ended: the last tick's time, going on since.

    It follows the ticks' own time, so that recorded ticks played today end candles as live ones.
    """
    return last_tick + max(now - arrived_at - GRACE, timedelta(0))


def of_tick(interval: Interval, mark: Mark, bid: Decimal, ask: Decimal) -> Candle:
    """Make the candle of one tick."""
    return Candle(
        time=start_of(interval, mark[0]),
        bid=_flat(bid),
        ask=_flat(ask),
        mid=_flat((bid + ask) * HALF),
        ticks=1,
        opened=mark,
        closed=mark,
    )


def merged(one: Candle, other: Candle) -> Candle:
    """Put two parts of the same candle together; which comes first does not matter."""
    first = one if one.opened <= other.opened else other
    last = one if one.closed >= other.closed else other
    return Candle(
        time=one.time,
        bid=_joined(one.bid, other.bid, first.bid, last.bid),
        ask=_joined(one.ask, other.ask, first.ask, last.ask),
        mid=_joined(one.mid, other.mid, first.mid, last.mid),
        ticks=one.ticks + other.ticks,
        opened=first.opened,
        closed=last.closed,
    )


def folded(interval: Interval, candles: Iterable[Candle]) -> Sequence[Candle]:
    """Fold finer candles into those of an interval, by time; a gap makes none."""
    found: dict[datetime, Candle] = {}
    for candle in candles:
        start = start_of(interval, candle.time)
        part = replace(candle, time=start)
        known = found.get(start)
        found[start] = part if known is None else merged(known, part)
    return [found[start] for start in sorted(found)]


def shifted(side: Ohlc, move: Decimal) -> Ohlc:
    """Move a side by a constant."""
    return Ohlc(
        open=side.open + move, high=side.high + move, low=side.low + move, close=side.close + move
    )


def _flat(price: Decimal) -> Ohlc:
    return Ohlc(open=price, high=price, low=price, close=price)


def _joined(one: Ohlc, other: Ohlc, first: Ohlc, last: Ohlc) -> Ohlc:
    return Ohlc(
        open=first.open,
        high=max(one.high, other.high),
        low=min(one.low, other.low),
        close=last.close,
    )


def _first_day(interval: Interval, traded: date) -> date:
    match interval:
        case Interval.ONE_WEEK:
            return traded - timedelta(days=traded.weekday())
        case Interval.ONE_MONTH:
            return traded.replace(day=1)
        case _:
            return traded


def _day_begins(traded: date) -> datetime:
    """A trade date begins where the one before it ends: 17:00 New York, whatever the season."""
    return trade_date_end(traded - ONE_DAY)
