"""Orders at the door: every check before acceptance, and what passes it."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.core.builders import (
    instrument,
    market,
    order,
    position,
    price,
    quoting,
    state,
    terms,
)
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import PositionMode, Side
from tradewind.core.commands import Bound, Order, PlaceOrder, Protection
from tradewind.core.decisions import Decision, Market, made
from tradewind.core.ids import OrderId, PositionId
from tradewind.core.instruments import Instrument
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import (
    EndReason,
    OrderState,
    OrderType,
    Refused,
    RejectReason,
    TimeInForce,
    TriggerSide,
)
from tradewind.core.trading import decide, evolve

D = Decimal
R = RejectReason
S = OrderState
T = TimeInForce
NO_PRICE = Refused(reason=R.NO_PRICE, message="")
POINTS_20 = instrument(stop_distance_points=D(20))
COLLAR = instrument(price_collar=D("0.1"))
WATCHED = (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING)


def resting(kind: OrderType, level: str | None = None, **changes: Any) -> PlaceOrder:
    """Make a resting order that buys; `level` is its limit, or its stop."""
    name = "limit_price" if kind is OrderType.LIMIT else "stop_price"
    fields: dict[str, Any] = {"type": kind, "time_in_force": T.GTC}
    if level is not None:
        fields[name] = Price(D(level))
    return order(**{**fields, **changes})


LIMIT = resting(OrderType.LIMIT, "1.12000")
STOP = resting(OrderType.STOP, "1.12300")


def open_order(number: int = 77, **changes: Any) -> Order:
    request = replace(LIMIT, order_id=OrderId(UUID(int=number)), **changes)
    return replace(made(state(), request, number, S.WORKING), version=1)


def with_orders(*orders: Order, **changes: Any) -> AccountState:
    own = {each.request.order_id: each for each in orders}
    return replace(state(**changes), orders=own, open_orders=len(own))


def on(traded: Instrument, bid: str = "1.12120", ask: str = "1.12140") -> Market:
    return market(quoting(price(bid, ask)), traded=traded)


def assert_rests(decision: Decision) -> None:
    assert (decision.path, decision.order.state) == (WATCHED, S.WORKING)
    assert (decision.fills, decision.positions, decision.posted) == ((), (), ())


def loss(level: str, **changes: Any) -> Protection:
    return Protection(stop_loss=Bound(price=Price(D(level))), **changes)


REFUSALS: dict[str, tuple[AccountState, PlaceOrder, Market, RejectReason]] = {
    "stop on the wrong side": (
        state(), resting(OrderType.STOP, "1.12100"), market(), R.STOP_DISTANCE
    ),
    "stop at the market": (state(), resting(OrderType.STOP, "1.12140"), market(), R.STOP_DISTANCE),
    "stop nearer than allowed": (
        state(), resting(OrderType.STOP, "1.12159"), on(POINTS_20), R.STOP_DISTANCE
    ),
    "limit nearer than allowed": (
        state(), resting(OrderType.LIMIT, "1.12121"), on(POINTS_20), R.STOP_DISTANCE
    ),
    "loss at the closing price": (
        state(), order(protection=loss("1.12120")), market(), R.STOP_DISTANCE
    ),
    "loss nearer than allowed": (
        state(), order(protection=loss("1.12101")), on(POINTS_20), R.STOP_DISTANCE
    ),
    "guaranteed loss nearer than it may": (
        state(),
        order(protection=loss("1.12100", guaranteed=True)),
        on(
            instrument(
                guaranteed_stop_premium_points=D(1), guaranteed_stop_distance_points=D(50)
            )
        ),
        R.STOP_DISTANCE,
    ),
    "loss above its own limit": (
        state(), replace(LIMIT, protection=loss("1.12000")), market(), R.STOP_DISTANCE
    ),
    "profit below the price": (
        state(),
        order(protection=Protection(take_profit=Bound(price=Price(D("1.12100"))))),
        market(),
        R.STOP_DISTANCE,
    ),
    "limit beyond the collar": (
        state(), resting(OrderType.LIMIT, "1.00000"), on(COLLAR), R.PRICE_COLLAR
    ),
    "stop beyond the collar": (
        state(), resting(OrderType.STOP, "1.30000"), on(COLLAR), R.PRICE_COLLAR
    ),
    "orders of the last second": (
        replace(state(group=terms(orders_per_second_max=3)), recent_orders=3),
        LIMIT, market(), R.ORDER_RATE,
    ),
    "open orders": (
        replace(state(group=terms(open_orders_max=2)), open_orders=2),
        LIMIT, market(), R.OPEN_ORDERS_MAX,
    ),
    "younger position first": (
        state(
            position(50),
            position(51, ticket=51),
            group=terms(fifo=True),
            position_mode=PositionMode.HEDGING,
        ),
        order(side=Side.SELL, position_id=PositionId(UUID(int=51))),
        market(), R.FIFO,
    ),
    "pair with nothing": (
        state(), replace(STOP, linked_id=OrderId(UUID(int=5))), market(), R.LINK_UNAVAILABLE
    ),
    "pair with one of a pair": (
        with_orders(
            open_order(77, linked_id=OrderId(UUID(int=78))),
            open_order(78, linked_id=OrderId(UUID(int=77))),
        ),
        replace(STOP, linked_id=OrderId(UUID(int=77))), market(), R.LINK_UNAVAILABLE,
    ),
    "child of nothing": (
        state(), replace(STOP, parent_id=OrderId(UUID(int=5))), market(), R.LINK_UNAVAILABLE
    ),
    "kill switch": (state(opens_stopped=True), LIMIT, market(), R.KILL_SWITCH),
    "nothing to reduce": (
        state(), replace(LIMIT, reduce_only=True), market(), R.NOTHING_TO_REDUCE
    ),
    "fill-or-kill without a price": (
        state(), replace(LIMIT, time_in_force=T.FOK), market(NO_PRICE), R.NO_PRICE
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_says_why_and_changes_nothing(case: str) -> None:
    before, placed, where, reason = REFUSALS[case]
    decision = decide(before, placed, where)
    assert decision.order.refused is not None
    assert decision.order.refused.reason is reason
    assert decision.path == (S.NEW, S.PENDING, S.REJECTED)
    assert (decision.fills, decision.positions, decision.posted) == ((), (), ())
    after = evolve(before, decision)
    assert replace(after, recent_orders=before.recent_orders) == before


ACCEPTED: dict[str, tuple[AccountState, PlaceOrder, Market]] = {
    "stop just far enough": (state(), resting(OrderType.STOP, "1.12160"), on(POINTS_20)),
    "limit just far enough": (state(), resting(OrderType.LIMIT, "1.12120"), on(POINTS_20)),
    "stop without a price": (state(), resting(OrderType.STOP, "1.12100"), market(NO_PRICE)),
    "limit at the collar": (state(), resting(OrderType.LIMIT, "1.00920"), on(COLLAR)),
    "one below the rate": (
        replace(state(group=terms(orders_per_second_max=3)), recent_orders=2), LIMIT, market()
    ),
    "closing beyond the rate": (
        replace(state(position(), group=terms(orders_per_second_max=3)), recent_orders=9),
        resting(OrderType.STOP, "1.12000", side=Side.SELL),
        market(),
    ),
    "seller's stop at the ask": (
        state(),
        resting(OrderType.STOP, "1.12130", side=Side.SELL, trigger_side=TriggerSide.BID),
        on(instrument(), "1.12131", "1.12140"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", ACCEPTED)
def test_what_is_just_allowed_rests(case: str) -> None:
    before, placed, where = ACCEPTED[case]
    decision = decide(before, placed, where)
    assert_rests(decision)
    after = evolve(before, decision)
    (known,) = after.orders.values()
    assert (known.version, after.open_orders) == (1, before.open_orders + 1)


@pytest.mark.parametrize(
    ("trigger_side", "rests"),
    [
        (TriggerSide.DEFAULT, False),
        (TriggerSide.ASK, False),
        (TriggerSide.MID, True),
        (TriggerSide.BID, True),
        (TriggerSide.INVERSE, True),
    ],
)
def test_the_trigger_side_says_which_price_is_compared(
    trigger_side: TriggerSide,
    rests: bool,
) -> None:
    placed = resting(OrderType.STOP, "1.12135", trigger_side=trigger_side)
    decision = decide(state(), placed, market())
    assert (decision.order.state is S.WORKING) == rests


def test_the_collar_judges_by_the_last_price_where_none_is_tradable() -> None:
    known = market(quoting(), traded=COLLAR)
    closed = replace(known, quoting=Refused(reason=R.MARKET_CLOSED, message=""))
    decision = decide(state(), resting(OrderType.LIMIT, "1.00000"), closed)
    assert decision.order.refused is not None
    assert decision.order.refused.reason is R.PRICE_COLLAR


@pytest.mark.parametrize(
    ("placed", "ending"),
    [
        (resting(OrderType.LIMIT, "1.12140"), S.FILLED),
        (resting(OrderType.LIMIT, "1.12139", time_in_force=T.IOC), EndReason.WORST_PRICE),
        (resting(OrderType.LIMIT, "1.12139", time_in_force=T.FOK), EndReason.WORST_PRICE),
        (resting(OrderType.MARKET_IF_TOUCHED, "1.12150"), S.FILLED),
    ],
)
def test_what_is_at_its_price_executes_at_once(
    placed: PlaceOrder, ending: OrderState | EndReason
) -> None:
    decision = decide(state(), placed, market())
    ended = decision.order.ended
    assert (decision.order.state if ended is None else ended.reason) is ending
    if ended is None:
        assert decision.order.average_price == D("1.12140")


def test_a_limit_takes_what_is_there_and_lets_the_rest_wait() -> None:
    thin = instrument(extend_last_level=False)
    placed = resting(OrderType.LIMIT, "1.12140", quantity=Quantity(D(1_500_000)))
    rich = state(balance=D(10_000_000))
    decision = decide(rich, placed, on(thin))
    assert decision.order.state is S.PARTIALLY_FILLED
    assert (decision.order.filled_quantity, decision.order.leaves) == (D(1_000_000), D(500_000))
    assert decision.order.position_id is not None


def test_a_market_order_that_may_wait_waits_only_for_a_price() -> None:
    waiting = order(time_in_force=T.GTC)
    assert_rests(decide(state(), waiting, market(NO_PRICE)))
    assert decide(state(), waiting, market()).order.state is S.FILLED
    refused = decide(state(), order(time_in_force=T.FOK), market(NO_PRICE)).order.refused
    assert refused is not None
    assert refused.reason is R.NO_PRICE
