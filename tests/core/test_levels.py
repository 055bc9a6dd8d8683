"""What becomes of the levels that come with an order."""

from decimal import Decimal

from tests.core.builders import (
    market,
    order,
    position,
    state,
)
from tradewind.core.accounts import Side
from tradewind.core.commands import Bound, Protection
from tradewind.core.money import Price, Quantity
from tradewind.core.trading import decide

D = Decimal


def loss(level: str) -> Protection:
    return Protection(stop_loss=Bound(price=Price(D(level))))


def test_levels_with_a_market_order_become_the_positions() -> None:
    asked = Protection(
        stop_loss=Bound(distance=D("0.00100")),
        take_profit=Bound(price=Price(D("1.12500"))),
        trailing_stop=D("0.00200"),
    )
    decision = decide(state(), order(protection=asked), market())
    (held,) = decision.positions
    assert (held.stop_loss, held.take_profit) == (D("1.12040"), D("1.12500"))
    assert held.trailing_stop == D("0.00200")


def test_an_increase_replaces_leaves_or_removes_levels() -> None:
    held = position(stop_loss=Price(D("1.11000")), take_profit=Price(D("1.13000")))
    changed = decide(state(held), order(protection=loss("1.11500")), market()).positions[0]
    left = decide(state(held), order(), market()).positions[0]
    removed = decide(state(held), order(protection=Protection(stop_loss=None)), market()).positions[
        0
    ]
    assert (changed.stop_loss, changed.take_profit) == (D("1.11500"), D("1.13000"))
    assert (left.stop_loss, left.take_profit) == (D("1.11000"), D("1.13000"))
    assert (removed.stop_loss, removed.take_profit) == (None, D("1.13000"))


def test_a_reversal_takes_only_the_new_orders_levels() -> None:
    held = position(stop_loss=Price(D("1.11000")))
    placed = order(side=Side.SELL, quantity=Quantity(D(150_000)), protection=loss("1.13000"))
    closed, opened = decide(state(held), placed, market()).positions
    assert (closed.quantity, opened.side, opened.stop_loss) == (D(0), Side.SELL, D("1.13000"))
