"""The candle job over a real database: complete, restartable, honest about corrections."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby

import msgspec
import pytest
from redis.asyncio import Redis

from tests.services.marketdata.candle_world import (
    SYMBOL,
    CandleWorld,
    Quoted,
    at,
    candle_world,
)
from tradewind.contracts.candles import CandlesCorrected
from tradewind.core.candles import Interval, end_of, start_of
from tradewind.infra.local.home import Home
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.infra.settings import Settings
from tradewind.services.marketdata import aggregation

NOW = at("12:30:00")
#: As often as the tick writer commits when it is slow.
FLUSH = timedelta(seconds=4)


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[CandleWorld]:
    async with candle_world(settings, NOW) as opened:
        yield opened


def drawn(seed: int, count: int, begin: datetime, span: timedelta) -> list[Quoted]:
    """Ticks in order of time, some at the same instant, some without a market."""
    dice = random.Random(seed)
    milliseconds = span // timedelta(milliseconds=1)
    offsets = sorted(dice.randrange(milliseconds) // 100 * 100 for _ in range(count))
    ticks = []
    for offset in offsets:
        bid = Decimal(112_000 + dice.randrange(200)).scaleb(-5)
        ask = bid + Decimal(dice.randrange(1, 30)).scaleb(-5)
        time = begin + timedelta(milliseconds=offset)
        none = dice.random() < 0.02
        ticks.append(
            Quoted(time=time, bid=None if none else str(bid), ask=None if none else str(ask))
        )
    return ticks


@pytest.mark.parametrize("interval", Interval)
async def test_candles_of_every_interval_equal_those_of_the_ticks(
    world: CandleWorld, interval: Interval
) -> None:
    await world.write(*drawn(7, 1500, at("2026-02-25T20:00:00"), timedelta(days=12)))
    await world.make()
    assert list(await world.kept(interval)) == world.expected(interval)


async def test_the_result_does_not_depend_on_the_slices(
    world: CandleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregation, "SLICE_TICKS", 50)
    await world.write(*drawn(8, 1000, at("00:00:00"), timedelta(hours=30)))
    assert await world.make() > 15
    for interval in Interval:
        assert list(await world.kept(interval)) == world.expected(interval)


async def test_candles_grow_with_every_batch_and_are_not_called_corrected(
    world: CandleWorld,
) -> None:
    ticks = drawn(9, 600, at("12:03:00"), timedelta(minutes=4))
    for _, batch in groupby(ticks, lambda tick: (tick.time - at("12:03:00")) // FLUSH):
        written = list(batch)
        world.clock.at = written[-1].time + timedelta(seconds=1)
        await world.write(*written)
        await world.make()
    for interval in Interval:
        assert list(await world.kept(interval)) == world.expected(interval)


async def test_a_job_that_died_between_two_slices_goes_on_where_it_was(
    settings: Settings, world: CandleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(aggregation, "SLICE_TICKS", 100)
    await world.write(*drawn(10, 900, at("00:00:00"), timedelta(hours=10)))
    await world.job.gather()
    for _ in range(3):
        assert await world.job.make_slice()
    async with candle_world(settings, NOW) as second:
        assert await second.make() > 5
    assert list(await world.kept("1m")) == world.expected("1m")
    assert list(await world.kept("1d")) == world.expected("1d")


async def test_work_done_twice_changes_nothing(world: CandleWorld) -> None:
    await world.write(*drawn(11, 300, at("00:00:00"), timedelta(hours=3)))
    await world.make()
    before = await world.pool.fetch("SELECT xmin, * FROM candle ORDER BY symbol, interval, time")
    await world.pool.execute("UPDATE candle_position SET next_start = 0")
    assert await world.make() > 0
    after = await world.pool.fetch("SELECT xmin, * FROM candle ORDER BY symbol, interval, time")
    assert after == before


async def test_a_late_tick_corrects_its_candles_and_says_so(
    world: CandleWorld, redis_url: str
) -> None:
    await world.write(
        Quoted(time=at("12:00:10"), bid="1.10", ask="1.12"),
        Quoted(time=at("12:00:20"), bid="1.11", ask="1.13"),
        Quoted(time=at("12:01:05"), bid="1.12", ask="1.14"),
    )
    await world.make()
    async with Redis.from_url(redis_url, decode_responses=True) as redis, redis.pubsub() as heard:
        await heard.subscribe(f"candles:{SYMBOL}")
        await heard.get_message(timeout=5)
        await world.write(Quoted(time=at("12:00:30"), bid="1.20", ask="1.22"))
        await world.make()
        told = []
        while (message := await heard.get_message(timeout=0.5)) is not None:
            told.append(msgspec.json.decode(str(message["data"]), type=CandlesCorrected))
    minute, running = await world.kept("1m")
    assert (minute.bid_high, minute.bid_close, minute.ticks) == (
        Decimal("1.20"),
        Decimal("1.20"),
        3,
    )
    assert (minute.revision, running.revision) == (1, 0)
    by_interval = {message.interval: message.candles for message in told}
    # The second of the late tick is new; larger candles have not ended yet.
    assert set(by_interval) == {"1s", "1m"}
    assert by_interval["1m"] == (minute,)
    expected = [
        replace(candle, revision=1) if candle.time == at("12:00:00") else candle
        for candle in world.expected("1m")
    ]
    assert [minute, running] == expected


async def test_a_tick_after_a_quiet_end_corrects_too(world: CandleWorld) -> None:
    world.clock.at = at("12:00:11")
    await world.write(Quoted(time=at("12:00:10"), bid="1.10", ask="1.12"))
    await world.make()
    world.clock.at = at("12:03:00")
    await world.write(Quoted(time=at("12:00:50"), bid="1.11", ask="1.12"))
    await world.make()
    assert [candle.revision for candle in await world.kept("1m")] == [1]


async def test_a_gap_makes_no_candle(world: CandleWorld) -> None:
    await world.write(
        Quoted(time=at("12:00:10"), bid="1.10", ask="1.12"),
        Quoted(time=at("12:02:10"), bid=None, ask=None),
        Quoted(time=at("12:07:20"), bid="1.11", ask="1.13"),
    )
    await world.make()
    assert [candle.time for candle in await world.kept("1m")] == [at("12:00:00"), at("12:07:00")]


async def test_symbols_do_not_mix(world: CandleWorld) -> None:
    euro = drawn(12, 200, at("12:00:00"), timedelta(minutes=10))
    pound = [replace(t, symbol="GBPUSD") for t in drawn(13, 200, euro[0].time, timedelta(hours=1))]
    await world.write(*euro, *pound)
    await world.make()
    for symbol in ("EURUSD", "GBPUSD"):
        assert list(await world.kept("1m", symbol)) == world.expected("1m", symbol)


async def test_a_second_whose_ticks_are_gone_keeps_its_candle(
    world: CandleWorld, postgres_server: Home
) -> None:
    await world.write(*drawn(14, 50, at("12:00:00"), timedelta(seconds=3)))
    await world.make()
    before = await world.kept("1m")
    await world.pool.execute("UPDATE candle_position SET next_start = 0")
    name = await world.pool.fetchval("SELECT current_database()")
    owner = await connect_superuser(postgres_server, name)
    await owner.execute("DELETE FROM bbo_tick WHERE seq > 10")
    await owner.close()
    await world.make()
    assert await world.kept("1m") == before


async def test_the_database_and_the_rules_agree_on_boundaries(world: CandleWorld) -> None:
    seed = 15
    dice = random.Random(seed)
    begin = at("2015-01-01T00:00:00")
    instants = [begin + timedelta(seconds=dice.randrange(20 * 365 * 86_400)) for _ in range(3000)]
    for interval in Interval:
        rows = await world.pool.fetch(
            """SELECT t, candle_start($1, t) AS start, candle_end($1, candle_start($1, t)) AS end
                 FROM unnest($2::timestamptz[]) AS t""",
            interval, instants,
        )  # fmt: skip
        for row in rows:
            start = start_of(interval, row["t"])
            assert (row["start"], row["end"]) == (start, end_of(interval, start)), (interval, seed)
