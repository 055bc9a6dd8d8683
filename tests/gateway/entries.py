"""Order commands made from bodies without a platform: who asks, and what is traded."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from tests.core import builders
from tests.gateway.order_bodies import BUY, changed
from tradewind.core.commands import Bound, PlaceOrder
from tradewind.core.errors import InvalidError
from tradewind.core.ids import AccountId, OrderId, UserId
from tradewind.core.instruments import Instrument
from tradewind.core.money import Price
from tradewind.core.orders import Channel
from tradewind.gateway.order_bodies import OrderBody, read_body
from tradewind.gateway.order_entry import Entry, place_order

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMIT: Mapping[str, object] = {**BUY, "type": "limit", "limit_price": "1.10000"}
STOP: Mapping[str, object] = {**BUY, "type": "stop", "stop_price": "1.13000"}
STOP_LIMIT: Mapping[str, object] = {
    **BUY, "type": "stop_limit", "stop_price": "1.13000", "limit_price": "1.13500",
}  # fmt: skip
TOUCHED: Mapping[str, object] = {**BUY, "type": "market_if_touched", "stop_price": "1.10000"}
#: A good order of each type.
GOOD: Mapping[str, Mapping[str, object]] = {
    "market": BUY,
    "limit": LIMIT,
    "stop": STOP,
    "stop_limit": STOP_LIMIT,
    "market_if_touched": TOUCHED,
}
ENTRY = Entry(
    order_id=OrderId(UUID(int=1)),
    account_id=AccountId(UUID(int=2)),
    user_id=UserId(UUID(int=3)),
    channel=Channel.WEB,
    received_at=NOW,
)


def at(price: str) -> Bound:
    """A level at a price."""
    return Bound(price=Price(Decimal(price)))


def off(distance: str) -> Bound:
    """A level so far from the fill."""
    return Bound(distance=Decimal(distance))


def taken(
    body: Mapping[str, object], traded: Instrument | None = None, /, **changes: object
) -> PlaceOrder:
    """The command that comes of a body with some fields changed."""
    instrument = traded or builders.instrument()
    parsed = read_body(changed(changes, body), OrderBody)
    return place_order(parsed, ENTRY, {instrument.symbol: instrument})


def refusal(
    body: Mapping[str, object], traded: Instrument | None = None, /, **changes: object
) -> tuple[str, str]:
    """Field and code of the refusal of a body with some fields changed."""
    try:
        order = taken(body, traded, **changes)
    except InvalidError as error:
        return error.field, error.code
    raise AssertionError(order)
