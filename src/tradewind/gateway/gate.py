"""The check every protected route begins with: who is calling, may they, and not too often."""

import time
from dataclasses import dataclass
from typing import Final

from starlette.types import Scope

from tradewind.core.errors import ForbiddenError, UnauthenticatedError
from tradewind.gateway.access import Access, Lane
from tradewind.gateway.errors import throttled
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.services.identity.authenticator import Authenticator
from tradewind.services.identity.model import Principal

#: Keys of the ASGI scope under which a request's log line finds what is known.
CALLER: Final = "tradewind.caller"
ROUTE: Final = "tradewind.route"

_SCHEME: Final = b"bearer "
_WRONG_AUDIENCE: Final = "This token is for another part of the API."


@dataclass(frozen=True, slots=True, kw_only=True)
class UserLimits:
    """A user's buckets in this process."""

    general: TokenBuckets
    relief: TokenBuckets


class Gate:
    """Admits requests; about 2 µs for a token seen before."""

    def __init__(self, authenticator: Authenticator, limits: UserLimits) -> None:
        """Take what knows callers and what counts them."""
        self._authenticator = authenticator
        self._limits = {Lane.GENERAL: limits.general, Lane.RELIEF: limits.relief}

    async def admit(self, scope: Scope, access: Access) -> Principal:
        """Return the caller, or raise what becomes 401, 403, 429 or 503."""
        scope[ROUTE] = access.route
        token = _token(scope)
        principal = self._authenticator.recall(token)
        if principal is None:
            principal = await self._authenticator.authenticate(token)
        scope[CALLER] = principal
        if principal.audience not in access.audiences:
            raise UnauthenticatedError("wrong_audience", _WRONG_AUDIENCE)
        if access.roles.isdisjoint(principal.roles):
            raise ForbiddenError("missing_role", "Your role does not allow this.")
        wait_s = self._limits[access.lane].take(principal.user_id, time.monotonic())
        if wait_s:
            raise throttled(wait_s)
        return principal


def _token(scope: Scope) -> str:
    found: bytes | None = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            if found is not None:
                raise UnauthenticatedError("invalid_token", "Send one Authorization header.")
            found = value
    if found is None:
        raise UnauthenticatedError("token_required", "Send an access token as a Bearer token.")
    if found[:7].lower() != _SCHEME:
        raise UnauthenticatedError("invalid_token", "Send an access token as a Bearer token.")
    return found[7:].decode("latin-1")
