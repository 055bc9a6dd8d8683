"""Who may call what. A route that is not in this table is refused, and does not even start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

from tradewind.services.identity.model import Audience, Role


class Lane(StrEnum):
    """Which of a user's rate limits a route counts against: what reduces risk has its own."""

    GENERAL = "general"
    RELIEF = "relief"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a route asks of its caller; no audience at all makes it public."""

    audiences: frozenset[Audience] = frozenset()
    roles: frozenset[Role] = frozenset()
    lane: Lane = Lane.GENERAL
    #: The route's template, as logs and metrics name it.
    route: str = ""

    @property
    def is_public(self) -> bool:
        """True when no token is asked for."""
        return not self.audiences


PUBLIC: Final = Access()
ANYBODY_LOGGED_IN: Final = Access(audiences=frozenset(Audience), roles=frozenset(Role))
CLIENT: Final = Access(audiences=frozenset({Audience.CLIENT}), roles=frozenset({Role.CLIENT}))
CLIENT_RELIEF: Final = Access(audiences=CLIENT.audiences, roles=CLIENT.roles, lane=Lane.RELIEF)

_ACCOUNT: Final = "/v1/accounts/{account_id}"

#: `/v1/admin/*` takes staff tokens alone, the rest of `/v1` client tokens alone; one login and
#: so one logout serves both.
ROUTES: Final[Mapping[tuple[str, str], Access]] = MappingProxyType(
    {
        ("GET", "/healthz"): PUBLIC,
        ("GET", "/readyz"): PUBLIC,
        ("GET", "/openapi.json"): PUBLIC,
        ("GET", "/docs"): PUBLIC,
        ("GET", "/v1/config"): PUBLIC,
        ("POST", "/v1/auth/login"): PUBLIC,
        ("POST", "/v1/auth/refresh"): PUBLIC,
        ("POST", "/v1/auth/logout"): ANYBODY_LOGGED_IN,
        ("GET", "/v1/me"): CLIENT,
        ("GET", "/v1/accounts"): CLIENT,
        ("GET", _ACCOUNT): CLIENT,
        ("GET", f"{_ACCOUNT}/events"): CLIENT,
        ("GET", f"{_ACCOUNT}/positions"): CLIENT,
        ("GET", f"{_ACCOUNT}/fills"): CLIENT,
        ("GET", f"{_ACCOUNT}/ledger"): CLIENT,
        ("GET", f"{_ACCOUNT}/orders"): CLIENT,
        ("POST", f"{_ACCOUNT}/orders"): CLIENT,
        ("GET", f"{_ACCOUNT}/orders/{{order_id}}"): CLIENT,
        ("DELETE", f"{_ACCOUNT}/orders/{{order_id}}"): CLIENT_RELIEF,
        ("POST", f"{_ACCOUNT}/positions/{{position_id}}/close"): CLIENT_RELIEF,
        ("GET", "/v1/symbols"): CLIENT,
        ("GET", "/v1/symbols/{symbol}"): CLIENT,
        ("GET", "/v1/prices"): CLIENT,
    }
)


class UnlistedRouteError(LookupError):
    """A route exists that nobody decided about; the application does not start."""


@cache
def access_to(method: str, path: str) -> Access:
    """Return what a route asks; UnlistedRouteError when the table does not know it."""
    access = ROUTES.get((method, path))
    if access is None:
        raise UnlistedRouteError(f"{method} {path} is not in gateway/access.py")
    return replace(access, route=path)
