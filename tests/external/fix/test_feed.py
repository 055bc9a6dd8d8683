"""QuickFIX against the simulated LP: sessions and messages as quote events."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry

from tests.external.fix.messages import market_data as market_data_message
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import (
    BooksRestarted,
    LpLost,
    LpQuote,
    LpTerms,
    Quarantine,
    QuoteCleared,
    QuoteEvent,
    UnusableQuote,
)
from tradewind.external.fix import market_data
from tradewind.external.fix.endpoints import LpEndpoint
from tradewind.external.fix.feed import LpFeed
from tradewind.external.fix.market_data import Kind, MarketDataSession, Received
from tradewind.infra.clock import Clock
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.feeds import MarketFeed
from tradewind.simulators.lp.server import LpServer

#: QuickFIX knows sessions by their CompIDs in the whole process, so each test has its own LP.
NUMBERS = count(1)
EURUSD, USDJPY, NOSUCH = Symbol("EURUSD"), Symbol("USDJPY"), Symbol("NOSUCH")
TERMS = LpTerms(symbols={"EURUSD": EURUSD, "NOSUCH": NOSUCH})
DEADLINE_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A simulated LP and our feed of it, logged on."""

    server: LpServer
    market: MarketFeed
    feed: LpFeed

    @property
    def lost(self) -> LpLost:
        return LpLost(lp=self.feed.lp)

    @property
    def restarted(self) -> BooksRestarted:
        return BooksRestarted(lp=self.feed.lp)

    def cleared(self, symbol: Symbol) -> QuoteCleared:
        return QuoteCleared(lp=self.feed.lp, symbol=symbol)

    async def publish(self, *symbols: Symbol) -> None:
        await self.server.publish([self.market.current(symbol) for symbol in symbols])

    async def until(self, wanted: Callable[[QuoteEvent], bool]) -> list[QuoteEvent]:
        """Drain until a wanted event came; returns everything drained."""
        drained: list[QuoteEvent] = []
        async with asyncio.timeout(DEADLINE_S):
            while not any(wanted(event) for event in drained):
                drained += self.feed.drain(100)
                await asyncio.sleep(0.002)
        return drained


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    clock, lp = Clock(), LpCode(f"lp-test-{next(NUMBERS)}")
    market = MarketFeed(3, 30, clock)
    server = LpServer(market, clock, LpCounters(CollectorRegistry()))
    port = await server.start(lp, "127.0.0.1", 0)
    endpoint = LpEndpoint(lp=lp, host="127.0.0.1", port=port)
    feed = LpFeed(MarketDataSession(endpoint, tmp_path, clock))
    async with asyncio.TaskGroup() as tasks:
        answering = tasks.create_task(server.answer_requests())
        feed.follow(TERMS)
        yield Pair(server=server, market=market, feed=feed)
        await feed.stop()
        answering.cancel()
    await server.stop()


def is_quote(event: QuoteEvent) -> bool:
    return isinstance(event, LpQuote)


def is_cleared(event: QuoteEvent) -> bool:
    return isinstance(event, QuoteCleared)


async def test_a_logon_subscribes_every_symbol_and_unknown_ones_are_refused(pair: Pair) -> None:
    events = await pair.until(is_cleared)
    assert events[0] == pair.restarted
    assert pair.cleared(NOSUCH) in events
    assert [event.symbol for event in events if isinstance(event, LpQuote)] == [EURUSD]
    await pair.publish(EURUSD)
    assert len(await pair.until(is_quote)) == 1


async def test_an_empty_snapshot_clears_the_quote_until_the_next(pair: Pair) -> None:
    await pair.until(is_cleared)
    await pair.server.clear("EURUSD")
    assert await pair.until(is_cleared) == [pair.cleared(EURUSD)]
    await pair.publish(EURUSD)
    assert len(await pair.until(is_quote)) == 1


async def test_following_other_symbols_starts_again_from_snapshots(pair: Pair) -> None:
    await pair.until(is_cleared)
    assert list(pair.feed.follow(TERMS)) == []
    assert list(pair.feed.follow(LpTerms(symbols={"USDJPY": USDJPY}))) == [pair.restarted]
    events = await pair.until(is_quote)
    assert [event.symbol for event in events if isinstance(event, LpQuote)] == [USDJPY]
    await pair.publish(EURUSD, USDJPY)
    events = await pair.until(is_quote)
    assert {event.symbol for event in events if isinstance(event, LpQuote)} == {USDJPY}


async def test_an_overflowing_inbox_is_emptied_and_the_books_are_asked_for_again(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pair.until(is_cleared)
    monkeypatch.setattr(market_data, "INBOX_MAX", 5)
    await pair.publish(*[EURUSD] * 50)
    events = await pair.until(lambda event: isinstance(event, BooksRestarted))
    quoted = any(is_quote(event) for event in events[events.index(pair.restarted) :])
    assert quoted or await pair.until(is_quote)
    await pair.publish(EURUSD)
    assert await pair.until(is_quote)


async def test_an_lp_that_closes_loses_its_quotes(pair: Pair) -> None:
    await pair.until(is_quote)
    await pair.server.stop()
    assert (await pair.until(lambda event: isinstance(event, LpLost)))[-1] == pair.lost
    assert not pair.feed.up


async def test_m06_missing_messages_are_not_guessed_and_the_books_are_asked_for_again(
    pair: Pair,
) -> None:
    await pair.until(is_quote)
    pair.server.mute()
    await pair.publish(EURUSD)
    async with asyncio.timeout(DEADLINE_S):
        while pair.server.waiting() != [0]:
            await asyncio.sleep(0.002)
    pair.server.unmute()
    await pair.publish(EURUSD)
    events = await pair.until(lambda event: isinstance(event, BooksRestarted))
    after = events[events.index(pair.restarted) :]
    assert any(is_quote(event) for event in after) or await pair.until(is_quote)
    assert pair.feed.up


async def test_an_lp_without_terms_is_not_connected_and_one_that_loses_them_is_not_asked(
    pair: Pair,
) -> None:
    await pair.until(is_quote)
    assert list(pair.feed.follow(None)) == [pair.restarted]
    await pair.publish(EURUSD)
    assert [event for event in pair.feed.drain(100) if is_quote(event)] == []
    assert list(pair.feed.follow(TERMS)) == [pair.restarted]
    assert await pair.until(is_quote)


async def test_another_priority_leaves_the_books_alone(pair: Pair) -> None:
    await pair.until(is_quote)
    assert list(pair.feed.follow(replace(TERMS, priority=9))) == []
    assert list(pair.feed.follow(replace(TERMS, depth=5))) == [pair.restarted]
    assert await pair.until(is_quote)


async def test_a_message_that_cannot_be_read_is_told_with_its_symbol(pair: Pair) -> None:
    await pair.until(is_quote)
    body = "262=EURUSD.2|268=1|279=0|269=0|270=NaN|271=1"
    pair.feed._session._inbox.append(
        Received(kind=Kind.MESSAGE, at=Clock().now(), text=market_data_message("X", body))
    )
    [event] = await pair.until(lambda each: isinstance(each, UnusableQuote))
    assert isinstance(event, UnusableQuote)
    assert (event.symbol, event.reason) == (EURUSD, Quarantine.MALFORMED)
    assert event.raw is not None
    assert "270=NaN" in event.raw
