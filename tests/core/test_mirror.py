"""Reflected prices and sides give the same money: nothing prefers buyers to sellers."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tests.core.builders import instrument, levels, market, numbered_ids, order, quoting, state
from tradewind.core.account_state import AccountState
from tradewind.core.accounts import PositionMode, Side
from tradewind.core.amending import Unmoved, wake
from tradewind.core.commands import Bound, PlaceOrder, Protection
from tradewind.core.consequences import follow
from tradewind.core.decisions import Decision, Market
from tradewind.core.ids import OrderId, Symbol
from tradewind.core.market import MarketPrice
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import OrderType, TimeInForce
from tradewind.core.trading import decide, evolve

D = Decimal
#: What prices are reflected at: p becomes twice that less p.
MIRROR = D("2.24260")
POINT = D("0.00001")
RICH = D(1_000_000_000)
EURUSD = Symbol("EURUSD")
TRADED = instrument(margin_rate=D("0.000001"), allow_negative=True)

moves = st.lists(
    st.tuples(
        st.integers(-80, 80),
        st.sampled_from(["market", "limit", "stop", "mit", "nothing"]),
        st.sampled_from([1, -1]),
        st.integers(1, 40),
        st.integers(-60, 60),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
)
KINDS = {"limit": OrderType.LIMIT, "stop": OrderType.STOP, "mit": OrderType.MARKET_IF_TOUCHED}


class Account:
    """One account; `sign` is -1 in the mirror."""

    def __init__(self, sign: int, mode: PositionMode) -> None:
        self.sign = sign
        self.state: AccountState = state(balance=RICH, leverage=D(1_000), position_mode=mode)
        self.ids = numbered_ids()
        self.mid = D("1.12130")
        self.fills = 0

    def at(self, price: Decimal) -> Price:
        return Price(price if self.sign > 0 else MIRROR - price)

    def side(self, side: int) -> Side:
        return Side.BUY if side * self.sign > 0 else Side.SELL

    def market(self) -> Market:
        low, high = sorted((self.at(self.mid - 10 * POINT), self.at(self.mid + 10 * POINT)))
        shown = replace(
            _PRICE,
            bid=low,
            ask=high,
            bbo_bid=low,
            bbo_ask=high,
            bids=levels((str(low), 1_000_000)),
            asks=levels((str(high), 1_000_000)),
        )
        return market(quoting(shown), traded=TRADED)

    def move(self, points: int) -> None:
        """Move the price and execute what it wakes, by ticket."""
        self.mid += points * POINT
        for known in sorted(self.state.orders.values(), key=lambda each: each.ticket):
            current = self.state.orders.get(known.request.order_id)
            if current is not None:
                woken = wake(self.state, current, self.market())
                if not isinstance(woken, Unmoved):
                    self.take(woken)

    def take(self, decision: Decision) -> None:
        self.fills += len(decision.fills)
        self.state = evolve(self.state, decision)
        for after, each in follow(self.state, decision, self.market()):
            self.fills += len(each.fills)
            self.state = after

    def place(self, kind: str, side: int, lots: int, away: int, protected: bool) -> None:
        level = self.mid + away * POINT
        asked = None
        if protected:
            asked = Protection(
                stop_loss=Bound(price=self.at(level - side * 90 * POINT)),
                take_profit=Bound(price=self.at(level + side * 90 * POINT)),
            )
        fields: dict[str, Any] = {
            "order_id": OrderId(self.ids()),
            "side": self.side(side),
            "quantity": Quantity(D(lots * 1_000)),
            "protection": asked,
        }
        if kind != "market":
            name = "limit_price" if kind == "limit" else "stop_price"
            fields |= {"type": KINDS[kind], "time_in_force": TimeInForce.GTC, name: self.at(level)}
        placed: PlaceOrder = order(**fields)
        self.take(decide(self.state, placed, self.market()))

    def told(self) -> tuple[object, ...]:
        held = [(p.quantity, self.at(p.open_price)) for p in self.state.positions.values()]
        return (self.state.account.balance, held, len(self.state.orders), self.fills)


_PRICE: MarketPrice = quoting().price


@given(moves, st.sampled_from(list(PositionMode)))
def test_the_mirrored_account_earns_the_same(
    steps: list[tuple[int, str, int, int, int, bool]], mode: PositionMode
) -> None:
    plain, mirrored = Account(1, mode), Account(-1, mode)
    for points, kind, side, lots, away, protected in steps:
        for each in (plain, mirrored):
            each.move(points)
            if kind != "nothing":
                each.place(kind, side, lots, away, protected)
        assert plain.told() == mirrored.told()
