"""From quotes to ticks: staleness, crossing, markup, sequence."""

from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.services.pricing.quoting import (
    EURUSD,
    NOW,
    ONE,
    TWO,
    after,
    only,
    points,
    quote,
    rules,
    swept,
)
from tradewind.contracts.ticks import TickPrice
from tradewind.core.ids import LpCode
from tradewind.core.quotes import LpLost, LpQuote, Quarantine, QuoteCleared, QuoteEvent
from tradewind.services.pricing.table import PriceTable


def test_the_first_sweep_states_every_symbol() -> None:
    table = PriceTable(rules(), 1, NOW)
    assert {(t.symbol, t.reason) for t in table.sweep(NOW)} == {
        ("EURUSD", "no_quote"),
        ("USDJPY", "no_quote"),
    }
    assert list(table.sweep(NOW)) == []


def test_the_price_is_the_best_of_both_lps_moved_by_the_markup() -> None:
    table = PriceTable(rules(), 4, NOW)
    tick = after(table, quote(ONE, "1.10000", "1.10010"), quote(TWO, "1.10002", "1.10013"))
    assert (tick.bid, tick.ask) == (Decimal("1.10002"), Decimal("1.10010"))
    assert tick.prices == {
        "standard": TickPrice(bid=Decimal("1.09999"), ask=Decimal("1.10013"), rule=1),
    }
    assert (tick.tradable, tick.reason, tick.epoch, tick.seq) == (True, None, 4, 2)


def test_finer_lp_prices_are_rounded_away_from_the_client() -> None:
    tick = after(PriceTable(rules(markup=points(0)), 1, NOW), quote(ONE, "1.100009", "1.100011"))
    assert tick.prices["standard"] == TickPrice(
        bid=Decimal("1.10000"), ask=Decimal("1.10002"), rule=1
    )


def test_a_repeat_is_dropped_and_a_new_time_is_not() -> None:
    table = PriceTable(rules(), 1, NOW)
    after(table, quote(ONE, "1.1", "1.2"))
    assert list(table.apply(quote(ONE, "1.1", "1.2"), NOW)) == []
    assert table.quarantined == {(ONE, Quarantine.DUPLICATE): 1}
    later = NOW + timedelta(milliseconds=1)
    assert after(table, quote(ONE, "1.1", "1.2", later), at=later).seq == 2


def test_a_quote_grows_stale_by_its_receipt_and_the_sweep_says_so_once() -> None:
    table = PriceTable(rules(), 1, NOW)
    after(table, quote(ONE, "1.1", "1.2"))
    assert swept(table, NOW + timedelta(seconds=10)) == []
    stale = only(swept(table, NOW + timedelta(seconds=10, microseconds=1)))
    assert (stale.tradable, stale.reason, stale.bid, stale.prices) == (False, "stale", None, {})
    assert swept(table, NOW + timedelta(seconds=11)) == []


def test_one_stale_lp_leaves_the_price_to_the_other() -> None:
    table = PriceTable(rules(), 1, NOW)
    later = NOW + timedelta(seconds=9)
    after(table, quote(ONE, "1.15", "1.16"), quote(TWO, "1.1", "1.2", later), at=later)
    tick = only(swept(table, NOW + timedelta(seconds=11)))
    assert (tick.bid, tick.ask, tick.tradable) == (Decimal("1.1"), Decimal("1.2"), True)
    assert [each.lp for each in tick.quotes] == [TWO]


def test_a_crossed_composite_is_not_tradable_and_loses_its_older_quote_after_a_grace() -> None:
    table = PriceTable(rules(), 1, NOW)
    later = NOW + timedelta(milliseconds=10)
    crossed = after(table, quote(ONE, "1.10", "1.11"), quote(TWO, "1.11", "1.12", later), at=later)
    assert (crossed.tradable, crossed.reason, crossed.prices) == (False, "crossed", {})
    assert len(crossed.quotes) == 2
    assert swept(table, later + timedelta(milliseconds=999)) == []
    tick = only(swept(table, later + timedelta(seconds=1)))
    assert (tick.bid, tick.ask, tick.tradable) == (Decimal("1.11"), Decimal("1.12"), True)
    assert [each.lp for each in tick.quotes] == [TWO]


def test_an_lp_whose_own_quote_is_crossed_does_not_count_until_it_no_longer_is() -> None:
    table = PriceTable(rules(), 1, NOW)
    later = NOW + timedelta(milliseconds=1)
    after(table, quote(ONE, "1.1", "1.2"), quote(TWO, "1.14", "1.16"))
    tick = after(table, quote(TWO, "1.3", "1.15", later), at=later)
    assert (tick.bid, tick.ask, tick.tradable) == (Decimal("1.1"), Decimal("1.2"), True)
    assert table.quarantined == {(TWO, Quarantine.CROSSED): 1}
    assert after(table, quote(TWO, "1.14", "1.15", later), at=later).bid == Decimal("1.14")


def test_a_cleared_quote_and_a_lost_lp_withdraw_at_once() -> None:
    table = PriceTable(rules(), 1, NOW)
    after(table, quote(ONE, "1.1", "1.2"), quote(TWO, "1.11", "1.19"))
    tick = after(table, QuoteCleared(lp=TWO, symbol=EURUSD))
    assert (tick.bid, tick.tradable) == (Decimal("1.1"), True)
    assert list(table.apply(QuoteCleared(lp=TWO, symbol=EURUSD), NOW)) == []
    lost = after(table, LpLost(lp=ONE))
    assert (lost.tradable, lost.reason) == (False, "no_quote")
    assert list(table.apply(LpLost(lp=ONE), NOW)) == []


def test_new_rules_reprice_every_symbol_at_once() -> None:
    table = PriceTable(rules(), 1, NOW)
    after(table, quote(ONE, "1.10000", "1.10010"))
    ticks = {
        tick.symbol: tick for tick in table.configure(rules(version=2, markup=points(10, 2)), NOW)
    }
    assert ticks["EURUSD"].prices["standard"].bid == Decimal("1.09990")
    assert (ticks["EURUSD"].rules_version, ticks["EURUSD"].seq) == (2, 2)
    assert ticks["USDJPY"].reason == "no_quote"


def test_a_disabled_lp_is_withdrawn_and_ignored() -> None:
    table = PriceTable(rules(), 1, NOW)
    after(table, quote(ONE, "1.1", "1.2"))
    ticks = {tick.symbol: tick for tick in table.configure(rules(version=2, lps=(TWO,)), NOW)}
    assert ticks["EURUSD"].reason == "no_quote"
    assert list(table.apply(quote(ONE, "1.1", "1.3"), NOW)) == []
    assert table.disabled == 1


def test_closing_withdraws_every_symbol() -> None:
    table = PriceTable(rules(), 1, NOW)
    after(table, quote(ONE, "1.1", "1.2"))
    assert {(t.symbol, t.tradable, t.reason, t.seq) for t in table.close(NOW)} == {
        ("EURUSD", False, "pricing_stopped", 2),
        ("USDJPY", False, "pricing_stopped", 1),
    }


def drawn_quote(lp: LpCode, bid: int, spread: int, at_ms: int) -> LpQuote:
    at = NOW + timedelta(milliseconds=at_ms)
    return quote(lp, f"{bid / 100_000:.5f}", f"{(bid + spread) / 100_000:.5f}", at)


prices = st.integers(109_900, 110_100)
events = st.one_of(
    st.builds(
        drawn_quote,
        st.sampled_from((ONE, TWO)),
        prices,
        st.integers(-5, 60),
        st.integers(0, 20_000),
    ),
    st.builds(LpLost, lp=st.sampled_from((ONE, TWO))),
    st.builds(QuoteCleared, lp=st.sampled_from((ONE, TWO)), symbol=st.just(EURUSD)),
)


@given(st.lists(st.tuples(events, st.integers(0, 2_000)), max_size=40))
def test_whatever_happens_no_client_is_shown_a_wrong_price(
    history: list[tuple[QuoteEvent, int]],
) -> None:
    table, now, expected = PriceTable(rules(), 1, NOW), NOW, 1
    for event, wait_ms in history:
        now += timedelta(milliseconds=wait_ms)
        for tick in [*table.apply(event, now), *table.sweep(now)]:
            if tick.symbol != EURUSD:
                continue
            assert tick.seq == expected
            expected += 1
            assert tick.tradable == (tick.reason is None) == bool(tick.prices)
            if not tick.tradable:
                assert (tick.bid, tick.ask) == (None, None)
                continue
            assert tick.bid is not None
            assert tick.ask is not None
            assert tick.prices["standard"].bid < tick.bid < tick.ask < tick.prices["standard"].ask
            for used in tick.quotes:
                assert now - used.received_at <= timedelta(seconds=10)
                assert used.bid <= tick.bid
                assert used.ask >= tick.ask
