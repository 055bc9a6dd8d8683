"""Each process and server is killed outright, on a platform that people trade on."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import httpx

from tests.flows.following import Follower, streaming, until_shown
from tests.flows.live import Live, Trader, get, is_ready, log_in, place, verdict
from tests.flows.reconciling import Reconciler
from tests.services.pricing.running import until

#: Pricing says four times a second that it lives; readers trust it for one second.
UNTRADABLE_WITHIN_S = 1.5
TRADING_AGAIN_WITHIN_S = 5.0
#: New, pending, rejected.
REJECTION_EVENTS = 3
REJECTIONS = {"insufficient_margin", "no_price"}
ORDERS_PER_S = 60.0
READS = ("", "/orders", "/positions", "/fills", "/ledger", "/events")


async def test_without_pricing_nothing_trades_and_five_seconds_later_everything_does(
    live: Live,
) -> None:
    async with live.client() as http:
        (trader,) = await live.traders(http, 1)
        listed = (await get(http, trader, "/v1/symbols"))["items"]
        smallest = {each["symbol"]: each["quantity_min"] for each in listed}
        before = await standing(http, trader)

        async def all_are(*, tradable: bool) -> bool:
            page = await get(http, trader, "/v1/prices", symbols=",".join(smallest))
            return {each["tradable"] for each in page["items"]} == {tradable}

        async def order_all() -> set[str]:
            orders = (place(http, trader, symbol, size) for symbol, size in smallest.items())
            return {verdict(answer) for answer in await asyncio.gather(*orders)}

        async def all_fill() -> bool:
            return await order_all() == {"filled"}

        async with streaming(live, trader) as client:
            await client.say(
                type="subscribe", channel="prices", symbols=[*smallest], interval_ms=50
            )
            await until_shown(client, smallest, tradable=True)
            await live.settled("pricing")
            live.kill("pricing")
            killed_at = time.monotonic()
            silent_s = await until(lambda: all_are(tradable=False), UNTRADABLE_WITHIN_S)
            assert await order_all() == {"no_price"}
            assert not live.is_up("pricing")
            after = await standing(http, trader)
            assert after == [before[0] + REJECTION_EVENTS * len(smallest), *before[1:]]
            await until_shown(client, smallest, tradable=False)
            await until(lambda: all_are(tradable=True), TRADING_AGAIN_WITHIN_S)
            await until(all_fill, TRADING_AGAIN_WITHIN_S)
            again_s = time.monotonic() - killed_at
            await until_shown(client, smallest, tradable=True)
        print(f"untradable after {silent_s:.2f} s, trading after {again_s:.2f} s")  # noqa: T201
        assert again_s < TRADING_AGAIN_WITHIN_S


async def test_clients_of_a_killed_stream_resume_without_a_gap(live: Live) -> None:
    async with live.client() as http, asyncio.TaskGroup() as tasks:
        followers = [Follower(trader=each) for each in await live.traders(http, 3)]
        enough = asyncio.Event()

        async def trade(trader: Trader) -> None:
            while not enough.is_set():
                assert verdict(await place(http, trader)) == "filled"

        async def last_event(trader: Trader) -> int:
            return (await get(http, trader, trader.path))["last_event"]

        async def all_caught_up() -> bool:
            return [each.numbers[-1:] for each in followers] == [[last] for last in lasts]

        await live.settled("stream")
        trading = [tasks.create_task(trade(each.trader)) for each in followers]
        following = [tasks.create_task(each.follow(live)) for each in followers]
        await until_more(followers)
        former = live.kill("stream")
        await live.again("stream", former)
        await until_more(followers)
        enough.set()
        await asyncio.wait(trading)
        lasts = [await last_event(each.trader) for each in followers]
        await until(all_caught_up)
        for task in following:
            task.cancel()
    assert [each.connections for each in followers] == [2, 2, 2]
    assert [each.numbers for each in followers] == [list(range(1, last + 1)) for last in lasts]


async def test_without_valkey_orders_are_refused_and_reads_cancels_and_logins_go_on(
    reconciler: Reconciler,
) -> None:
    live, http, trader = reconciler.live, reconciler.http, reconciler.spare
    filled = (await place(http, trader)).json()
    others = live.restarts() | {"valkey": live.restarts()["valkey"] + 4}

    async def order_says(expected: str) -> bool:
        said = verdict(await place(http, trader))
        assert said in {"filled", "no_price"}
        return said == expected

    async def crash() -> None:
        await live.crash_loop("valkey", 4)
        await until(lambda: order_says("no_price"))
        for read in READS:
            await get(http, trader, f"{trader.path}{read}")
        order = f"{trader.path}/orders/{filled['id']}"
        cancelled = await http.delete(order, headers=trader.headers)
        assert verdict(cancelled) == "409 order_final"
        close = f"{trader.path}/positions/{filled['position_id']}/close"
        headers = {**trader.headers, "idempotency-key": "close"}
        assert verdict(await http.post(close, headers=headers)) == "no_price"
        person = live.platform.demo["users"][0]
        await log_in(http, person["email"], person["password"])
        assert not live.is_up("valkey"), "it came back too early for what was to be seen"
        await until(lambda: order_says("filled"))

    found = await reconciler.round("valkey", crash, ORDERS_PER_S)
    assert set(found.outcomes) == {"Ack", "Rej"}
    assert found.codes == REJECTIONS
    assert live.restarts() == others


async def test_without_postgresql_every_request_is_503_and_afterwards_nothing_is_lost(
    reconciler: Reconciler,
) -> None:
    live, http, trader = reconciler.live, reconciler.http, reconciler.spare
    others = live.restarts() | {"postgres": live.restarts()["postgres"] + 3}
    person = live.platform.demo["users"][0]
    login = {"email": person["email"], "password": person["password"]}

    async def crash() -> None:
        await until_acknowledged(reconciler)
        await live.crash_loop("postgres", 3)
        killed_at = time.monotonic()
        for answer in await asyncio.gather(
            place(http, trader),
            http.post("/v1/auth/login", json=login),
            *(http.get(f"{trader.path}{read}", headers=trader.headers) for read in READS),
        ):
            assert answer.status_code == 503, answer.text
            assert int(answer.headers["retry-after"]) >= 1
        assert (await http.get("/readyz")).status_code == 503
        assert (await http.get("/healthz")).status_code == 200
        assert not live.is_up("postgres"), "it came back too early for what was to be seen"
        await until(lambda: is_ready(http))
        print(f"ready again after {time.monotonic() - killed_at:.2f} s")  # noqa: T201
        await until_acknowledged(reconciler)

    found = await reconciler.round("postgres", crash, ORDERS_PER_S)
    assert found.outcomes["Unknown"] > 0
    assert {code for code in found.codes if not code.startswith("503 ")} <= REJECTIONS
    await reconciler.settle()
    assert live.restarts() == others


async def until_acknowledged(reconciler: Reconciler) -> None:
    """Wait until ten more orders were filled for the client."""
    before = reconciler.acknowledged

    async def are_more() -> bool:
        return reconciler.acknowledged >= before + 10

    await until(are_more)


async def until_more(followers: Sequence[Follower]) -> None:
    """Wait until each has seen twenty more events."""
    before = [len(each.numbers) for each in followers]

    async def saw_more() -> bool:
        return all(len(f.numbers) >= n + 20 for f, n in zip(followers, before, strict=True))

    await until(saw_more)


async def standing(http: httpx.AsyncClient, trader: Trader) -> list[Any]:
    """The number of an account's last event, and all that an order may change."""
    account = await get(http, trader, trader.path)
    lists = ("/positions", "/fills", "/ledger")
    rows = [(await get(http, trader, f"{trader.path}{each}"))["items"] for each in lists]
    return [account["last_event"], account["balance"], account["reserved_margin"], *rows]
