"""The house's exposure: what its clients hold, turned around and added up."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import instrument
from tradewind.core.accounts import Book, Side
from tradewind.core.exposure import (
    FLAT,
    Exposure,
    Holding,
    Place,
    Prices,
    Stake,
    exposure,
    minus,
    place_of,
    plus,
    stake_of,
    stakes_of,
)
from tradewind.core.ids import GroupCode, Symbol
from tradewind.core.margin import Mark
from tradewind.core.money import CurrencyCode, Price, Quantity

D = Decimal
EURUSD, USDJPY = Symbol("EURUSD"), Symbol("USDJPY")
INSTRUMENTS = {
    EURUSD: instrument(),
    USDJPY: instrument(symbol=USDJPY, base=CurrencyCode("USD"), quote=CurrencyCode("JPY")),
}
RATES = {"USD": D(1), "EUR": D("1.125"), "JPY": D("0.01")}
MIDS = {EURUSD: D("1.125"), USDJPY: D(100)}
#: Half of each group's spread, as a share of the price.
HALVES = {"plain": D("0.001"), "charged": D("0.002")}


def mark(symbol: Symbol, group: GroupCode) -> Mark:
    mid, half = MIDS[symbol], MIDS[symbol] * HALVES[group]
    return Mark(
        instrument=INSTRUMENTS[symbol],
        bid=Price(mid - half),
        ask=Price(mid + half),
        mid=mid,
        rate=RATES[INSTRUMENTS[symbol].quote],
    )


PRICES = Prices(mark=mark, rate=lambda currency: RATES[currency])
FREE = Prices(
    mark=lambda symbol, group: replace(
        mark(symbol, group), bid=Price(MIDS[symbol]), ask=Price(MIDS[symbol])
    ),
    rate=PRICES.rate,
)


def holding(
    side: Side,
    quantity: int,
    price: str,
    book: Book = Book.B,
    group: str = "plain",
    **changes: Symbol,
) -> Holding:
    return Holding(
        symbol=changes.get("symbol", EURUSD),
        book=book,
        group=GroupCode(group),
        side=side,
        quantity=Quantity(D(quantity)),
        open_price=Price(D(price)),
    )


holdings = st.lists(
    st.builds(
        Holding,
        symbol=st.sampled_from([EURUSD, USDJPY]),
        book=st.sampled_from(Book),
        group=st.sampled_from([GroupCode("plain"), GroupCode("charged")]),
        side=st.sampled_from(Side),
        quantity=st.integers(1, 10_000).map(lambda lots: Quantity(D(lots * 1_000))),
        # Averages have as many digits as a division gives them.
        open_price=st.integers(1, 10**6).map(lambda part: Price(D(part) / D(7))),
    ),
    max_size=12,
)


def shown(held: Iterable[Holding], prices: Prices = PRICES) -> Exposure:
    return exposure(stakes_of(held), INSTRUMENTS, prices)


def test_the_house_is_short_what_its_clients_are_long() -> None:
    held = [
        holding(Side.BUY, 30_000, "1.1"),
        holding(Side.SELL, 10_000, "1.2", group="charged"),
    ]
    (row,) = shown(held).symbols
    assert (row.symbol, row.book) == (EURUSD, Book.B)
    assert (row.long, row.short, row.net) == (D(10_000), D(30_000), D(-20_000))
    assert row.notional == D("-22500.000")
    # Longs close at their group's bid 1.123875, shorts at theirs of 1.12725.
    assert row.unrealized_pnl == D(30_000) * (D("1.1") - D("1.123875")) + D(10_000) * (
        D("1.12725") - D("1.2")
    )


def test_currencies_have_the_bases_held_less_the_quotes_paid() -> None:
    held = [
        holding(Side.BUY, 10_000, "1.1"),
        holding(Side.SELL, 20_000, "110", symbol=USDJPY),
    ]
    found = {row.currency: (row.amount, row.notional) for row in shown(held).currencies}
    assert found == {
        "EUR": (D(-10_000), D(-11_250)),
        "USD": (D(11_000) + D(20_000), D(31_000)),
        "JPY": (D(-2_200_000), D(-22_000)),
    }


def test_groups_are_worth_what_their_positions_are() -> None:
    held = [
        holding(Side.BUY, 10_000, "1.1"),
        holding(Side.SELL, 4_000, "100", symbol=USDJPY),
        holding(Side.BUY, 2_000, "1.1", group="charged"),
    ]
    found = {row.group: (row.long, row.short, row.net) for row in shown(held).groups}
    assert found == {
        "plain": (D(4_000), D(11_250), D(-7_250)),
        "charged": (D(0), D(2_250), D(-2_250)),
    }


def test_the_largest_notional_comes_first_and_what_cannot_be_valued_before_it() -> None:
    held = [
        holding(Side.BUY, 3_000, "1.1"),
        holding(Side.SELL, 2_000, "100", symbol=USDJPY),
    ]
    assert [row.symbol for row in shown(held).symbols] == [EURUSD, USDJPY]
    blind = Prices(
        mark=lambda symbol, group: None if symbol == USDJPY else mark(symbol, group),
        rate=lambda currency: None if currency == "JPY" else RATES[currency],
    )
    found = shown(held, blind)
    assert [(row.symbol, row.notional, row.unrealized_pnl) for row in found.symbols] == [
        (USDJPY, None, None),
        (EURUSD, D(-3_375), D("-71.625")),
    ]
    assert (found.currencies[0].currency, found.currencies[0].notional) == ("JPY", None)
    assert [(row.net, row.unrealized_pnl) for row in found.groups] == [(None, None)]


def test_nothing_held_is_an_empty_table() -> None:
    assert shown([]) == Exposure(symbols=(), currencies=(), groups=())


@given(held=holdings, seed=st.integers(0, 2**32))
def test_the_order_of_positions_does_not_matter(held: list[Holding], seed: int) -> None:
    shuffled = random.Random(seed).sample(held, len(held))
    assert stakes_of(shuffled) == stakes_of(held)
    assert shown(shuffled) == shown(held)


@given(held=holdings)
def test_turned_around_everything_has_the_other_sign(held: list[Holding]) -> None:
    turned = [replace(each, side=Side.SELL if each.side is Side.BUY else Side.BUY) for each in held]
    one, other = shown(held, FREE), shown(turned, FREE)
    assert _signed(one, 1) == _signed(other, -1)
    sides = {(row.symbol, row.book): (row.long, row.short) for row in one.symbols}
    assert sides == {(row.symbol, row.book): (row.short, row.long) for row in other.symbols}


def _signed(found: Exposure, sign: int) -> tuple[Mapping[object, object], ...]:
    """Net units, amounts and notionals; those that are zero have no sign."""
    return (
        {
            (row.symbol, row.book): (sign * row.net, _times(sign, row.notional))
            for row in found.symbols
        },
        {row.currency: (sign * row.amount, _times(sign, row.notional)) for row in found.currencies},
        {row.group: _times(sign, row.net) for row in found.groups},
    )


def _times(sign: int, amount: Decimal | None) -> Decimal | None:
    return None if amount is None else sign * amount


@given(held=holdings)
def test_the_books_together_are_the_house(held: list[Holding]) -> None:
    whole = shown([replace(each, book=Book.B) for each in held])
    parts = shown(held)
    for row in whole.symbols:
        books = [each for each in parts.symbols if each.symbol == row.symbol]
        assert sum(each.long for each in books) == row.long
        assert sum(each.short for each in books) == row.short
        assert sum(each.net for each in books) == row.net
    assert {row.currency: row.amount for row in parts.currencies} == {
        row.currency: row.amount for row in whole.currencies
    }


@given(held=holdings, gone=st.integers(0, 12))
def test_what_is_taken_off_leaves_exactly_the_rest(held: list[Holding], gone: int) -> None:
    stakes: dict[Place, Stake] = {}
    for each in held:
        stakes[place_of(each)] = plus(stakes.get(place_of(each), FLAT), stake_of(each))
    for each in held[:gone]:
        stakes[place_of(each)] = minus(stakes[place_of(each)], stake_of(each))
    rest = {place: stake for place, stake in stakes.items() if not stake.is_flat}
    assert rest == stakes_of(held[gone:])
