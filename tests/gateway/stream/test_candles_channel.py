"""The candles channel: history that goes on with published ticks, and equals what is kept."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from tests.gateway.stream.candle_market import Item, Market, follow, numbers, spelled, until_shown
from tests.gateway.stream.world import World
from tests.services.marketdata.candle_world import at, candle_world
from tradewind.infra.settings import Settings


@pytest.fixture
async def market(world: World, world_settings: Settings) -> AsyncIterator[Market]:
    async with candle_world(world_settings, at("13:00:00")) as kept:
        yield Market(world=world, kept=kept)


async def test_a_subscription_begins_with_the_running_candle_and_its_predecessor(
    market: Market,
) -> None:
    await market.keep(
        market.tick("EURUSD", "12:00:10", "1.10"),
        market.tick("EURUSD", "12:01:10", "1.11"),
        market.tick("EURUSD", "12:02:10", "1.12"),
        market.tick("EURUSD", "12:02:20", "1.13"),
    )
    async with market.world.client() as client:
        market.kept.clock.at = at("13:00:00")
        await follow(client, "EURUSD")
        frame = await client.hear("candles")
    assert {name: frame[name] for name in ("symbol", "interval", "side")} == {
        "symbol": "EURUSD", "interval": "1m", "side": "mid",
    }  # fmt: skip
    assert [numbers(item) for item in frame["items"]] == [
        spelled(row) for row in (await market.kept.kept("1m", "EURUSD"))[-2:]
    ]
    assert frame["items"][0]["complete"] is True


async def test_bid_is_that_of_the_accounts_group(market: Market) -> None:
    await market.keep(market.tick("GBPUSD", "12:00:10", "1.30000"))
    shown = {}
    async with market.world.client() as client:
        for side in ("bid", "ask", "mid"):
            await follow(client, "GBPUSD", side=side)
            shown[side] = Decimal((await client.hear("candles"))["items"][0]["close"])
    assert shown["mid"] == Decimal("1.31000")
    assert shown["bid"] < Decimal("1.30000")
    assert shown["ask"] > Decimal("1.32000")


async def test_ticks_grow_the_running_candle_and_end_it(market: Market) -> None:
    await market.keep(market.tick("AUDUSD", "12:00:10", "0.70"))
    async with market.world.client() as client:
        await follow(client, "AUDUSD")
        await client.hear("candles")
        await market.publish(
            market.tick("AUDUSD", "12:00:20", "0.75"), market.tick("AUDUSD", "12:00:30", "0.68")
        )
        [grown] = await until_shown(client, "0.69")
        assert (grown["high"], grown["low"], grown["ticks"]) == ("0.760", "0.690", 3)
        await market.publish(market.tick("AUDUSD", "12:01:00", "0.71"))
        ended, running = await until_shown(client, "0.72")
    assert ended == {**grown, "complete": True}
    assert (running["time"], running["ticks"], running["complete"]) == (
        "2026-03-02T12:01:00Z",
        1,
        False,
    )


async def test_ticks_published_before_the_subscription_are_in_and_none_twice(
    market: Market,
) -> None:
    ticks = [
        market.tick("NZDUSD", "12:00:00", f"0.6{number % 10}", ms=200 * number)
        for number in range(250)
    ]
    await market.publish(*ticks)
    await market.keep(*ticks[:100])
    async with market.world.client() as client:
        await follow(client, "NZDUSD")
        [item] = (await client.hear("candles"))["items"]
        assert item["ticks"] == 250
        # A second interval of the same symbol begins with what is remembered.
        await follow(client, "NZDUSD", "5m")
        assert (await client.hear("candles"))["items"][0]["ticks"] == 250
        last = market.tick("NZDUSD", "12:00:55", "0.70")
        await market.publish(last)
        frames = [await client.hear("candles") for _ in range(2)]
        assert [(frame["interval"], frame["items"][0]["ticks"]) for frame in frames] == [
            ("1m", 251), ("5m", 251),
        ]  # fmt: skip
        await market.keep(*ticks[100:], last)
        [kept] = await market.kept.kept("1m", "NZDUSD")
        assert numbers(frames[0]["items"][0]) == spelled(kept)


async def test_candles_built_from_the_stream_equal_those_of_the_history(market: Market) -> None:
    await market.keep(market.tick("USDCHF", "12:00:01", "0.90"))
    ticks = [
        market.tick("USDCHF", "12:00:02", f"0.{90 + number * 7 % 9}{number % 10}", ms=900 * number)
        for number in range(300)
    ]
    built: dict[str, Item] = {}
    async with market.world.client() as client:
        await follow(client, "USDCHF", "5m")
        await follow(client, "USDCHF", "1m")
        for _ in range(2):
            await client.hear("candles")
        for first in range(0, len(ticks), 20):
            await market.publish(*ticks[first : first + 20])
            while True:
                frame = await client.hear("candles")
                if frame["interval"] == "1m":
                    built |= {item["time"]: item for item in frame["items"]}
                    if sum(item["ticks"] for item in built.values()) == first + 21:
                        break
    await market.keep(*ticks)
    history = await market.kept.kept("1m", "USDCHF")
    assert [numbers(item) for item in built.values()] == [spelled(row) for row in history]


async def test_a_tick_that_changes_no_price_is_not_counted(market: Market) -> None:
    first = market.tick("USDCAD", "12:00:10", "1.35")
    await market.keep(first)
    await market.publish(first)
    async with market.world.client() as client:
        await follow(client, "USDCAD")
        await client.hear("candles")
        same = market.tick("USDCAD", "12:00:20", "1.35")
        await market.publish(same, market.tick("USDCAD", "12:00:30", "1.36"))
        [item] = await until_shown(client, "1.37")
    assert item["ticks"] == 2


async def test_a_quiet_candle_ends_by_the_clock(market: Market) -> None:
    async with market.world.client() as client:
        await follow(client, "EURGBP", "1s")
        assert (await client.hear("candles"))["items"] == []
        await market.publish(market.tick("EURGBP", "12:00:10", "0.85", ms=900))
        [running] = (await client.hear("candles"))["items"]
        assert running["complete"] is False
        [ended] = (await client.hear("candles", within_s=10))["items"]
    assert ended == {**running, "complete": True}


async def test_a_correction_is_pushed_with_its_revision(market: Market) -> None:
    await market.keep(
        market.tick("USDJPY", "12:00:10", "150.10"),
        market.tick("USDJPY", "12:01:10", "150.20"),
        market.tick("USDJPY", "12:02:10", "150.30"),
    )
    async with market.world.client() as client:
        await follow(client, "USDJPY")
        await client.hear("candles")
        await market.keep(replace(market.tick("USDJPY", "12:00:30", "151.00"), order=(1, 1)))
        frame = await client.hear("candles")
        corrected = frame["items"][0]
    assert (corrected["time"], corrected["revision"]) == ("2026-03-02T12:00:00Z", 1)
    assert (corrected["complete"], corrected["high"]) == (True, "151.010")
    assert [numbers(item) for item in frame["items"][:1]] == [
        spelled((await market.kept.kept("1m", "USDJPY"))[0])
    ]


async def test_frames_of_a_busy_candle_are_a_quarter_of_a_second_apart(market: Market) -> None:
    async with market.world.client() as client:
        await follow(client, "GBPJPY")
        await client.hear("candles")
        frames: list[float] = []

        async def listen() -> None:
            while (await client.hear("candles"))["items"][-1]["ticks"] < 100:
                frames.append(time.monotonic())

        listening = asyncio.create_task(listen())
        for number in range(100):
            await market.publish(market.tick("GBPJPY", "12:00:10", f"190.{number:02}", ms=number))
            await asyncio.sleep(0.01)
        await listening
    assert frames
    pauses = [later - earlier for earlier, later in pairwise(frames)]
    # The wheel is exact at the server; what is heard here may come closer by the network's doing.
    assert all(pause > 0.2 for pause in pauses), pauses


async def test_after_unsubscribing_nothing_comes(market: Market) -> None:
    async with market.world.client() as client:
        await follow(client, "EURJPY")
        await follow(client, "EURJPY", "5m")
        for _ in range(2):
            await client.hear("candles")
        await client.say(type="unsubscribe", channel="candles", symbol="EURJPY", interval="1m")
        await market.publish(market.tick("EURJPY", "12:00:10", "160.00"))
        frames = [await client.hear("candles")]
        with pytest.raises(TimeoutError):
            frames.append(await client.hear("candles", within_s=0.8))
    assert [frame["interval"] for frame in frames] == ["5m"]


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"symbol": "NOSUCH", "interval": "1m"}, "unknown_symbol"),
        ({"symbol": "EURUSD", "interval": "2m"}, "bad_message"),
        ({"symbol": "EURUSD", "interval": "1m", "side": "last"}, "bad_message"),
        ({"symbol": "EURUSD"}, "bad_message"),
        ({"symbol": "EURUSD", "interval": "1m", "limit": 5}, "bad_message"),
    ],
)
async def test_what_cannot_be_followed_is_refused(
    market: Market, message: Mapping[str, object], code: str
) -> None:
    async with market.world.client() as client:
        await client.say(type="subscribe", channel="candles", **message)
        assert (await client.hear("error"))["code"] == code


async def test_one_connection_follows_a_bounded_number_of_candles(market: Market) -> None:
    symbols: Sequence[str] = ("EURUSD", "GBPUSD", "AUDUSD")
    intervals = ("1s", "1m", "5m", "15m", "30m", "1h", "4h")
    wanted = [(symbol, interval) for symbol in symbols for interval in intervals]
    async with market.world.client() as client:
        for symbol, interval in wanted[:20]:
            await follow(client, symbol, interval)
            await client.hear("candles")
        await follow(client, *wanted[20])
        assert (await client.hear("error"))["code"] == "too_many_candles"
        await client.say(type="unsubscribe", channel="candles", symbol="EURUSD")
        await follow(client, *wanted[20])
        assert (await client.hear("candles"))["interval"] == wanted[20][1]


async def test_a_symbols_time_stands_while_a_recording_is_played(market: Market) -> None:
    """Ticks of years ago make candles of years ago, whose last one is running."""
    old = market.tick("XAUUSD", "12:00:10", "2000.00")
    async with market.world.client() as client:
        await follow(client, "XAUUSD")
        await client.hear("candles")
        await market.publish(replace(old, time=old.time - timedelta(days=365)))
        [item] = (await client.hear("candles"))["items"]
    assert (item["time"], item["complete"]) == ("2025-03-02T12:00:00Z", False)
