"""The protocol's frames: what a client may say, and how our answers are spelled."""

from datetime import datetime
from typing import Annotated, Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

import msgspec

from tradewind.contracts.stream import StreamError
from tradewind.core.candles import Interval
from tradewind.gateway.candles import CandleSide

_DETAIL_CHARS_MAX: Final = 200

READY: Final = b'{"type":"ready"}'

Symbols: TypeAlias = Annotated[
    list[Annotated[str, msgspec.Meta(max_length=12)]], msgspec.Meta(max_length=1000)
]
Milliseconds: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
Sequence: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]


class Authenticate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is speaking; again before the token expires."""

    type: Literal["auth"]
    token: str


class SubscribePrices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Add symbols; the interval holds for all. Prices are those of the account's group."""

    type: Literal["subscribe"]
    channel: Literal["prices"]
    symbols: Symbols
    interval_ms: Milliseconds = 100
    account_id: UUID | None = None


class UnsubscribePrices(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Remove symbols, all of them when none are named."""

    type: Literal["unsubscribe"]
    channel: Literal["prices"]
    symbols: Symbols | None = None


class SubscribeAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every event after `after`, then live."""

    type: Literal["subscribe"]
    channel: Literal["account"]
    account_id: UUID
    after: Sequence = 0


class UnsubscribeAccount(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No more events of an account."""

    type: Literal["unsubscribe"]
    channel: Literal["account"]
    account_id: UUID


class SubscribeCandles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The running candle of a symbol and its predecessor, then every change of them."""

    type: Literal["subscribe"]
    channel: Literal["candles"]
    symbol: Annotated[str, msgspec.Meta(max_length=12)]
    interval: Interval
    side: CandleSide = CandleSide.BID


class UnsubscribeCandles(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """No more candles of these; what is not named means all."""

    type: Literal["unsubscribe"]
    channel: Literal["candles"]
    symbol: Annotated[str, msgspec.Meta(max_length=12)] | None = None
    interval: Interval | None = None
    side: CandleSide | None = None


ClientMessage: TypeAlias = (
    Authenticate
    | SubscribePrices
    | UnsubscribePrices
    | SubscribeAccount
    | UnsubscribeAccount
    | SubscribeCandles
    | UnsubscribeCandles
)


class CandleKey(NamedTuple):
    """What a client follows."""

    symbol: str
    interval: Interval
    side: CandleSide


class BadMessageError(ValueError):
    """The frame is not a message of the protocol."""


class _Head(msgspec.Struct):
    """What tells the messages apart."""

    type: str
    channel: str | None = None


_HEAD: Final = msgspec.json.Decoder(_Head)
_DECODERS: Final = {
    ("auth", None): msgspec.json.Decoder(Authenticate),
    ("subscribe", "prices"): msgspec.json.Decoder(SubscribePrices),
    ("unsubscribe", "prices"): msgspec.json.Decoder(UnsubscribePrices),
    ("subscribe", "account"): msgspec.json.Decoder(SubscribeAccount),
    ("unsubscribe", "account"): msgspec.json.Decoder(UnsubscribeAccount),
    ("subscribe", "candles"): msgspec.json.Decoder(SubscribeCandles),
    ("unsubscribe", "candles"): msgspec.json.Decoder(UnsubscribeCandles),
}


def decode(frame: bytes) -> ClientMessage:
    """Read one text frame."""
    try:
        head = _HEAD.decode(frame)
        decoder = _DECODERS.get((head.type, head.channel))
        if decoder is None:
            raise BadMessageError("unknown type or channel")
        return decoder.decode(frame)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BadMessageError(str(error)[:_DETAIL_CHARS_MAX]) from None


def price_frame(seq: int, items: bytes) -> bytes:
    """`items` are JSON objects joined by commas."""
    return b'{"type":"prices","seq":%d,"items":[%b]}' % (seq, items)


def account_frame(account_id: UUID, items: bytes) -> bytes:
    """`items` are JSON objects joined by commas."""
    return b'{"type":"account","account_id":"%b","items":[%b]}' % (str(account_id).encode(), items)


def candles_frame(key: CandleKey, items: bytes, *, reload: bool) -> bytes:
    """`items` are JSON objects joined by commas; `reload` says that there is more to read anew."""
    told = b',"reload":true' if reload else b""
    return b'{"type":"candles","symbol":"%b","interval":"%b","side":"%b"%b,"items":[%b]}' % (
        key.symbol.encode(), key.interval.encode(), key.side.encode(), told, items,
    )  # fmt: skip


def error_frame(code: StreamError, message: str) -> bytes:
    """Say what was wrong; the connection stays."""
    return msgspec.json.encode({"type": "error", "code": code, "message": message})


def heartbeat_frame(now: datetime) -> bytes:
    """Say that we live."""
    return b'{"type":"heartbeat","time":"%b"}' % iso(now).encode()


def iso(at: datetime) -> str:
    """Spell a UTC time with microseconds, always."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
