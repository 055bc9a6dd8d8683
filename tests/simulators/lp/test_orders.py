"""What the simulated LP does with an order."""

from decimal import Decimal

import pytest

from tradewind.simulators.lp.market import LpTick
from tradewind.simulators.lp.orders import (
    ExecType,
    NewOrder,
    OrdStatus,
    RejectCode,
    Report,
    decide,
    status_of,
)

TICK = LpTick(
    symbol="EURUSD", digits=5, bid_points=110_000, ask_points=110_010, bid_size=500, ask_size=700
)


def order(**changes: str) -> NewOrder:
    fields = {
        "client_order_id": "c1",
        "symbol": "EURUSD",
        "side": "1",
        "quantity": "100",
        "kind": "1",
        "time_in_force": "4",
    }
    return NewOrder(**{**fields, **changes})


def outline(reports: list[Report]) -> list[tuple[str, str, Decimal, Decimal]]:
    return [(r.exec_type, r.status, r.filled, r.leaves) for r in reports]


@pytest.mark.parametrize(("side", "price"), [("1", "1.10010"), ("2", "1.10000")])
def test_a_market_order_is_new_and_then_filled_at_the_touch(side: str, price: str) -> None:
    reports = list(decide(order(side=side), TICK))
    assert outline(reports) == [
        (ExecType.NEW, OrdStatus.NEW, Decimal(0), Decimal(100)),
        (ExecType.TRADE, OrdStatus.FILLED, Decimal(100), Decimal(0)),
    ]
    assert (reports[1].last_price, reports[1].last_quantity) == (Decimal(price), Decimal(100))


def test_a_fok_order_beyond_the_size_is_cancelled_whole() -> None:
    assert outline(list(decide(order(quantity="701"), TICK))) == [
        (ExecType.NEW, OrdStatus.NEW, Decimal(0), Decimal(701)),
        (ExecType.CANCELLED, OrdStatus.CANCELLED, Decimal(0), Decimal(0)),
    ]


def test_an_ioc_order_beyond_the_size_is_filled_in_part() -> None:
    assert outline(list(decide(order(quantity="701", time_in_force="3"), TICK))) == [
        (ExecType.NEW, OrdStatus.NEW, Decimal(0), Decimal(701)),
        (ExecType.TRADE, OrdStatus.PARTIALLY_FILLED, Decimal(700), Decimal(1)),
        (ExecType.CANCELLED, OrdStatus.CANCELLED, Decimal(700), Decimal(0)),
    ]


def test_a_limit_is_never_filled_worse_than_its_price() -> None:
    reports = list(decide(order(kind="2", limit="1.10009"), TICK))
    assert reports[-1].status is OrdStatus.CANCELLED
    assert list(decide(order(kind="2", limit="1.10010"), TICK))[-1].status is OrdStatus.FILLED


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"quantity": "0"}, RejectCode.INCORRECT_QUANTITY),
        ({"quantity": "NaN"}, RejectCode.INCORRECT_QUANTITY),
        ({"quantity": "-1"}, RejectCode.INCORRECT_QUANTITY),
        ({"side": "5"}, RejectCode.UNSUPPORTED),
        ({"kind": "3"}, RejectCode.UNSUPPORTED),
        ({"time_in_force": "1"}, RejectCode.UNSUPPORTED),
        ({"kind": "2"}, RejectCode.UNSUPPORTED),
    ],
)
def test_what_the_lp_does_not_take_is_rejected(changes: dict[str, str], code: RejectCode) -> None:
    reports = list(decide(order(**changes), TICK))
    assert [(r.exec_type, r.reject) for r in reports] == [(ExecType.REJECTED, code)]


def test_an_unknown_symbol_is_rejected() -> None:
    assert [r.reject for r in decide(order(), None)] == [RejectCode.UNKNOWN_SYMBOL]


def test_a_status_answer_is_never_an_execution() -> None:
    answer = status_of(list(decide(order(), TICK))[-1])
    assert (answer.exec_type, answer.status) == (ExecType.STATUS, OrdStatus.FILLED)
    assert (answer.last_quantity, answer.last_price) == (Decimal(0), Decimal(0))
    assert answer.filled == Decimal(100)
