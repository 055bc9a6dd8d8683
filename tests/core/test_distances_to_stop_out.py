"""The price of one symbol at which a margin call and a stop-out come."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import EURUSD, instrument, mark, position, state, terms
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import MarginBasis, Position, PositionMode, Side
from tradewind.core.distances_to_stop_out import Distances, Reached, distances
from tradewind.core.ids import Symbol
from tradewind.core.instruments import MarginTier
from tradewind.core.margin import Mark, value
from tradewind.core.money import Price, Quantity

D = Decimal
USDJPY = Symbol("USDJPY")
TICK = D("0.00001")
CURRENT = {"margin_basis": MarginBasis.CURRENT}


def reached(bid: str) -> Reached:
    return Reached(bid=Price(D(bid)), ask=Price(D(bid) + D("0.00020")))


@pytest.mark.parametrize(
    ("basis", "call", "stop"),
    [({}, "1.05878", "1.04009"), (CURRENT, "1.05662", "1.03871")],
    ids=["open", "current"],
)
def test_the_worked_example_is_called_and_stopped_out_at_these_bids(
    basis: dict[str, Any], call: str, stop: str
) -> None:
    found = distances(state(position(), group=terms(**basis)), {EURUSD: mark()}, EURUSD)
    assert found == Distances(
        call_below=reached(call),
        call_above=None,
        stop_out_below=reached(stop),
        stop_out_above=None,
        first=position().id,
    )


def test_a_short_is_stopped_out_above() -> None:
    short = position(side=Side.SELL, open_price=Price(D("1.12120")), margin_notional=D(112_120))
    found = distances(state(short), {EURUSD: mark()}, EURUSD)
    # used 3,737.33..; equity 10,000 - 100,000 x (ask - 1.12120) at 1,868.66.. and 3,737.33..
    assert found.stop_out_above == reached("1.20232")
    assert found.call_above == reached("1.18363")
    assert (found.stop_out_below, found.call_below) == (None, None)


def test_what_is_small_enough_is_never_stopped_out() -> None:
    small = position(quantity=Quantity(D(5_000)), margin_notional=D(5_607))
    found = distances(state(small), {EURUSD: mark()}, EURUSD)
    assert (found.stop_out_below, found.stop_out_above, found.first) == (None, None, None)


def test_a_hedge_at_the_current_basis_is_stopped_out_by_a_rise() -> None:
    short = position(51, side=Side.SELL, open_price=Price(D("1.12120")))
    hedged = state(position(), short, group=terms(**CURRENT), position_mode=PositionMode.HEDGING)
    found = distances(
        replace(hedged, account=replace(hedged.account, balance=D(3_000))), {EURUSD: mark()}, EURUSD
    )
    # Equity stays 2,960; used margin is 100,000 x (bid + 0.0001) / 30, and twice that is needed.
    assert found.stop_out_above == reached("1.77590")
    assert found.stop_out_below is None
    assert found.first == position().id


def test_an_account_below_its_level_is_there_already() -> None:
    poor = state(position(), balance=D(1_000))
    found = distances(poor, {EURUSD: mark()}, EURUSD)
    assert found.stop_out_below == found.stop_out_above == reached("1.12120")


def shifted(marks: dict[Symbol, Mark], bid: Decimal) -> dict[Symbol, Mark]:
    own = marks[EURUSD]
    by = bid - own.bid
    return {
        **marks,
        EURUSD: replace(own, bid=Price(bid), ask=Price(own.ask + by), mid=own.mid + by),
    }


def is_reached(held: AccountState, marks: dict[Symbol, Mark], bid: Decimal, bound: Decimal) -> bool:
    level = value(held.account, held.terms, held.positions.values(), shifted(marks, bid)).level
    return level is not None and level <= bound


positions = st.lists(
    st.tuples(
        st.sampled_from([EURUSD, USDJPY]),
        st.sampled_from(list(Side)),
        st.integers(1, 300),
        st.integers(100_000, 125_000),
    ),
    min_size=1,
    max_size=6,
)


def held_of(drawn: list[tuple[Symbol, Side, int, int]]) -> list[Position]:
    return [
        position(
            number,
            symbol=symbol,
            side=side,
            quantity=Quantity(D(thousands * 1_000)),
            open_price=Price(D(points) * TICK),
        )
        for number, (symbol, side, thousands, points) in enumerate(drawn, 50)
    ]


@given(
    drawn=positions,
    basis=st.sampled_from(list(MarginBasis)),
    hedged=st.sampled_from([D(0), D("0.5"), D(1)]),
    balance=st.integers(500, 60_000),
    tiered=st.booleans(),
    floor=st.sampled_from([D(0), D("0.03")]),
)
def test_at_that_price_the_level_has_reached_the_bound_and_a_tick_nearer_it_has_not(
    drawn: list[tuple[Symbol, Side, int, int]],
    basis: MarginBasis,
    hedged: Decimal,
    balance: int,
    tiered: bool,
    floor: Decimal,
) -> None:
    tiers = (
        MarginTier(above=D(100_000), rate=D("0.05")),
        MarginTier(above=D(300_000), rate=D("0.1")),
    )
    traded = instrument(margin_tiers=tiers if tiered else (), margin_floor=floor)
    marks = {EURUSD: replace(mark(), instrument=traded), USDJPY: mark(rate="0.5")}
    held = state(
        *held_of(drawn),
        group=terms(margin_basis=basis, hedged_factor=hedged),
        balance=D(balance),
        position_mode=PositionMode.HEDGING,
    )
    found = distances(held, marks, EURUSD)
    now = marks[EURUSD].bid
    for bound, reach, nearer in (
        (D(100), found.call_below, TICK),
        (D(100), found.call_above, -TICK),
        (D(50), found.stop_out_below, TICK),
        (D(50), found.stop_out_above, -TICK),
    ):
        ends = [TICK * 2, now * 3] if reach is None else [reach.bid - nearer * 50, reach.bid]
        is_low = [is_reached(held, marks, bid, bound) for bid in ends]
        if reach is None:
            assert not is_low[0 if nearer > 0 else 1]
        elif reach.bid == now:
            assert is_low[1]
        else:
            assert is_low[1]
            assert is_low[0] or ends[0] <= 0
            assert not is_reached(held, marks, reach.bid + nearer, bound)
