import asyncio
import time

from tests.gateway.stream.world import Client, World


async def test_a_subscription_begins_with_a_snapshot_of_the_accounts_group(world: World) -> None:
    await world.tick("EURUSD", "1.5")
    await world.tick("USDJPY", "150.5")
    async with world.client() as client:
        await client.say(type="subscribe", channel="prices", symbols=["EURUSD", "USDJPY"])
        frame = await client.hear("prices")
        assert frame["seq"] == 1
        eurusd, usdjpy = frame["items"]
        assert eurusd["symbol"] == "EURUSD"
        assert (eurusd["bid"], eurusd["ask"]) == ("1.4", "2.6")
        assert len(eurusd["time"]) == len("2026-01-31T12:00:00.123456Z")
        assert (usdjpy["symbol"], usdjpy["bid"]) == ("USDJPY", "150.4")


async def test_an_account_chooses_the_group_whose_prices_are_shown(world: World) -> None:
    user = await world.user("client1@tradewind.example")
    raw = (await world.accounts(user))["JPY"]
    await world.tick("EURUSD", "1.25")
    async with world.client() as client:
        await client.say(
            type="subscribe", channel="prices", symbols=["EURUSD"], account_id=str(raw)
        )
        assert (await client.hear("prices"))["items"][0]["bid"] == "1.25"


async def test_somebody_elses_account_chooses_nothing(world: World) -> None:
    other = await world.accounts(await world.user("client2@tradewind.example"))
    async with world.client() as client:
        await client.say(
            type="subscribe", channel="prices", symbols=["EURUSD"], account_id=str(other["USD"])
        )
        assert (await client.hear("error"))["code"] == "account_not_found"


async def test_a_window_shows_the_latest_of_many_ticks_in_one_frame(world: World) -> None:
    async with world.client() as client:
        await client.say(
            type="subscribe", channel="prices", symbols=["GBPUSD", "AUDUSD"], interval_ms=1000
        )
        await client.hear("prices")
        await world.tick("GBPUSD", "2")
        await client.price("GBPUSD", "1.9")
        for step in range(100):
            await world.tick("GBPUSD", str(10 + step))
            await world.tick("AUDUSD", str(10 + step))
        frame = await client.hear("prices")
        assert [(item["symbol"], item["bid"]) for item in frame["items"]] == [
            ("AUDUSD", "108.9"),
            ("GBPUSD", "108.9"),
        ]
        assert frame["seq"] == 3


async def test_without_a_window_every_tick_that_comes_alone_is_shown(world: World) -> None:
    async with world.client() as client:
        await client.say(type="subscribe", channel="prices", symbols=["NZDUSD"], interval_ms=0)
        seq = (await client.hear("prices"))["seq"]
        for step in range(1, 21):
            await world.tick("NZDUSD", f"{step}.5")
            frame = await client.hear("prices")
            assert frame["seq"] == seq + step
            assert frame["items"][0]["bid"] == f"{step}.4"


async def test_an_older_tick_is_dropped(world: World) -> None:
    async with world.client() as client:
        await client.say(type="subscribe", channel="prices", symbols=["USDCHF"], interval_ms=0)
        await client.hear("prices")
        await world.tick("USDCHF", "5.1")
        await client.price("USDCHF", "5.0")
        stale = b'{"symbol":"USDCHF","epoch":6,"seq":1,"time":"","tradable":true,"prices":{}}'
        await world.redis.publish("px:USDCHF", stale)
        await world.redis.publish("px:USDCHF", b"not a tick")
        await world.tick("USDCHF", "6.1")
        assert (await client.hear("prices"))["items"][0]["bid"] == "6.0"


async def test_unsubscribed_symbols_are_silent(world: World) -> None:
    async with world.client() as client:
        await client.say(
            type="subscribe", channel="prices", symbols=["EURGBP", "EURCHF"], interval_ms=0
        )
        await client.hear("prices")
        await client.say(type="unsubscribe", channel="prices", symbols=["EURGBP"])
        await client.say(type="subscribe", channel="prices", symbols=["US500"], interval_ms=0)
        await client.hear("prices")
        await world.tick("EURGBP", "7.5")
        await world.tick("EURCHF", "7.5")
        items = (await client.hear("prices"))["items"]
        assert [item["symbol"] for item in items] == ["EURCHF"]


async def test_unknown_symbols_and_fields_are_errors_and_the_connection_stays(
    world: World,
) -> None:
    async with world.client() as client:
        await client.say(type="subscribe", channel="prices", symbols=["EURUSD", "NOPE"])
        assert (await client.hear("error"))["code"] == "unknown_symbol"
        await client.say(type="subscribe", channel="prices", symbols=["EURUSD"], speed=9)
        assert (await client.hear("error"))["code"] == "bad_message"
        await client.say(type="subscribe", channel="weather")
        assert (await client.hear("error"))["code"] == "bad_message"
        await client.say(type="subscribe", channel="prices", symbols=["EURUSD"], interval_ms=10**6)
        assert (await client.hear("error"))["code"] == "bad_message"
        await client.say(type="subscribe", channel="prices", symbols=["EURUSD"])
        await client.hear("prices")


async def test_when_pricing_falls_silent_nothing_is_tradable_until_it_speaks_again(
    world: World,
) -> None:
    await world.tick("EURUSD", "3.5")
    await world.tick("XAUUSD", "3.5")
    async with world.client() as client:
        await client.say(
            type="subscribe", channel="prices", symbols=["EURUSD", "XAUUSD"], interval_ms=10
        )
        items = (await client.hear("prices"))["items"]
        assert [item["tradable"] for item in items] == [True, True]
        world.beating = False
        began = time.monotonic()
        items = (await client.hear("prices"))["items"]
        assert [item["tradable"] for item in items] == [False, False]
        assert time.monotonic() - began < 1.6
        world.beating = True
        items = (await client.hear("prices"))["items"]
        assert [item["tradable"] for item in items] == [True, True]


async def test_a_tick_without_tradable_price_shows_at_once(world: World) -> None:
    async with world.client() as client:
        await client.say(type="subscribe", channel="prices", symbols=["BTCUSD"], interval_ms=0)
        await client.hear("prices")
        await world.tick("BTCUSD", "4.5", tradable=False)
        assert (await client.price("BTCUSD", "4.4"))["tradable"] is False


async def test_after_a_lost_subscription_the_missed_prices_are_read(world: World) -> None:
    async with world.client() as client:
        await client.say(type="subscribe", channel="prices", symbols=["EURJPY"], interval_ms=0)
        await client.hear("prices")
        await world.redis.execute_command("CLIENT", "KILL", "TYPE", "pubsub")
        await world.tick("EURJPY", "8.5")
        await client.price("EURJPY", "8.4")


async def test_a_client_that_stops_reading_prices_sees_the_latest_when_it_returns(
    world: World,
) -> None:
    async with world.client() as slow, world.client() as quick:
        for client in (slow, quick):
            await client.say(type="subscribe", channel="prices", symbols=["GBPJPY"], interval_ms=0)
            await client.hear("prices")
        slow.socket.transport.pause_reading()
        for step in range(6000):
            await world.tick("GBPJPY", f"{step}.5")
        await quick.price("GBPJPY", "5999.4")
        slow.socket.transport.resume_reading()
        await asyncio.sleep(0)
        await world.tick("GBPJPY", "9000.5")
        got = await _frames_until(slow, "9000.4")
        assert got < 3000


async def _frames_until(client: Client, bid: str) -> int:
    count = 0
    while True:
        frame = await client.hear("prices")
        count += 1
        if frame["items"][0]["bid"] == bid:
            return count
