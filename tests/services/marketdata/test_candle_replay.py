"""A recording on its whole way: simulator, FIX, pricing, Valkey, tick store, candles."""

import asyncio
import csv
import subprocess
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from tests.services.marketdata.candle_world import Quoted, candle_world, expected_candles
from tests.services.pricing.running import Processes, until
from tradewind.contracts.candles import CandleRow
from tradewind.core.candles import Interval
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed
from tradewind.services.marketdata.candles import BEGINNING

RECORDING = Path(__file__).parents[4] / "shared/data/eurusd-ticks-2020-01-01.csv"
SYMBOL = "EURUSD"
#: Six hours in half a minute: a busy machine's writer is never a whole ring behind.
SPEED = 720
WITHIN_S = 90.0


@pytest.fixture
async def processes(settings: Settings, tmp_path: Path) -> AsyncIterator[Processes]:
    """A seeded database and no process yet."""
    await seed(settings, tmp_path)
    made = Processes(settings=settings, home=tmp_path)
    yield made
    for process in made.running:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            await asyncio.to_thread(process.wait, 5)


def recorded() -> Sequence[Quoted]:
    """The file's changes of price; one that repeats the last is not a tick of the market."""
    changes: list[Quoted] = []
    with RECORDING.open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            time = datetime.fromisoformat(row["time"])
            tick = Quoted(time=time, bid=row["bid"], ask=row["ask"], symbol=SYMBOL)
            last = changes[-1] if changes else None
            if last is None or (tick.bid, tick.ask) != (last.bid, last.ask):
                changes.append(tick)
    return changes


@pytest.mark.timeout(180)
async def test_candles_of_a_replayed_recording_equal_those_of_its_file(
    settings: Settings, processes: Processes
) -> None:
    if not RECORDING.exists():
        pytest.skip(f"the recording is not there: {RECORDING.name}")
    ticks = recorded()
    expected = expected_candles("1m", ticks)
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        await pool.execute("UPDATE liquidity_provider SET replay = code = 'lp-one'")
    await processes.simulator("lp-one", "--replay", str(RECORDING), "--speed", str(SPEED))
    await processes._start("tradewind.processes.worker")
    await processes.pricing()
    async with candle_world(settings, ticks[-1].time) as world:

        async def all_there() -> bool:
            minutes = await world.kept("1m", SYMBOL, BEGINNING)
            return sum(row.ticks for row in minutes) == len(ticks)

        await until(all_there, WITHIN_S)
        kept: Sequence[CandleRow] = await world.kept("1m", SYMBOL, BEGINNING)
        assert list(kept) == expected
        for interval in (Interval.ONE_SECOND, Interval.ONE_HOUR, Interval.ONE_DAY):
            shown = await world.kept(interval, SYMBOL, BEGINNING)
            # A page holds 5000: of the seconds the first.
            assert list(shown) == expected_candles(interval, ticks)[:5000]
