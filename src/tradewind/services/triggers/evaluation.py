"""Holds ticks against the index, and the answers of the order service against both."""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Final

from tradewind.contracts.events import OrderRow
from tradewind.core.commands import MoveStop
from tradewind.core.ids import AccountId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.money import ZERO
from tradewind.core.triggers import next_level
from tradewind.infra.clock import Clock
from tradewind.services.oms.markets import market_price
from tradewind.services.oms.submission import Answer, TriggerOrder
from tradewind.services.triggers.buckets import Shown, is_woken
from tradewind.services.triggers.index import Index
from tradewind.services.triggers.resting import OrderView, Resting, Trail, order_of, scaled
from tradewind.services.triggers.ring import RingTick, ShownPrice
from tradewind.services.triggers.submitting import Asked, Failed

#: How long after its decision an order may still arrive here, and is held against the ticks made
#: since; progress stays so far behind, so that a successor looks at them too.
LATE_MAX: Final = timedelta(seconds=5)
#: An order that may not execute now is not asked about again for so long.
PAUSE: Final = timedelta(seconds=1)

STALE: Final = "stale"
SUSPENDED: Final = "suspended"


@dataclass(slots=True, kw_only=True)
class Evaluation:
    """What one shard knows. Nothing here waits: `ask` queues, `stale` is read by somebody else."""

    clock: Clock
    instruments: Callable[[], Mapping[Symbol, Instrument]]
    ask: Callable[[Asked], None]
    index: Index = field(init=False)
    #: Orders whose rows must be read again before anything is asked about them.
    stale: list[Resting] = field(default_factory=list)
    _recent: dict[str, deque[RingTick]] = field(default_factory=dict)
    _progress: dict[str, str] = field(default_factory=dict)
    #: Orders that were stale in a version, and still have it.
    _doubtful: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Make an empty index."""
        self.index = Index(self._step)

    def take(self, symbol: str, ticks: Sequence[RingTick]) -> None:
        """Evaluate ticks of a symbol, in their order."""
        recent = self._recent.setdefault(symbol, deque())
        for tick in ticks:
            recent.append(tick)
            if tick.prices and not self.is_late(tick, symbol):
                self._evaluate(symbol, tick)
        self._move_on(symbol, recent)

    def arrive(self, view: OrderView) -> None:
        """Take a version of an order, and hold it against the ticks made since it was decided."""
        order = self.index.put(view)
        if order is not None:
            self._doubtful.pop(order.ticket, None)
            self._catch_up(order)

    def regroup(self, groups: Mapping[AccountId, str]) -> None:
        """Note the groups of accounts."""
        for order in self.index.regroup(groups):
            self._catch_up(order)

    def answered(self, asked: Asked, outcome: Answer | Failed) -> None:
        """Put an order back, changed or not."""
        asked.tick.unanswered -= 1
        order = asked.order
        if isinstance(outcome, Failed):
            late = outcome.reason == "late" or isinstance(asked.command, MoveStop)
            self._give_back(order, pause=not late)
        elif outcome.code == SUSPENDED:
            self._give_back(order, pause=True)
        elif (row := _row(outcome, order)) is not None:
            self.index.put(view_of(row))
            self._give_back(order, pause=False)
        else:
            self.stale.append(order)

    def refresh(self, orders: Iterable[Resting], views: Iterable[OrderView]) -> None:
        """Put back orders that were stale, as they stand now."""
        found = {view.ticket: view for view in views}
        for order in orders:
            view = found.get(order.ticket)
            if view is None:
                self.index.forget(order)
                self._doubtful.pop(order.ticket, None)
                continue
            self.index.put(view)
            again = self._doubtful.get(order.ticket) == order.version
            self._doubtful[order.ticket] = order.version
            self._give_back(order, pause=again)

    def progress(self) -> Mapping[str, str]:
        """Return, and forget, the rings that were evaluated further, each with the entry."""
        for symbol, recent in self._recent.items():
            self._move_on(symbol, recent)
        progress = dict(self._progress)
        self._progress.clear()
        return progress

    def is_late(self, tick: RingTick, symbol: str) -> bool:
        """Tell whether a tick is older than a price of its symbol may be."""
        instrument = self.instruments().get(Symbol(symbol))
        if instrument is None:
            return True
        age = self.clock.now() - tick.time
        return age > timedelta(milliseconds=instrument.quote_age_ms_max)

    def _evaluate(self, symbol: str, tick: RingTick) -> None:
        prices = {
            group: _shown(tick.prices[group])
            for group in self.index.groups(symbol)
            if group in tick.prices
        }
        woken = self.index.woken(symbol, tick.time, prices)
        for order in woken.orders:
            self._fire(order, tick)
        for trail in woken.trails:
            if not trail.order.is_out:
                self._move(trail, tick)

    def _catch_up(self, order: Resting) -> None:
        group, since = order.owner.group, max(order.since, self.clock.now() - LATE_MAX)
        for tick in self._recent.get(order.symbol, ()):
            if group is None or tick.time <= since or group not in tick.prices:
                continue
            shown = _shown(tick.prices[group])
            if is_woken(order, shown, tick.time) and not self.is_late(tick, order.symbol):
                self._fire(order, tick)
                return

    def _fire(self, order: Resting, tick: RingTick) -> None:
        self._out(
            order,
            tick,
            TriggerOrder(
                order_id=order.order_id,
                account_id=order.owner.account_id,
                version=order.version,
                tick=tick.whole,
            ),
        )

    def _move(self, trail: Trail, tick: RingTick) -> None:
        order, group = trail.order, trail.order.owner.group
        instrument = self.instruments().get(Symbol(order.symbol))
        if group is None or instrument is None:
            return
        price = market_price(tick.whole, group, instrument)
        level = next_level(order_of(trail.view), price, self._step(order.symbol))
        if level is None:
            return
        command = MoveStop(
            order_id=order.order_id,
            account_id=order.owner.account_id,
            version=order.version,
            stop_price=level,
        )
        self._out(order, tick, command)

    def _out(self, order: Resting, tick: RingTick, command: TriggerOrder | MoveStop) -> None:
        self.index.take(order)
        tick.unanswered += 1
        self.ask(Asked(order=order, tick=tick, command=command))

    def _give_back(self, order: Resting, *, pause: bool) -> None:
        since = self.clock.now() + PAUSE if pause else None
        newer = self.index.give_back(order, since)
        if newer is not None or order.ticket not in self.index.orders:
            self._doubtful.pop(order.ticket, None)
        if newer is not None:
            self._catch_up(newer)

    def _move_on(self, symbol: str, recent: deque[RingTick]) -> None:
        """Let go of ticks that are answered for and that no order can still come late for."""
        settled = self.clock.now() - LATE_MAX
        while recent and recent[0].time <= settled and not recent[0].unanswered:
            self._progress[symbol] = recent.popleft().entry

    def _step(self, symbol: str) -> Decimal:
        """A trailing stop follows by whole pips at least."""
        instrument = self.instruments().get(Symbol(symbol))
        return ZERO if instrument is None else instrument.pip


def view_of(row: OrderRow) -> OrderView:
    """Return what matters here of a row."""
    return OrderView(*(getattr(row, name) for name in OrderView.__struct_fields__))


def _shown(price: ShownPrice) -> Shown:
    bid, ask = scaled(price.bid), scaled(price.ask)
    return bid, ask, (bid + ask) // 2


def _row(answer: Answer, order: Resting) -> OrderRow | None:
    rows = (answer.order, *answer.orders)
    return next((row for row in rows if row is not None and row.id == order.order_id), None)
