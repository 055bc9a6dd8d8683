"""The stream through the client: prices of which the latest wins, events without a gap."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from tests.client.people import Person
from tests.flows.live import Live
from tradewind_client import Event, Price, PriceFeed, StreamError
from tradewind_client.events import WireEvent
from tradewind_client.stream import LostError, _unseen

WITHIN_S = 20.0


async def test_prices_of_every_symbol_come_and_go_on_after_the_stream_was_killed(
    live: Live, trader: Person
) -> None:
    symbols = {"EURUSD", "USDJPY"}

    async def both(feed: PriceFeed) -> None:
        missing = set(symbols)
        async for price in feed:
            missing.discard(price.symbol)
            if not missing:
                return

    await live.settled("stream")
    async with asyncio.timeout(WITHIN_S):
        async with trader.client.stream.prices(symbols, account_id=trader.account) as feed:
            await both(feed)
            former = live.kill("stream")
            await live.again("stream", former)
            # What came before the kill may still wait; two rounds outlast it.
            await both(feed)
            await both(feed)


async def test_of_prices_nobody_looked_at_the_latest_wins() -> None:
    feed = PriceFeed()
    feed.offer([priced("EURUSD", "1.1"), priced("USDJPY", "150")])
    feed.offer([priced("EURUSD", "1.2")])
    feed.fail(StreamError("unknown_symbol", "gone"))
    assert [await anext(feed), await anext(feed)] == [
        priced("EURUSD", "1.2"), priced("USDJPY", "150"),
    ]  # fmt: skip
    with pytest.raises(StreamError):
        await anext(feed)


async def test_events_resume_after_a_killed_stream_without_a_gap_or_a_repetition(
    live: Live, trader: Person
) -> None:
    events: list[Event] = []

    async def follow() -> None:
        async with aclosing(trader.client.stream.events(trader.account)) as stream:
            async for event in stream:
                events.append(event)
                if event.seq == last:
                    return

    last = 0
    await live.settled("stream")
    async with asyncio.timeout(WITHIN_S), asyncio.TaskGroup() as tasks:
        following = tasks.create_task(follow())
        await trader.buy()
        former = live.kill("stream")
        await trader.buy()
        await live.again("stream", former)
        await trader.buy()
        last = await trader.last_event() + 1
        # One more, so that the follower meets the number it ends at.
        await trader.buy()
        await following
    assert [each.seq for each in events] == list(range(1, last + 1))
    logged = (await trader.client.accounts.events(trader.account, limit=500)).items
    assert tuple(events) == logged[:last]


async def test_what_the_stream_refuses_is_an_error(trader: Person) -> None:
    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(StreamError) as told:
            async with trader.client.stream.prices(["NOSUCH"]) as feed:
                await anext(feed)
    assert told.value.code == "unknown_symbol"


async def test_events_after_a_number_that_is_not_there_yet_are_refused(trader: Person) -> None:
    beyond = await trader.last_event() + 1000
    async with asyncio.timeout(WITHIN_S):
        with pytest.raises(StreamError) as told:
            async with aclosing(trader.client.stream.events(trader.account, after=beyond)) as seen:
                await anext(seen)
    assert told.value.code == "event_not_found"


def test_an_event_that_comes_again_is_left_out_and_a_gap_ends_the_connection() -> None:
    assert [each.seq for each in _unseen([numbered(3), numbered(4), numbered(5)], 4)] == [5]
    with pytest.raises(LostError):
        list(_unseen([numbered(5), numbered(7)], 4))


def numbered(seq: int) -> WireEvent:
    return WireEvent(
        account_id=UUID(int=1),
        seq=seq,
        type="margin.call",
        time=datetime(2026, 1, 31, tzinfo=UTC),
        cause=None,
        data=msgspec.Raw(b'{"level": "80.00"}'),
    )


def priced(symbol: str, bid: str) -> Price:
    return Price(symbol=symbol, bid=Decimal(bid), ask=None, time=None, tradable=False)
