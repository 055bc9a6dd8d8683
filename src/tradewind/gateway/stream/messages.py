"""The protocol's frames: what a client may say, and how our answers are spelled."""

from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias
from uuid import UUID

import msgspec

from tradewind.contracts.stream import StreamError

_DETAIL_CHARS_MAX: Final = 200

READY: Final = b'{"type":"ready"}'

Symbols: TypeAlias = Annotated[
    list[Annotated[str, msgspec.Meta(max_length=12)]], msgspec.Meta(max_length=1000)
]
Interval: TypeAlias = Annotated[int, msgspec.Meta(ge=0)]
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
    interval_ms: Interval = 100
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


ClientMessage: TypeAlias = (
    Authenticate | SubscribePrices | UnsubscribePrices | SubscribeAccount | UnsubscribeAccount
)


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


def error_frame(code: StreamError, message: str) -> bytes:
    """Say what was wrong; the connection stays."""
    return msgspec.json.encode({"type": "error", "code": code, "message": message})


def heartbeat_frame(now: datetime) -> bytes:
    """Say that we live."""
    return b'{"type":"heartbeat","time":"%b"}' % iso(now).encode()


def iso(at: datetime) -> str:
    """Spell a UTC time with microseconds, always."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
