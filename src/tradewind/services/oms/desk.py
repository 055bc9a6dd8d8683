"""Where the commands of a batch are carried out: prices, tickets, ids, and what is written."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from tradewind.contracts.events import OrderRow
from tradewind.contracts.ticks import Tick
from tradewind.core.account_state import NO_ORDERS, AccountState
from tradewind.core.accounts import GroupTerms, Position
from tradewind.core.commands import Order, PlaceOrder
from tradewind.core.consequences import follow, has_levels
from tradewind.core.decisions import Decision, Market
from tradewind.core.errors import NotFoundError
from tradewind.core.ids import OrderId, PositionId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.margin import Mark
from tradewind.core.market import Quoting
from tradewind.core.orders import FINAL, Channel, OrderState
from tradewind.core.trading import evolve
from tradewind.core.values import frozen
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.order_rows import Recording
from tradewind.services.oms.reading import order_of
from tradewind.services.oms.rows import record
from tradewind.services.oms.store import (
    KillSwitch,
    KnownOrder,
    LoadedAccount,
    LoadedFill,
    Writing,
)


class TicketsExhausted(Exception):
    """A batch makes more orders than it asked tickets for; it is decided again with more."""


@frozen
class By:
    """Who causes what happens; `cause` names the order it follows from, or the operation."""

    actor: str
    cause: str | None = None


@dataclass(slots=True, kw_only=True)
class AccountWork:
    """An account's state after the commands decided so far, and the rows of its orders."""

    state: AccountState
    last_event: int
    rows: dict[UUID, OrderRow]
    touched: bool = False

    def order(self, order_id: UUID) -> tuple[OrderRow, Order]:
        """Return an order; NotFoundError when it is not the account's."""
        row = self.rows.get(order_id)
        if row is None:
            raise NotFoundError("order_not_found", "there is no such order")
        known = self.state.orders.get(OrderId(order_id))
        return row, known or order_of(row)

    def standing(self) -> "Standing":
        """Remember how it stands, in case a command fails in its middle."""
        return Standing(
            state=self.state,
            last_event=self.last_event,
            rows=dict(self.rows),
            touched=self.touched,
        )

    def go_back(self, to: "Standing") -> None:
        """Forget what a failed command did."""
        self.state, self.last_event = to.state, to.last_event
        self.rows, self.touched = to.rows, to.touched


@frozen
class Standing:
    """How an account stood before a command."""

    state: AccountState
    last_event: int
    rows: dict[UUID, OrderRow]
    touched: bool


def account_work(
    loaded: LoadedAccount, switches: Sequence[KillSwitch], terms: GroupTerms
) -> AccountWork:
    """Make what lock-and-load returned what is decided on."""
    stops = {("global", ""), ("account", str(loaded.account.id)), ("group", terms.code)}
    orders = NO_ORDERS
    if loaded.orders:
        orders = {
            OrderId(row.id): order_of(row)
            for row in loaded.orders
            if OrderState(row.state) not in FINAL
        }
    return AccountWork(
        state=AccountState(
            account=loaded.account,
            terms=terms,
            positions={position.id: position for position in loaded.positions},
            kill_switched=frozenset(Symbol(s.key) for s in switches if s.scope == "symbol"),
            opens_stopped=any((s.scope, s.key) in stops for s in switches),
            orders=orders,
            open_orders=loaded.open_orders,
            recent_orders=loaded.recent_orders,
        ),
        last_event=loaded.last_event,
        rows={order.id: order for order in loaded.orders},
    )


@dataclass(slots=True, kw_only=True)
class Desk:
    """What every command of one batch uses."""

    markets: Markets
    new_id: Callable[[], UUID]
    tickets: deque[int]
    now: datetime
    writing: Writing = field(default_factory=Writing)
    client_orders: dict[tuple[UUID, str], KnownOrder] = field(default_factory=dict)
    fills: dict[UUID, LoadedFill] = field(default_factory=dict)

    def new_ticket(self) -> int:
        """Take the next ticket; raises TicketsExhausted."""
        if not self.tickets:
            raise TicketsExhausted
        return self.tickets.popleft()

    def instrument(self, symbol: Symbol) -> Instrument:
        """Return the specification in force; NotFoundError where there is none."""
        instrument = self.markets.instrument(symbol)
        if instrument is None:
            raise NotFoundError("symbol_not_found", "there is no such symbol")
        return instrument

    def market(
        self, work: AccountWork, symbol: Symbol, order: PlaceOrder | None, tick: Tick | None = None
    ) -> Market:
        """What a decision reads: its latest price, or the tick that woke an order."""
        state = work.state
        group, currency = state.terms.code, state.account.currency.code
        instrument = self.instrument(symbol)
        marks = self._marks(state, symbol)
        if tick is None:
            quoting = self.markets.quoting(symbol, order, (group, currency), self.now)
        else:
            quoting = self.markets.quoting_at(tick, (group, currency), self.now)
            if isinstance(quoting, Quoting) and symbol in marks:
                price, mark = quoting.price, marks[symbol]
                if (mark.bid, mark.ask) != (price.bid, price.ask):
                    marks[symbol] = replace(mark, bid=price.bid, ask=price.ask)
        return Market(
            instrument=instrument,
            quoting=quoting,
            marks=marks,
            new_ticket=self.new_ticket,
            new_id=self.new_id,
            now=self.now,
        )

    def carry_out(self, work: AccountWork, decision: Decision, market: Market, by: By) -> OrderRow:
        """Record a decision and whatever follows from it; return the order's own row."""
        row = self._record(work, decision, market, by)
        work.state = evolve(work.state, decision)
        if work.state.orders or any(map(has_levels, decision.positions)):
            following = By(actor=by.actor, cause=str(row.id))
            for state, each in follow(work.state, decision, market):
                self._record(work, each, market, following)
                work.state = state
        return work.rows.get(row.id, row)

    def _record(self, work: AccountWork, decision: Decision, market: Market, by: By) -> OrderRow:
        is_dealers = decision.order.request.channel is Channel.DEALER
        recording = Recording(
            state=work.state,
            instrument=market.instrument,
            last_event=work.last_event,
            row=None if decision.order.version == 0 else work.rows[decision.order.request.order_id],
            actor=by.actor,
            cause=by.cause,
            on_behalf_of=str(work.state.account.user_id) if is_dealers else None,
            new_id=self.new_id,
            now=self.now,
        )
        row, work.last_event = record(decision, recording, self.writing)
        work.rows[row.id] = row
        work.touched = True
        return row

    def _marks(self, state: AccountState, symbol: Symbol) -> dict[Symbol, Mark]:
        """Mark the order's symbol and everything the account has open; what has no price lacks."""
        symbols = {position.symbol for position in state.positions.values()} | {symbol}
        group, currency = state.terms.code, state.account.currency.code
        marks = {s: self.markets.mark(s, group, currency, self.now) for s in symbols}
        return {s: mark for s, mark in marks.items() if mark is not None}


def position_of(work: AccountWork, position_id: PositionId) -> Position:
    """Return an open position; NotFoundError when the account has none of that id."""
    position = work.state.positions.get(position_id)
    if position is None:
        raise NotFoundError("position_not_found", "there is no such open position")
    return position
