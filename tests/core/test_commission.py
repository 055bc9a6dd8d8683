"""What a fill costs; the minimum is the order's, not the fill's."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import levels, market, order, price, quoting, state, terms
from tradewind.core.accounts import Commission, CommissionKind
from tradewind.core.commission import charge, due
from tradewind.core.money import Quantity
from tradewind.core.trading import decide

D = Decimal
K = CommissionKind


def commission(kind: CommissionKind, amount: str, minimum: str = "0") -> Commission:
    return Commission(kind=kind, amount=D(amount), minimum=D(minimum))


@pytest.mark.parametrize(
    ("kind", "amount", "expected"),
    [
        (K.NONE, "99", "0"),
        (K.PER_LOT, "3.50", "7.00"),
        (K.PER_MILLION, "30", "6.00"),
        (K.PERCENT, "0.01", "20.00"),
        (K.FIXED, "1.25", "1.25"),
    ],
)
def test_two_lots_worth_200_000_cost(kind: CommissionKind, amount: str, expected: str) -> None:
    quantity = Quantity(D(200_000))
    assert due(commission(kind, amount), quantity, D(100_000), D(200_000)) == D(expected)


def test_the_minimum_is_charged_once_an_order() -> None:
    book = levels(("1.12140", 1_000), ("1.12141", 1_000), ("1.12142", 1_000_000))
    group = terms(commission=commission(K.PER_LOT, "10", minimum="1.50"))
    decision = decide(
        state(group=group),
        order(quantity=Quantity(D(20_000))),
        market(quoting(price(asks=book))),
    )
    assert [fill.commission for fill in decision.fills] == [D("1.50"), D(0), D("0.50")]
    assert decision.account.balance == D("9998.00")


dues = st.lists(st.decimals(min_value=0, max_value=50, places=4), min_size=1, max_size=8)


@given(dues, st.decimals(min_value=0, max_value=30, places=2))
def test_an_order_pays_its_due_or_the_minimum_and_no_fill_pays_back(
    due_each: list[Decimal], minimum: Decimal
) -> None:
    terms_ = Commission(kind=K.PER_LOT, amount=D(1), minimum=minimum)
    due_total = charged = D(0)
    for each in due_each:
        due_total += each
        paid = charge(terms_, due_total, charged)
        assert paid >= 0
        charged += paid
    assert charged == max(minimum, sum(due_each, D(0)))
