"""What an order would do, computed by the functions that execute it; nothing is stored."""

import asyncio
from collections import deque
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count
from typing import Final

import asyncpg

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import Side
from tradewind.core.commands import PlaceOrder
from tradewind.core.decisions import Decision, Market
from tradewind.core.errors import NotFoundError, TransientError
from tradewind.core.margin import Valuation, value
from tradewind.core.market import Level, MarketPrice, Quoting
from tradewind.core.money import ZERO, Currency, Price
from tradewind.core.orders import Ended, OrderState, OrderType, Refused, TimeInForce
from tradewind.core.trading import decide, evolve
from tradewind.infra.identifiers import oldest_id
from tradewind.services.oms import store
from tradewind.services.oms.batch import BROKEN, STATEMENT_TIMEOUT_S, Tools
from tradewind.services.oms.desk import Desk, account_work
from tradewind.services.oms.store import Loaded, Locking, Wanted
from tradewind.services.oms.wants import named_orders

#: States of an order that waits for its price or its parent.
_WAITING: Final = frozenset({OrderState.ACCEPTED, OrderState.WORKING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """How an order would end, and the account after it, in account currency and unrounded.

    Of an order that would rest the figures are those of its fill at its own price. They are None
    where a price or a rate is missing; `margin` is what the order adds to the used margin.
    """

    state: OrderState
    refused: Refused | None
    ended: Ended | None
    price: Price | None
    margin: Decimal | None
    commission: Decimal
    spread_cost: Decimal | None
    after: Valuation | None
    currency: Currency


class Previews:
    """Decides on a snapshot that locks nothing; one connection of its own."""

    def __init__(self, tools: Tools) -> None:
        """Connect at the first question."""
        self._tools = tools
        self._connection: asyncpg.Connection | None = None
        self._turn = asyncio.Lock()

    async def preview(self, order: PlaceOrder) -> Preview:
        """Return what `order` would do now; NotFoundError when the account is not the user's."""
        async with self._turn:
            try:
                loaded = await self._load(order)
            except (TimeoutError, *BROKEN) as error:
                self._drop()
                raise TransientError("database_unavailable", "it cannot be told now") from error
        return self._decide(order, loaded)

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close(timeout=2)

    async def _load(self, order: PlaceOrder) -> Loaded:
        if self._connection is None or self._connection.is_closed():
            self._connection = await self._tools.connect()
        wanted = Wanted(
            accounts=[order.account_id],
            keys=(),
            client_accounts=(),
            client_order_ids=(),
            orders=named_orders(order),
            whole=(),
            placing=[order.account_id],
            recent=oldest_id(1.0),
            tickets=0,
        )
        now = self._tools.clock.now()
        async with self._connection.transaction(readonly=True):
            return await store.lock_and_load(
                self._connection, wanted, now, Locking.NONE, timeout_s=STATEMENT_TIMEOUT_S
            )

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    def _decide(self, order: PlaceOrder, loaded: Loaded) -> Preview:
        found = next(iter(loaded.accounts or ()), None)
        if found is None or found.account.user_id != order.user_id:
            raise NotFoundError("account_not_found", "there is no such account")
        terms = {group.id: group.terms for group in loaded.groups or ()}
        work = account_work(found, loaded.kill_switches or (), terms[found.group_id])
        desk = Desk(
            markets=self._tools.markets,
            new_id=self._tools.new_id,
            tickets=deque(range(1, 100)),
            now=self._tools.clock.now(),
        )
        market = replace(desk.market(work, order.symbol, order), new_ticket=count(1).__next__)
        first = decide(work.state, order, market)
        filled = first
        if first.order.state in _WAITING and isinstance(market.quoting, Quoting):
            market = replace(market, quoting=_at_its_price(order, market.quoting))
            filled = decide(work.state, _as_market(order), market)
        return _previewed(work.state, first, filled, market)


def _as_market(order: PlaceOrder) -> PlaceOrder:
    return replace(
        order,
        type=OrderType.MARKET,
        time_in_force=TimeInForce.FOK,
        limit_price=None,
        stop_price=None,
        worst_price=None,
        protection=None,
        linked_id=None,
        parent_id=None,
        expires_at=None,
    )


def _at_its_price(order: PlaceOrder, quoting: Quoting) -> Quoting:
    """Move the whole price, so that a taker gets the order's own."""
    price = quoting.price
    wanted = order.limit_price if order.limit_price is not None else order.stop_price
    if wanted is None:
        return quoting
    by = wanted - price.taking(order.side)
    return replace(quoting, price=_moved(price, by))


def _moved(price: MarketPrice, by: Decimal) -> MarketPrice:
    def level(at: Level) -> Level:
        return replace(at, price=Price(at.price + by))

    return replace(
        price,
        bid=Price(price.bid + by),
        ask=Price(price.ask + by),
        bbo_bid=Price(price.bbo_bid + by),
        bbo_ask=Price(price.bbo_ask + by),
        bids=tuple(map(level, price.bids)),
        asks=tuple(map(level, price.asks)),
    )


def _previewed(state: AccountState, first: Decision, filled: Decision, market: Market) -> Preview:
    after = evolve(state, filled)
    is_marked = all(
        held.symbol in market.marks
        for held in (*state.positions.values(), *after.positions.values())
    )
    before = valued = None
    if is_marked:
        before = value(state.account, state.terms, state.positions.values(), market.marks)
        valued = value(after.account, after.terms, after.positions.values(), market.marks)
    refused = first.order.refused or filled.order.refused
    return Preview(
        state=first.order.state,
        refused=refused,
        ended=first.order.ended,
        price=filled.order.average_price,
        margin=valued.used_margin - before.used_margin if valued and before else None,
        commission=sum((fill.commission for fill in filled.fills), ZERO),
        spread_cost=_spread_cost(filled, market),
        after=valued,
        currency=state.account.currency,
    )


def _spread_cost(filled: Decision, market: Market) -> Decimal | None:
    """What is lost at once by buying at the ask and being worth the bid, or the reverse."""
    if not isinstance(market.quoting, Quoting):
        return None
    price, rate = market.quoting.price, market.quoting.conversion.rate
    worth = price.bid if filled.order.request.side is Side.BUY else price.ask
    return sum(
        (
            abs(fill.price - worth) * (fill.quantity - fill.closed_quantity) * rate
            for fill in filled.fills
        ),
        ZERO,
    )
