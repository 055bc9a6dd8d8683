"""A book is its snapshot and the changes since, whichever way an LP names its entries."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.external.fix.messages import market_data
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import LpQuote, LpTerms, Quarantine, QuoteCleared, UnusableQuote
from tradewind.external.fix.book import BookEvent, Books
from tradewind.external.fix.side import ENTRIES_MAX
from tradewind.external.fix.tagvalue import Increments, MalformedMessage, Snapshot, parse

LP = LpCode("lp-one")
NOW = datetime(2024, 1, 5, 12, 30, 46, tzinfo=UTC)
NAMES = {"EUR/USD": Symbol("EURUSD")}


def books(depth: int = 10, *, replay: bool = False) -> Books:
    return Books(LP, LpTerms(symbols=NAMES, depth=depth, replay=replay))


def loaded(target: Books, body: str) -> list[BookEvent]:
    message = parse(market_data("W", f"55=EUR/USD|{body}"))
    assert isinstance(message, Snapshot)
    return list(target.snapshot(message, NOW))


def changed(target: Books, body: str) -> list[BookEvent]:
    message = parse(market_data("X", body))
    assert isinstance(message, Increments)
    return list(target.increments(message, "EUR/USD", NOW))


def sides(events: list[BookEvent]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Price and size of each level of the one quote."""
    assert len(events) == 1
    quote = events[0]
    assert isinstance(quote, LpQuote)
    bids = [(str(each.price), str(each.size)) for each in quote.bids]
    asks = [(str(each.price), str(each.size)) for each in quote.asks]
    top = (str(quote.bid), str(quote.bid_size)), (str(quote.ask), str(quote.ask_size))
    assert (bids[0], asks[0]) == top if bids else not asks
    return bids or [top[0]], asks or [top[1]]


BY_ID = (
    "268=4|269=0|278=a|270=1.09|271=9|269=0|278=b|270=1.1|271=1"
    "|269=1|278=c|270=1.3|271=9|269=1|278=d|270=1.2|271=2"
)
BY_PRICE = "268=4|269=0|270=1.09|271=9|269=0|270=1.1|271=1|269=1|270=1.3|271=9|269=1|270=1.2|271=2"


@pytest.mark.parametrize("body", [BY_ID, BY_PRICE])
def test_all_levels_of_a_snapshot_stand_best_first(body: str) -> None:
    assert sides(loaded(books(), body)) == (
        [("1.1", "1"), ("1.09", "9")],
        [("1.2", "2"), ("1.3", "9")],
    )


def test_levels_beyond_the_depth_are_kept_and_not_told() -> None:
    target = books(depth=2)
    loaded(target, BY_PRICE)
    assert sides(changed(target, "268=1|279=0|269=0|270=1.095|271=4"))[0] == [
        ("1.1", "1"),
        ("1.095", "4"),
    ]
    assert sides(changed(target, "268=1|279=2|269=0|270=1.1"))[0] == [("1.095", "4"), ("1.09", "9")]


def test_entries_of_one_price_are_one_level() -> None:
    target = books()
    loaded(target, BY_ID)
    assert sides(changed(target, "268=1|279=0|269=0|278=e|270=1.1|271=4"))[0][0] == ("1.1", "5")
    assert sides(changed(target, "268=1|279=2|278=b"))[0][0] == ("1.1", "4")


def test_a_level_moves_by_its_id_and_changes_its_size_by_its_price() -> None:
    target = books()
    loaded(target, BY_ID)
    assert sides(changed(target, "268=1|279=1|269=0|278=a|270=1.11"))[0][0] == ("1.11", "9")
    target = books()
    loaded(target, BY_PRICE)
    assert sides(changed(target, "268=1|279=1|269=0|270=1.09|271=3"))[0][1] == ("1.09", "3")


def test_a_size_of_zero_ends_a_level() -> None:
    target = books()
    loaded(target, BY_PRICE)
    assert sides(changed(target, "268=1|279=1|269=0|270=1.1|271=0"))[0] == [("1.09", "9")]


def test_an_lp_that_sends_its_top_alone_changes_the_one_price_it_has() -> None:
    target = books()
    loaded(target, "268=2|269=0|270=1.1|271=1|269=1|270=1.2|271=2")
    moved = changed(target, "268=2|279=1|269=0|270=1.11|271=1|279=1|269=1|270=1.19|271=2")
    assert sides(moved) == ([("1.11", "1")], [("1.19", "2")])


def test_an_lp_asked_for_its_top_replaces_it_even_with_new_entries() -> None:
    target = books(depth=1)
    loaded(target, "268=2|269=0|270=1.1|271=1|269=1|270=1.2|271=2")
    assert sides(changed(target, "268=1|279=0|269=0|270=1.05|271=3"))[0] == [("1.05", "3")]


def test_an_empty_snapshot_clears_all_levels() -> None:
    target = books()
    loaded(target, BY_PRICE)
    assert loaded(target, "268=0") == [QuoteCleared(lp=LP, symbol=Symbol("EURUSD"))]
    only = changed(target, "268=1|279=0|269=0|270=1.1|271=1")
    assert [each.reason for each in only if isinstance(each, UnusableQuote)] == ["one_sided"]


TIMED = "268=2|269=0|270={0}|271=1|272=20240105|273={1}|269=1|270=2|271=1|272=20240105|273={1}"


def test_m06_a_snapshot_from_before_the_last_change_is_ignored() -> None:
    target = books()
    loaded(target, TIMED.format("1.1", "12:30:45"))
    changed(target, "268=1|279=1|269=0|270=1.2|271=1|272=20240105|273=12:30:46")
    [late] = loaded(target, TIMED.format("1.0", "12:30:45"))
    assert isinstance(late, UnusableQuote)
    assert (late.reason, late.bid) == (Quarantine.OUT_OF_ORDER, Decimal("1.2"))
    after = changed(target, "268=1|279=1|269=1|270=1.9|271=1|272=20240105|273=12:30:47")
    assert sides(after) == ([("1.2", "1")], [("1.9", "1")])


def test_a_recording_may_begin_again_and_a_cleared_book_has_no_time() -> None:
    target = books(replay=True)
    loaded(target, TIMED.format("1.1", "12:30:45"))
    assert sides(loaded(target, TIMED.format("1.0", "09:00:00")))[0] == [("1.0", "1")]
    target = books()
    loaded(target, TIMED.format("1.1", "12:30:45"))
    loaded(target, "268=0")
    assert sides(loaded(target, TIMED.format("1.0", "12:30:44")))[0] == [("1.0", "1")]


def test_a_book_without_end_is_malformed() -> None:
    target = books()
    for number in range(ENTRIES_MAX):
        changed(target, f"268=1|279=0|269=0|270=1.{number:05d}|271=1")
    with pytest.raises(MalformedMessage):
        changed(target, "268=1|279=0|269=0|270=2|271=1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of an increment."""

    action: int
    side: int
    name: int
    points: int
    size: int


changes = st.builds(
    Change,
    action=st.integers(0, 2),
    side=st.integers(0, 1),
    name=st.integers(0, 5),
    points=st.integers(100, 109),
    size=st.integers(1, 9),
)


def text(change: Change, *, ids: bool) -> str:
    name = f"|278={change.side}{change.name}" if ids else ""
    price = f"|270={change.points}|271={change.size}"
    return f"279={change.action}|269={change.side}{name}" + (
        "" if ids and change.action == 2 else price
    )


@given(st.lists(st.lists(changes, min_size=1, max_size=4), max_size=20), st.booleans())
def test_a_book_is_its_snapshot_and_its_increments(messages: list[list[Change]], ids: bool) -> None:
    """The naive twin keeps a dictionary a side, sums equal prices and sorts everything anew."""
    target = books(depth=50)
    seed = [
        Change(action=0, side=side, name=name, points=80 + 60 * side + name, size=1)
        for side in (0, 1)
        for name in (8, 9)
    ]
    entries = "|".join(text(each, ids=ids).partition("|")[2] for each in seed)
    loaded(target, f"268=4|{entries}")
    twin: tuple[dict[int, tuple[int, int]], dict[int, tuple[int, int]]] = ({}, {})
    for each in seed:
        twin[each.side][each.name if ids else each.points] = (each.points, each.size)
    for message in messages:
        events = changed(
            target, f"268={len(message)}|" + "|".join(text(each, ids=ids) for each in message)
        )
        for each in message:
            key = each.name if ids else each.points
            if each.action == 2:
                twin[each.side].pop(key, None)
            else:
                twin[each.side][key] = (each.points, each.size)
        assert sides(events) == (_levels(twin[0], -1), _levels(twin[1], 1))


def _levels(side: dict[int, tuple[int, int]], sign: int) -> list[tuple[str, str]]:
    sums: dict[int, int] = {}
    for points, size in side.values():
        sums[points] = sums.get(points, 0) + size
    return [(str(price), str(sums[price])) for price in sorted(sums, key=lambda p: sign * p)]
