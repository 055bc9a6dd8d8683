"""Somebody with an account and a client, and what they usually do."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from tests.flows.live import Live
from tests.services.pricing.running import until
from tradewind.infra.demo.handover import HandoverUser, read_handover
from tradewind_client import Client, NewOrder, Order, OrderState, OrderType, Price, Retrying, Side

#: Tests do not wait as long as people do.
BRISK = Retrying(attempts_max=100, first_pause_s=0.05, pause_s_max=0.5, answer_timeout_s=5.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A login, one of its accounts and a client that is logged in."""

    email: str
    password: str
    account: UUID
    client: Client

    async def buy(self, quantity: str = "1000", key: str | None = None) -> Order:
        return await self.client.orders.place(self.account, market(quantity), key=key)

    async def sell(self, quantity: str = "1000") -> Order:
        return await self.client.orders.place(self.account, market(quantity, Side.SELL))

    async def rest(self, symbol: str = "EURUSD") -> Order:
        """Place a buy that is so far away that it does not fill."""
        price = await self.price(symbol)
        assert price.bid is not None
        specification = await self.client.market.symbol(symbol)
        far = round(price.bid * Decimal("0.99"), specification.price_precision)
        order = await self.client.orders.place(
            self.account,
            NewOrder(
                symbol=symbol,
                side=Side.BUY,
                type=OrderType.LIMIT,
                quantity=Decimal(1000),
                limit_price=far,
            ),
        )
        assert order.state is OrderState.WORKING, order
        return order

    async def last_event(self) -> int:
        return (await self.client.accounts.get(self.account)).last_event

    async def price(self, symbol: str = "EURUSD") -> Price:
        return (await self.client.market.prices([symbol]))[symbol]


@asynccontextmanager
async def person(
    live: Live, base_url: str | None = None, retrying: Retrying = BRISK
) -> AsyncGenerator[Person]:
    """Open an account; `base_url` is another way to the same platform."""
    ((user, account),) = await live.opened(1)
    async with Client(base_url or live.platform.url, retrying=retrying) as client:
        yield await _arrived(client, user, account.id)


@asynccontextmanager
async def hedging(live: Live) -> AsyncGenerator[Person]:
    """The demo's client whose account may hold opposite positions; nothing may stay open."""
    content = read_handover(live.platform.home.demo_file)
    assert content is not None
    user, account = next(
        (user, account)
        for user in content.users
        for account in user.accounts
        if account.position_mode == "hedging"
    )
    async with Client(live.platform.url, retrying=BRISK) as client:
        yield await _arrived(client, user, account.id)


async def _arrived(client: Client, user: HandoverUser, account: UUID) -> Person:
    """Log in and wait until there is a price to trade at."""
    await client.log_in(user.email, user.password)
    opened = Person(email=user.email, password=user.password, account=account, client=client)

    async def is_tradable() -> bool:
        return (await opened.price()).tradable

    await until(is_tradable)
    return opened


def market(quantity: str = "1000", side: Side = Side.BUY, symbol: str = "EURUSD") -> NewOrder:
    return NewOrder(symbol=symbol, side=side, quantity=Decimal(quantity))
