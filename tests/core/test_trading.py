"""Whole decisions: the worked example, refusals that change nothing, money that adds up."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import (
    EURUSD,
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
from tradewind.core.accounts import (
    AccountStatus,
    Book,
    Commission,
    CommissionKind,
    GroupTerms,
    Side,
)
from tradewind.core.commands import PlaceOrder
from tradewind.core.ids import Symbol
from tradewind.core.instruments import TradeMode
from tradewind.core.ledger import COMMISSION, FX, TRADING, balances, client
from tradewind.core.margin import value
from tradewind.core.market import Conversion
from tradewind.core.money import CurrencyCode, Price, Quantity
from tradewind.core.orders import EndReason, OrderState, Refused, RejectReason
from tradewind.core.orders import TimeInForce as Tif
from tradewind.core.trading import Decision, Market, decide, evolve

D = Decimal
R = RejectReason
S = OrderState
SELL = Side.SELL
CLOSE = order(side=SELL)
OLD_RATE = Conversion(rate=D(1), quotes=None, fresh=False)


def assert_refused(before: AccountState, decision: Decision, reason: RejectReason) -> None:
    assert decision.order.refused is not None
    assert decision.order.refused.reason is reason
    assert decision.path == (S.NEW, S.PENDING, S.REJECTED)
    assert (decision.order.filled_quantity, decision.order.average_price) == (D(0), None)
    assert (decision.fills, decision.positions, decision.posted) == ((), (), ())
    assert decision.account == before.account
    assert replace(evolve(before, decision), recent_orders=0) == before


def test_the_worked_example_opens_as_written() -> None:
    before = state()
    decision = decide(before, order(), market())
    after = evolve(before, decision)
    valued = value(after.account, after.terms, after.positions.values(), market().marks)
    assert decision.path == (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING, S.FILLED)
    assert decision.order.average_price == D("1.12140")
    assert valued.used_margin == D("3738.00")
    assert (valued.equity, valued.free_margin) == (D("9980.00"), D("6242.00"))
    assert decision.posted == ()


def test_the_worked_example_refuses_the_second_buy() -> None:
    before = state(position())
    decision = decide(before, order(quantity=Quantity(D(200_000))), market())
    assert_refused(before, decision, R.INSUFFICIENT_MARGIN)


@pytest.mark.parametrize(
    ("status", "opening", "closing"),
    [
        (AccountStatus.PENDING, R.ACCOUNT_PENDING, R.ACCOUNT_PENDING),
        (AccountStatus.ACTIVE, None, None),
        (AccountStatus.CLOSE_ONLY, R.ACCOUNT_CLOSE_ONLY, None),
        (AccountStatus.SUSPENDED, R.ACCOUNT_SUSPENDED, R.ACCOUNT_SUSPENDED),
        (AccountStatus.CLOSED, R.ACCOUNT_CLOSED, R.ACCOUNT_CLOSED),
    ],
)
def test_account_status_says_what_may_be_done(
    status: AccountStatus, opening: RejectReason | None, closing: RejectReason | None
) -> None:
    held = state(position(), status=status)
    for placed, reason in ((order(quantity=Quantity(D(1_000))), opening), (CLOSE, closing)):
        decision = decide(held, placed, market())
        if reason is None:
            assert decision.order.state is S.FILLED
        else:
            assert_refused(held, decision, reason)


@pytest.mark.parametrize(
    ("mode", "side", "reason"),
    [
        (TradeMode.FULL, Side.BUY, None),
        (TradeMode.FULL, SELL, None),
        (TradeMode.LONG_ONLY, Side.BUY, None),
        (TradeMode.LONG_ONLY, SELL, R.LONG_ONLY),
        (TradeMode.SHORT_ONLY, Side.BUY, R.SHORT_ONLY),
        (TradeMode.SHORT_ONLY, SELL, None),
        (TradeMode.CLOSE_ONLY, Side.BUY, R.CLOSE_ONLY),
        (TradeMode.CLOSE_ONLY, SELL, R.CLOSE_ONLY),
        (TradeMode.OFF, Side.BUY, R.TRADING_DISABLED),
        (TradeMode.OFF, SELL, R.TRADING_DISABLED),
    ],
)
def test_the_trade_mode_says_what_may_be_opened(
    mode: TradeMode, side: Side, reason: RejectReason | None
) -> None:
    traded = instrument(trade_mode=mode)
    before = state()
    decision = decide(before, order(side=side), market(traded=traded))
    if reason is None:
        assert decision.order.state is S.FILLED
    else:
        assert_refused(before, decision, reason)
    closed = decide(state(position()), CLOSE, market(traded=traded))
    assert (closed.order.state is S.FILLED) == (mode is not TradeMode.OFF)


@pytest.mark.parametrize(
    ("changes", "group", "placed", "on", "reason"),
    [
        ({"opens_stopped": True}, terms(), order(), market(), R.KILL_SWITCH),
        ({"kill_switched": frozenset({EURUSD})}, terms(), order(), market(), R.KILL_SWITCH),
        ({}, terms(book=Book.A), order(), market(), R.EXECUTION_UNAVAILABLE),
        ({}, terms(), order(), market(Refused(reason=R.NO_PRICE, message="")), R.NO_PRICE),
        ({}, terms(), order(), market(quoting(None, OLD_RATE)), R.CONVERSION_UNAVAILABLE),
        ({}, terms(), order(), market(quoting(), marks={}), R.CONVERSION_UNAVAILABLE),
        ({}, terms(), order(requested_price=Price(D("1.12139"))), market(), R.REQUOTE),
        (
            {},
            terms(),
            order(side=SELL, quantity=Quantity(D(900_000))),
            market(),
            R.INSUFFICIENT_MARGIN,
        ),
    ],
)
def test_a_refused_opening_changes_nothing(
    changes: dict[str, Any],
    group: GroupTerms,
    placed: PlaceOrder,
    on: Market,
    reason: RejectReason,
) -> None:
    before = state(group=group, **changes)
    assert_refused(before, decide(before, placed, on), reason)


def test_a_close_goes_on_under_kill_switch_book_a_and_an_old_rate() -> None:
    stopped = state(
        position(), group=terms(book=Book.A), opens_stopped=True, kill_switched=frozenset({EURUSD})
    )
    decision = decide(stopped, CLOSE, market(quoting(None, OLD_RATE), marks={}))
    assert decision.order.state is S.FILLED


def test_a_kill_switch_of_another_symbol_does_not_matter() -> None:
    other = state(kill_switched=frozenset({Symbol("USDJPY")}))
    assert decide(other, order(), market()).order.state is S.FILLED


def test_a_reduction_is_never_refused_for_margin() -> None:
    ruined = state(position(), balance=D(-50_000))
    decision = decide(ruined, order(side=SELL, quantity=Quantity(D(1_000))), market())
    assert decision.order.state is S.FILLED


@pytest.mark.parametrize(("quantity", "state_after"), [(200_000, S.FILLED), (201_000, S.REJECTED)])
def test_a_reversal_that_uses_no_more_margin_is_taken_without_free_margin(
    quantity: int, state_after: OrderState
) -> None:
    # At the bid of 1.12120 the other way round uses a little less than at 1.12140.
    ruined = state(position(), balance=D(-50_000))
    decision = decide(ruined, order(side=SELL, quantity=Quantity(D(quantity))), market())
    assert decision.order.state is state_after


def test_a_reversal_without_margin_is_refused_whole() -> None:
    before = state(position(), balance=D(3_800))
    placed = order(side=SELL, quantity=Quantity(D(300_000)))
    assert_refused(before, decide(before, placed, market()), R.INSUFFICIENT_MARGIN)


def test_an_unfilled_fok_is_cancelled_and_changes_nothing() -> None:
    before = state()
    decision = decide(before, order(worst_price=Price(D("1.12139"))), market())
    assert decision.path == (S.NEW, S.PENDING, S.ACCEPTED, S.WORKING, S.CANCELLED)
    assert decision.order.ended is not None
    assert decision.order.ended.reason is EndReason.WORST_PRICE
    assert replace(evolve(before, decision), recent_orders=0) == before


def test_profit_in_another_currency_goes_through_the_house_fx_account() -> None:
    traded = instrument(quote=CurrencyCode("CHF"))
    rate = Conversion(rate=D("1.1"), quotes="1/USDCHF:0.90909", fresh=True)
    before = state(position())
    decision = decide(before, CLOSE, market(quoting(None, rate), traded=traded))
    folded = balances(p for posted in decision.posted for p in posted.postings)
    own = client(before.account.id)
    assert folded == {
        (TRADING[Book.B], "CHF"): D(20),
        (FX, "CHF"): D(-20),
        (FX, "USD"): D(22),
        (own, "USD"): D(-22),
    }
    assert decision.account.balance == D("9978.00")


plans = st.lists(
    st.tuples(
        st.sampled_from(Side),
        st.integers(1, 400),
        st.integers(0, 60),
        st.sampled_from([Tif.FOK, Tif.IOC]),
    ),
    max_size=12,
)


@given(plans)
def test_balance_is_the_fold_of_its_postings_and_money_is_conserved(
    plan: list[tuple[Side, int, int, Tif]],
) -> None:
    commission = Commission(kind=CommissionKind.PER_MILLION, amount=D("17.3"), minimum=D(0))
    held = state(group=terms(commission=commission))
    opening, exact, totals = held.account.balance, D(0), Counter[tuple[str, str]]()
    for side, lots, drift, time_in_force in plan:
        shown = price(str(D("1.12100") + drift * D("0.00001")), str(D("1.12120")))
        placed = order(side=side, quantity=Quantity(D(lots * 1_000)), time_in_force=time_in_force)
        decision = decide(held, placed, market(quoting(shown)))
        for posted in decision.posted:
            totals.update(balances(posted.postings))
        notional = sum((f.quantity * f.price for f in decision.fills), D(0))
        exact += sum((f.quote_pnl for f in decision.fills), D(0))
        exact -= notional * D("17.3") / D(1_000_000)
        held = evolve(held, decision)
        assert totals[client(held.account.id), "USD"] == held.account.balance - opening
        assert sum(totals.values()) == 0
        assert held.account.balance + held.account.carry == opening + exact
        assert len(held.positions) <= 1
    assert totals[COMMISSION, "USD"] >= 0
