"""What each route should ask of its caller, said a second time, so that a slip is a difference.

A route that is missing here fails the matrices until somebody decides whom it is for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from tests.gateway.order_bodies import BUY, NOBODY
from tradewind.services.identity.model import Role


class For(Enum):
    """Whom a route is for."""

    EVERYBODY = "everybody"
    LOGGED_IN = "logged in, on whichever side"
    CLIENTS = "clients, each for themselves"
    OWNER = "the client whose account it is"
    STAFF = "staff of some roles"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Whom a route is for, a request, and the answer to whoever is let through."""

    to: For
    #: None where the request says nothing, and so whatever is found wanting will do.
    status: int | None = 200
    body: Mapping[str, object] | None = None
    query: str = ""
    roles: frozenset[Role] = frozenset()


READERS = frozenset({Role.ADMIN, Role.AUDITOR, Role.RISK, Role.SUPPORT})
#: Who trades for the house sees what prices are made of.
PRICE_READERS = READERS | {Role.DEALER}
DEALERS = frozenset({Role.ADMIN, Role.DEALER})
ADMINS = frozenset({Role.ADMIN})
#: Who answers for what the house holds.
EXPOSURE_READERS = frozenset({Role.ADMIN, Role.AUDITOR, Role.DEALER, Role.RISK})
STOPPERS = frozenset({Role.ADMIN, Role.DEALER, Role.RISK})


def reading(roles: frozenset[Role]) -> Route:
    """Staff look; what they name need not be there."""
    return Route(to=For.STAFF, roles=roles, status=None)


def writing(roles: frozenset[Role]) -> Route:
    """Staff change, with a body that says nothing and so changes nothing."""
    return Route(to=For.STAFF, roles=roles, status=None, body={})


ACCOUNT = "/v1/accounts/{account_id}"
ADMIN = "/v1/admin"
REQUEST = f"{ADMIN}/change-requests/{{request_id}}"
ACTION = f"{ADMIN}/dealer-actions/{{action_id}}"
EXPECTED: Mapping[tuple[str, str], Route] = {
    ("GET", "/healthz"): Route(to=For.EVERYBODY),
    ("GET", "/readyz"): Route(to=For.EVERYBODY),
    ("GET", "/openapi.json"): Route(to=For.EVERYBODY),
    ("GET", "/docs"): Route(to=For.EVERYBODY),
    ("GET", "/v1/config"): Route(to=For.EVERYBODY),
    # Without the fields they need, these are read and found wanting, whoever asks.
    ("POST", "/v1/auth/login"): Route(to=For.EVERYBODY, status=422, body={}),
    ("POST", "/v1/auth/refresh"): Route(to=For.EVERYBODY, status=422, body={}),
    ("POST", "/v1/auth/logout"): Route(to=For.LOGGED_IN, status=204),
    ("GET", "/v1/me"): Route(to=For.CLIENTS),
    ("GET", "/v1/accounts"): Route(to=For.CLIENTS),
    ("GET", ACCOUNT): Route(to=For.OWNER),
    ("GET", f"{ACCOUNT}/events"): Route(to=For.OWNER),
    ("GET", f"{ACCOUNT}/positions"): Route(to=For.OWNER),
    ("GET", f"{ACCOUNT}/fills"): Route(to=For.OWNER),
    ("GET", f"{ACCOUNT}/ledger"): Route(to=For.OWNER),
    ("GET", f"{ACCOUNT}/orders"): Route(to=For.OWNER),
    ("POST", f"{ACCOUNT}/orders"): Route(to=For.OWNER, status=201, body=BUY),
    ("DELETE", f"{ACCOUNT}/orders"): Route(to=For.OWNER),
    ("POST", f"{ACCOUNT}/orders/preview"): Route(to=For.OWNER, body=BUY),
    ("GET", f"{ACCOUNT}/orders/{{order_id}}"): Route(to=For.OWNER),
    ("GET", f"{ACCOUNT}/orders/{{order_id}}/receipt"): Route(to=For.OWNER),
    # The order is final.
    ("PATCH", f"{ACCOUNT}/orders/{{order_id}}"): Route(
        to=For.OWNER, status=409, body={"version": 1, "quantity": "1000"}
    ),
    ("DELETE", f"{ACCOUNT}/orders/{{order_id}}"): Route(to=For.OWNER, status=409),
    ("PATCH", f"{ACCOUNT}/positions/{{position_id}}"): Route(
        to=For.OWNER, body={"take_profit": None}
    ),
    ("POST", f"{ACCOUNT}/positions/{{position_id}}/close"): Route(
        to=For.OWNER, status=201, body={"quantity": "1000"}
    ),
    # The account nets: it has no two positions of a symbol.
    ("POST", f"{ACCOUNT}/positions/{{position_id}}/close-by"): Route(
        to=For.OWNER, status=422, body={"opposite_position_id": NOBODY}
    ),
    ("POST", f"{ACCOUNT}/positions/{{position_id}}/reverse"): Route(
        to=For.OWNER, status=201, body={}
    ),
    ("POST", f"{ACCOUNT}/positions/close-all"): Route(to=For.OWNER, status=201, body={}),
    ("GET", "/v1/symbols"): Route(to=For.CLIENTS),
    ("GET", "/v1/symbols/{symbol}"): Route(to=For.CLIENTS),
    ("GET", "/v1/symbols/{symbol}/candles"): Route(to=For.CLIENTS, query="?interval=1m"),
    ("GET", "/v1/prices"): Route(to=For.CLIENTS, query="?symbols=EURUSD"),
    ("GET", f"{ADMIN}/symbols"): reading(PRICE_READERS),
    ("GET", f"{ADMIN}/symbols/{{symbol}}"): reading(PRICE_READERS),
    ("POST", f"{ADMIN}/symbols"): writing(ADMINS),
    ("PATCH", f"{ADMIN}/symbols/{{symbol}}"): writing(DEALERS),
    ("GET", f"{ADMIN}/groups"): reading(READERS),
    ("GET", f"{ADMIN}/groups/{{group}}"): reading(READERS),
    ("POST", f"{ADMIN}/groups"): writing(ADMINS),
    ("PATCH", f"{ADMIN}/groups/{{group}}"): writing(ADMINS),
    ("GET", f"{ADMIN}/markup-rules"): reading(READERS),
    ("GET", f"{ADMIN}/markup-rules/{{rule}}"): reading(READERS),
    ("POST", f"{ADMIN}/markup-rules"): writing(ADMINS),
    ("PATCH", f"{ADMIN}/markup-rules/{{rule}}"): writing(ADMINS),
    ("GET", f"{ADMIN}/quote-filters"): reading(PRICE_READERS),
    ("GET", f"{ADMIN}/quote-filters/{{name}}"): reading(PRICE_READERS),
    ("POST", f"{ADMIN}/quote-filters"): writing(ADMINS),
    ("PATCH", f"{ADMIN}/quote-filters/{{name}}"): writing(ADMINS),
    ("POST", f"{ADMIN}/symbols/{{symbol}}/rebase"): writing(ADMINS),
    ("GET", f"{ADMIN}/calendars"): reading(READERS),
    ("GET", f"{ADMIN}/calendars/{{name}}"): reading(READERS),
    ("POST", f"{ADMIN}/calendars"): writing(ADMINS),
    ("PATCH", f"{ADMIN}/calendars/{{name}}"): writing(ADMINS),
    ("GET", f"{ADMIN}/liquidity-providers"): reading(PRICE_READERS),
    ("GET", f"{ADMIN}/liquidity-providers/{{code}}"): reading(PRICE_READERS),
    ("POST", f"{ADMIN}/liquidity-providers"): writing(ADMINS),
    ("PATCH", f"{ADMIN}/liquidity-providers/{{code}}"): writing(DEALERS),
    ("GET", f"{ADMIN}/liquidity"): reading(PRICE_READERS),
    ("GET", f"{ADMIN}/fills/{{fill_id}}/receipt"): reading(PRICE_READERS),
    ("GET", f"{ADMIN}/exposure"): reading(EXPOSURE_READERS),
    ("GET", f"{ADMIN}/kill-switches"): reading(PRICE_READERS),
    ("POST", f"{ADMIN}/kill-switches"): writing(STOPPERS),
    ("DELETE", f"{ADMIN}/kill-switches/{{scope}}/{{key}}"): reading(STOPPERS),
    ("GET", f"{ADMIN}/dealer-actions"): reading(PRICE_READERS),
    ("POST", f"{ADMIN}/dealer-actions"): writing(DEALERS),
    ("POST", f"{ACTION}/approve"): writing(DEALERS),
    ("POST", f"{ACTION}/reject"): writing(DEALERS),
    ("POST", f"{ADMIN}/orders/cancel-all"): writing(DEALERS),
    ("POST", f"{ADMIN}/positions/close-all"): writing(DEALERS),
    ("GET", f"{ADMIN}/change-requests"): reading(PRICE_READERS),
    ("POST", f"{ADMIN}/change-requests"): writing(DEALERS),
    ("GET", REQUEST): reading(PRICE_READERS),
    ("PATCH", REQUEST): writing(DEALERS),
    ("POST", f"{REQUEST}/approve"): writing(ADMINS),
    ("POST", f"{REQUEST}/reject"): writing(DEALERS),
    ("GET", f"{ADMIN}/audit"): reading(READERS),
}
