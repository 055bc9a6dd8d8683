"""What an owner reads of accounts. What is not the caller's does not exist for these queries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tradewind.contracts.events import FillRow, OrderRow, PostingRow
from tradewind.core.errors import NotFoundError
from tradewind.core.ids import AccountId, OrderId, UserId
from tradewind.infra.clock import Clock
from tradewind.infra.eventlog import LoggedEvent
from tradewind.infra.postgres import Connection
from tradewind.services.accounts import receipts_store, store
from tradewind.services.accounts.model import DealtOrder, Holding, OrderHistory, OwnAccount, Page


class Accounts:
    """Reads on behalf of one user at a time; `pool` is of role `tw_read`."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock) -> None:
        """Take the pool and the clock that says which terms are in force."""
        self._pool = pool
        self._clock = clock

    async def own(self, user_id: UserId) -> list[OwnAccount]:
        """Return the user's accounts, oldest number first, without what is open on them."""
        async with store.reading_as(self._pool, user_id) as tx:
            return await store.accounts(tx, self._clock.now())

    async def holdings(self, user_id: UserId) -> list[Holding]:
        """Return the user's accounts with what is open, of one snapshot."""
        async with store.reading_as(self._pool, user_id) as tx:
            return await self._holdings(tx, None)

    async def holding(self, user_id: UserId, account_id: AccountId) -> Holding:
        """Return one account with what is open on it."""
        async with store.reading_as(self._pool, user_id) as tx:
            found = await self._holdings(tx, account_id)
        if not found:
            raise _unknown_account()
        return found[0]

    async def orders(
        self, user_id: UserId, account_id: AccountId, page: Page, state: str | None
    ) -> list[OrderRow]:
        """Return orders, newest first."""
        async with self._account(user_id, account_id) as tx:
            return await store.orders(tx, account_id, page, state)

    async def order(
        self, user_id: UserId, account_id: AccountId, order_id: OrderId
    ) -> OrderHistory:
        """Return one order with its history."""
        async with self._account(user_id, account_id) as tx:
            found = await store.order(tx, account_id, order_id)
        if found is None:
            raise NotFoundError("order_not_found", "There is no such order.")
        row, moves = found
        return OrderHistory(row=row, moves=tuple(moves))

    async def dealt(self, user_id: UserId, account_id: AccountId, order_id: OrderId) -> DealtOrder:
        """Return one order with what its fills keep."""
        async with self._account(user_id, account_id) as tx:
            found = await receipts_store.dealt_order(tx, account_id, order_id)
        if found is None:
            raise NotFoundError("order_not_found", "There is no such order.")
        return found

    async def fills(self, user_id: UserId, account_id: AccountId, page: Page) -> list[FillRow]:
        """Return fills, newest first."""
        async with self._account(user_id, account_id) as tx:
            return await store.fills(tx, account_id, page)

    async def ledger(self, user_id: UserId, account_id: AccountId, page: Page) -> list[PostingRow]:
        """Return what moved the balance, newest first."""
        async with self._account(user_id, account_id) as tx:
            return await store.ledger(tx, account_id, page)

    async def events(
        self, user_id: UserId, account_id: AccountId, after: int, limit: int
    ) -> list[LoggedEvent]:
        """Return the log after number `after`, in order and without gaps."""
        async with self._account(user_id, account_id) as tx:
            return await store.events(tx, account_id, after, limit)

    @asynccontextmanager
    async def _account(self, user_id: UserId, account_id: AccountId) -> AsyncIterator[Connection]:
        """A snapshot in which the account is known to be the user's."""
        async with store.reading_as(self._pool, user_id) as tx:
            if not await store.exists(tx, account_id):
                raise _unknown_account()
            yield tx

    async def _holdings(self, tx: Connection, account_id: AccountId | None) -> list[Holding]:
        found = await store.accounts(tx, self._clock.now(), account_id)
        positions = await store.open_positions(tx, [own.account.id for own in found])
        return [
            Holding(
                own=own,
                positions=tuple(p for p in positions if p.account_id == own.account.id),
            )
            for own in found
        ]


def _unknown_account() -> NotFoundError:
    return NotFoundError("account_not_found", "There is no such account.")
