"""A naive twin of the index: it looks at every order at every tick, with core's own words."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tests.services.triggers.builders import EURUSD, INSTRUMENTS
from tradewind.contracts.ticks import Tick
from tradewind.core.ids import AccountId
from tradewind.core.money import Price
from tradewind.core.triggers import is_triggered, next_level, watch
from tradewind.infra.clock import Clock
from tradewind.services.oms.markets import market_price
from tradewind.services.triggers.resting import OrderView, order_of

#: What is asked: the ticket, the version, and where a stop moves to.
Question = tuple[int, int, Price | None]


@dataclass(slots=True, kw_only=True)
class Twin:
    """Orders, groups, what is out, and every tick so far."""

    clock: Clock
    groups: dict[AccountId, str] = field(default_factory=dict)
    orders: dict[int, OrderView] = field(default_factory=dict)
    since: dict[int, datetime] = field(default_factory=dict)
    pausing: dict[int, datetime] = field(default_factory=dict)
    out: set[int] = field(default_factory=set)
    newer: dict[int, OrderView] = field(default_factory=dict)
    ticks: list[Tick] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def tick(self, tick: Tick) -> list[Question]:
        """What a tick wakes and moves."""
        self.ticks.append(tick)
        if not tick.tradable:
            self.seen["untradable"] += 1
            return []
        due = [each for each in self.orders.values() if self._fires(each, tick)]
        due.sort(key=_due)
        levels = [each.stop_price for each in due]
        self.seen["several at once"] += len(due) > 1
        self.seen["equal levels"] += len(set(levels)) < len(levels)
        moving = [
            (each, level) for each in self.orders.values() if (level := self._moves(each, tick))
        ]
        self.seen["trailing moves"] += len(moving)
        asked: list[Question] = [(each.ticket, each.version, None) for each in due]
        asked += [(each.ticket, each.version, level) for each, level in moving]
        self.out.update(ticket for ticket, _, _ in asked)
        return asked

    def arrive(self, view: OrderView) -> list[Question]:
        """What a version of an order wakes on ticks that are past."""
        known = self.newer.get(view.ticket, self.orders.get(view.ticket))
        if known is not None and known.version >= view.version:
            self.seen["older version"] += 1
            return []
        if view.ticket in self.out:
            self.seen["amended while out"] += 1
            self.newer[view.ticket] = view
            return []
        self.orders[view.ticket] = view
        self.since[view.ticket] = view.updated_at
        self.pausing.pop(view.ticket, None)
        if watch(order_of(view)) is None:
            del self.orders[view.ticket]
            return []
        return self._catch_up(view)

    def regroup(self, groups: Mapping[AccountId, str]) -> list[Question]:
        """Note groups; orders without one so far are held against ticks that are past."""
        fresh = {account for account in groups if account not in self.groups}
        self.groups |= groups
        asked: list[Question] = []
        for each in sorted(self.orders.values(), key=_due):
            if each.account_id in fresh and each.ticket not in self.out:
                self.seen["group came late"] += 1
                asked += self._catch_up(each)
        return asked

    def back(self, ticket: int, pause_until: datetime | None) -> list[Question]:
        """Put an order back after its answer."""
        self.out.remove(ticket)
        newer = self.newer.pop(ticket, None)
        if newer is not None:
            return self.arrive(newer)
        if pause_until is not None:
            self.since[ticket] = self.pausing[ticket] = pause_until
        return []

    def _catch_up(self, view: OrderView) -> list[Question]:
        for tick in self.ticks:
            is_recent = tick.time > self.clock.now() - timedelta(seconds=5)
            if is_recent and tick.tradable and self._fires(view, tick):
                self.seen["caught up"] += 1
                self.out.add(view.ticket)
                return [(view.ticket, view.version, None)]
        return []

    def _is_for(self, view: OrderView, tick: Tick, since: datetime) -> bool:
        group = self.groups.get(AccountId(view.account_id))
        if view.ticket in self.out or group is None or tick.time <= since:
            return False
        if group not in tick.prices:
            self.seen["no group price"] += 1
            return False
        return True

    def _fires(self, view: OrderView, tick: Tick) -> bool:
        if not self._is_for(view, tick, self.since[view.ticket]):
            return False
        group = self.groups[AccountId(view.account_id)]
        return is_triggered(order_of(view), market_price(tick, group, INSTRUMENTS[EURUSD]))

    def _moves(self, view: OrderView, tick: Tick) -> Price | None:
        since = view.updated_at + timedelta(seconds=1)
        since = max(since, self.pausing.get(view.ticket, since))
        if not self._is_for(view, tick, since):
            return None
        group, instrument = self.groups[AccountId(view.account_id)], INSTRUMENTS[EURUSD]
        price = market_price(tick, group, instrument)
        return next_level(order_of(view), price, instrument.pip)


def _due(view: OrderView) -> tuple[bool, int]:
    return not view.reduce_only, view.ticket
