from decimal import Decimal
from typing import Any

import pytest

from tests.services.triggers.builders import (
    BEGINNING,
    EURUSD,
    Desk,
    account,
    answer,
    ring_tick,
    tick,
    view,
)
from tradewind.core.ids import OrderId
from tradewind.services.oms.submission import TriggerOrder

D = Decimal


@pytest.mark.parametrize(
    ("order", "asleep", "awake"),
    [
        (("buy", "stop", {"stop_price": D("1.2")}), ("1.1900", "1.1999"), ("1.1901", "1.2000")),
        (("sell", "stop", {"stop_price": D("1.2")}), ("1.2001", "1.2002"), ("1.2000", "1.2003")),
        (("buy", "limit", {"limit_price": D("1.2")}), ("1.1", "1.2001"), ("1.1", "1.2000")),
        (("sell", "limit", {"limit_price": D("1.2")}), ("1.1999", "1.3"), ("1.2000", "1.3")),
        (
            ("buy", "market_if_touched", {"stop_price": D("1.2")}),
            ("1.1", "1.2001"),
            ("1.1", "1.2000"),
        ),
        (
            ("sell", "stop", {"stop_price": D("1.2"), "trigger_side": "mid"}),
            ("1.1999", "1.2002"),
            ("1.1999", "1.2001"),
        ),
        (
            ("buy", "stop", {"stop_price": D("1.2"), "trigger_side": "inverse"}),
            ("1.1999", "1.3"),
            ("1.2000", "1.3"),
        ),
    ],
    ids=["buy stop", "sell stop", "buy limit", "sell limit", "buy mit", "mid", "inverse"],
)
def test_an_order_wakes_exactly_at_its_level(
    desk: Desk,
    order: tuple[str, str, dict[str, Any]],
    asleep: tuple[str, str],
    awake: tuple[str, str],
) -> None:
    side, type_, prices = order
    desk.evaluation.arrive(view(7, side=side, type=type_, **({"stop_price": None} | prices)))
    desk.standard(*asleep)
    assert desk.next_asked() == []
    made = desk.standard(*awake)
    (asked,) = desk.asked
    assert asked.command == TriggerOrder(
        order_id=OrderId(view(7).id), account_id=account(1), version=1, tick=made.whole
    )


@pytest.mark.parametrize(
    ("type_", "asleep", "awake"),
    [("stop", "1.1", "1.1000000001"), ("market_if_touched", "1.1000000001", "1.1")],
)
def test_a_level_between_two_prices_wakes_on_its_own_side(
    desk: Desk, type_: str, asleep: str, awake: str
) -> None:
    level = D("1.10000000001")
    desk.evaluation.arrive(view(7, side="buy", type=type_, stop_price=level))
    desk.standard("1.0", asleep)
    assert desk.next_asked() == []
    desk.standard("1.0", awake)
    assert desk.next_asked() == [7]


def test_what_reduces_goes_before_what_opens_then_the_older_ticket(desk: Desk) -> None:
    for ticket, reduces in ((5, False), (9, True), (2, False), (8, True), (6, False)):
        desk.evaluation.arrive(view(ticket, reduce_only=reduces))
    desk.standard("1.0999", "1.1001")
    assert desk.next_asked() == [8, 9, 2, 5, 6]


def test_an_order_is_asked_about_once_until_it_is_answered(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    desk.standard("1.0999", "1.1001")
    desk.standard("1.0998", "1.1001")
    assert desk.next_asked() == [7]


def test_untradable_old_and_foreign_ticks_wake_nothing(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    desk.tick(tradable=False, standard=("1.0", "1.1"))
    desk.tick(pro=("1.0", "1.1"))
    made = ring_tick(tick(3, desk.wait("0.001"), standard=("1.0", "1.1")))
    desk.wait("60.001")
    desk.evaluation.take(EURUSD, [made])
    assert desk.next_asked() == []


def test_a_tick_made_before_the_order_was_decided_does_not_wake_it(desk: Desk) -> None:
    made = desk.standard("1.0", "1.1")
    desk.evaluation.arrive(view(7, updated_at=made.time))
    assert desk.next_asked() == []


def test_an_order_that_arrives_late_is_held_against_the_ticks_since_its_decision(
    desk: Desk,
) -> None:
    decided = desk.wait("1")
    desk.standard("1.2000", "1.2001")
    crossing = desk.standard("1.1000", "1.1001")
    desk.standard("1.0500", "1.0501")
    desk.evaluation.arrive(view(7, updated_at=decided))
    assert [each.tick.entry for each in desk.asked] == [crossing.entry]


def test_after_a_stale_answer_the_row_is_read_and_the_next_tick_asks_again(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    desk.standard("1.0", "1.1")
    desk.settle(desk.asked.pop(), answer("stale"))
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == []
    stale = list(desk.evaluation.stale)
    desk.evaluation.refresh(stale, [view(7)])
    assert desk.next_asked() == []
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == [7]


def test_an_order_that_is_stale_again_in_one_version_waits_a_second(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    for _ in range(2):
        desk.standard("1.0", "1.1")
        desk.settle(desk.asked.pop(), answer("stale"))
        desk.evaluation.refresh([desk.evaluation.stale.pop()], [view(7)])
    desk.wait("0.999")
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == []
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == [7]


def test_an_order_that_is_gone_is_forgotten(desk: Desk) -> None:
    for ticket in (7, 8):
        desk.evaluation.arrive(view(ticket))
    desk.standard("1.0", "1.1")
    for asked in desk.asked:
        desk.settle(asked, answer("stale"))
    desk.asked.clear()
    ended = view(8, state="cancelled", version=2)
    desk.evaluation.refresh(list(desk.evaluation.stale), [ended])
    desk.standard("1.0", "1.1")
    assert (desk.next_asked(), desk.evaluation.index.orders) == ([], {})


def test_a_suspended_order_waits_a_second_unless_it_changes(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    desk.evaluation.arrive(view(8, account_id=account(2)))
    desk.standard("1.0", "1.1")
    for asked in desk.asked:
        desk.settle(asked, answer("suspended"))
    desk.asked.clear()
    desk.evaluation.arrive(view(8, account_id=account(2), version=2, updated_at=desk.clock.at))
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == [8]
    desk.wait("1")
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == [7]


def test_an_amendment_that_comes_while_the_order_is_out_counts_after_the_answer(
    desk: Desk,
) -> None:
    desk.evaluation.arrive(view(7))
    desk.standard("1.0", "1.1")
    asked = desk.asked.pop()
    amended = view(7, version=2, stop_price=D("0.9"), updated_at=desk.wait("0.001"))
    desk.evaluation.arrive(amended)
    desk.settle(asked, answer("stale"))
    desk.evaluation.refresh([desk.evaluation.stale.pop()], [amended])
    desk.standard("0.95", "1.1")
    assert desk.next_asked() == []
    desk.standard("0.9", "1.1")
    assert [each.command.version for each in desk.asked] == [2]


def test_an_older_version_changes_nothing(desk: Desk) -> None:
    desk.evaluation.arrive(view(7, version=3))
    desk.evaluation.arrive(view(7, version=2, state="cancelled"))
    desk.standard("1.0", "1.1")
    assert [each.command.version for each in desk.asked] == [3]


def test_a_final_version_takes_the_order_away(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    desk.evaluation.arrive(view(7, version=2, state="cancelled"))
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == []


def test_orders_follow_their_account_into_another_group(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    desk.evaluation.regroup({account(1): "pro"})
    desk.standard("1.0", "1.1")
    assert desk.next_asked() == []
    desk.tick(standard=("1.2", "1.3"), pro=("1.1000", "1.1"))
    assert desk.next_asked() == [7]


def test_an_order_of_an_unknown_account_waits_for_its_group_and_is_caught_up(desk: Desk) -> None:
    desk.evaluation.arrive(view(7, account_id=account(3)))
    crossing = desk.standard("1.0", "1.1")
    desk.standard("1.2", "1.3")
    assert list(desk.evaluation.index.homeless) == [account(3)]
    desk.evaluation.regroup({account(3): "standard"})
    assert [each.tick for each in desk.asked] == [crossing]
    assert not desk.evaluation.index.homeless


def test_a_market_order_that_waits_and_a_triggered_stop_go_at_the_first_price(
    desk: Desk,
) -> None:
    market = {"type": "market", "stop_price": None}
    desk.evaluation.arrive(view(6, **market))
    desk.evaluation.arrive(view(7, state="partially_filled", triggered_at=BEGINNING))
    desk.evaluation.arrive(view(8, **market, worst_price=D("1.3")))
    desk.standard("1.2999", "1.3")
    assert desk.next_asked() == [6, 7]
    desk.standard("1.3", "1.3001")
    assert desk.next_asked() == [8]


def test_progress_stays_behind_late_orders_and_unanswered_ticks(desk: Desk) -> None:
    desk.evaluation.arrive(view(7))
    desk.standard("1.2", "1.3")
    desk.standard("1.0", "1.1")
    desk.standard("1.2", "1.3")
    desk.wait("4.9")
    assert desk.evaluation.progress() == {}
    desk.wait("1")
    assert desk.evaluation.progress() == {"EURUSD": "1-0"}
    desk.settle(desk.asked.pop(), answer("suspended"))
    assert desk.evaluation.progress() == {"EURUSD": "3-0"}
    assert desk.evaluation.progress() == {}
