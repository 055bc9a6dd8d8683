"""Look at an account's margin under its lock: call, clear the call, close what must be closed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from tradewind.contracts.events import OrderRow
from tradewind.core.accounts import Position
from tradewind.core.commands import CheckMargin, CloseBy, PlaceOrder
from tradewind.core.decisions import cancelled
from tradewind.core.ids import OrderId, PositionId, Symbol
from tradewind.core.instruments import TradeMode
from tradewind.core.margin import Mark, Valuation, value
from tradewind.core.market import MarketPrice
from tradewind.core.negative_balance import made_good
from tradewind.core.orders import Channel, EndReason, Reason, Refused, TimeInForce
from tradewind.core.regimes import PROFILES
from tradewind.core.stop_out import (
    CloseBoth,
    Health,
    judge,
    judge_call,
    liquidate,
    next_step,
    openers,
)
from tradewind.services.oms.desk import AccountWork, By, Desk
from tradewind.services.oms.margin_rows import margin_row, write_made_good, write_news
from tradewind.services.oms.markets import MARKET_CLOSED
from tradewind.services.oms.several import close_by, operation
from tradewind.services.oms.submission import Answer

OK: Final = 200
ACTOR: Final = "risk"
WAITING: Final = "waiting"
STOPPED_OUT: Final = "stopped_out"


def any_spread(_: MarketPrice) -> bool:
    """Take every tradable price as it is."""
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Prices:
    """What everything open is worth, and the symbols that may not be closed at it now."""

    marks: Mapping[Symbol, Mark]
    closed: frozenset[Symbol]


@dataclass(slots=True, kw_only=True)
class _Check:
    """One check of one account, and the orders it made or ended."""

    desk: Desk
    work: AccountWork
    command: CheckMargin
    prices: _Prices
    rows: list[OrderRow] = field(default_factory=list)

    @property
    def by(self) -> By:
        """Who does what follows."""
        return By(actor=ACTOR, cause=operation(self.command.order_id))

    def valued(self) -> Valuation:
        """Value the account as it now stands."""
        state = self.work.state
        return value(state.account, state.terms, state.positions.values(), self.prices.marks)

    def news_of_call(self, valuation: Valuation) -> Health:
        """Write that a call begins or ends, if one does."""
        account = self.work.state.account
        called = account.margin_called_at is not None
        health = judge_call(valuation, self.work.state.terms, called=called)
        row = margin_row(valuation, account.currency, None)
        if health is Health.CALLED:
            write_news(self.work, self.desk, "margin.call", row, self.by)
        elif health is Health.CLEARED:
            write_news(self.work, self.desk, "margin.cleared", row, self.by)
        return health

    def make_good(self) -> None:
        """Bring a negative balance to zero when nothing is open, where the rules protect it."""
        state = self.work.state
        if state.positions or not PROFILES[state.terms.regime].negative_balance_protection:
            return
        account, postings = made_good(state.account)
        if postings:
            write_made_good(self.work, self.desk, account, postings, self.by)


def check_margin(
    desk: Desk,
    work: AccountWork,
    command: CheckMargin,
    is_fair: Callable[[MarketPrice], bool] = any_spread,
) -> Answer:
    """Judge the level at the prices of now; where one is missing, wait and change nothing.

    What trades at a spread that is not `is_fair` is valued at it, and left alone.
    """
    prices = _look(desk, work, is_fair)
    if prices is None:
        return _answer(command, WAITING)
    check = _Check(desk=desk, work=work, command=command, prices=prices)
    valuation, state = check.valued(), work.state
    called = state.account.margin_called_at is not None
    health: str = judge(valuation, state.terms, called=called)
    if health == Health.STOP_OUT:
        health = _stop_out(check, valuation)
    else:
        check.news_of_call(valuation)
    check.make_good()
    return _answer(command, health, check.rows)


def _look(desk: Desk, work: AccountWork, is_fair: Callable[[MarketPrice], bool]) -> _Prices | None:
    """Price everything open: out of session at the last price, else only at a tradable one."""
    state = work.state
    group, currency = state.terms.code, state.account.currency.code
    symbols = {position.symbol for position in state.positions.values()}
    marks, closed = dict[Symbol, Mark](), set[Symbol]()
    for symbol in symbols:
        mark = desk.markets.mark(symbol, group, currency, desk.now)
        quoting = desk.markets.quoting(symbol, None, (group, currency), desk.now)
        if mark is None:
            return None
        conversion = desk.markets.conversion(mark.instrument.quote, currency, desk.now)
        if conversion is None or not conversion.fresh:
            return None
        marks[symbol] = mark
        if isinstance(quoting, Refused):
            if quoting != MARKET_CLOSED:
                return None
            closed.add(symbol)
        elif mark.instrument.trade_mode is TradeMode.OFF or not is_fair(quoting.price):
            closed.add(symbol)
    if symbols and symbols == closed:
        return None
    return _Prices(marks=marks, closed=frozenset(closed))


def _stop_out(check: _Check, before: Valuation) -> str:
    """Close step by step until the level is above the bound, or nothing more can be closed."""
    work, marks = check.work, check.prices.marks
    left = frozenset(p.id for p in work.state.positions.values() if p.symbol in check.prices.closed)
    health = check.news_of_call(before)
    waiting = health if health is Health.CALLED else WAITING
    if next_step(work.state, marks, left) is None:
        return waiting
    while True:
        _cancel_openers(check)
        if judge(check.valued(), work.state.terms, called=True) is not Health.STOP_OUT:
            break
        step = next_step(work.state, marks, left)
        if step is None:
            break
        left |= _close_both(check, step) if isinstance(step, CloseBoth) else _close(check, step)
    if not check.rows:
        return waiting
    after = check.valued()
    row = margin_row(before, work.state.account.currency, after)
    write_news(work, check.desk, "margin.stop_out", row, check.by)
    check.news_of_call(after)
    return STOPPED_OUT


def _cancel_openers(check: _Check) -> None:
    """Cancel what would open or increase; what a close turned into an opener too."""
    work = check.work
    for order in openers(work.state):
        standing = work.state.orders.get(order.request.order_id)
        if standing is None:
            continue
        market = check.desk.market(work, order.request.symbol, None)
        decision = cancelled(
            work.state, standing, EndReason.STOP_OUT, "the account was stopped out"
        )
        check.rows.append(check.desk.carry_out(work, decision, market, check.by))


def _close_both(check: _Check, pair: CloseBoth) -> frozenset[PositionId]:
    """Close two by each other; what is left of the larger one may be closed further."""
    command = CloseBy(
        order_id=check.command.order_id,
        account_id=check.command.account_id,
        user_id=None,
        position_id=pair.position.id,
        opposite_id=pair.opposite.id,
        quantity=None,
        channel=Channel.SYSTEM,
        received_at=check.desk.now,
        reason=Reason.STOP_OUT,
        actor=ACTOR,
    )
    check.rows.extend(close_by(check.desk, check.work, command).orders)
    return frozenset()


def _close(check: _Check, position: Position) -> frozenset[PositionId]:
    """Close one position at market; return it, for nothing is sent twice in one check."""
    desk, work = check.desk, check.work
    request = PlaceOrder(
        order_id=OrderId(desk.new_id()),
        account_id=check.command.account_id,
        user_id=None,
        symbol=position.symbol,
        side=position.side.opposite,
        quantity=position.quantity,
        time_in_force=TimeInForce.IOC,
        position_id=position.id,
        reduce_only=True,
        channel=Channel.SYSTEM,
        received_at=desk.now,
        reason=Reason.STOP_OUT,
        actor=ACTOR,
    )
    market = desk.market(work, position.symbol, request)
    decision = liquidate(work.state, request, market)
    if decision is not None:
        check.rows.append(desk.carry_out(work, decision, market, check.by))
    return frozenset({position.id})


def _answer(command: CheckMargin, code: str, rows: list[OrderRow] | None = None) -> Answer:
    return Answer(
        status=OK,
        code=str(code),
        order_id=command.order_id,
        order=None,
        orders=tuple(rows or ()),
    )
