"""Full books: what lies behind a quote, and increments that add up to it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulators.lp.breakable import BreakableLp, quote
from tests.simulators.lp.client_book import ClientBook
from tests.simulators.lp.raw_fix import RawClient, connected
from tradewind.simulators.lp.depth import Action, Book, Depth, Side, changes, top_of_book
from tradewind.simulators.lp.instruments import INSTRUMENTS
from tradewind.simulators.lp.market import LpTick, Market
from tradewind.simulators.lp.ticks import Flaw, TimedTick

MONDAY_NOON = 1_735_560_000.0
symbols = st.sampled_from(sorted(INSTRUMENTS))
moments = st.floats(1.58e9, 2.2e9, allow_nan=False)
seeds = st.integers(0, 2**32)


@st.composite
def ticks(draw: st.DrawFn) -> TimedTick:
    """A few points apart or far, so that levels stay, change, come and go."""
    bid = 110_000 + draw(st.integers(-30, 30) | st.integers(-120_000, 50_000))
    size = draw(st.sampled_from((500_000, 4_000_000, 9_000_000)))
    tick = LpTick(
        symbol="EURUSD",
        digits=5,
        bid_points=bid,
        ask_points=bid + draw(st.integers(-3, 40)),
        bid_size=size,
        ask_size=size + 500_000,
    )
    flaws = (None, None, None, Flaw(missing="bid"), Flaw(missing="ask"))
    return TimedTick(tick=tick, at=quote().at, flaw=draw(st.sampled_from(flaws)))


def market_tick(symbol: str, at: float, seed: int) -> TimedTick:
    return TimedTick(tick=Market(seed).tick(symbol, at), at=quote().at)


@given(symbols, moments, seeds)
def test_a_book_is_deeper_and_worse_and_larger_the_further_from_its_top(
    symbol: str, at: float, seed: int
) -> None:
    timed = market_tick(symbol, at, seed)
    book = Depth(seed).book(timed)
    assert (book.bids[:1], book.asks[:1]) == (
        top_of_book(timed, with_ids=True).bids,
        top_of_book(timed, with_ids=True).asks,
    )
    for side, sign in ((book.bids, -1), (book.asks, 1)):
        assert 5 <= len(side) <= 10
        distances = [sign * round(float(level.price) * 10**timed.tick.digits) for level in side]
        sizes = [level.size for level in side]
        assert distances == sorted(set(distances))
        assert sizes == sorted(set(sizes))
    ids = [level.entry_id for level in (*book.bids, *book.asks)]
    assert len(set(ids)) == len(ids)


@given(symbols, moments, seeds)
def test_equal_seeds_have_equal_books_whatever_was_asked_before(
    symbol: str, at: float, seed: int
) -> None:
    asked_before = Depth(seed)
    asked_before.book(market_tick(symbol, at + 500, seed))
    timed = market_tick(symbol, at, seed)
    assert asked_before.book(timed) == Depth(seed).book(timed)


def test_seeds_differ_in_their_levels() -> None:
    timed = market_tick("EURUSD", MONDAY_NOON, 1)
    shapes = {tuple(level.size for level in Depth(seed).book(timed).bids[1:]) for seed in range(10)}
    assert len(shapes) == 10


@given(st.lists(ticks(), min_size=2, max_size=30), seeds)
def test_changes_applied_to_any_book_give_the_next(quoted: list[TimedTick], seed: int) -> None:
    depth = Depth(seed)
    books = [depth.book(timed) for timed in quoted]
    assert books == [Depth(seed).book(timed) for timed in quoted]
    held = entries_of(books[0])
    for before, after in pairwise(books):
        for change in changes(before, after):
            key = (change.side, change.level.entry_id)
            assert (change.action is Action.NEW) == (key not in held)
            if change.action is Action.DELETE:
                del held[key]
            else:
                held[key] = (change.level.price, change.level.size)
        assert held == entries_of(after)


def entries_of(book: Book) -> dict[tuple[str, str], tuple[str, int]]:
    sides = ((Side.BID, book.bids), (Side.ASK, book.asks))
    return {
        (side, level.entry_id): (level.price, level.size)
        for side, levels in sides
        for level in levels
    }


async def test_a_full_book_in_increments_is_the_book_the_lp_says_it_has(lp: BreakableLp) -> None:
    market, symbol = Market(5), "EURUSD"
    quotes = [
        TimedTick(tick=market.tick(symbol, MONDAY_NOON + number * 1.7), at=quote().at)
        for number in range(300)
    ]
    await lp.publish(quotes[0])
    async with connected(lp.port) as client:
        await client.log_on()
        await client.subscribe(symbol, depth=0)
        held, kinds, actions = ClientBook(), set(), set()
        for number, each in enumerate(quotes):
            if number:
                await lp.publish(each)
            message = (await client.take(1))[0]
            held.take(message)
            kinds.add(message.kind)
            actions |= {entry[279] for entry in message.entries if 279 in entry}
            if number % 50 == 0:
                assert await lp.ask("GET", f"/book/{symbol}") == (200, held.document(symbol))
        assert await lp.ask("GET", f"/book/{symbol}") == (200, held.document(symbol))
        assert (kinds, actions) == ({"W", "X"}, {"0", "1", "2"})


async def test_a_full_refresh_sends_the_whole_book_with_every_quote(lp: BreakableLp) -> None:
    await lp.publish(quote())
    async with connected(lp.port) as client:
        await client.log_on()
        await client.subscribe("EURUSD", depth=0, refresh=0)
        first = (await client.take(1))[0]
        await lp.publish(quote(110_005, 110_015))
        second = (await client.take(1))[0]
        assert (first.kind, second.kind) == ("W", "W")
        held = ClientBook()
        held.take(second)
        assert await lp.ask("GET", "/book/EURUSD") == (200, held.document("EURUSD"))


async def test_sessions_that_came_at_different_times_hold_the_same_book(lp: BreakableLp) -> None:
    await lp.publish(quote())
    async with connected(lp.port, name="A") as early, connected(lp.port, name="B") as late:
        held = {}
        for client, moved in ((early, 40), (late, 80)):
            await client.log_on()
            await client.subscribe("EURUSD", depth=0)
            held[client.name] = ClientBook()
            held[client.name].take((await client.take(1))[0])
            await lp.publish(quote(110_000 + moved, 110_010 + moved))
            held[client.name].take((await client.take(1))[0])
        held["A"].take((await early.take(1))[0])
        document = held["A"].document("EURUSD")
        assert held["B"].document("EURUSD") == document
        assert await lp.ask("GET", "/book/EURUSD") == (200, document)


async def test_a_top_of_book_has_no_entry_ids_and_a_full_refresh_of_it_is_a_snapshot(
    lp: BreakableLp,
) -> None:
    await lp.publish(quote())
    async with connected(lp.port) as client:
        await client.log_on()
        await client.subscribe("EURUSD", refresh=0)
        messages = await client.take(1)
        await lp.publish(quote(110_001, 110_011))
        messages += await client.take(1)
        tops = [[(entry[269], entry[270]) for entry in each.entries] for each in messages]
        assert tops == [[("0", "1.10000"), ("1", "1.10010")], [("0", "1.10001"), ("1", "1.10011")]]
        assert [(each.kind, each.get(278)) for each in messages] == [("W", "")] * 2


@pytest.mark.parametrize(
    ("kind", "depth", "refusal"),
    [(1, 5, "281=5|58=264=5 is not served"), (7, 1, "281=4|58=263=7 is not served")],
)
async def test_what_is_not_served_is_refused_and_subscribes_nothing(
    lp: BreakableLp, client: RawClient, kind: int, depth: int, refusal: str
) -> None:
    await client.subscribe("USDJPY", kind=kind, depth=depth)
    assert await client.bodies(1) == [f"35=Y|{refusal}"]
    assert lp.server.symbols() == ["EURUSD"]


async def test_a_snapshot_alone_does_not_subscribe(lp: BreakableLp) -> None:
    await lp.publish(quote())
    async with connected(lp.port) as client:
        await client.log_on()
        await client.subscribe("EURUSD", kind=0)
        assert [each.kind for each in await client.take(1)] == ["W"]
        assert lp.server.symbols() == []
