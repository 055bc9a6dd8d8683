"""One-minute candles from files: checked whole, written once, folded, never over ticks."""

import io
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from tests.services.marketdata.candle_world import (
    SYMBOL,
    CandleWorld,
    Quoted,
    at,
    candle_world,
)
from tradewind.core.candles import Interval, start_of
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.services.marketdata.candles_importing import (
    GivenCandle,
    ImportRefusedError,
    import_candles,
    read_candles,
)

RECORDING = Path(__file__).parents[4] / "shared/data/gbpusd-m1-2012-02.csv"
HEAD = "time,bid_open,bid_high,bid_low,bid_close,ask_open,ask_high,ask_low,ask_close"
GOOD = "2012-02-01T00:00:00Z,1.5,1.6,1.4,1.55,1.51,1.61,1.41,1.56"


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[CandleWorld]:
    async with candle_world(settings, at("12:30:00")) as opened:
        yield opened


@pytest.fixture
async def admin(settings: Settings) -> AsyncIterator[asyncpg.Pool]:
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        yield pool


def given(*rows: str) -> list[GivenCandle]:
    return list(read_candles(io.StringIO("\n".join([HEAD, *rows, ""]))))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (GOOD.replace("00:00:00Z", "00:00:30Z"), "time is not the begin of a minute since 1970"),
        (GOOD.replace("00:00:00Z", "00:00:00"), "time has no offset"),
        (GOOD.replace("2012-02-01T", ""), "time is not RFC 3339"),
        (GOOD.replace("1.6,", "x,"), "bid_high is not a number"),
        (GOOD.replace("1.4,", "0,"), "bid_low is not a positive number"),
        (GOOD.replace("1.6,", "NaN,"), "bid_high is not a positive number"),
        (GOOD.replace("1.6,", "1.52,"), "bid_open and bid_close must be within low and high"),
        (GOOD.replace("1.51,", "1.40,"), "ask_open and ask_close must be within low and high"),
        (GOOD.rpartition(",")[0], "ask_close is not a number"),
    ],
)
def test_a_bad_row_is_named_by_its_line(row: str, said: str) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        given(GOOD.replace("00:00:00Z", "00:05:00Z"), row)
    assert str(refused.value) == f"line 3: {said}"


def test_a_minute_that_comes_twice_is_named() -> None:
    with pytest.raises(ImportRefusedError, match=r"^line 3: the time came before$"):
        given(GOOD, GOOD)


def test_missing_columns_are_named() -> None:
    with pytest.raises(ImportRefusedError, match=r"^columns are missing: ask_close, ask_high"):
        read_candles(io.StringIO("time,bid_open,bid_high,bid_low,bid_close,ask_open,ask_low\n"))


def test_of_many_bad_rows_the_first_are_named_and_all_counted() -> None:
    with pytest.raises(ImportRefusedError) as refused:
        given(*["nothing"] * 30)
    lines = str(refused.value).splitlines()
    assert (len(lines), lines[0][:7], lines[-1]) == (21, "line 2:", "and 10 more")


async def test_a_recorded_week_is_imported_once_and_folded(
    world: CandleWorld, admin: asyncpg.Pool
) -> None:
    if not RECORDING.exists():
        pytest.skip(f"the recorded candles are not there: {RECORDING.name}")
    with RECORDING.open(newline="", encoding="utf-8") as file:
        candles = read_candles(file)
    first = await import_candles(admin, Clock(), SYMBOL, candles)
    assert (first.rows, first.written) == (len(candles), len(candles))
    assert (await import_candles(admin, Clock(), SYMBOL, candles)).written == 0
    days: dict[object, list[GivenCandle]] = {}
    for candle in candles:
        days.setdefault(start_of(Interval.ONE_DAY, candle.time), []).append(candle)
    kept = await world.kept("1d")
    assert [row.time for row in kept] == list(days)
    for row, group in zip(kept, days.values(), strict=True):
        assert row.bid_open == group[0].prices[0]
        assert row.bid_high == max(candle.prices[1] for candle in group)
        assert row.ask_low == min(candle.prices[6] for candle in group)
        assert row.ask_close == group[-1].prices[7]
        assert (row.ticks, row.revision) == (0, 0)


async def test_another_price_for_an_imported_minute_is_a_correction(
    world: CandleWorld, admin: asyncpg.Pool
) -> None:
    await import_candles(admin, Clock(), SYMBOL, given(GOOD))
    other = given(GOOD.replace("1.55", "1.45"))
    assert (await import_candles(admin, Clock(), SYMBOL, other)).written == 1
    [minute] = await world.kept("1m")
    [day] = await world.kept("1d")
    assert (minute.bid_close, minute.revision) == (Decimal("1.45"), 1)
    assert day.bid_close == Decimal("1.45")


async def test_a_minute_made_of_ticks_is_not_replaced(
    world: CandleWorld, admin: asyncpg.Pool
) -> None:
    await world.write(Quoted(time=at("2012-02-01T00:00:10"), bid="1.70", ask="1.71"))
    await world.make()
    before = await world.kept("1m")
    assert (await import_candles(admin, Clock(), SYMBOL, given(GOOD))).written == 0
    assert await world.kept("1m") == before
    next_minute = replace(given(GOOD)[0], time=before[0].time + timedelta(minutes=1))
    assert (await import_candles(admin, Clock(), SYMBOL, [next_minute])).written == 1
    [hour] = await world.kept("1h")
    assert (hour.bid_open, hour.bid_close, hour.ticks) == (Decimal("1.70"), Decimal("1.55"), 1)
