"""The depth of all LPs together."""

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.services.pricing.quoting import ONE, THREE, TWO, Market, after, quote, rules
from tradewind.contracts.ticks import TickLevel
from tradewind.core.ids import LpCode
from tradewind.core.money import Price, Quantity
from tradewind.core.quotes import DepthLevel, LpQuote
from tradewind.services.pricing.symbol_price import LEVELS_MAX


def level(price: str, size: int) -> DepthLevel:
    return DepthLevel(price=Price(Decimal(price)), size=Quantity(Decimal(size)))


def deep(lp: LpCode, bids: "list[tuple[str, int]]", asks: "list[tuple[str, int]]") -> LpQuote:
    top = quote(lp, bids[0][0], asks[0][0])
    return replace(
        top,
        bid_size=Quantity(Decimal(bids[0][1])),
        ask_size=Quantity(Decimal(asks[0][1])),
        bids=tuple(level(*each) for each in bids),
        asks=tuple(level(*each) for each in asks),
    )


def shown(levels: tuple[TickLevel, ...]) -> list[tuple[str, int, str]]:
    return [(str(each.price), int(each.size), each.lp) for each in levels]


def test_levels_of_all_lps_stand_best_first_and_equal_ones_by_priority() -> None:
    market = Market(ONE, TWO, THREE)
    market.warm()
    market.sends(THREE, quote(THREE, "1.10001", "1.10010"))
    market.sends(TWO, deep(TWO, [("1.10001", 5), ("1.09990", 9)], [("1.10011", 4)]))
    market.sends(ONE, deep(ONE, [("1.10000", 2), ("1.09990", 3)], [("1.10010", 2)]))
    assert market.tick is not None
    assert shown(market.tick.bids) == [
        ("1.10001", 5, "lp-two"),
        ("1.10001", 1, "lp-three"),
        ("1.10000", 2, "lp-one"),
        ("1.09990", 3, "lp-one"),
        ("1.09990", 9, "lp-two"),
    ]
    assert shown(market.tick.asks) == [
        ("1.10010", 2, "lp-one"),
        ("1.10010", 1, "lp-three"),
        ("1.10011", 4, "lp-two"),
    ]


def test_levels_beyond_the_hard_band_of_their_own_top_are_no_liquidity() -> None:
    market = Market(ONE)
    market.warm()
    market.sends(ONE, deep(ONE, [("1.10000", 1), ("0.00001", 9)], [("1.10010", 1), ("9.9", 9)]))
    assert market.tick is not None
    assert shown(market.tick.bids) == [("1.10000", 1, "lp-one")]
    assert shown(market.tick.asks) == [("1.10010", 1, "lp-one")]


def test_a_changed_depth_is_no_repeat() -> None:
    market = Market(ONE)
    market.warm()
    first = deep(ONE, [("1.10000", 1), ("1.09999", 1)], [("1.10010", 1)])
    market.sends(ONE, first)
    again = replace(first, lp_time=market.now, received_at=market.now)
    assert market.takes(again) is None
    more = replace(again, bids=(again.bids[0], level("1.09999", 7)))
    assert market.takes(more) is not None
    assert market.tick is not None
    assert shown(market.tick.bids)[1] == ("1.09999", 7, "lp-one")


sides = st.lists(st.integers(1, 40), min_size=1, max_size=14, unique=True)


@given(sides, sides, sides, sides)
def test_the_depth_is_the_sorted_union_cut_to_its_bound(
    bids_one: list[int], asks_one: list[int], bids_two: list[int], asks_two: list[int]
) -> None:
    def book(lp: LpCode, bids: list[int], asks: list[int]) -> LpQuote:
        return deep(
            lp,
            [(f"1.{10_000 - n:05d}", n) for n in sorted(bids)],
            [(f"1.{10_000 + n:05d}", n) for n in sorted(asks)],
        )

    books = (book(ONE, bids_one, asks_one), book(TWO, bids_two, asks_two))
    market = Market(ONE, TWO)
    tick = after(market.table, *books)
    lenient = after(type(market.table)(rules(), 1, market.now), *books)
    assert (tick.reason, tick.bids, tick.asks) == ("warming_up", (), ())
    for levels, side, sign in ((lenient.bids, "bids", -1), (lenient.asks, "asks", 1)):
        union = sorted(
            (sign * each.price, each.size)
            for one in books
            for each in getattr(one, side)[:LEVELS_MAX]
        )
        assert [sign * each.price for each in levels] == [p for p, _ in union][:LEVELS_MAX]
