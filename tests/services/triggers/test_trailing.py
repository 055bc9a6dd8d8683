"""Trailing stops, held against ticks; nobody but the test answers."""

from decimal import Decimal
from typing import Any

from tests.services.triggers.builders import Desk, account, answer, view
from tradewind.core.commands import MoveStop
from tradewind.core.ids import OrderId
from tradewind.core.money import Price
from tradewind.services.oms.submission import TriggerOrder
from tradewind.services.triggers.submitting import Failed

D = Decimal


def trailing(**changes: Any) -> Any:
    """A sell stop 0.0010 behind the bid, at 1.1000."""
    return view(7, reason="trailing", trailing_stop=D("0.0010"), reduce_only=True, **changes)


def moved_to(desk: Desk) -> list[Decimal]:
    """The levels that were asked for."""
    return [e.command.stop_price for e in desk.asked if isinstance(e.command, MoveStop)]


def test_a_trailing_stop_moves_by_whole_pips_and_once_a_second(desk: Desk) -> None:
    desk.evaluation.arrive(trailing())
    desk.wait("1")
    desk.standard("1.10109", "1.2")
    assert desk.next_asked() == []
    desk.standard("1.1011", "1.2")
    (asked,) = desk.asked
    assert asked.command == MoveStop(
        order_id=OrderId(view(7).id),
        account_id=account(1),
        version=1,
        stop_price=Price(D("1.1001")),
    )
    moved = trailing(version=2, stop_price=D("1.1001"), updated_at=desk.clock.at)
    desk.evaluation.arrive(moved)
    desk.settle(desk.asked.pop(), answer("stale"))
    desk.evaluation.refresh([desk.evaluation.stale.pop()], [moved])
    desk.wait("0.999")
    desk.standard("1.1050", "1.2")
    assert desk.next_asked() == []
    desk.standard("1.1051", "1.2")
    assert moved_to(desk) == [D("1.1041")]


def test_a_trailing_stop_still_fires_while_it_may_not_move(desk: Desk) -> None:
    desk.evaluation.arrive(trailing())
    desk.standard("1.1000", "1.2")
    assert [type(each.command) for each in desk.asked] == [TriggerOrder]


def test_a_move_that_failed_is_tried_at_the_next_tick(desk: Desk) -> None:
    desk.evaluation.arrive(trailing())
    desk.wait("1")
    desk.standard("1.1020", "1.2")
    desk.settle(desk.asked.pop(), Failed(reason="database_unavailable"))
    desk.standard("1.1021", "1.2")
    assert moved_to(desk) == [D("1.1011")]
