"""What orders do to positions, netting and hedging, through whole decisions."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from tests.core.builders import levels, market, order, position, price, quoting, state, terms
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Position, PositionMode, Side
from tradewind.core.commands import PlaceOrder
from tradewind.core.ids import FillId, PositionId
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import OrderState, RejectReason
from tradewind.core.trading import Decision, decide, evolve

D = Decimal
SELL = Side.SELL
HEDGING = PositionMode.HEDGING


def units(quantity: int) -> Quantity:
    return Quantity(D(quantity))


def after(held: AccountState, placed: PlaceOrder) -> tuple[Decision, list[Position]]:
    decision = decide(held, placed, market())
    return decision, list(evolve(held, decision).positions.values())


def test_a_first_order_opens_a_position() -> None:
    decision, (opened,) = after(state(), order())
    assert (opened.side, opened.quantity, opened.open_price) == (
        Side.BUY,
        D(100_000),
        D("1.12140"),
    )
    assert (opened.version, opened.ticket, len(opened.lots)) == (1, 1_000_001, 1)
    assert decision.order.position_id == opened.id


def test_an_increase_averages_the_open_price() -> None:
    held = replace(position(), open_price=Price(D("1.11840")))
    _, (larger,) = after(state(held, leverage=D(100)), order(quantity=units(50_000)))
    assert (larger.id, larger.quantity, larger.version) == (held.id, D(150_000), 2)
    assert larger.open_price == D("1.1194")
    assert larger.margin_notional == D(168_210)


def test_a_partial_close_keeps_the_price_and_books_the_profit() -> None:
    decision, (rest,) = after(state(position()), order(side=SELL, quantity=units(40_000)))
    assert (rest.quantity, rest.open_price) == (D(60_000), D("1.12140"))
    assert rest.margin_notional == D(67_284)
    assert decision.account.balance == D("9992.00")
    (fill,) = decision.fills
    assert (fill.quantity, fill.closed_quantity, fill.realized_pnl) == (
        D(40_000),
        D(40_000),
        D(-8),
    )


def test_a_close_leaves_nothing_open() -> None:
    decision, rest = after(state(position()), order(side=SELL))
    assert rest == []
    (closed,) = decision.positions
    assert (closed.quantity, closed.margin_notional, closed.version) == (D(0), D(0), 2)
    assert decision.account.balance == D("9980.00")


def test_a_reversal_closes_and_opens_the_rest_the_other_way() -> None:
    held = position()
    decision, (opened,) = after(state(held), order(side=SELL, quantity=units(150_000)))
    assert (opened.side, opened.quantity, opened.version) == (SELL, D(50_000), 1)
    assert opened.id != held.id
    assert [(f.position_id, f.quantity, f.closed_quantity) for f in decision.fills] == [
        (held.id, D(100_000), D(100_000)),
        (opened.id, D(50_000), D(0)),
    ]
    assert decision.path[-2:] == (OrderState.PARTIALLY_FILLED, OrderState.FILLED)
    assert decision.account.balance == D("9980.00")


def test_a_reversal_over_two_levels_closes_first() -> None:
    book = levels(("1.12120", 120_000), ("1.12110", 1_000_000))
    decision = decide(
        state(position()),
        order(side=SELL, quantity=units(150_000)),
        market(quoting(price(bids=book))),
    )
    assert [(f.price, f.quantity, f.closed_quantity) for f in decision.fills] == [
        (D("1.12120"), D(100_000), D(100_000)),
        (D("1.12120"), D(20_000), D(0)),
        (D("1.12110"), D(30_000), D(0)),
    ]
    _, opened = decision.positions
    assert (opened.quantity, opened.version, opened.open_price) == (D(50_000), 2, D("1.12114"))


def test_closes_use_up_the_oldest_lots_first() -> None:
    old = position()
    younger = replace(
        old.lots[0],
        fill_id=FillId(UUID(int=7)),
        book_rule_version=4,
        quantity=units(50),
        remaining=units(50),
    )
    two = replace(old, quantity=units(100_050), lots=(*old.lots, younger))
    decision, (rest,) = after(state(two), order(side=SELL, quantity=units(100_020)))
    assert [(lot.fill_id, lot.remaining) for lot in rest.lots] == [(younger.fill_id, D(30))]
    assert [lot.remaining for lot in decision.positions[0].lots] == [D(0), D(30)]


@pytest.mark.parametrize(("version", "lots"), [(3, 1), (4, 2)])
def test_lots_of_the_same_rule_are_merged(version: int, lots: int) -> None:
    held = state(position(), group=terms(version=version), leverage=D(100))
    _, (larger,) = after(held, order(quantity=units(1_000)))
    assert len(larger.lots) == lots
    assert sum(lot.remaining for lot in larger.lots) == larger.quantity


def test_a_hedging_account_opens_a_second_position() -> None:
    held = position()
    same = after(state(held, position_mode=HEDGING, leverage=D(100)), order())[1]
    assert [(p.side, p.quantity) for p in same] == [(Side.BUY, D(100_000))] * 2
    other = after(state(held, position_mode=HEDGING), order(side=SELL))[1]
    assert [(p.side, p.quantity) for p in other] == [(Side.BUY, D(100_000)), (SELL, D(100_000))]


def test_a_hedging_account_closes_the_position_that_is_named() -> None:
    kept, named = position(50), position(51)
    held = state(kept, named, position_mode=HEDGING)
    _, rest = after(held, order(side=SELL, quantity=units(40_000), position_id=named.id))
    assert [(p.id, p.quantity) for p in rest] == [(kept.id, D(100_000)), (named.id, D(60_000))]


def test_reduce_only_reduces() -> None:
    _, (rest,) = after(
        state(position()), order(side=SELL, reduce_only=True, quantity=units(99_000))
    )
    assert rest.quantity == D(1_000)


MORE = units(100_001)
R = RejectReason


@pytest.mark.parametrize(
    ("held", "placed", "reason"),
    [
        ((), order(reduce_only=True), R.NOTHING_TO_REDUCE),
        ((position(),), order(reduce_only=True), R.NOTHING_TO_REDUCE),
        (
            (position(),),
            order(side=SELL, reduce_only=True, quantity=MORE),
            R.QUANTITY_EXCEEDS_POSITION,
        ),
        (
            (position(),),
            order(side=SELL, position_id=position().id, quantity=MORE),
            R.QUANTITY_EXCEEDS_POSITION,
        ),
        ((position(),), order(position_id=position().id), R.NOTHING_TO_REDUCE),
        (
            (position(),),
            order(side=SELL, position_id=PositionId(UUID(int=77))),
            R.NOTHING_TO_REDUCE,
        ),
    ],
)
@pytest.mark.parametrize("mode", PositionMode)
def test_what_cannot_be_reduced_is_refused(
    held: tuple[Position, ...], placed: PlaceOrder, reason: RejectReason, mode: PositionMode
) -> None:
    before = state(*held, position_mode=mode)
    if mode is HEDGING and placed.position_id is None:
        reason = R.NOTHING_TO_REDUCE
    decision, rest = after(before, placed)
    assert decision.order.refused is not None
    assert decision.order.refused.reason is reason
    assert (decision.account, rest) == (before.account, list(held))
