"""A group's book is the consolidated depth, each level moved by the group's markup."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import instrument
from tradewind.contracts.ticks import Tick, TickLevel, TickPrice, TickQuote
from tradewind.core.money import STEPS, round_ask, round_bid
from tradewind.services.oms.markets import market_price

NOW = datetime(2024, 1, 5, 12, tzinfo=UTC)


def quote(lp: str, bid: str, ask: str) -> TickQuote:
    return TickQuote(
        lp=lp, bid=Decimal(bid), ask=Decimal(ask), bid_size=Decimal(1), ask_size=Decimal(2),
        lp_time=NOW, received_at=NOW,
    )  # fmt: skip


def level(price: str, size: int, lp: str = "lp-one") -> TickLevel:
    return TickLevel(price=Decimal(price), size=Decimal(size), lp=lp)


TICK = Tick(
    symbol="EURUSD", epoch=1, seq=1, time=NOW, bid=Decimal("1.10000"), ask=Decimal("1.10010"),
    quotes=(quote("lp-one", "1.09999", "1.10010"), quote("lp-two", "1.10000", "1.10011")),
    tradable=True, reason=None, rules_version=4,
    prices={"standard": TickPrice(bid=Decimal("1.09997"), ask=Decimal("1.10015"), rule=17)},
)  # fmt: skip
DEEP = replace(
    TICK,
    bids=(level("1.10000", 5, "lp-two"), level("1.099985", 7), level("1.09990", 9)),
    asks=(level("1.10010", 3), level("1.100125", 8, "lp-two")),
)


def walked(tick: Tick) -> tuple[list[tuple[str, int]], list[tuple[str, int]]]:
    price = market_price(tick, "standard", instrument())
    return (
        [(str(each.price), int(each.quantity)) for each in price.bids],
        [(str(each.price), int(each.quantity)) for each in price.asks],
    )


def test_every_level_is_moved_by_the_groups_markup_and_rounded_out() -> None:
    assert walked(DEEP) == (
        [("1.09997", 5), ("1.09995", 7), ("1.09987", 9)],
        [("1.10015", 3), ("1.10018", 8)],
    )


def test_a_tick_without_depth_has_the_tops_of_its_lps() -> None:
    assert walked(TICK) == (
        [("1.09997", 1), ("1.09996", 1)],
        [("1.10015", 2), ("1.10016", 2)],
    )


def test_a_price_names_the_markup_rule_or_else_the_rules_version_of_its_tick() -> None:
    assert market_price(DEEP, "standard", instrument()).rules_version == 17
    unnamed = {"standard": TickPrice(bid=Decimal("1.09997"), ask=Decimal("1.10015"))}
    unruled = replace(DEEP, prices=unnamed)
    assert market_price(unruled, "standard", instrument()).rules_version == 4


@given(
    st.lists(st.integers(1, 90_000), min_size=1, max_size=10),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_no_level_is_better_than_the_lp_behind_it(
    steps: list[int], bid_markup: int, ask_markup: int
) -> None:
    bids = tuple(
        TickLevel(price=Decimal(11_000_000 - n).scaleb(-7), size=Decimal(1), lp="lp-one")
        for n in sorted(steps)
    )
    asks = tuple(
        TickLevel(price=Decimal(11_000_000 + n).scaleb(-7), size=Decimal(1), lp="lp-one")
        for n in sorted(steps)
    )
    point = STEPS[5]
    shown = TickPrice(
        bid=round_bid(bids[0].price, 5) - bid_markup * point,
        ask=round_ask(asks[0].price, 5) + ask_markup * point,
    )
    tick = replace(
        TICK, bid=bids[0].price, ask=asks[0].price, bids=bids, asks=asks,
        prices={"standard": shown},
    )  # fmt: skip
    price = market_price(tick, "standard", instrument())
    assert all(each.price <= raw.price for each, raw in zip(price.bids, bids, strict=True))
    assert all(each.price >= raw.price for each, raw in zip(price.asks, asks, strict=True))
    assert [each.price for each in price.bids] == sorted(
        (each.price for each in price.bids), reverse=True
    )
    assert all(each.price % point == 0 for each in (*price.bids, *price.asks))
