"""A real order service over a real database; ticks are fed by hand."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from tests.services.oms.seeding import Trader, seed_reference, seed_trader
from tradewind.contracts.events import OrderRow
from tradewind.contracts.ticks import Tick, TickPrice, TickQuote
from tradewind.core.accounts import Side
from tradewind.core.commands import CancelOrder, ClosePosition, PlaceOrder
from tradewind.core.ids import AccountId, OrderId, PositionId, Symbol
from tradewind.core.money import Quantity
from tradewind.core.orders import Channel, TimeInForce
from tradewind.infra.clock import Clock
from tradewind.infra.identifiers import IdSource
from tradewind.infra.secrets import read_secret
from tradewind.infra.settings import Settings
from tradewind.infra.ticks import TickFeed
from tradewind.services.oms.batch import Connect, Tools
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.oms.submission import Answer, Command, RequestKey, TriggerOrder
from tradewind.services.pricing.reference import Reference

D = Decimal
DEADLINE_S = 15.0
ORDERS_SQL = """
    SELECT to_jsonb(o)::text FROM trade_order o WHERE account_id = $1 ORDER BY ticket
"""
ORDER = msgspec.json.Decoder(OrderRow)
MARKUP = {"EURUSD": D("0.00002"), "USDJPY": D("0.002")}


@dataclass(slots=True, kw_only=True)
class World:
    """One order service with its feed, and the owner's connection to look at the tables."""

    settings: Settings
    owner: asyncpg.Connection
    feed: TickFeed
    tools: Tools
    ids: IdSource
    oms: Oms
    traders: list[Trader] = field(default_factory=list)
    sequence: int = 0

    async def trader(self, **changes: Any) -> Trader:
        """Add a client with an account of 10,000 units of its currency."""
        made = await seed_trader(self.owner, self.ids, number=len(self.traders) + 1, **changes)
        self.traders.append(made)
        return made

    def tick(
        self, symbol: str, bid: str | Decimal, ask: str | Decimal, size: int = 1_000_000
    ) -> Tick:
        """Publish an unmarked BBO of two LPs, half of `size` each; groups pay the markup."""
        self.sequence += 1
        now = self.tools.clock.now()
        bid, ask, markup = D(bid), D(ask), MARKUP[symbol]
        quotes = tuple(
            TickQuote(
                lp=lp,
                bid=bid,
                ask=ask,
                bid_size=D(size // 2),
                ask_size=D(size // 2),
                lp_time=now,
                received_at=now,
            )
            for lp in ("lp-one", "lp-two")
        )
        shown = TickPrice(bid=bid - markup, ask=ask + markup)
        tick = Tick(
            symbol=symbol,
            epoch=1,
            seq=self.sequence,
            time=now,
            bid=bid,
            ask=ask,
            quotes=quotes,
            tradable=True,
            reason=None,
            rules_version=1,
            prices=dict.fromkeys(("plain", "charged", "instant"), shown),
        )
        self.feed.receive(msgspec.json.encode(tick))
        self.feed.heartbeat()
        return tick

    async def trigger(self, order: OrderRow, tick: Tick) -> Answer:
        """Tell the service that a tick woke an order, as the trigger engine does."""
        return await self.submit(
            TriggerOrder(
                order_id=OrderId(order.id),
                account_id=AccountId(order.account_id),
                version=order.version,
                tick=tick,
            )
        )

    async def orders(self, trader: Trader) -> list[OrderRow]:
        """Return the orders of an account as they are stored, oldest first."""
        rows = await self.owner.fetch(ORDERS_SQL, trader.account_id)
        return [ORDER.decode(row[0]) for row in rows]

    def order(self, trader: Trader, **changes: Any) -> PlaceOrder:
        """Buy 10,000 EURUSD at market, unless told otherwise."""
        fields: dict[str, Any] = {
            "order_id": OrderId(self.ids.new()),
            "account_id": trader.account_id,
            "user_id": trader.user_id,
            "client_order_id": None,
            "symbol": Symbol("EURUSD"),
            "side": Side.BUY,
            "quantity": Quantity(D(10_000)),
            "time_in_force": TimeInForce.FOK,
            "requested_price": None,
            "max_deviation": D(0),
            "worst_price": None,
            "position_id": None,
            "reduce_only": False,
            "label": None,
            "comment": None,
            "channel": Channel.API,
            "received_at": self.tools.clock.now(),
        }
        return PlaceOrder(**{**fields, **changes})

    def close(
        self, trader: Trader, position_id: UUID, quantity: Decimal | None = None
    ) -> ClosePosition:
        return ClosePosition(
            order_id=OrderId(self.ids.new()),
            account_id=trader.account_id,
            user_id=trader.user_id,
            client_order_id=None,
            position_id=PositionId(position_id),
            quantity=None if quantity is None else Quantity(quantity),
            requested_price=None,
            max_deviation=D(0),
            worst_price=None,
            channel=Channel.API,
            received_at=self.tools.clock.now(),
        )

    def cancel(self, trader: Trader, order_id: UUID) -> CancelOrder:
        return CancelOrder(
            order_id=OrderId(order_id),
            account_id=trader.account_id,
            user_id=trader.user_id,
            channel=Channel.API,
            received_at=self.tools.clock.now(),
        )

    def key(self) -> RequestKey:
        return RequestKey(id=self.ids.new(), text="key", body_hash=self.ids.new())

    async def submit(self, command: Command, key: RequestKey | None = None) -> Answer:
        """Submit with a deadline; pricing is alive meanwhile."""
        self.feed.heartbeat()
        return await asyncio.wait_for(self.oms.submit(command, key), DEADLINE_S)

    async def connect(self, role: str) -> asyncpg.Connection:
        return await connect(self.settings, role)

    async def rows(self, query: str, *arguments: object) -> list[dict[str, Any]]:
        return [dict(row) for row in await self.owner.fetch(query, *arguments)]

    async def wait_for(self, query: str, *arguments: object) -> None:
        """Wait until a query returns true."""
        async with asyncio.timeout(DEADLINE_S):
            while not await self.owner.fetchval(query, *arguments):
                await asyncio.sleep(0.005)


async def connect(settings: Settings, role: str) -> asyncpg.Connection:
    return await asyncpg.connect(
        settings.database_url,
        user=role,
        password=read_secret(settings.secrets_dir, f"pg_{role}"),
        timeout=5,
    )


Wrap = Callable[[asyncpg.Connection], asyncpg.Connection]


@asynccontextmanager
async def open_world(settings: Settings, wrap: Wrap = lambda plain: plain) -> AsyncGenerator[World]:
    """Seed a database and run an order service on it; `wrap` may put a proxy on connections."""
    owner = await connect(settings, "tw_migrate")
    await seed_reference(owner, datetime.now(UTC) - timedelta(days=1))
    feed, clock, ids = TickFeed(), Clock(), IdSource()
    pool = await asyncpg.create_pool(
        settings.database_url,
        user="tw_oms",
        password=read_secret(settings.secrets_dir, "pg_tw_oms"),
        min_size=1,
        max_size=1,
    )
    reference = Reference(pool, clock)
    await reference.refresh()
    await pool.close()

    async def session() -> asyncpg.Connection:
        return wrap(await connect(settings, "tw_oms"))

    opening: Connect | Callable[[], Awaitable[asyncpg.Connection]] = session
    tools = Tools(markets=Markets(reference, feed), clock=clock, new_id=ids.new, connect=opening)
    world = World(
        settings=settings,
        owner=owner,
        feed=feed,
        tools=tools,
        ids=ids,
        oms=Oms(tools, lambda: None),
    )
    world.tick("EURUSD", "1.12122", "1.12138")
    world.tick("USDJPY", "149.998", "150.002")
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(world.oms.run())
        try:
            yield world
        finally:
            world.oms.stop()
            async with asyncio.timeout(DEADLINE_S):
                await running
            await owner.close()
