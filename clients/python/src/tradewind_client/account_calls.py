"""Accounts and what happened to them."""

from uuid import UUID

from tradewind_client import operations
from tradewind_client.accounts import Account, Page
from tradewind_client.events import Event, event_of
from tradewind_client.trading import Fill, LedgerEntry
from tradewind_client.transport import Transport


class AccountCalls:
    """`client.accounts`: money, fills, ledger and events."""

    def __init__(self, transport: Transport) -> None:
        """Send over these connections."""
        self._transport = transport

    async def list(self, *, limit: int | None = None, after: str | None = None) -> Page[Account]:
        """List the user's accounts, oldest first."""
        paging = {"limit": limit, "after": after}
        return await self._transport.call(operations.ACCOUNTS, query=paging)

    async def get(self, account_id: UUID) -> Account:
        """Value one account at current prices."""
        return await self._transport.call(operations.ACCOUNT, {"account_id": account_id})

    async def fills(
        self, account_id: UUID, *, limit: int | None = None, after: str | None = None
    ) -> Page[Fill]:
        """List fills, newest first."""
        path, paging = {"account_id": account_id}, {"limit": limit, "after": after}
        return await self._transport.call(operations.FILLS, path, query=paging)

    async def ledger(
        self, account_id: UUID, *, limit: int | None = None, after: str | None = None
    ) -> Page[LedgerEntry]:
        """List ledger entries, newest first."""
        path, paging = {"account_id": account_id}, {"limit": limit, "after": after}
        return await self._transport.call(operations.LEDGER, path, query=paging)

    async def events(
        self, account_id: UUID, *, after: int = 0, limit: int | None = None
    ) -> Page[Event]:
        """List events after number `after`, in order and without gaps."""
        path, paging = {"account_id": account_id}, {"limit": limit, "after": after}
        page = await self._transport.call(operations.EVENTS, path, query=paging)
        return Page(items=tuple(event_of(each) for each in page.items), next=page.next)
