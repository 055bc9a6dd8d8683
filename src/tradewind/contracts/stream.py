"""What the WebSocket stream says beside its frames (docs/reference/stream.md)."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

STREAM_PATH = "/v1/stream"


class CloseCode(IntEnum):
    """Why the server ends a connection, beyond RFC 6455's own codes."""

    GOING_AWAY = 1001
    UNSUPPORTED = 1003
    INTERNAL = 1011
    TRY_AGAIN_LATER = 1013
    #: No token in time, a bad or expired one, or a session that has ended.
    UNAUTHENTICATED = 4401
    #: The client reads too slowly for its account events; it resumes with `after`.
    TOO_SLOW = 4409
    #: Too many connections of one user, or too many messages on one connection.
    TOO_MANY = 4429


class StreamError(StrEnum):
    """Codes of error frames; the connection stays open."""

    BAD_MESSAGE = "bad_message"
    UNKNOWN_SYMBOL = "unknown_symbol"
    TOO_MANY_SYMBOLS = "too_many_symbols"
    TOO_MANY_ACCOUNTS = "too_many_accounts"
    ACCOUNT_NOT_FOUND = "account_not_found"
    EVENT_NOT_FOUND = "event_not_found"
    TOO_MANY_CANDLES = "too_many_candles"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceItem:
    """One symbol in a frame of prices: what clients of one group see. `time` is ISO 8601, UTC."""

    symbol: str
    bid: str
    ask: str
    time: str
    tradable: bool
