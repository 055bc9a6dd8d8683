"""From the text of an access token to who is calling."""

import asyncio
from datetime import datetime
from typing import Final

from tradewind.core.errors import UnauthenticatedError
from tradewind.infra.clock import Clock
from tradewind.services.identity.access_tokens import AccessTokens
from tradewind.services.identity.model import Principal
from tradewind.services.identity.standing import Standing

_TOKENS_MAX: Final = 20_000
_SWEEP_S: Final = 60.0


class Authenticator:
    """Checks a signature once and remembers that alone; whether the caller stands, every time."""

    def __init__(self, tokens: AccessTokens, standing: Standing, clock: Clock) -> None:
        """Take what signs, what knows who stands, and the clock that ends a token."""
        self._tokens = tokens
        self._standing = standing
        self._clock = clock
        self._verified: dict[str, Principal] = {}

    def recall(self, token: str) -> Principal | None:
        """Return the caller of a token seen before; None means `authenticate`. About 1 µs."""
        principal = self._verified.get(token)
        if principal is None:
            return None
        if principal.expires_at <= self._clock.now():
            del self._verified[token]
            raise UnauthenticatedError("token_expired", "The access token has expired.")
        self._standing.require(principal)
        return principal

    async def authenticate(self, token: str) -> Principal:
        """Return who is calling; UnauthenticatedError unless token, session and user are good."""
        principal = self.recall(token)
        if principal is not None:
            return principal
        principal = await self._standing.admit(self._tokens.verify(token, self._clock.now()))
        if len(self._verified) >= _TOKENS_MAX:
            del self._verified[next(iter(self._verified))]
        self._verified[token] = principal
        return principal

    async def run(self) -> None:
        """Forget what has expired, and stop watching users without a live token."""
        while True:
            await asyncio.sleep(_SWEEP_S)
            self.sweep(self._clock.now())

    def sweep(self, now: datetime) -> None:
        """Drop expired tokens; what is left says whom to watch."""
        self._verified = {
            token: principal
            for token, principal in self._verified.items()
            if principal.expires_at > now
        }
        self._standing.keep({principal.user_id for principal in self._verified.values()})
