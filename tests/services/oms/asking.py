"""What tests of resting orders ask of the world, in few words."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.services.oms.seeding import Trader
from tests.services.oms.world import World
from tradewind.contracts.events import OrderRow
from tradewind.core.commands import (
    Bound,
)
from tradewind.core.ids import OrderId
from tradewind.core.money import Price
from tradewind.core.orders import Channel, OrderType, TimeInForce

D = Decimal
GTC = TimeInForce.GTC
LIMIT = {"type": OrderType.LIMIT, "time_in_force": GTC}
STOP = {"type": OrderType.STOP, "time_in_force": GTC}
POSITION_SQL = """
    SELECT id, side, quantity, open_price, stop_loss, take_profit, trailing_stop
      FROM trade_position WHERE account_id = $1 AND closed_at IS NULL ORDER BY ticket
"""
EVENTS_SQL = "SELECT type FROM account_event WHERE account_id = $1 AND seq > $2 ORDER BY seq"
LAST_SQL = "SELECT last_event FROM account WHERE id = $1"


def at(price: str) -> Bound:
    return Bound(price=Price(D(price)))


async def place(world: World, trader: Trader, **changes: Any) -> OrderRow:
    answer = await world.submit(world.order(trader, **changes))
    assert answer.order is not None
    return answer.order


async def kinds(world: World, trader: Trader, after: int = 0) -> list[str]:
    return [row["type"] for row in await world.rows(EVENTS_SQL, trader.account_id, after)]


async def last(world: World, trader: Trader) -> int:
    return (await world.rows(LAST_SQL, trader.account_id))[0]["last_event"]


async def positions(world: World, trader: Trader) -> list[dict[str, Any]]:
    return await world.rows(POSITION_SQL, trader.account_id)


def common(world: World, trader: Trader, order_id: UUID | None = None) -> dict[str, Any]:
    return {
        "order_id": OrderId(order_id or world.ids.new()),
        "account_id": trader.account_id,
        "user_id": trader.user_id,
        "channel": Channel.API,
        "received_at": world.tools.clock.now(),
    }
