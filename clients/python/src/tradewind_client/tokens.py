"""The tokens of one login: renewed before they end, each refresh token used once."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from tradewind_client.accounts import TokenPair
from tradewind_client.errors import UnauthenticatedError, own_problem

#: So long before its end an access token is renewed.
MARGIN_S: Final = 30.0

Exchange: TypeAlias = Callable[[str], Awaitable[TokenPair]]


class Tokens:
    """Holds the pair; whoever needs a token while it is being renewed waits for the same one."""

    def __init__(self, exchange: Exchange) -> None:
        """`exchange` trades a refresh token for a new pair."""
        self._exchange = exchange
        self._pair: TokenPair | None = None
        self._ends = 0.0
        self._renewing = asyncio.Lock()

    def take(self, pair: TokenPair) -> None:
        """Use these from now on."""
        self._pair = pair
        self._ends = time.monotonic() + pair.expires_in

    def forget(self) -> None:
        """Be logged out."""
        self._pair = None

    @property
    def fresh_for_s(self) -> float:
        """Until when the access token needs no renewal."""
        return self._ends - MARGIN_S - time.monotonic()

    async def access(self) -> str:
        """Return an access token that lives for a while yet."""
        pair = self._current()
        if self.fresh_for_s > 0:
            return pair.access_token
        return await self.renew(pair.access_token)

    async def renew(self, stale: str) -> str:
        """Return a token other than `stale`; raises UnauthenticatedError when the login ended."""
        async with self._renewing:
            pair = self._current()
            if pair.access_token == stale:
                pair = await self._exchange(pair.refresh_token)
                self.take(pair)
            return pair.access_token

    def _current(self) -> TokenPair:
        if self._pair is None:
            raise UnauthenticatedError(own_problem(401, "not_logged_in", "Log in first."))
        return self._pair
