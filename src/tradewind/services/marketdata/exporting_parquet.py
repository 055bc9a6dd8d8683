"""Parquet through Arrow, in row groups as they come; prices are decimals there too.

Its packages are optional: who does not write Parquet need not have them.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import arro3.io
from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema

from tradewind.services.marketdata.exporting import Page

#: Digits after the point; 38 is what a 128-bit decimal has in all.
SCALE: Final = 12
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def write_parquet(pages: Iterable[Page], path: Path) -> None:
    """Write symbol, time, bid and ask."""
    text, integer = DataType.string(), DataType.int64()
    time, price = DataType.timestamp("us", tz="UTC"), DataType.decimal128(38, SCALE)
    kinds = {"symbol": text, "time": time, "bid": price, "ask": price}
    schema = Schema([Field(name, kind, nullable=False) for name, kind in kinds.items()])

    def batch(page: Page) -> RecordBatch:
        # Lists of decimals and times are not taken; Arrow's own casts are exact.
        times = [(tick.time - _EPOCH) // _MICROSECOND for tick in page]
        columns = [
            Array([tick.symbol for tick in page], type=text),
            Array(times, type=integer).cast(time),
            Array([f"{tick.bid:f}" for tick in page], type=text).cast(price),
            Array([f"{tick.ask:f}" for tick in page], type=text).cast(price),
        ]
        return RecordBatch.from_arrays(columns, schema=schema)

    reader = RecordBatchReader.from_batches(schema, map(batch, pages))
    arro3.io.write_parquet(reader, path)
