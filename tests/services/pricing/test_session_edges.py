"""A price at the edges of a session: time alone opens and closes it, to the millisecond."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from tradewind.contracts.ticks import Tick
from tradewind.core.calendars import Calendar
from tradewind.core.filter_state import FilterRules
from tradewind.core.ids import GroupCode, LpCode, Symbol
from tradewind.core.markups import Markup
from tradewind.core.money import Price, Quantity
from tradewind.core.quotes import LpQuote, LpTerms
from tradewind.infra.calendars import to_calendar
from tradewind.infra.demo.calendars import CALENDARS
from tradewind.services.pricing.rules import PricingRules, SymbolRules
from tradewind.services.pricing.table import PriceTable

GOLD, LP = Symbol("XAUUSD"), LpCode("lp-one")
MS, SECOND, MINUTE = (
    timedelta(milliseconds=1), timedelta(seconds=1), timedelta(minutes=1),
)  # fmt: skip
NEW_YORK = ZoneInfo("America/New_York")
METALS = to_calendar(CALENDARS["metals"])
#: A Wednesday: a break from 17:00 to 18:00, quotes from 17:55.
HALT = datetime(2026, 3, 11, 17, tzinfo=NEW_YORK).astimezone(UTC)
QUOTED, OPENED = HALT + 55 * MINUTE, HALT + 60 * MINUTE


def table(calendar: Calendar | None, now: datetime) -> PriceTable:
    judged = FilterRules(
        soft_band=Decimal("0.05"),
        hard_band=Decimal("0.5"),
        band_floor=Decimal(1),
        confirm_ticks=3,
        future_max=MINUTE,
        late_max=MINUTE,
        recording_age_min=None,
        frozen_max=None,
        warm_up_ticks=1,
        warm_up_max=SECOND,
        warm_up_spread=Decimal("0.1"),
        allow_negative=False,
        quote_age_max=10 * SECOND,
    )
    markup = Markup(group=GroupCode("raw"), rule=1, bid_points=Decimal(1), ask_points=Decimal(1))
    terms = SymbolRules(
        precision=2,
        quote_age_max=10 * SECOND,
        markups=(markup,),
        filter=judged,
        calendar=calendar,
    )
    rules = PricingRules(version=1, symbols={GOLD: terms}, lps={LP: LpTerms(symbols={GOLD: GOLD})})
    return PriceTable(rules, 1, now)


def quoted(of: PriceTable, at: datetime, bid: str = "2000.00") -> list[Tick]:
    price = Price(Decimal(bid))
    made = LpQuote(
        lp=LP,
        symbol=GOLD,
        bid=price,
        ask=Price(price + Decimal("0.10")),
        bid_size=Quantity(Decimal(1)),
        ask_size=Quantity(Decimal(1)),
        lp_time=at,
        received_at=at,
    )
    return list(of.apply(made, at))


def trading_before_the_halt() -> PriceTable:
    """Quoted three times, the last a millisecond before the halt."""
    made = table(METALS, HALT - MINUTE)
    for ahead in (2 * SECOND, SECOND, MS):
        ticks = quoted(made, HALT - ahead)
    assert ticks[-1].tradable
    assert list(made.sweep(HALT - MS)) == []
    return made


def test_a_session_ends_by_time_alone_and_keeps_its_last_price_for_valuation() -> None:
    prices = trading_before_the_halt()
    (closed,) = prices.sweep(HALT)
    assert (closed.tradable, closed.reason) == (False, "session_closed")
    assert (closed.bid, closed.ask, closed.quotes) == (Decimal(2000), Decimal("2000.10"), ())
    assert closed.prices["raw"].bid == Decimal("1999.99")
    assert (closed.bids, closed.asks) == ((), ())
    assert list(prices.sweep(HALT + MINUTE)) == []


def test_quotes_outside_quoting_sessions_are_dropped_and_counted() -> None:
    prices = trading_before_the_halt()
    prices.sweep(HALT)
    for at in (HALT, HALT + MINUTE, QUOTED - MS):
        assert quoted(prices, at, "2500.00") == []
    assert prices.out_of_session == 3
    assert list(prices.sweep(QUOTED - MS)) == []


def test_a_quoting_session_shows_prices_and_trades_nothing() -> None:
    prices = trading_before_the_halt()
    prices.sweep(HALT)
    ticks = [tick for n in range(4) for tick in quoted(prices, QUOTED + n * SECOND, "2001.00")]
    assert {(tick.tradable, tick.reason) for tick in ticks} == {(False, "session_closed")}
    assert ticks[-1].bid == Decimal(2001)
    assert prices.out_of_session == 0


def test_a_session_begins_by_time_alone_once_it_is_quoted() -> None:
    prices = trading_before_the_halt()
    prices.sweep(HALT)
    for ahead in (3 * SECOND, 2 * SECOND, SECOND):
        quoted(prices, OPENED - ahead, "2001.00")
    assert [tick for tick in prices.sweep(OPENED - MS) if tick.tradable] == []
    (opened,) = prices.sweep(OPENED)
    assert (opened.tradable, opened.reason, opened.bid) == (True, None, Decimal(2001))


def test_the_price_of_the_session_before_never_opens_the_next() -> None:
    prices = trading_before_the_halt()
    prices.sweep(HALT)
    (opened,) = prices.sweep(OPENED)
    assert (opened.tradable, opened.reason) == (False, "no_quote")


def test_without_a_calendar_a_symbol_trades_at_any_time() -> None:
    prices = table(None, HALT - MINUTE)
    ticks = [tick for n in range(3) for tick in quoted(prices, HALT + n * SECOND)]
    assert ticks[-1].tradable


def test_the_round_the_clock_calendar_closes_on_no_second_of_a_week() -> None:
    prices = table(to_calendar(CALENDARS["demo-24x7"]), HALT)
    tradable = [
        ticks[-1].tradable
        for hour in range(24 * 8)
        for n in range(3)
        for ticks in (quoted(prices, HALT + hour * 60 * MINUTE + n * SECOND),)
        if n == 2
    ]
    assert tradable == [True] * (24 * 8)
