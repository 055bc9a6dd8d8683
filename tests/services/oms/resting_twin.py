"""The naive twin's resting orders: a list that is scanned, written from the document alone."""

from dataclasses import dataclass, field
from decimal import Decimal

from tests.services.oms.twin import Ask, Held, Shown, Twin

D = Decimal
NOTHING = D(0)
ROLES = ("stop_loss", "take_profit", "trailing")
OPEN = {"accepted", "working", "partially_filled"}
PIP = {"EURUSD": D("0.0001"), "USDJPY": D("0.01")}


@dataclass(slots=True, kw_only=True, eq=False)
class Rest:
    """One order. `units` are signed, `target` is the position it closes."""

    kind: str
    symbol: str
    units: Decimal
    role: str = "client"
    limit: Decimal | None = None
    stop: Decimal | None = None
    worst: Decimal | None = None
    trailing: Decimal | None = None
    target: Held | None = None
    levels: dict[str, Decimal] = field(default_factory=dict)
    other: "Rest | None" = None
    parent: "Rest | None" = None
    filled: Decimal = NOTHING
    state: str = "working"
    end: str | None = None
    is_triggered: bool = False
    #: The position it opened, on a hedging account.
    own: Held | None = None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def left(self) -> Decimal:
        return self.units - self.filled

    def wakes(self, shown: Shown) -> bool:
        """Tell whether a price wakes it."""
        if self.state not in {"working", "partially_filled"}:
            return False
        buys = self.units > 0
        price = shown.ask if buys else shown.bid
        awake = self.is_triggered or self.kind in {"market", "limit"}
        if awake:
            return self._bound() is None or not _worse(buys, price, self._bound())
        assert self.stop is not None
        rises = buys == (self.kind in {"stop", "stop_limit"})
        return price >= self.stop if rises else price <= self.stop

    def _bound(self) -> Decimal | None:
        return self.limit if self.limit is not None else self.worst


def _worse(buys: bool, price: Decimal, bound: Decimal | None) -> bool:
    return bound is not None and (price > bound if buys else price < bound)


@dataclass(slots=True, kw_only=True)
class RestingTwin:
    """One account with its orders, in the order of their tickets."""

    twin: Twin
    orders: list[Rest] = field(default_factory=list)
    is_stopped: bool = False

    def place(self, rest: Rest, prices: dict[str, Shown]) -> str:
        """Take an order; what is at its price already executes at once."""
        shown = prices[rest.symbol]
        self.orders.append(rest)
        if self.is_stopped and self._opens(rest):
            return self._reject(rest, "kill_switch")
        if rest.other is not None and not self._may_pair(rest):
            return self._reject(rest, "link_unavailable")
        if rest.parent is not None:
            if not rest.parent.is_open:
                return self._reject(rest, "link_unavailable")
            rest.state = "accepted"
            return self.twin.note("child")
        if rest.kind in {"stop", "stop_limit"} and rest.wakes(shown):
            return self._reject(rest, "stop_distance")
        if rest.wakes(shown):
            if rest.kind == "mit":
                rest.is_triggered = True
            self._execute(rest, prices, is_new=True)
        if rest.other is not None and rest.is_open:
            rest.other.other = rest
        return self.twin.note(f"placed_{rest.state}")

    def wake(self, rest: Rest, prices: dict[str, Shown]) -> None:
        """Execute an order that a tick woke."""
        if self.is_stopped and self._opens(rest):
            self.twin.note("suspended")
            return
        if rest.stop is not None and not rest.is_triggered:
            rest.is_triggered = True
            self.twin.note("triggered")
            if rest.kind == "stop_limit" and not rest.wakes(prices[rest.symbol]):
                self.twin.note("stop_limit_waits")
                return
        self._execute(rest, prices, is_new=False)

    def due(self, symbol: str, shown: Shown) -> list[Rest]:
        """Return what a tick wakes: what reduces first, then by ticket."""
        woken = [r for r in self.orders if r.symbol == symbol and r.wakes(shown)]
        return sorted(woken, key=lambda rest: rest.target is None)

    def moves(self, symbol: str, shown: Shown) -> list[tuple[Rest, Decimal]]:
        """Return the trailing stops that follow a tick, and where to."""
        found: list[tuple[Rest, Decimal]] = []
        for rest in self.orders:
            if rest.role != "trailing" or rest.symbol != symbol or not rest.is_open:
                continue
            assert rest.trailing is not None
            assert rest.stop is not None
            if rest.is_triggered:
                continue
            gain = 1 if rest.units < 0 else -1
            level = (shown.bid if gain > 0 else shown.ask) - gain * rest.trailing
            if (level - rest.stop) * gain >= PIP[symbol]:
                found.append((rest, level))
        return found

    def cancel(self, rest: Rest, end: str = "client") -> None:
        """End an order; a protective one takes its level along."""
        if rest.role != "client" and rest.target is not None and end == "client":
            rest.target.levels.pop(rest.role, None)
        self._end(rest, end)

    def protect(self, held: Held, levels: dict[str, Decimal | None], shown: Shown) -> None:
        """Set or remove levels of a position."""
        for role, level in levels.items():
            if level is None:
                held.levels.pop(role, None)
            else:
                held.levels[role] = level
        self._sync(held, shown)

    def trade(
        self, ask: Ask, prices: dict[str, Shown], levels: dict[str, Decimal] | None = None
    ) -> str:
        """A market order beside the resting ones."""
        opens = ask.target is None
        if self.is_stopped and opens and self._would_open(ask):
            return self.twin.note("kill_switch")
        before = self._held()
        ended = self.twin.ask(ask, prices)
        self._follow(before, prices[ask.symbol], levels or {})
        return ended

    def _would_open(self, ask: Ask) -> bool:
        return self._opens(Rest(kind="market", symbol=ask.symbol, units=ask.units))

    def _may_pair(self, rest: Rest) -> bool:
        other = rest.other
        return other is not None and other.is_open and not (other.other and other.other.is_open)

    def _reject(self, rest: Rest, code: str) -> str:
        rest.state, rest.end = "rejected", code
        return self.twin.note(code)

    def _opens(self, rest: Rest) -> bool:
        if rest.target is not None:
            return False
        if self.twin.hedging:
            return True
        held = next((h for h in self.twin.held if h.symbol == rest.symbol), None)
        return held is None or held.units * rest.units > 0 or abs(rest.left) > abs(held.units)

    def _held(self) -> dict[int, Decimal]:
        return {id(h): h.units for h in self.twin.held}

    def _execute(self, rest: Rest, prices: dict[str, Shown], *, is_new: bool) -> None:
        shown, twin = prices[rest.symbol], self.twin
        price = shown.ask if rest.units > 0 else shown.bid
        most = abs(rest.left) if rest.target is None else abs(rest.target.units)
        if shown.depth is not None:
            most = min(most, shown.depth)
        units = min(abs(rest.left), most).copy_sign(rest.units)
        before, kept = self._held(), twin.keep()
        used = twin.used()
        grows = rest.target or (rest.own if rest.own in twin.held else None)
        index = None if grows is None else twin.held.index(grows)
        opens = self._opens(rest)
        twin.trade(Ask(symbol=rest.symbol, units=units, target=index), units, price, shown.rate)
        if opens and twin.free(prices) < 0 and twin.used() > used:
            twin.restore(kept)
            if is_new:
                self._reject(rest, "insufficient_margin")
            else:
                self._end(rest, "insufficient_margin")
            twin.note("insufficient_margin_resting")
            return
        if twin.hedging and rest.target is None and grows is None:
            rest.own = twin.held[-1]
        rest.filled += units
        rest.state = "filled" if rest.filled == rest.units else "partially_filled"
        twin.note(f"resting_{rest.state}")
        self._follow(before, shown, rest.levels, rest)
        if rest.other is not None and rest.other.is_open:
            self._end(rest.other, "linked")
            twin.note("pair_cancelled")
        self._release(rest)

    def _follow(
        self,
        before: dict[int, Decimal],
        shown: Shown,
        levels: dict[str, Decimal],
        cause: Rest | None = None,
    ) -> None:
        """Make protective orders agree with what changed."""
        for held in self.twin.held:
            if before.get(id(held)) == held.units:
                continue
            grown = abs(held.units) > abs(before.get(id(held), D(0)))
            if grown and (cause is None or cause.target is None):
                held.levels.update(levels)
            self._sync(held, shown)
        alive = {id(h) for h in self.twin.held}
        for rest in self.orders:
            if rest.is_open and rest.target is not None and id(rest.target) not in alive:
                self._end(rest, "linked")

    def _sync(self, held: Held, shown: Shown) -> None:
        standing = {r.role: r for r in self.orders if r.is_open and r.target is held}
        for role in ROLES:
            rest, level = standing.get(role), held.levels.get(role)
            if level is None:
                if rest is not None:
                    self._end(rest, "client")
            elif rest is None:
                self._protecting(held, role, level, shown)
            else:
                rest.units = rest.filled - held.units
                self._level(rest, role, level)

    def _protecting(self, held: Held, role: str, level: Decimal, shown: Shown) -> None:
        rest = Rest(
            kind="limit" if role == "take_profit" else "stop",
            symbol=held.symbol,
            units=-held.units,
            role=role,
            target=held,
        )
        if role == "trailing":
            rest.trailing = level
            rest.stop = shown.bid - level if held.units > 0 else shown.ask + level
        else:
            self._level(rest, role, level)
        self.orders.append(rest)
        self.twin.note(role)

    def _level(self, rest: Rest, role: str, level: Decimal) -> None:
        if role == "take_profit":
            rest.limit = level
        elif role == "stop_loss":
            rest.stop = level
        elif rest.trailing is not None and rest.stop is not None and rest.trailing != level:
            away = rest.trailing - level
            rest.stop += away if rest.units < 0 else -away
            rest.trailing = level

    def _end(self, rest: Rest, end: str) -> None:
        rest.state, rest.end = "cancelled", end
        self._release(rest)

    def _release(self, rest: Rest) -> None:
        """Let the children of an order that ended work, or take them along."""
        if rest.is_open:
            return
        for child in self.orders:
            if child.parent is rest and child.state == "accepted":
                if rest.filled:
                    child.state = "working"
                    self.twin.note("child_works")
                else:
                    self._end(child, "linked")
                    self.twin.note("child_linked")
