"""The simulated market: reproducible, plausible, and shared between LPs."""

import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind.simulators.lp.instruments import INSTRUMENTS
from tradewind.simulators.lp.market import LpTick, Market
from tradewind.simulators.lp.schedule import Schedule

MONDAY_NOON = 1_735_560_000.0
STEP_S = 0.05

symbols = st.sampled_from(sorted(INSTRUMENTS))
#: 2020 to 2040.
moments = st.floats(1.58e9, 2.2e9, allow_nan=False)


@given(symbols, moments, st.integers(0, 2**32))
def test_equal_seeds_quote_equally_at_any_time_and_in_any_order(
    symbol: str, at: float, seed: int
) -> None:
    asked_before = Market(seed)
    asked_before.tick(symbol, at - 0.3)
    asked_before.tick(symbol, at + 500)
    assert asked_before.tick(symbol, at) == Market(seed).tick(symbol, at)


@given(symbols, moments, st.integers(0, 2**32))
def test_every_quote_is_a_positive_market_with_sizes(symbol: str, at: float, seed: int) -> None:
    tick = Market(seed).tick(symbol, at)
    assert 0 < tick.bid_points < tick.ask_points
    assert tick.bid_size > 0
    assert tick.ask_size > 0


@given(symbols, moments, st.integers(0, 2**32), st.integers(0, 2**32))
def test_two_lps_quote_the_same_market(symbol: str, at: float, one: int, two: int) -> None:
    first, second = Market(one).tick(symbol, at), Market(two).tick(symbol, at)
    assert first.bid_points < second.ask_points
    assert second.bid_points < first.ask_points


def test_crosses_follow_from_their_legs() -> None:
    market = Market(1)
    mid = {symbol: market.mid(symbol, MONDAY_NOON) for symbol in INSTRUMENTS}
    assert mid["EURJPY"] == pytest.approx(mid["EURUSD"] * mid["USDJPY"])
    assert mid["EURGBP"] == pytest.approx(mid["EURUSD"] / mid["GBPUSD"])


@pytest.mark.parametrize("symbol", ["EURUSD", "BTCUSD"])
def test_a_day_is_as_volatile_as_its_instrument(symbol: str) -> None:
    market = Market(1)
    days = [market.mid(symbol, MONDAY_NOON + 86_400 * day) for day in range(300)]
    returns = [after / before - 1 for before, after in pairwise(days)]
    assert statistics.stdev(returns) == pytest.approx(
        INSTRUMENTS[symbol].daily_volatility, rel=0.35
    )


def test_equal_seeds_tick_equally() -> None:
    assert ticks_of(seed=5, seconds=10) == ticks_of(seed=5, seconds=10)
    assert ticks_of(seed=5, seconds=10) != ticks_of(seed=6, seconds=10)


def test_every_symbol_ticks_and_the_rate_is_about_what_was_asked_for() -> None:
    ticks = ticks_of(seed=1, seconds=60)
    assert {tick.symbol for tick in ticks} == set(INSTRUMENTS)
    assert 60 * 20 < len(ticks) < 60 * 45


def test_the_composite_of_two_lps_is_hardly_ever_crossed() -> None:
    one, two = (Schedule(Market(seed), seed, 30) for seed in (1, 2))
    books: tuple[dict[str, LpTick], dict[str, LpTick]] = ({}, {})
    crossed = looked = 0
    for step in range(1_200):
        at = MONDAY_NOON + step * STEP_S
        for schedule, book in zip((one, two), books, strict=True):
            book.update((tick.symbol, tick) for tick in schedule.step(at, at + STEP_S))
        for symbol in INSTRUMENTS:
            first, second = books[0][symbol], books[1][symbol]
            looked += 1
            crossed += (
                first.bid_points >= second.ask_points or second.bid_points >= first.ask_points
            )
    assert crossed / looked < 0.001


def ticks_of(seed: int, seconds: int) -> list[LpTick]:
    schedule = Schedule(Market(seed), seed, 30)
    starts = [MONDAY_NOON + step * STEP_S for step in range(round(seconds / STEP_S))]
    return [tick for at in starts for tick in schedule.step(at, at + STEP_S)]
