"""The bodies of order commands: every field they have, and how a JSON object becomes one.

Decimals and times are strings here; gateway/order_fields.py reads them. A field that tells null
from absence has UNSET as its default: null takes something away.
"""

import re
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from tradewind.core.errors import InvalidError

#: The validator says "…field `name`" or "… at `$.name`".
FIELD_OF_ERROR: Final = re.compile(r"`(?:\$\.)?([a-z_]{1,64})`$")


class ProtectionBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The protective orders that come with an order or belong to a position."""

    stop_loss: str | UnsetType | None = UNSET
    stop_loss_distance: str | None = None
    take_profit: str | UnsetType | None = UNSET
    take_profit_distance: str | None = None
    trailing_stop: str | UnsetType | None = UNSET


class OrderBody(ProtectionBody, forbid_unknown_fields=True, kw_only=True):
    """The body of POST …/orders. Null is the same as absent but for protection."""

    symbol: str
    side: str
    quantity: str
    type: str = "market"
    client_order_id: str | None = None
    limit_price: str | None = None
    stop_price: str | None = None
    worst_price: str | None = None
    trigger_side: str | None = None
    time_in_force: str | None = None
    expires_at: str | None = None
    requested_price: str | None = None
    max_deviation: str | None = None
    label: str | None = None
    comment: str | None = None
    guaranteed_stop: bool = False
    position_id: UUID | None = None
    reduce_only: bool = False
    linked_order_id: UUID | None = None
    parent_order_id: UUID | None = None


class AmendBody(ProtectionBody, forbid_unknown_fields=True, kw_only=True):
    """The body of PATCH …/orders/{id}: what is absent stays."""

    version: int
    quantity: str | UnsetType = UNSET
    limit_price: str | UnsetType = UNSET
    stop_price: str | UnsetType = UNSET
    worst_price: str | UnsetType | None = UNSET
    expires_at: str | UnsetType = UNSET


class ProtectBody(ProtectionBody, forbid_unknown_fields=True, kw_only=True):
    """The body of PATCH …/positions/{id}: what is absent stays."""

    guaranteed_stop: bool = False


class CloseBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of POST …/positions/{id}/close; without quantity the whole position closes."""

    quantity: str | None = None
    requested_price: str | None = None
    max_deviation: str | None = None
    worst_price: str | None = None
    client_order_id: str | None = None


class CloseByBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of POST …/positions/{id}/close-by; without quantity as far as both go."""

    opposite_position_id: UUID
    quantity: str | None = None


class ReverseBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of POST …/positions/{id}/reverse, which has nothing to say."""


class CloseAllBody(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """The body of POST …/positions/close-all; without symbol everything closes."""

    symbol: str | None = None


Body = TypeVar(
    "Body", OrderBody, AmendBody, ProtectBody, CloseBody, CloseByBody, ReverseBody, CloseAllBody
)


def read_body(parsed: dict[str, Any], kind: type[Body]) -> Body:
    """Give a JSON object its type; InvalidError names an unknown, missing or mistyped field."""
    try:
        return msgspec.convert(parsed, kind)
    except msgspec.ValidationError as error:
        unknown = parsed.keys() - kind.__struct_fields__
        if unknown:
            raise InvalidError(
                min(unknown)[:64], "unknown_field", "there is no such field"
            ) from None
        found = FIELD_OF_ERROR.search(str(error))
        missing = str(error).startswith("Object missing required field")
        field = found.group(1) if found else "body"
        code = "required" if missing else "invalid_type"
        raise InvalidError(field, code, "is missing" if missing else "has a wrong type") from None
