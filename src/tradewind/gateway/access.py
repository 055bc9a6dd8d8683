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

_READERS: Final = frozenset({Role.ADMIN, Role.AUDITOR, Role.SUPPORT, Role.RISK})
_STAFF: Final = frozenset({Audience.STAFF})
STAFF_READS: Final = Access(audiences=_STAFF, roles=_READERS)
STAFF_READS_PRICES: Final = Access(audiences=_STAFF, roles=_READERS | {Role.DEALER})
#: What the house holds is for those who answer for it.
STAFF_READS_EXPOSURE: Final = Access(
    audiences=_STAFF,
    roles=frozenset({Role.ADMIN, Role.AUDITOR, Role.DEALER, Role.RISK}),
)
#: A dealer stops and starts trade; the service holds him to that.
STAFF_DEALS: Final = Access(audiences=_STAFF, roles=frozenset({Role.ADMIN, Role.DEALER}))
#: Who answers for risk may stop all trade, and let it go on.
STAFF_STOPS: Final = Access(audiences=_STAFF, roles=frozenset({Role.ADMIN, Role.DEALER, Role.RISK}))
STAFF_WRITES: Final = Access(audiences=_STAFF, roles=frozenset({Role.ADMIN}))

_ADMIN: Final = "/v1/admin"
_REQUEST: Final = f"{_ADMIN}/change-requests/{{request_id}}"
_ACTION: Final = f"{_ADMIN}/dealer-actions/{{action_id}}"
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
        ("DELETE", f"{_ACCOUNT}/orders"): CLIENT_RELIEF,
        ("POST", f"{_ACCOUNT}/orders/preview"): CLIENT,
        ("GET", f"{_ACCOUNT}/orders/{{order_id}}"): CLIENT,
        ("GET", f"{_ACCOUNT}/orders/{{order_id}}/receipt"): CLIENT,
        ("PATCH", f"{_ACCOUNT}/orders/{{order_id}}"): CLIENT,
        ("DELETE", f"{_ACCOUNT}/orders/{{order_id}}"): CLIENT_RELIEF,
        ("PATCH", f"{_ACCOUNT}/positions/{{position_id}}"): CLIENT_RELIEF,
        ("POST", f"{_ACCOUNT}/positions/{{position_id}}/close"): CLIENT_RELIEF,
        ("POST", f"{_ACCOUNT}/positions/{{position_id}}/close-by"): CLIENT_RELIEF,
        ("POST", f"{_ACCOUNT}/positions/{{position_id}}/reverse"): CLIENT,
        ("POST", f"{_ACCOUNT}/positions/close-all"): CLIENT_RELIEF,
        ("GET", "/v1/symbols"): CLIENT,
        ("GET", "/v1/symbols/{symbol}"): CLIENT,
        ("GET", "/v1/symbols/{symbol}/candles"): CLIENT,
        ("GET", "/v1/prices"): CLIENT,
        ("GET", f"{_ADMIN}/symbols"): STAFF_READS_PRICES,
        ("GET", f"{_ADMIN}/symbols/{{symbol}}"): STAFF_READS_PRICES,
        ("POST", f"{_ADMIN}/symbols"): STAFF_WRITES,
        ("PATCH", f"{_ADMIN}/symbols/{{symbol}}"): STAFF_DEALS,
        ("GET", f"{_ADMIN}/groups"): STAFF_READS,
        ("GET", f"{_ADMIN}/groups/{{group}}"): STAFF_READS,
        ("POST", f"{_ADMIN}/groups"): STAFF_WRITES,
        ("PATCH", f"{_ADMIN}/groups/{{group}}"): STAFF_WRITES,
        ("GET", f"{_ADMIN}/markup-rules"): STAFF_READS,
        ("GET", f"{_ADMIN}/markup-rules/{{rule}}"): STAFF_READS,
        ("POST", f"{_ADMIN}/markup-rules"): STAFF_WRITES,
        ("PATCH", f"{_ADMIN}/markup-rules/{{rule}}"): STAFF_WRITES,
        ("GET", f"{_ADMIN}/quote-filters"): STAFF_READS_PRICES,
        ("GET", f"{_ADMIN}/quote-filters/{{name}}"): STAFF_READS_PRICES,
        ("POST", f"{_ADMIN}/quote-filters"): STAFF_WRITES,
        ("PATCH", f"{_ADMIN}/quote-filters/{{name}}"): STAFF_WRITES,
        ("POST", f"{_ADMIN}/symbols/{{symbol}}/rebase"): STAFF_WRITES,
        ("GET", f"{_ADMIN}/calendars"): STAFF_READS,
        ("GET", f"{_ADMIN}/calendars/{{name}}"): STAFF_READS,
        ("POST", f"{_ADMIN}/calendars"): STAFF_WRITES,
        ("PATCH", f"{_ADMIN}/calendars/{{name}}"): STAFF_WRITES,
        ("GET", f"{_ADMIN}/liquidity-providers"): STAFF_READS_PRICES,
        ("GET", f"{_ADMIN}/liquidity-providers/{{code}}"): STAFF_READS_PRICES,
        ("POST", f"{_ADMIN}/liquidity-providers"): STAFF_WRITES,
        ("PATCH", f"{_ADMIN}/liquidity-providers/{{code}}"): STAFF_DEALS,
        ("GET", f"{_ADMIN}/liquidity"): STAFF_READS_PRICES,
        ("GET", f"{_ADMIN}/fills/{{fill_id}}/receipt"): STAFF_READS_PRICES,
        ("GET", f"{_ADMIN}/exposure"): STAFF_READS_EXPOSURE,
        ("GET", f"{_ADMIN}/kill-switches"): STAFF_READS_PRICES,
        ("POST", f"{_ADMIN}/kill-switches"): STAFF_STOPS,
        ("DELETE", f"{_ADMIN}/kill-switches/{{scope}}/{{key}}"): STAFF_STOPS,
        ("GET", f"{_ADMIN}/dealer-actions"): STAFF_READS_PRICES,
        ("POST", f"{_ADMIN}/dealer-actions"): STAFF_DEALS,
        ("POST", f"{_ACTION}/approve"): STAFF_DEALS,
        ("POST", f"{_ACTION}/reject"): STAFF_DEALS,
        ("POST", f"{_ADMIN}/orders/cancel-all"): STAFF_DEALS,
        ("POST", f"{_ADMIN}/positions/close-all"): STAFF_DEALS,
        ("GET", f"{_ADMIN}/change-requests"): STAFF_READS_PRICES,
        ("POST", f"{_ADMIN}/change-requests"): STAFF_DEALS,
        ("GET", _REQUEST): STAFF_READS_PRICES,
        ("PATCH", _REQUEST): STAFF_DEALS,
        ("POST", f"{_REQUEST}/approve"): STAFF_WRITES,
        ("POST", f"{_REQUEST}/reject"): STAFF_DEALS,
        ("GET", f"{_ADMIN}/audit"): STAFF_READS,
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
