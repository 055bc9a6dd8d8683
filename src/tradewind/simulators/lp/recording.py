"""Recorded prices from a CSV file with the columns time, bid, ask."""

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Final

from tradewind.simulators.lp.market import LpTick
from tradewind.simulators.lp.ticks import TimedTick

#: Recordings carry no sizes.
SIZE: Final = 1_000_000


class RecordingError(ValueError):
    """The file is not a recording of quotes."""


def read_recording(path: Path, symbol: str) -> Sequence[TimedTick]:
    """Return the file's rows in order; times are UTC unless they say otherwise."""
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        if not {"time", "bid", "ask"} <= set(reader.fieldnames or ()):
            raise RecordingError(f"{path.name} needs the columns time, bid and ask")
        rows = [(row["time"], Decimal(row["bid"]), Decimal(row["ask"])) for row in reader]
    if not rows:
        raise RecordingError(f"{path.name} has no rows")
    digits = max(_digits(price) for _, bid, ask in rows for price in (bid, ask))
    return [
        TimedTick(
            tick=LpTick(
                symbol=symbol,
                digits=digits,
                bid_points=int(bid.scaleb(digits)),
                ask_points=int(ask.scaleb(digits)),
                bid_size=SIZE,
                ask_size=SIZE,
            ),
            at=_time(at),
        )
        for at, bid, ask in rows
    ]


def symbol_of(path: Path) -> str:
    """Guess the symbol from a file name such as `eurusd-ticks-2020-01-01.csv`."""
    return path.stem.split("-")[0].split("_")[0].upper()


def _digits(price: Decimal) -> int:
    """Return the digits a price needs; zeros at the end are not needed."""
    exponent = price.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _time(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
