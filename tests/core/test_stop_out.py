"""When a margin call and a stop-out come, and what is closed in which order."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.core.builders import (
    EURUSD,
    NOW,
    account,
    mark,
    market,
    order,
    position,
    price,
    quoting,
    state,
    terms,
)
from tradewind.core.accounts import (
    AccountStatus,
    Liquidation,
    Position,
    PositionMode,
    Side,
)
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.decisions import made
from tradewind.core.ids import OrderId, PositionId, Symbol
from tradewind.core.margin import Valuation, value
from tradewind.core.money import Price, Quantity
from tradewind.core.negative_balance import made_good
from tradewind.core.orders import Channel, OrderState, OrderType, Reason, TimeInForce
from tradewind.core.stop_out import CloseBoth, Health, judge, liquidate, next_step, openers

D = Decimal
NONE = frozenset[PositionId]()
USDJPY = Symbol("USDJPY")


def valued(bid: str) -> Valuation:
    """The worked example: 10,000 USD at 1:30, 100,000 EURUSD bought at 1.12140."""
    return value(
        account(), terms(), [position()], {EURUSD: mark(price(bid, str(D(bid) + D("0.0002"))))}
    )


def at_level(level: str | None, equity: str = "1") -> Valuation:
    return Valuation(
        unrealized_pnl=D(0),
        equity=D(equity),
        used_margin=D(1),
        free_margin=D(0),
        level=None if level is None else D(level),
    )


@pytest.mark.parametrize(
    ("bid", "called", "expected"),
    [
        ("1.05879", False, Health.HEALTHY),
        ("1.05878", False, Health.CALLED),
        ("1.05878", True, Health.HEALTHY),
        ("1.06251", True, Health.HEALTHY),
        ("1.06252", True, Health.CLEARED),
        ("1.06252", False, Health.HEALTHY),
        ("1.04010", True, Health.HEALTHY),
        ("1.04009", True, Health.STOP_OUT),
        ("1.04009", False, Health.STOP_OUT),
        ("1.00000", True, Health.STOP_OUT),
    ],
)
def test_the_worked_example_is_called_cleared_and_stopped_out_at_these_prices(
    bid: str, called: bool, expected: Health
) -> None:
    assert judge(valued(bid), terms(), called=called) is expected


def test_equity_of_zero_is_a_stop_out_whatever_the_level() -> None:
    low = terms(stop_out_level=D(-100), margin_call_level=D(-50))
    assert judge(at_level("0", equity="0"), low, called=False) is Health.STOP_OUT
    assert judge(at_level("1", equity="0.01"), low, called=False) is Health.HEALTHY


def test_with_nothing_open_a_call_is_over_and_none_begins() -> None:
    assert judge(at_level(None, equity="-5"), terms(), called=True) is Health.CLEARED
    assert judge(at_level(None, equity="-5"), terms(), called=False) is Health.HEALTHY


def resting(request: PlaceOrder, ticket: int = 90) -> Order:
    return replace(made(state(), request, ticket, OrderState.WORKING), version=1)


def later(number: int, minutes: int, **changes: Any) -> Position:
    return position(number, opened_at=NOW + timedelta(minutes=minutes), **changes)


def test_the_largest_loss_in_account_currency_goes_first_and_the_older_on_ties() -> None:
    yen = later(52, 2, symbol=USDJPY, open_price=Price(D("1.20000")))
    marks = {EURUSD: mark(), USDJPY: mark(rate="0.001")}
    same = (later(53, 0), later(51, 1))
    assert next_step(state(*same, yen, position_mode=PositionMode.HEDGING), marks, NONE) == same[0]
    worst = later(54, 3, open_price=Price(D("1.12150")))
    held = state(*same, yen, worst, position_mode=PositionMode.HEDGING)
    assert next_step(held, marks, NONE) == worst
    assert next_step(held, marks, frozenset({worst.id})) == same[0]
    assert next_step(held, marks, frozenset(held.positions)) is None


def test_a_group_may_close_the_oldest_first() -> None:
    group = terms(liquidation=Liquidation.OLDEST)
    worst, oldest = later(51, 1, open_price=Price(D("1.20000"))), later(52, 0)
    assert next_step(state(worst, oldest, group=group), {EURUSD: mark()}, NONE) == oldest


def test_first_in_first_out_leaves_of_each_side_only_the_oldest_to_choose() -> None:
    worst, oldest = later(51, 1, open_price=Price(D("1.20000"))), later(52, 0)
    held = state(worst, oldest, group=terms(fifo=True), position_mode=PositionMode.HEDGING)
    assert next_step(held, {EURUSD: mark()}, NONE) == oldest
    free = replace(held, terms=terms())
    assert next_step(free, {EURUSD: mark()}, NONE) == worst


def test_hedged_positions_close_each_other_first_the_oldest_of_each_side() -> None:
    worst = later(50, 0, open_price=Price(D("1.30000")), symbol=USDJPY)
    long, longer = later(52, 2), later(53, 3)
    short = later(51, 1, side=Side.SELL)
    held = state(worst, longer, long, short, position_mode=PositionMode.HEDGING)
    marks = {EURUSD: mark(), USDJPY: mark()}
    assert next_step(held, marks, NONE) == CloseBoth(position=short, opposite=long)
    assert next_step(held, marks, frozenset({short.id})) == worst


def test_what_already_closes_is_left_alone() -> None:
    held = position()
    closing = order(
        side=Side.SELL, position_id=held.id, reduce_only=True, time_in_force=TimeInForce.GTC
    )
    waiting = resting(closing)
    known = replace(state(held), orders={closing.order_id: waiting})
    assert next_step(known, {EURUSD: mark()}, NONE) is None


def test_only_orders_that_would_open_or_increase_are_cancelled() -> None:
    limit = {"type": OrderType.LIMIT, "time_in_force": TimeInForce.GTC}
    requests = [
        order(order_id=OrderId(UUID(int=20)), limit_price=Price(D(1)), **limit),
        order(order_id=OrderId(UUID(int=21)), side=Side.SELL, limit_price=Price(D(2)), **limit),
        order(
            order_id=OrderId(UUID(int=22)),
            side=Side.SELL,
            quantity=Quantity(D(101_000)),
            limit_price=Price(D(2)),
            **limit,
        ),
        order(
            order_id=OrderId(UUID(int=23)),
            side=Side.SELL,
            position_id=position().id,
            reduce_only=True,
            reason=Reason.TAKE_PROFIT,
            limit_price=Price(D(2)),
            **limit,
        ),
    ]
    orders = {r.order_id: resting(r, ticket=90 - n) for n, r in enumerate(requests)}
    held = replace(state(position()), orders=orders)
    assert [o.request.order_id.int for o in openers(held)] == [22, 20]


def test_neither_status_nor_first_in_first_out_stops_a_stop_out() -> None:
    held = position()
    closing = order(
        side=Side.SELL,
        position_id=held.id,
        reduce_only=True,
        time_in_force=TimeInForce.IOC,
        reason=Reason.STOP_OUT,
        channel=Channel.SYSTEM,
    )
    suspended = state(later(49, -5), held, group=terms(fifo=True), status=AccountStatus.SUSPENDED)
    decision = liquidate(suspended, closing, market(quoting(price("1.04009", "1.04029"))))
    assert decision is not None
    assert decision.order.state is OrderState.FILLED
    assert decision.account.balance == D("1869.00")


def test_a_negative_balance_takes_the_credit_first_and_the_house_gives_the_rest() -> None:
    after, postings = made_good(account(balance=D("-120.50"), credit=D(100)))
    assert (after.balance, after.credit) == (D(0), D(0))
    own = "client:00000000-0000-0000-0000-000000000001"
    assert [(p.type, p.source, p.destination, p.amount) for p in postings] == [
        ("credit", f"{own}:credit", own, D(100)),
        ("negative_balance", "house:negative-balance", own, D("20.50")),
    ]
    after, postings = made_good(account(balance=D(-40), credit=D(100)))
    assert (after.balance, after.credit, len(postings)) == (D(0), D(60), 1)


@pytest.mark.parametrize("balance", ["0", "0.01"])
def test_a_balance_that_is_not_negative_is_left_alone(balance: str) -> None:
    had = account(balance=D(balance), credit=D(100))
    assert made_good(had) == (had, ())
