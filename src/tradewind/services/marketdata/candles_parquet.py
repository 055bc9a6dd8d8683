"""Kept candles as Parquet, in row groups as they come; needs the packages of `parquet`."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
from arro3.io import write_parquet as write_arrow

from tradewind.contracts.candles import CandleRow
from tradewind.services.marketdata.candles import COLUMNS

#: Digits after the point, as in exported ticks; 38 is what a 128-bit decimal has in all.
SCALE: Final = 12
PAGE_TIMEOUT_S: Final = 60.0
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PRICES: Final = tuple(name for name in COLUMNS if name not in {"time", "ticks", "revision"})


async def write_parquet(pages: AsyncIterator[Sequence[CandleRow]], path: Path) -> int:
    """Write all pages to `path` and return how many candles they held."""
    loop = asyncio.get_running_loop()
    schema, count = _schema(), 0

    async def following() -> Sequence[CandleRow] | None:
        return await anext(pages, None)

    def batches() -> Iterator[RecordBatch]:
        nonlocal count
        # The writer asks from a thread of its own; pages are read on the loop.
        while page := asyncio.run_coroutine_threadsafe(following(), loop).result(PAGE_TIMEOUT_S):
            count += len(page)
            yield _batch(page, schema)

    reader = RecordBatchReader.from_batches(schema, batches())
    await asyncio.to_thread(write_arrow, reader, path)
    return count


def _schema() -> Schema:
    price = DataType.decimal128(38, SCALE)
    return Schema(
        [
            Field("time", DataType.timestamp("us", tz="UTC"), nullable=False),
            *(Field(name, price, nullable=False) for name in _PRICES),
            Field("ticks", DataType.int64(), nullable=False),
            Field("revision", DataType.int64(), nullable=False),
        ]
    )


def _batch(page: Sequence[CandleRow], schema: Schema) -> RecordBatch:
    whole, text = DataType.int64(), DataType.string()
    price = DataType.decimal128(38, SCALE)
    times = [(row.time - _EPOCH) // _MICROSECOND for row in page]
    columns = [
        Array(times, type=whole).cast(schema.field(0).type),
        *(
            Array([str(getattr(row, name)) for row in page], type=text).cast(price)
            for name in _PRICES
        ),
        Array([row.ticks for row in page], type=whole),
        Array([row.revision for row in page], type=whole),
    ]
    return RecordBatch.from_arrays(columns, schema=schema)
