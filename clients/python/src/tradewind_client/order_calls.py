"""Orders: placed, looked at, changed and cancelled."""

from uuid import UUID

from tradewind_client import operations
from tradewind_client.accounts import Page
from tradewind_client.errors import ConflictError
from tradewind_client.receipts import Receipt
from tradewind_client.requests import Amendment, NewOrder, mentioned
from tradewind_client.trading import Order, Preview
from tradewind_client.transport import Transport


class OrderCalls:
    """`client.orders`. A rejected order is an answer with `state` rejected, not an exception.

    Calls repeat themselves with the same key until there is an answer. `key` lets a program that
    was started again repeat what its predecessor had begun.
    """

    def __init__(self, transport: Transport) -> None:
        """Send over these connections."""
        self._transport = transport

    async def place(self, account_id: UUID, order: NewOrder, *, key: str | None = None) -> Order:
        """Place an order; the answer is durable."""
        path = {"account_id": account_id}
        return await self._transport.call(operations.PLACE, path, body=order, key=key)

    async def preview(self, account_id: UUID, order: NewOrder) -> Preview:
        """Tell what the order would do now; nothing is stored."""
        path = {"account_id": account_id}
        return await self._transport.call(operations.PREVIEW, path, body=order)

    async def list(
        self,
        account_id: UUID,
        *,
        state: str | None = None,
        limit: int | None = None,
        after: str | None = None,
    ) -> Page[Order]:
        """List orders, newest first; `state` "open" means every state that is not final."""
        query = {"state": state, "limit": limit, "after": after}
        return await self._transport.call(
            operations.ORDERS, {"account_id": account_id}, query=query
        )

    async def get(self, account_id: UUID, order_id: UUID) -> Order:
        """Look an order up, with its transitions and facts."""
        path = {"account_id": account_id, "order_id": order_id}
        return await self._transport.call(operations.ORDER, path)

    async def receipt(self, account_id: UUID, order_id: UUID) -> Receipt:
        """Tell of each fill on which price it was dealt, when, and why."""
        path = {"account_id": account_id, "order_id": order_id}
        return await self._transport.call(operations.RECEIPT, path)

    async def amend(self, account_id: UUID, order_id: UUID, amendment: Amendment) -> Order:
        """Replace an order by a changed one, if it still is in the version of the amendment."""
        path = {"account_id": account_id, "order_id": order_id}
        try:
            return await self._transport.call(operations.AMEND, path, body=amendment)
        except ConflictError as error:
            if not error.follows_unknown:
                raise
            order = await self.get(account_id, order_id)
            if not _is_amended(order, amendment):
                raise
            return order

    async def cancel(self, account_id: UUID, order_id: UUID) -> Order:
        """Take an order off the market. ConflictError `order_final` when it had ended before."""
        path = {"account_id": account_id, "order_id": order_id}
        try:
            return await self._transport.call(operations.CANCEL, path)
        except ConflictError as error:
            # The lost answer may have been to our own cancel.
            if not error.follows_unknown:
                raise
            order = await self.get(account_id, order_id)
            if order.end is None or order.end.code != "client":
                raise
            return order

    async def cancel_all(self, account_id: UUID, *, symbol: str | None = None) -> tuple[Order, ...]:
        """Cancel every open order that protects nothing, of one symbol or of all.

        Where an answer was lost, only what the repetition still found is returned.
        """
        path, query = {"account_id": account_id}, {"symbol": symbol}
        listed = await self._transport.call(operations.CANCEL_ALL, path, query=query)
        return listed.items


def _is_amended(order: Order, amendment: Amendment) -> bool:
    """Tell whether an order looks as the amendment asked, and moved on since."""
    asked = mentioned(amendment)
    version = asked.pop("version")
    return order.version != version and all(
        getattr(order, name) == value for name, value in asked.items()
    )
