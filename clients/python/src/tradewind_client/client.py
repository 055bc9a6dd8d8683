"""The way in: one client for one login on one platform."""

from collections.abc import AsyncIterator, Awaitable, Callable
from types import TracebackType
from typing import Final, Self, TypeVar

from tradewind_client import operations
from tradewind_client.account_calls import AccountCalls
from tradewind_client.accounts import Config, Health, Me, Page, Readiness
from tradewind_client.errors import UnauthenticatedError
from tradewind_client.market_calls import MarketCalls
from tradewind_client.order_calls import OrderCalls
from tradewind_client.position_calls import PositionCalls
from tradewind_client.requests import Login, Logout
from tradewind_client.stream import Stream
from tradewind_client.transport import Retrying, Transport
from tradewind_client.vocabulary import LogoutScope

T = TypeVar("T")

_RETRYING: Final = Retrying()


class Client:
    """`async with Client("http://127.0.0.1:8000") as client: await client.log_in(…)`."""

    def __init__(self, base_url: str, *, retrying: Retrying = _RETRYING) -> None:
        """Open nothing yet."""
        self._transport = Transport(base_url, retrying)
        self.accounts = AccountCalls(self._transport)
        self.market = MarketCalls(self._transport)
        self.orders = OrderCalls(self._transport)
        self.positions = PositionCalls(self._transport)
        self.stream = Stream(self._transport, retrying)

    async def __aenter__(self) -> Self:
        await self._transport.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.__aexit__(kind, error, trace)

    async def log_in(self, email: str, password: str, otp: str | None = None) -> None:
        """Begin a login; it renews itself until it ends, after 30 days at most."""
        body = Login(email=email, password=password, otp=otp)
        self._transport.tokens.take(await self._transport.call(operations.LOG_IN, body=body))

    async def log_out(self, scope: LogoutScope = LogoutScope.SESSION) -> None:
        """End this login, or all of the user's; one that has ended already is no error."""
        try:
            await self._transport.call(operations.LOG_OUT, body=Logout(scope=scope))
        except UnauthenticatedError:
            pass
        finally:
            self._transport.tokens.forget()

    async def refresh(self) -> None:
        """Exchange the tokens now; calls do it by themselves when it is time."""
        tokens = self._transport.tokens
        await tokens.renew(await tokens.access())

    async def me(self) -> Me:
        """Tell who is logged in."""
        return await self._transport.call(operations.ME)

    async def config(self) -> Config:
        """Tell what a client needs before it logs in."""
        return await self._transport.call(operations.CONFIG)

    async def health(self) -> Health:
        """Tell that the platform answers."""
        return await self._transport.call(operations.HEALTH)

    async def readiness(self) -> Readiness:
        """Tell which of the platform's dependencies answer."""
        return await self._transport.call(operations.READINESS)


async def every(read: Callable[[str | None], Awaitable[Page[T]]]) -> AsyncIterator[T]:
    """Go through a whole list, page by page.

    `async for order in every(lambda after: client.orders.list(account_id, after=after)): …`
    """
    after: str | None = None
    while True:
        page = await read(after)
        for item in page.items:
            yield item
        if page.next is None:
            return
        after = page.next
