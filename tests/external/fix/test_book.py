"""From entries to top-of-book quotes."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.external.fix.messages import market_data
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.money import Price, Quantity
from tradewind.core.quotes import LpQuote, LpTerms, Quarantine, QuoteCleared, UnusableQuote
from tradewind.external.fix.book import BookEvent, Books
from tradewind.external.fix.tagvalue import Increments, MalformedMessage, Snapshot, parse

LP = LpCode("lp-one")
NOW = datetime(2024, 1, 5, 12, 30, 46, tzinfo=UTC)
SENT_AT = datetime(2024, 1, 5, 12, 30, 45, 125_000, UTC)
NAMES = {"EUR/USD": Symbol("EURUSD"), "GBP/USD": Symbol("GBPUSD")}
CLEARED = QuoteCleared(lp=LP, symbol=Symbol("EURUSD"))


@pytest.fixture
def books() -> Books:
    return Books(LP, LpTerms(symbols=NAMES))


def snapshot(books: Books, body: str) -> list[BookEvent]:
    parsed = parse(market_data("W", f"262=r|{body}"))
    assert isinstance(parsed, Snapshot)
    return list(books.snapshot(parsed, NOW))


def increments(books: Books, body: str, default: str = "") -> list[BookEvent]:
    parsed = parse(market_data("X", f"262=r|{body}"))
    assert isinstance(parsed, Increments)
    return list(books.increments(parsed, default, NOW))


def quote(bid: str, ask: str, symbol: str = "EURUSD", sizes: tuple[int, int] = (1, 2)) -> LpQuote:
    return LpQuote(
        lp=LP,
        symbol=Symbol(symbol),
        bid=Price(Decimal(bid)),
        ask=Price(Decimal(ask)),
        bid_size=Quantity(Decimal(sizes[0])),
        ask_size=Quantity(Decimal(sizes[1])),
        lp_time=SENT_AT,
        received_at=NOW,
    )


def one_sided(bid: str | None, ask: str | None) -> UnusableQuote:
    return UnusableQuote(
        lp=LP,
        symbol=Symbol("EURUSD"),
        reason=Quarantine.ONE_SIDED,
        bid=None if bid is None else Price(Decimal(bid)),
        ask=None if ask is None else Price(Decimal(ask)),
        lp_time=SENT_AT,
        received_at=NOW,
        raw=None,
    )


BOTH = "268=2|269=0|270=1.1|271=1|269=1|270=1.2|271=2"


def test_a_snapshot_is_a_quote_under_our_name(books: Books) -> None:
    assert snapshot(books, f"55=EUR/USD|{BOTH}") == [quote("1.1", "1.2")]


def test_a_snapshot_replaces_the_whole_book(books: Books) -> None:
    snapshot(books, f"55=EUR/USD|{BOTH}")
    assert snapshot(books, "55=EUR/USD|268=1|269=0|270=1.1|271=1") == [one_sided("1.1", None)]


def test_an_empty_snapshot_clears_the_quote(books: Books) -> None:
    snapshot(books, f"55=EUR/USD|{BOTH}")
    assert snapshot(books, "55=EUR/USD|268=0") == [CLEARED]


def test_symbols_nobody_asked_for_are_ignored(books: Books) -> None:
    assert snapshot(books, f"55=XAU/USD|{BOTH}") == []


def test_a_deeper_book_gives_its_best_levels(books: Books) -> None:
    body = (
        "268=4|269=0|278=a|270=1.09|271=9|269=0|278=b|270=1.1|271=1"
        "|269=1|278=c|270=1.3|271=9|269=1|278=d|270=1.2|271=2"
    )
    assert snapshot(books, f"55=EUR/USD|{body}") == [quote("1.1", "1.2")]
    assert increments(books, "268=1|279=2|278=b") == [quote("1.09", "1.2", sizes=(9, 2))]


def test_one_side_changes_and_the_other_stays(books: Books) -> None:
    snapshot(books, f"55=EUR/USD|{BOTH}")
    changed = increments(books, "268=1|279=1|269=0|55=EUR/USD|270=1.15")
    assert changed == [quote("1.15", "1.2")]


def test_a_deleted_side_is_no_quote(books: Books) -> None:
    snapshot(books, f"55=EUR/USD|{BOTH}")
    assert increments(books, "268=1|279=2|269=1|55=EUR/USD") == [one_sided("1.1", None)]
    assert increments(books, "268=1|279=2|269=0|55=EUR/USD") == [CLEARED]


def test_an_entry_without_symbol_belongs_to_the_request(books: Books) -> None:
    body = "268=2|279=0|269=0|270=1.1|271=1|279=0|269=1|270=1.2|271=2"
    assert increments(books, body, default="EUR/USD") == [quote("1.1", "1.2")]
    assert increments(books, body) == []


def test_one_message_may_touch_two_symbols(books: Books) -> None:
    both = "279=0|269=0|55={0}|270=1.1|271=1|279=0|269=1|55={0}|270=1.2|271=2"
    body = f"268=4|{both.format('EUR/USD')}|{both.format('GBP/USD')}"
    assert increments(books, body) == [quote("1.1", "1.2"), quote("1.1", "1.2", "GBPUSD")]


def test_a_new_entry_needs_a_price(books: Books) -> None:
    with pytest.raises(MalformedMessage):
        increments(books, "268=1|279=0|269=0|55=EUR/USD|271=5")
