"""Simulator, QuickFIX, pricing, Valkey: the whole way of a tick."""

import asyncio
import time
from pathlib import Path

from redis.asyncio import Redis

from tests.services.pricing.running import DECODER, Processes, latest, until
from tradewind.contracts.ticks import ALIVE_KEY, RING_PREFIX

ROWS = 400
#: Ticks often enough for a lone LP to warm every symbol up within a second.
BRISK = ("--ticks-per-second", "150")


async def test_prices_of_two_lps_arrive_marked_up_for_every_group(
    processes: Processes, redis: "Redis"
) -> None:
    await processes.simulator("lp-one", "--seed", "1")
    await processes.simulator("lp-two", "--seed", "2")
    await processes.pricing()

    async def both_quote() -> bool:
        tick = await latest(redis, "EURUSD")
        return tick is not None and tick.tradable and len(tick.quotes) == 2

    await until(both_quote)
    tick = await latest(redis, "EURUSD")
    assert tick is not None
    assert tick.bid is not None
    assert tick.ask is not None
    assert {quote.lp for quote in tick.quotes} == {"lp-one", "lp-two"}
    assert tick.bid == max(quote.bid for quote in tick.quotes)
    assert tick.ask == min(quote.ask for quote in tick.quotes)
    assert set(tick.prices) == {"standard", "pro", "raw"}
    for price in tick.prices.values():
        assert price.bid < tick.bid < tick.ask < price.ask
    assert await redis.get(ALIVE_KEY) == b"1"


async def test_an_lp_that_goes_away_makes_its_symbols_untradable(
    processes: Processes, redis: "Redis"
) -> None:
    simulator = await processes.simulator("lp-one", *BRISK)
    await processes.pricing()

    async def tradable() -> bool:
        tick = await latest(redis, "XAUUSD")
        return tick is not None and tick.tradable

    async def untradable() -> bool:
        return not await tradable()

    await until(tradable)
    simulator.kill()
    assert await until(untradable) < 2
    tick = await latest(redis, "XAUUSD")
    assert tick is not None
    assert (tick.reason, tick.bid, tick.prices, tick.quotes) == ("no_quote", None, {}, ())

    await processes.simulator("lp-one", *BRISK, port=processes.endpoints["lp-one"])
    assert await until(tradable) < 5


async def test_a_killed_pricing_falls_silent_and_its_successor_prices_within_five_seconds(
    processes: Processes, redis: "Redis"
) -> None:
    await processes.simulator("lp-one", *BRISK)
    first = await processes.pricing()

    async def tradable_in_second_epoch() -> bool:
        tick = await latest(redis, "BTCUSD")
        return tick is not None and tick.epoch == 2 and tick.tradable

    async def silent() -> bool:
        return await redis.get(ALIVE_KEY) is None

    waiting = await processes.pricing(ready=False)

    async def second_waits() -> bool:
        return bool(processes.events(waiting, "lease_waits"))

    await until(second_waits)
    assert processes.events(waiting, "lease_acquired") == []
    killed_at = time.monotonic()
    first.kill()
    await until(silent)
    assert time.monotonic() - killed_at < 1.5
    await until(tradable_in_second_epoch)
    assert time.monotonic() - killed_at < 5


async def test_a_pricing_that_stops_withdraws_every_price_and_hands_over(
    processes: Processes, redis: "Redis"
) -> None:
    await processes.simulator("lp-one", *BRISK)
    first = await processes.pricing()

    async def tradable() -> bool:
        tick = await latest(redis, "EURUSD")
        return tick is not None and tick.tradable

    await until(tradable)
    assert await asyncio.to_thread(processes.stop, first) == 0
    for symbol in ("EURUSD", "BTCUSD", "US500"):
        tick = await latest(redis, symbol)
        assert tick is not None
        assert (tick.tradable, tick.reason) == (False, "pricing_stopped")
    assert await redis.get(ALIVE_KEY) is None
    await processes.pricing()
    assert await until(tradable) < 3


async def test_a_recording_arrives_whole_and_in_order(
    processes: Processes, redis: "Redis", tmp_path: Path
) -> None:
    recording = tmp_path / "eurusd-ticks.csv"
    bids = [f"1.{10_000 + n % 97:05d}" for n in range(ROWS)]
    rows = [
        f"2020-01-01T22:{n // 60:02d}:{n % 60:02d}.250Z,{bid},1.{10_010 + n % 97:05d}"
        for n, bid in enumerate(bids)
    ]
    recording.write_text("\n".join(["time,bid,ask", *rows]), encoding="utf-8")
    simulator = await processes.simulator("lp-one", "--replay", str(recording), "--speed", "max")
    await processes.pricing()

    async def finished() -> bool:
        return bool(processes.events(simulator, "lp_replay_finished"))

    async def all_there() -> bool:
        tick = await latest(redis, "EURUSD")
        return tick is not None and tick.tradable and str(tick.bid) == bids[-1] and tick.seq > ROWS

    await until(finished)
    assert processes.events(simulator, "lp_replay_finished")[0]["rows"] == ROWS
    await until(all_there)
    entries = await redis.xrange(RING_PREFIX + "EURUSD") or []
    ring = [DECODER.decode(fields[b"t"]) for _, fields in entries if fields]
    quoted = [tick for tick in ring if tick.tradable]
    assert [str(tick.bid) for tick in quoted] == bids
    assert [tick.quotes[0].lp_time.strftime("%H:%M:%S") for tick in quoted[:2]] == [
        "22:00:00",
        "22:00:01",
    ]
    # What is told before Redis is connected is told again, so the ring may begin after 1.
    first = ring[0].seq
    assert [tick.seq for tick in ring] == list(range(first, first + len(ring)))


async def test_a_redis_that_lost_everything_has_every_price_again_within_a_second(
    processes: Processes, redis: "Redis"
) -> None:
    await processes.simulator("lp-one", *BRISK)
    await processes.pricing()

    async def all_tradable() -> bool:
        ticks = [await latest(redis, symbol) for symbol in ("EURUSD", "GBPJPY", "BTCUSD")]
        return all(tick is not None and tick.tradable for tick in ticks)

    await until(all_tradable)
    await redis.flushall()
    await redis.execute_command("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
    assert await until(all_tradable) < 1
