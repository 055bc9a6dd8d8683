"""Positions: looked at, protected, closed and turned."""

from typing import Final
from uuid import UUID

from tradewind_client import operations
from tradewind_client.accounts import Page
from tradewind_client.requests import KEEP, Close, CloseAll, CloseBy, Nothing, Protection
from tradewind_client.trading import Order, Position
from tradewind_client.transport import Transport

_WHOLE: Final = Close()


class PositionCalls:
    """`client.positions`. What closes is an order; a refused one has `state` rejected."""

    def __init__(self, transport: Transport) -> None:
        """Send over these connections."""
        self._transport = transport

    async def list(
        self, account_id: UUID, *, limit: int | None = None, after: str | None = None
    ) -> Page[Position]:
        """List open positions, valued at current prices."""
        path, paging = {"account_id": account_id}, {"limit": limit, "after": after}
        return await self._transport.call(operations.POSITIONS, path, query=paging)

    async def protect(
        self, account_id: UUID, position_id: UUID, protection: Protection
    ) -> Position:
        """Give a position protective orders, change or remove them."""
        path = {"account_id": account_id, "position_id": position_id}
        return await self._transport.call(operations.PROTECT, path, body=protection)

    async def close(
        self, account_id: UUID, position_id: UUID, how: Close = _WHOLE, *, key: str | None = None
    ) -> Order:
        """Close a position, wholly or by `how.quantity`."""
        path = {"account_id": account_id, "position_id": position_id}
        return await self._transport.call(operations.CLOSE, path, body=how, key=key)

    async def close_by(
        self, account_id: UUID, position_id: UUID, opposite: CloseBy, *, key: str | None = None
    ) -> tuple[Order, ...]:
        """Close a position by an opposite one of the same symbol."""
        path = {"account_id": account_id, "position_id": position_id}
        listed = await self._transport.call(operations.CLOSE_BY, path, body=opposite, key=key)
        return listed.items

    async def reverse(
        self, account_id: UUID, position_id: UUID, *, key: str | None = None
    ) -> tuple[Order, ...]:
        """Close a position and open one of the same quantity the other way, both or nothing."""
        path = {"account_id": account_id, "position_id": position_id}
        listed = await self._transport.call(operations.REVERSE, path, body=Nothing(), key=key)
        return listed.items

    async def close_all(
        self, account_id: UUID, *, symbol: str | None = None, key: str | None = None
    ) -> tuple[Order, ...]:
        """Close every position, of one symbol or of all."""
        body = CloseAll(symbol=KEEP if symbol is None else symbol)
        path = {"account_id": account_id}
        listed = await self._transport.call(operations.CLOSE_ALL, path, body=body, key=key)
        return listed.items
