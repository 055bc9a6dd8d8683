"""The hands of the state machine: what it draws is asked of the real service."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, TypeVar

from hypothesis.stateful import (
    RuleBasedStateMachine,
)

from tests.services.oms.comparing import expected, told
from tests.services.oms.resting_twin import Rest, RestingTwin
from tests.services.oms.seeding import Trader
from tests.services.oms.test_twin import DEPTH, POINT, Pair, assert_same_account
from tests.services.oms.twin import Ask, Held, Shown, Twin
from tests.services.oms.world import MARKUP, World
from tradewind.contracts.events import OrderRow
from tradewind.contracts.ticks import Tick
from tradewind.core.accounts import Side
from tradewind.core.commands import (
    Amendment,
    AmendOrder,
    Bound,
    CancelAll,
    MoveStop,
    Protection,
    ProtectPosition,
    ReversePosition,
)
from tradewind.core.errors import DomainError
from tradewind.core.ids import OrderId, PositionId, Symbol
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import Channel, OrderType, TimeInForce
from tradewind.services.oms.service import Oms

D = Decimal
Result = TypeVar("Result")
KINDS = {
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "mit": OrderType.MARKET_IF_TOUCHED,
}
POSITIONS_SQL = """
    SELECT id FROM trade_position WHERE account_id = $1 AND closed_at IS NULL
     ORDER BY opened_at, ticket
"""
LEVELS_SQL = """
    SELECT stop_loss, take_profit, trailing_stop AS trailing FROM trade_position
     WHERE account_id = $1 AND closed_at IS NULL
     ORDER BY opened_at, ticket
"""
FILLED_SQL = "SELECT count(*) FROM trade_order WHERE account_id = $1 AND type = 'market'"
TERMINATE_SQL = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE usename = 'tw_oms' AND datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass(slots=True, kw_only=True)
class Stage:
    """What all examples share: one world, each example an account of its own."""

    world: World
    loop: asyncio.AbstractEventLoop
    seen: Counter[str] = field(default_factory=Counter)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(60)

    async def restart(self) -> None:
        """Stop the order service and start another on the same database."""
        self.world.oms.stop()
        self.world.oms = Oms(self.world.tools, lambda: None)
        self.tasks.append(asyncio.create_task(self.world.oms.run()))


class Hands(RuleBasedStateMachine):
    """One account and its twin; each example has its own."""

    stage: ClassVar[Stage]

    def opened(self, mode: str) -> None:
        self.mids = {"EURUSD": D("1.12130"), "USDJPY": D("150.000")}
        self.shown: dict[str, Shown] = {}
        self.ticks: dict[str, Tick] = {}
        self.trader: Trader = self.stage.run(self.stage.world.trader(mode=mode))
        hedging = mode == "hedging"
        self.twin = RestingTwin(twin=Twin(hedging=hedging, per_lot=D(0), minimum=D(0)))
        for symbol in POINT:
            self._publish(symbol)

    def _open(self) -> list[Rest]:
        return [r for r in self.twin.orders if r.is_open]

    def _mine(self) -> list[Rest]:
        return [r for r in self._open() if r.role == "client"]

    def _amendable(self) -> list[Rest]:
        return [
            r
            for r in self._open()
            if r.role == "client"
            and r.kind in {"limit", "stop"}
            and not r.is_triggered
            and not r.filled
        ]

    def _reversible(self) -> list[tuple[int, Held]]:
        depths = [(i, h, self.shown[h.symbol].depth) for i, h in enumerate(self.twin.twin.held)]
        return [(i, h) for i, h, depth in depths if depth is None or 2 * abs(h.units) <= depth]

    def _levels(self, price: Decimal, side: int, point: Decimal) -> dict[str, Decimal]:
        return {
            "stop_loss": price - side * 70 * point,
            "take_profit": price + side * 50 * point,
            "trailing": 90 * point,
        }

    def _publish(self, symbol: str) -> None:
        self.stage.run(self._tick(symbol))

    async def _tick(self, symbol: str) -> None:
        point, mid = POINT[symbol], self.mids[symbol]
        bid, ask = mid - 4 * point, mid + 4 * point
        self.ticks[symbol] = self.stage.world.tick(symbol, bid, ask, size=DEPTH)
        endless = symbol == "EURUSD"
        self.shown[symbol] = Shown(
            bid=bid - MARKUP[symbol],
            ask=ask + MARKUP[symbol],
            rate=D(1) if endless else 1 / mid,
            depth=None if endless else D(DEPTH),
        )

    async def _rows(self) -> list[OrderRow]:
        return [o for o in await self.stage.world.orders(self.trader) if o.type != "market"]

    async def _row(self, rest: Rest) -> OrderRow:
        return (await self._rows())[self.twin.orders.index(rest)]

    def _common(self, order_id: object | None = None) -> dict[str, Any]:
        world = self.stage.world
        return {
            "order_id": order_id or world.ids.new(),
            "account_id": self.trader.account_id,
            "user_id": self.trader.user_id,
            "channel": Channel.API,
            "received_at": world.tools.clock.now(),
        }

    async def _place(self, rest: Rest) -> None:
        world = self.stage.world
        ties = {}
        for name, other in (("linked_id", rest.other), ("parent_id", rest.parent)):
            if other is not None:
                ties[name] = OrderId((await self._row(other)).id)
        await world.submit(
            world.order(
                self.trader,
                symbol=Symbol(rest.symbol),
                side=Side.BUY if rest.units > 0 else Side.SELL,
                quantity=Quantity(abs(rest.units)),
                type=KINDS[rest.kind],
                time_in_force=TimeInForce.GTC,
                limit_price=_price(rest.limit),
                stop_price=_price(rest.stop),
                protection=_protection(rest.levels),
                **ties,
            )
        )

    async def _trade(self, ask: Ask, levels: dict[str, Decimal]) -> None:
        world = self.stage.world
        await world.submit(
            world.order(
                self.trader,
                symbol=Symbol(ask.symbol),
                side=Side.BUY if ask.units > 0 else Side.SELL,
                quantity=Quantity(abs(ask.units)),
                time_in_force=TimeInForce.IOC,
                protection=_protection(levels),
            )
        )

    async def _move(self, rest: Rest, level: Decimal) -> None:
        row = await self._row(rest)
        command = MoveStop(
            order_id=OrderId(row.id),
            account_id=self.trader.account_id,
            version=row.version,
            stop_price=Price(level),
        )
        await self.stage.world.submit(command)

    async def _wake(self, rest: Rest) -> None:
        await self.stage.world.trigger(await self._row(rest), self.ticks[rest.symbol])

    async def _cancel(self, rest: Rest) -> None:
        world = self.stage.world
        await world.submit(world.cancel(self.trader, (await self._row(rest)).id))

    async def _amend(self, rest: Rest, level: Decimal, quantity: Decimal) -> None:
        row = await self._row(rest)
        changes: dict[str, Any] = {"quantity": Quantity(quantity)}
        changes["limit_price" if rest.kind == "limit" else "stop_price"] = Price(level)
        amendment = Amendment(**changes)
        await self.stage.world.submit(
            AmendOrder(**self._common(row.id), version=row.version, amendment=amendment)
        )

    async def _position(self, index: int) -> PositionId:
        rows = await self.stage.world.rows(POSITIONS_SQL, self.trader.account_id)
        return PositionId(rows[index]["id"])

    async def _protect(self, index: int, role: str, level: Decimal | None) -> None:
        name = "trailing_stop" if role == "trailing" else role
        bound = level if role == "trailing" or level is None else Bound(price=Price(level))
        changes: dict[str, Any] = {name: bound}
        command = ProtectPosition(
            **self._common(),
            position_id=await self._position(index),
            protection=Protection(**changes),
        )
        await self.stage.world.submit(command)

    async def _close(self, index: int, units: Decimal) -> None:
        world = self.stage.world
        await world.submit(world.close(self.trader, await self._position(index), units))

    async def _reverse(self, index: int) -> None:
        command = ReversePosition(**self._common(), position_id=await self._position(index))
        await self.stage.world.submit(command)

    async def _cancel_all(self) -> None:
        await self.stage.world.submit(CancelAll(**self._common(), symbol=None))

    async def _switch(self, *, on: bool) -> None:
        owner = self.stage.world.owner
        await owner.execute(
            "DELETE FROM kill_switch WHERE scope = 'account' AND key = $1",
            str(self.trader.account_id),
        )
        if on:
            await owner.execute(
                "INSERT INTO kill_switch VALUES ('account', $1, 'test', 'test', now())",
                str(self.trader.account_id),
            )

    async def _crash(self, ask: Ask) -> bool:
        """End the service's connections while it works; tell whether the order took place."""
        world = self.stage.world
        before = await world.owner.fetchval(FILLED_SQL, self.trader.account_id)
        submitted = asyncio.create_task(self._trade(ask, {}))
        await asyncio.sleep(0)
        own = await world.connect("tw_oms")
        await own.execute(TERMINATE_SQL)
        await own.close()
        with suppress(DomainError):
            await submitted
        return await world.owner.fetchval(FILLED_SQL, self.trader.account_id) > before

    async def _compare(self) -> None:
        pair = Pair(trader=self.trader, twin=self.twin.twin)
        await assert_same_account(self.stage.world, pair)
        rows = await self._rows()
        found = [told(row) for row in rows]
        assert found == [expected(rest) for rest in self.twin.orders]
        levels = await self.stage.world.rows(LEVELS_SQL, self.trader.account_id)
        assert [
            {name: level for name, level in row.items() if level is not None} for row in levels
        ] == [held.levels for held in self.twin.twin.held]


def _price(number: Decimal | None) -> Price | None:
    return None if number is None else Price(number)


def _protection(levels: dict[str, Decimal]) -> Protection | None:
    if not levels:
        return None
    return Protection(
        stop_loss=Bound(price=Price(levels["stop_loss"])),
        take_profit=Bound(price=Price(levels["take_profit"])),
        trailing_stop=levels["trailing"],
    )
