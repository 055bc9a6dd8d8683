"""Symbols, prices and candles, by request; the stream pushes them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tradewind_client import operations
from tradewind_client.accounts import Page
from tradewind_client.market import Candle, Price, Symbol
from tradewind_client.transport import Transport
from tradewind_client.vocabulary import CandleSide, Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class CandleRange:
    """Candles that begin at `begin` or later and before `end`; without `begin` the last ones."""

    begin: datetime | None = None
    end: datetime | None = None
    limit: int | None = None


class MarketCalls:
    """`client.market`: what can be traded and at which price.

    Prices are those of an account's group: of `account_id`, else of the user's first account.
    """

    def __init__(self, transport: Transport) -> None:
        """Send over these connections."""
        self._transport = transport

    async def symbols(self, *, limit: int | None = None, after: str | None = None) -> Page[Symbol]:
        """List specifications by name."""
        paging = {"limit": limit, "after": after}
        return await self._transport.call(operations.SYMBOLS, query=paging)

    async def symbol(self, symbol: str) -> Symbol:
        """Show one specification."""
        return await self._transport.call(operations.SYMBOL, {"symbol": symbol})

    async def prices(
        self, symbols: Iterable[str], *, account_id: UUID | None = None
    ) -> dict[str, Price]:
        """Show the current prices by symbol."""
        query = {"symbols": ",".join(symbols), "account_id": account_id}
        listed = await self._transport.call(operations.PRICES, query=query)
        return {each.symbol: each for each in listed.items}

    async def candles(
        self,
        symbol: str,
        interval: Interval,
        within: CandleRange,
        *,
        side: CandleSide = CandleSide.BID,
        account_id: UUID | None = None,
    ) -> tuple[Candle, ...]:
        """List candles by time."""
        query = {
            "interval": interval,
            "side": side,
            "from": within.begin,
            "to": within.end,
            "limit": within.limit,
            "account_id": account_id,
        }
        page = await self._transport.call(operations.CANDLES, {"symbol": symbol}, query=query)
        return page.items
