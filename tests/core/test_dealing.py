"""Busts and corrects: by hand, and for whatever an account did before."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.builders import (
    NOW,
    market,
    numbered_ids,
    order,
    price,
    quoting,
    state,
    terms,
)
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Commission, CommissionKind, PositionMode, Side
from tradewind.core.commands import BustFill
from tradewind.core.dealing import bust, correct
from tradewind.core.decisions import Decision, Market, resting
from tradewind.core.errors import InvalidError
from tradewind.core.ids import AccountId, FillId, OrderId
from tradewind.core.ledger import Posting, balances
from tradewind.core.market import Conversion
from tradewind.core.money import Currency, CurrencyCode, Price, Quantity
from tradewind.core.orders import Fact, OrderState, Refused, RejectReason
from tradewind.core.past_fills import PastFill, PastPosting, require_reference
from tradewind.core.trading import decide, evolve

D = Decimal
EUR = Currency(code=CurrencyCode("EUR"), minor_digits=2)
#: EUR for a USD; not a round number, so that every P&L leaves a rest.
RATE = Conversion(rate=D("0.891734"), quotes=None, fresh=True)
#: Open prices are quotients: the last digits of what is made of them are the division's.
TINY = D("1e-15")
CHARGED = Commission(kind=CommissionKind.PER_LOT, amount=D("3.37"), minimum=D("0.10"))


def past(decision: Decision, number: int = -1) -> PastFill:
    """A fill as the books have it after a decision."""
    fill, ids = decision.fills[number], numbered_ids(9_000_000)
    postings = [
        p for posted in decision.posted if posted.fill_id == fill.id for p in posted.postings
    ]
    return PastFill(
        id=fill.id,
        order_id=decision.order.request.order_id,
        position_id=fill.position_id,
        symbol=decision.order.request.symbol,
        side=decision.order.request.side,
        quantity=fill.quantity,
        closes=bool(fill.closed_quantity),
        price=fill.price,
        markup=fill.markup,
        commission=fill.commission,
        quote_pnl=fill.quote_pnl,
        realized_pnl=fill.realized_pnl,
        charge_rest=fill.charge_rest,
        execution_mode=decision.order.execution_mode,
        book=decision.order.book,
        quoting=fill.quoting,
        postings=tuple(PastPosting(id=ids(), posting=posting) for posting in postings),
    )


def command(**changes: Any) -> BustFill:
    asked = BustFill(
        order_id=OrderId(UUID(int=77)),
        account_id=AccountId(UUID(int=1)),
        fill_id=FillId(UUID(int=78)),
        price=None,
        lp_reference="LP 4711",
        note="a wrong price",
        actor="staff:7",
        received_at=NOW,
    )
    return replace(asked, **changes)


def shape(of: AccountState) -> list[tuple[object, ...]]:
    """What the account holds, whichever position holds it."""
    return sorted(
        (p.symbol, p.side, p.quantity, +p.open_price, +p.margin_notional)
        for p in of.positions.values()
    )


def close_enough(one: AccountState, other: AccountState) -> bool:
    """Equal but for the last digits of quotients."""
    a, b = shape(one), shape(other)
    return len(a) == len(b) and all(
        x[:3] == y[:3]
        and all(abs(D(str(m)) - D(str(n))) < TINY for m, n in zip(x[3:], y[3:], strict=True))
        for x, y in zip(a, b, strict=True)
    )


def postings(*decisions: Decision) -> list[Posting]:
    return [p for d in decisions for posted in d.posted for p in posted.postings]


def at(shown: Decimal) -> Market:
    bid = shown.quantize(D("0.00001"))
    return market(quoting(price(str(bid), str(bid + D("0.00020"))), RATE))


trades = st.tuples(
    st.sampled_from([Side.BUY, Side.SELL]),
    st.integers(1, 40).map(lambda n: Quantity(D(n * 1_000))),
    st.decimals(D("1.05"), D("1.20"), places=5),
)


def trade(before: AccountState, ids: Any, traded: tuple[Side, Quantity, Decimal]) -> Decision:
    side, quantity, shown = traded
    request = order(order_id=OrderId(ids()), side=side, quantity=quantity)
    return decide(before, request, replace(at(shown), new_id=ids))


@settings(max_examples=60, deadline=None)
@given(
    history=st.lists(trades, max_size=6),
    last=trades,
    mode=st.sampled_from(list(PositionMode)),
    now=st.decimals(D("1.05"), D("1.20"), places=5),
)
def test_the_bust_of_the_last_fill_leaves_the_account_as_if_it_had_not_been(
    history: list[tuple[Side, Quantity, Decimal]],
    last: tuple[Side, Quantity, Decimal],
    mode: PositionMode,
    now: Decimal,
) -> None:
    ids = numbered_ids()
    before = state(
        currency=EUR, position_mode=mode, balance=D("1000000.00"), group=terms(commission=CHARGED)
    )
    for each in history:
        before = evolve(before, trade(before, ids, each))
    done = trade(before, ids, last)
    after, fills = evolve(before, done), list(range(len(done.fills)))
    assert done.order.state is OrderState.FILLED
    undone = list[Decision]()
    # A reversal has two fills; the later one is taken back first.
    for number in reversed(fills):
        undone.append(bust(after, past(done, number), command(), replace(at(now), new_id=ids)))
        after = evolve(after, undone[-1])
    money, expected = after.account, before.account
    assert money.balance == expected.balance
    assert abs(money.carry - expected.carry) < TINY
    assert close_enough(after, before)
    assert set(balances(postings(done, *undone)).values()) <= {D(0)}
    assert [
        p.remaining for held in after.positions.values() for p in held.lots if not p.remaining
    ] == []
    assert sum((p.quantity for p in after.positions.values()), D(0)) == sum(
        (lot.remaining for p in after.positions.values() for lot in p.lots), D(0)
    )


@settings(max_examples=60, deadline=None)
@given(
    history=st.lists(trades, max_size=4),
    last=trades,
    right=st.decimals(D("1.05"), D("1.20"), places=5),
    mode=st.sampled_from(list(PositionMode)),
)
def test_a_correct_leaves_the_account_as_if_the_fill_had_had_the_right_price(
    history: list[tuple[Side, Quantity, Decimal]],
    last: tuple[Side, Quantity, Decimal],
    right: Decimal,
    mode: PositionMode,
) -> None:
    ids = numbered_ids()
    before = state(
        currency=EUR, position_mode=mode, balance=D("1000000.00"), group=terms(commission=CHARGED)
    )
    for each in history:
        before = evolve(before, trade(before, ids, each))
    wrong = trade(before, ids, last)
    if len(wrong.fills) > 1:
        return
    asked = command(price=Price(right))
    after, known = evolve(before, wrong), past(wrong)
    first = bust(after, known, asked, replace(at(right), new_id=ids))
    after = evolve(after, first)
    second = correct(after, known, asked, replace(at(right), new_id=ids))
    after = evolve(after, second)
    side, quantity, _ = last
    shown = right if side is Side.SELL else right - D("0.00020")
    meant = evolve(before, trade(before, ids, (side, quantity, shown)))
    assert close_enough(after, meant)
    money, expected = after.account, meant.account
    assert abs(money.balance + money.carry - expected.balance - expected.carry) < TINY
    assert [f.corrects for f in (*first.fills, *second.fills)] == [known.id, known.id]


def test_what_was_lost_to_rounding_before_is_given_back_with_it() -> None:
    """0.4 of a cent was carried, then 0.4 again booked a cent; without the first there is none."""
    rate = Conversion(rate=D("0.4"), quotes=None, fresh=True)
    ids, taken = numbered_ids(), list[PastFill]()
    held = state(currency=EUR)
    for number in range(2):
        made = market(quoting(price("1.00000", "1.00000"), rate))
        opening = order(order_id=OrderId(ids()), quantity=Quantity(D(1_000)))
        held = evolve(held, decide(held, opening, replace(made, new_id=ids)))
        better = market(quoting(price("1.00001", "1.00001"), rate))
        closing = order(
            order_id=OrderId(ids()), side=Side.SELL, quantity=Quantity(D(1_000)), reduce_only=True
        )
        closed = decide(held, closing, replace(better, new_id=ids))
        taken.append(past(closed))
        held = evolve(held, closed)
        assert (held.account.balance, held.account.carry) == [
            (D("10000.00"), D("0.004")),
            (D("10000.01"), D("-0.002")),
        ][number]
    undone = bust(held, taken[0], command(), replace(better, new_id=ids))
    assert (undone.account.balance, undone.account.carry) == (D("10000.00"), D("0.004"))
    assert undone.fills[0].realized_pnl == D("-0.01")


@pytest.mark.parametrize(
    ("side", "right", "refused"),
    [
        (Side.BUY, "1.12150", True),
        (Side.BUY, "1.12130", False),
        (Side.SELL, "1.12110", True),
        (Side.SELL, "1.12130", False),
    ],
)
def test_a_correct_against_the_client_needs_the_lps_word(
    side: Side, right: str, *, refused: bool
) -> None:
    done = decide(state(), order(side=side), market())
    asked = command(price=Price(D(right)), lp_reference=None)
    if refused:
        with pytest.raises(InvalidError, match="lp_reference_required"):
            require_reference(past(done), asked, market())
    require_reference(past(done), asked if not refused else command(price=asked.price), market())


def test_a_bust_that_nothing_can_judge_needs_the_lps_word() -> None:
    done = decide(state(), order(), market())
    blind = market(Refused(reason=RejectReason.NO_PRICE, message=""))
    require_reference(past(done), command(lp_reference=None), market())
    with pytest.raises(InvalidError, match="lp_reference_required"):
        require_reference(past(done), command(lp_reference=None), blind)


def test_a_fact_on_a_final_order_counts_no_order_more_or_less() -> None:
    before = state()
    done = decide(before, order(), market())
    after = evolve(before, done)
    told = replace(done.order, version=1)
    again = evolve(after, resting(after, told, (Fact.BUSTED,)))
    assert (again.open_orders, again.recent_orders) == (after.open_orders, after.recent_orders)
