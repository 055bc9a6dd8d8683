import asyncio
from collections.abc import Iterator
from itertools import count
from uuid import UUID

import pytest

from tests.gateway.stream.world import Client, World


async def test_every_event_after_a_number_comes_in_order_and_then_live(world: World) -> None:
    account = await account_of(world, "USD")
    last = await world.log(account, size=250)
    async with world.client() as client:
        await client.say(type="subscribe", channel="account", account_id=str(account), after=1)
        assert await client.events(last) == list(range(2, last + 1))
        live = await world.log(account, size=3)
        assert await client.events(live) == [last + 1, last + 2, last + 3]


async def test_an_event_shows_the_client_what_is_its_own_business(world: World) -> None:
    account = await account_of(world, "EUR")
    async with world.client() as client:
        await client.say(type="subscribe", channel="account", account_id=str(account))
        first, second = (await client.hear("account"))["items"][:2]
        assert (first["seq"], first["type"]) == (1, "account.changed")
        assert first["account_id"] == str(account)
        assert first["data"]["currency"] == "EUR"
        assert "entity_id" not in first["data"]
        assert second["data"]["entries"][0]["balance_after"] == "10000.00"
        await world.log(account)
        event = (await client.hear("account"))["items"][-1]
        assert event["data"] == {"id": str(account), "state": "", "fill": None}


async def test_nothing_is_missed_while_events_are_being_written(world: World) -> None:
    account = await account_of(world, "JPY")
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        writers = [group.create_task(_write(world, account, stop)) for _ in range(3)]
        for _ in range(10):
            async with world.client() as client:
                await client.say(type="subscribe", channel="account", account_id=str(account))
                await _gapless(client, count(1), 200)
        stop.set()
        last = max([await writer for writer in writers])
    async with world.client() as client:
        await client.say(type="subscribe", channel="account", account_id=str(account))
        await _gapless(client, count(1), last)


async def _write(world: World, account: UUID, stop: asyncio.Event) -> int:
    last = 0
    while not stop.is_set():
        last = await world.log(account)
    return last


async def _gapless(client: Client, expected: Iterator[int], until: int) -> None:
    for number in expected:
        if number > until:
            return
        if not client.waiting:
            client.waiting.extend((await client.hear("account"))["items"])
        assert client.waiting.popleft()["seq"] == number


async def test_a_client_resumes_where_it_stopped(world: World) -> None:
    account = await account_of(world, "USD")
    last = await world.log(account, size=2)
    async with world.client() as client:
        await client.say(type="subscribe", channel="account", account_id=str(account), after=last)
        await world.log(account)
        assert await client.events(last + 1) == [last + 1]
    away = await world.log(account, size=5)
    async with world.client() as client:
        await client.say(
            type="subscribe", channel="account", account_id=str(account), after=last + 1
        )
        assert await client.events(away) == list(range(last + 2, away + 1))


async def test_an_unsubscribed_account_is_silent(world: World) -> None:
    account = await account_of(world, "EUR")
    last = await world.log(account)
    async with world.client() as client:
        await client.say(type="subscribe", channel="account", account_id=str(account), after=last)
        await world.log(account)
        await client.events(last + 1)
        await client.say(type="unsubscribe", channel="account", account_id=str(account))
        await client.say(type="subscribe", channel="nothing")
        await client.hear("error")
        await world.log(account)
        with pytest.raises(TimeoutError):
            await client.hear("account", within_s=0.6)


@pytest.mark.parametrize("email", ["client2@tradewind.example", None])
async def test_another_account_is_not_found(world: World, email: str | None) -> None:
    if email is None:
        account = world.ids.new()
    else:
        account = (await world.accounts(await world.user(email)))["USD"]
    async with world.client() as client:
        await client.say(type="subscribe", channel="account", account_id=str(account))
        assert (await client.hear("error"))["code"] == "account_not_found"


async def test_a_number_from_the_future_is_an_error(world: World) -> None:
    account = await account_of(world, "USD")
    last = await world.log(account)
    async with world.client() as client:
        await client.say(
            type="subscribe", channel="account", account_id=str(account), after=last + 1
        )
        assert (await client.hear("error"))["code"] == "event_not_found"


async def test_a_client_too_slow_for_its_events_is_closed_and_harms_nobody(world: World) -> None:
    account = await account_of(world, "USD")
    last = await world.log(account)
    async with world.client() as slow, world.client() as quick:
        for client in (slow, quick):
            await client.say(
                type="subscribe", channel="account", account_id=str(account), after=last
            )
            await world.log(account)
            await client.hear("account")
        slow.socket.transport.pause_reading()
        seen: list[int] = []
        for _ in range(40):
            seen += await quick.events(await world.log(account, size=10, padding=4000))
        last += 402
        assert seen[-400:] == list(range(last - 399, last + 1))
        slow.socket.transport.resume_reading()
        assert await slow.closed() == 4409
    async with world.client() as client:
        await client.say(type="subscribe", channel="account", account_id=str(account), after=last)
        await world.log(account)
        assert await client.events(last + 1) == [last + 1]


async def account_of(world: World, currency: str) -> UUID:
    return (await world.accounts(await world.user("client1@tradewind.example")))[currency]
