"""Whatever LPs send, no single bad tick moves what a client sees."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.services.pricing.quoting import EURUSD, NOW, ONE, STRICT, THREE, TWO, Market, quote
from tradewind.core.ids import LpCode
from tradewind.core.quotes import LpLost, LpQuote, QuoteCleared

#: Where prices may stand: within the soft band of 1.1, beyond it, beyond the hard one, elsewhere.
LEVELS = (1.0985, 1.1, 1.1015, 1.13, 1.131, 1.17, 0.95, 0.951, 110.0, 0.011, 11000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One thing an LP does, and how long after the one before."""

    lp: LpCode
    after_ms: int
    what: LpQuote | None


def near(level: float, offset: int, spread: int) -> LpQuote:
    points = int(level * 100_000) + offset
    return quote(ONE, f"{points / 100_000:.5f}", f"{(points + spread) / 100_000:.5f}")


quotes = st.builds(near, st.sampled_from(LEVELS), st.integers(-30, 30), st.integers(1, 40))
sent = st.builds(
    Sent,
    lp=st.sampled_from((ONE, TWO, THREE)),
    after_ms=st.sampled_from((1, 50, 400, 4_000, 11_000)),
    what=st.one_of(quotes, quotes, quotes, quotes, st.none()),
)


def is_lonely(one: LpQuote, others: list[LpQuote]) -> bool:
    """Tell whether no other quote of the whole history stands within its soft band."""
    band = one.ask * STRICT.soft_band
    return not any(
        abs(one.bid - other.bid) <= band and abs(one.ask - other.ask) <= band
        for other in others
        if other is not one
    )


@given(st.lists(sent, max_size=60))
def test_a_quote_that_nothing_supports_is_never_the_price(history: list[Sent]) -> None:
    market = Market(ONE, TWO, THREE)
    everything: list[LpQuote] = [each.what for each in history if each.what is not None]
    lonely = {
        side
        for one in everything
        if is_lonely(one, everything)
        for side in (("bid", one.bid), ("ask", one.ask))
    }
    supported = {
        side
        for one in everything
        if not is_lonely(one, everything)
        for side in (("bid", one.bid), ("ask", one.ask))
    }
    for each in history:
        if each.what is None:
            market.waits(each.after_ms / 1000)
            market.takes(LpLost(lp=each.lp))
        else:
            market.sends(each.lp, each.what, after_ms=each.after_ms)
        if market.tick is not None and market.tick.tradable:
            shown = {("bid", market.tick.bid), ("ask", market.tick.ask)}
            assert not shown & (lonely - supported)
            assert {level.lp for level in market.tick.bids} == {
                each.lp for each in market.tick.quotes
            }


steady = st.builds(near, st.just(1.1), st.integers(-30, 30), st.integers(1, 40))
wild = st.builds(near, st.sampled_from(LEVELS[3:]), st.integers(-30, 30), st.integers(1, 4_000))


@given(
    st.lists(st.tuples(st.sampled_from((ONE, TWO, THREE)), steady), min_size=1, max_size=30),
    st.data(),
)
def test_a_quiet_market_shows_the_same_with_and_without_one_wild_tick(
    history: list[tuple[LpCode, LpQuote]], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(history)), label="before")
    lp, bad = data.draw(st.sampled_from((ONE, TWO, THREE))), data.draw(wild)
    plain, disturbed = Market(ONE, TWO, THREE), Market(ONE, TWO, THREE)
    for market in (plain, disturbed):
        market.warm()
    for number, (sender, good) in enumerate(history):
        if number == place:
            disturbed.sends(lp, bad, after_ms=0)
        plain.sends(sender, good)
        disturbed.sends(sender, good)
        assert disturbed.price == plain.price


@given(st.lists(st.tuples(st.sampled_from((ONE, TWO)), steady | wild), max_size=40))
def test_a_tradable_price_stays_within_the_hard_band_of_the_last(
    history: list[tuple[LpCode, LpQuote]],
) -> None:
    market = Market(ONE, TWO)
    market.warm()
    base: Decimal | None = Decimal("1.1")
    for lp, each in history:
        market.sends(lp, each)
        assert market.tick is not None
        if market.reason == "warming_up":
            base = None
        elif market.tick.bid is not None:
            assert base is None or abs(market.tick.bid - base) <= abs(base) * STRICT.hard_band
            base = market.tick.bid


def test_what_is_withdrawn_leaves_neither_quote_nor_depth() -> None:
    market = Market(ONE, TWO)
    market.warm()
    market.takes(QuoteCleared(lp=ONE, symbol=EURUSD))
    assert market.tick is not None
    assert [each.lp for each in market.tick.quotes] == ["lp-two"]
    assert [each.lp for each in (*market.tick.bids, *market.tick.asks)] == ["lp-two"] * 2
    assert market.tick.time - NOW < timedelta(seconds=1)
