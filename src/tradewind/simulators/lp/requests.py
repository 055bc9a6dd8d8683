"""MarketDataRequest (V) as it is served, and what refusals look like."""

from dataclasses import dataclass
from typing import Final

from fixcore.message.message import Message

from tradewind.simulators.lp.session import Outgoing
from tradewind.simulators.lp.subscriptions import MarketDepth, Refresh
from tradewind.simulators.lp.wire import REJECT, reject_body

#: SubscriptionRequestType (263).
SNAPSHOT_ONLY: Final = "0"
SUBSCRIBE: Final = "1"
UNSUBSCRIBE: Final = "2"
#: MDReqRejReason (281).
UNKNOWN_SYMBOL: Final = "0"
UNSUPPORTED_REQUEST_TYPE: Final = "4"
UNSUPPORTED_DEPTH: Final = "5"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketDataRequest:
    """What a client asks for, or asks no longer."""

    request_id: str
    kind: str
    depth: MarketDepth
    refresh: Refresh
    symbols: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReject:
    """A request, or one symbol of it, that is not served."""

    request_id: str
    reason: str
    text: str


def read_request(message: Message) -> MarketDataRequest | RequestReject:
    """Read a request: 264 is 0 or 1, 265 is 0 or 1; left out they mean top of book, increments."""
    request_id, kind = message.get(262), message.get(263)
    if kind not in {SNAPSHOT_ONLY, SUBSCRIBE, UNSUBSCRIBE}:
        text = f"263={kind} is not served"
        return RequestReject(request_id=request_id, reason=UNSUPPORTED_REQUEST_TYPE, text=text)
    depth = message.get(264) or MarketDepth.TOP_OF_BOOK
    if depth not in list(MarketDepth):
        text = f"264={depth} is not served"
        return RequestReject(request_id=request_id, reason=UNSUPPORTED_DEPTH, text=text)
    full = message.get(265) == Refresh.FULL
    return MarketDataRequest(
        request_id=request_id,
        kind=kind,
        depth=MarketDepth(depth),
        refresh=Refresh.FULL if full else Refresh.INCREMENTAL,
        symbols=tuple(group.get_field_or(55) for group in message.get_groups(146)),
    )


def unknown(request_id: str, symbol: str) -> RequestReject:
    """Return the refusal of a symbol the LP does not quote."""
    text = f"unknown symbol {symbol}"
    return RequestReject(request_id=request_id, reason=UNKNOWN_SYMBOL, text=text)


def reject(refused: RequestReject) -> Outgoing:
    """Return a MarketDataRequestReject (Y)."""
    body = reject_body(refused.reason, refused.text)
    return Outgoing(kind=REJECT, request_id=refused.request_id, body=body, is_tick=False)


def business_reject(refused: Message) -> Message:
    """Return a BusinessMessageReject (j) for a kind of message the session does not serve."""
    message, kind = Message(), refused.msg_type
    fields = {35: "j", 45: refused.get(34), 372: kind, 380: "3", 58: f"{kind} is not served here"}
    for tag, value in fields.items():
        message.set_field(tag, value)
    return message
