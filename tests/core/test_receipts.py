"""Why a fill is what it is: each kind of fill by hand, and what holds for all of them."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import instrument, levels, market, order, price, quoting, state, terms
from tests.core.receipt_cases import GOLDEN, WOKEN, dealt
from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.fills import Filled
from tradewind.core.kept_quotes import read_quotes
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import OrderType
from tradewind.core.receipts import Dealt, Way, explain, route_reason, way
from tradewind.core.trading import decide

D = Decimal
POINT = D("0.00001")


@pytest.mark.parametrize("case", GOLDEN)
def test_a_fill_is_explained_in_these_words(case: str) -> None:
    expected, told, lines = GOLDEN[case]
    assert way(told) is expected
    assert explain(told) == lines


def test_a_parent_whose_protection_is_guaranteed_is_itself_not() -> None:
    entry = dealt(
        type=OrderType.STOP, level=Price(D("1.12140")), guaranteed=True, triggered_at=WOKEN
    )
    assert way(entry) is Way.STOP


def test_a_route_names_the_terms_that_chose_it() -> None:
    assert route_reason(Book.B, ExecutionMode.INSTANT, "standard", 3) == (
        "Version 3 of the terms of group standard: book B, instant execution."
    )


sides = st.sampled_from(Side)


def told_of(fill: Filled, side: Side, requested: Price | None) -> Dealt:
    shown = fill.quoting.price
    return dealt(
        side=side,
        quantity=fill.quantity,
        price=fill.price,
        displayed=fill.displayed_price,
        requested=requested,
        bbo_bid=shown.bbo_bid,
        bbo_ask=shown.bbo_ask,
        markup=fill.markup,
        slippage=fill.slippage,
        commission=fill.commission,
    )


@given(sides, st.integers(0, 9), st.integers(0, 9), st.integers(-20, 0))
def test_the_bbo_and_the_markup_are_the_groups_price_and_slippage_has_the_clients_sign(
    side: Side, bid_markup: int, ask_markup: int, moved: int
) -> None:
    """Whatever core decides: a second level 5 points deeper takes half of the quantity."""
    bid, ask, deep = D("1.12120"), D("1.12140"), 5 * POINT
    shown = price(
        bbo_bid=Price(bid + bid_markup * POINT),
        bbo_ask=Price(ask - ask_markup * POINT),
        bids=levels((str(bid), 50_000), (str(bid - deep), 50_000)),
        asks=levels((str(ask), 50_000), (str(ask + deep), 50_000)),
    )
    current, away = (ask, -moved * POINT) if side is Side.BUY else (bid, moved * POINT)
    requested = Price(current + away) if moved else None
    placed = order(side=side, requested_price=requested, max_deviation=D("0.00050"))
    traded = instrument(instant_quantity_max=Quantity(D(1)))
    fills = decide(
        state(group=terms(), balance=D(1_000_000)), placed, market(quoting(shown), traded=traded)
    ).fills
    assert [fill.quantity for fill in fills] == [50_000, 50_000]
    for fill in fills:
        told = told_of(fill, side, requested)
        assert told.shown == shown.taking(side)
        better = told.displayed - told.price if side is Side.BUY else told.price - told.displayed
        assert told.slippage == better
        (line,) = [each for each in explain(told) if "lippage" in each]
        word = "better" if better > 0 else "worse" if better < 0 else "No slippage."
        assert word in line


KEPT = """@ 2024-03-05T12:00:00.100000+00:00 1.12120 1.12140
lp-one 1.12122 1.12139 1000000 500000 2024-03-05T11:59:59.900000+00:00 2024-03-05T12:00:00+00:00
price 1.12121 1.12138 1E+6 2000000 2024-03-05T11:59:59+00:00 2024-03-05T11:59:59.500000+00:00"""


def test_the_quotes_that_a_fill_keeps_are_read_back() -> None:
    kept = read_quotes(KEPT)
    assert kept.time == datetime(2024, 3, 5, 12, 0, 0, 100_000, tzinfo=UTC)
    assert (kept.bid, kept.ask) == (D("1.12120"), D("1.12140"))
    assert [quote.lp for quote in kept.lps] == ["lp-one", "price"]
    last = kept.lps[1]
    assert (last.bid_size, last.ask_size) == (1_000_000, 2_000_000)
    assert last.lp_time == datetime(2024, 3, 5, 11, 59, 59, tzinfo=UTC)
    assert last.received_at == datetime(2024, 3, 5, 11, 59, 59, 500_000, tzinfo=UTC)


def test_the_quote_behind_a_price_is_that_of_the_lp_who_made_it_on_the_side_taken() -> None:
    kept = read_quotes(KEPT)
    buys, sells = (
        kept.behind(Side.BUY, Price(D("1.12138"))),
        kept.behind(Side.SELL, Price(D("1.12122"))),
    )
    assert buys is not None
    assert sells is not None
    assert (buys.lp, sells.lp) == ("price", "lp-one")
    assert kept.behind(Side.BUY, Price(D("1.12122"))) is None


@pytest.mark.parametrize("text", [None, "", KEPT.partition("\n")[2]])
def test_a_fill_that_kept_less_has_no_published_price(text: str | None) -> None:
    kept = read_quotes(text)
    assert (kept.time, kept.bid, kept.ask) == (None, None, None)
    assert len(kept.lps) == (2 if text else 0)
