"""Every call of the API that is for clients, as data: where it goes and what it answers."""

from dataclasses import dataclass
from math import inf
from typing import Final, Generic, TypeVar

from tradewind_client.accounts import Account, Config, Health, Me, Page, Readiness, TokenPair
from tradewind_client.events import WireEvent
from tradewind_client.market import Candle, PriceList, Symbol
from tradewind_client.receipts import Receipt
from tradewind_client.requests import (
    Amendment,
    Body,
    Close,
    CloseAll,
    CloseBy,
    Login,
    Logout,
    NewOrder,
    Nothing,
    Protection,
    Refresh,
)
from tradewind_client.trading import Fill, LedgerEntry, Order, OrderList, Position, Preview

T = TypeVar("T")

_ACCOUNT: Final = "/v1/accounts/{account_id}"
_ORDER: Final = f"{_ACCOUNT}/orders/{{order_id}}"
_POSITION: Final = f"{_ACCOUNT}/positions/{{position_id}}"
_PAGING: Final = ("limit", "after")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Generic[T]):
    """A call. `public` ones need no login; `also` are statuses with an answer like success.

    `keyed` calls carry an Idempotency-Key, so a repetition gives the first answer again.
    """

    method: str
    path: str
    answer: type[T]
    query: tuple[str, ...] = ()
    body: type[Body] | None = None
    keyed: bool = False
    public: bool = False
    also: tuple[int, ...] = ()
    answer_timeout_s: float | None = None
    repeat_within_s: float = inf


HEALTH: Final = Operation(method="GET", path="/healthz", answer=Health, public=True)
READINESS: Final = Operation(
    method="GET", path="/readyz", answer=Readiness, public=True, also=(503,)
)
CONFIG: Final = Operation(method="GET", path="/v1/config", answer=Config, public=True)

LOG_IN: Final = Operation(
    method="POST", path="/v1/auth/login", answer=TokenPair, body=Login, public=True
)
#: A refresh token that comes again later than 10 s after its use ends the login.
REFRESH: Final = Operation(
    method="POST",
    path="/v1/auth/refresh",
    answer=TokenPair,
    body=Refresh,
    public=True,
    answer_timeout_s=3.0,
    repeat_within_s=7.0,
)
LOG_OUT: Final = Operation(method="POST", path="/v1/auth/logout", answer=type(None), body=Logout)
ME: Final = Operation(method="GET", path="/v1/me", answer=Me)

ACCOUNTS: Final = Operation(method="GET", path="/v1/accounts", answer=Page[Account], query=_PAGING)
ACCOUNT: Final = Operation(method="GET", path=_ACCOUNT, answer=Account)
POSITIONS: Final = Operation(
    method="GET", path=f"{_ACCOUNT}/positions", answer=Page[Position], query=_PAGING
)
ORDERS: Final = Operation(
    method="GET", path=f"{_ACCOUNT}/orders", answer=Page[Order], query=("state", *_PAGING)
)
FILLS: Final = Operation(method="GET", path=f"{_ACCOUNT}/fills", answer=Page[Fill], query=_PAGING)
LEDGER: Final = Operation(
    method="GET", path=f"{_ACCOUNT}/ledger", answer=Page[LedgerEntry], query=_PAGING
)
EVENTS: Final = Operation(
    method="GET", path=f"{_ACCOUNT}/events", answer=Page[WireEvent], query=_PAGING
)

SYMBOLS: Final = Operation(method="GET", path="/v1/symbols", answer=Page[Symbol], query=_PAGING)
SYMBOL: Final = Operation(method="GET", path="/v1/symbols/{symbol}", answer=Symbol)
PRICES: Final = Operation(
    method="GET", path="/v1/prices", answer=PriceList, query=("symbols", "account_id")
)
CANDLES: Final = Operation(
    method="GET",
    path="/v1/symbols/{symbol}/candles",
    answer=Page[Candle],
    query=("interval", "side", "from", "to", "limit", "account_id"),
)

PLACE: Final = Operation(
    method="POST", path=f"{_ACCOUNT}/orders", answer=Order, body=NewOrder, keyed=True
)
ORDER: Final = Operation(method="GET", path=_ORDER, answer=Order)
CANCEL: Final = Operation(method="DELETE", path=_ORDER, answer=Order)
CLOSE: Final = Operation(
    method="POST", path=f"{_POSITION}/close", answer=Order, body=Close, keyed=True
)
RECEIPT: Final = Operation(method="GET", path=f"{_ORDER}/receipt", answer=Receipt)
PREVIEW: Final = Operation(
    method="POST", path=f"{_ACCOUNT}/orders/preview", answer=Preview, body=NewOrder
)
AMEND: Final = Operation(method="PATCH", path=_ORDER, answer=Order, body=Amendment)
CANCEL_ALL: Final = Operation(
    method="DELETE", path=f"{_ACCOUNT}/orders", answer=OrderList, query=("symbol",)
)
PROTECT: Final = Operation(method="PATCH", path=_POSITION, answer=Position, body=Protection)
CLOSE_BY: Final = Operation(
    method="POST", path=f"{_POSITION}/close-by", answer=OrderList, body=CloseBy, keyed=True
)
REVERSE: Final = Operation(
    method="POST", path=f"{_POSITION}/reverse", answer=OrderList, body=Nothing, keyed=True
)
CLOSE_ALL: Final = Operation(
    method="POST",
    path=f"{_ACCOUNT}/positions/close-all",
    answer=OrderList,
    body=CloseAll,
    keyed=True,
)
