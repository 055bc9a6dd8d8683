"""What the routes of order commands say of themselves in the OpenAPI document."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from tradewind.contracts.http.trading import Order, OrderList, Position, Preview
from tradewind.core.orders import OrderType, TimeInForce, TriggerSide
from tradewind.gateway.decimals import SIGNED_PATTERN, UNSIGNED_PATTERN
from tradewind.gateway.openapi import Documented
from tradewind.gateway.order_bodies import (
    AmendBody,
    CloseAllBody,
    CloseBody,
    CloseByBody,
    OrderBody,
    ProtectBody,
    ReverseBody,
)
from tradewind.gateway.order_entry import KEY_MAX
from tradewind.gateway.order_fields import CLIENT_ORDER_ID_MAX, COMMENT_MAX, LABEL_MAX
from tradewind.gateway.routes.order_door import CHANNELS
from tradewind.gateway.routes.orders import ORDER, ORDERS, PREVIEW
from tradewind.gateway.routes.positions import CLOSE, CLOSE_ALL, CLOSE_BY, POSITION, REVERSE

_REFERENCE: Final = "#/components/schemas/{name}"
_TEXTS: Final = {"client_order_id": CLIENT_ORDER_ID_MAX, "label": LABEL_MAX, "comment": COMMENT_MAX}
_UNSIGNED: Final = frozenset(
    {"quantity", "max_deviation", "stop_loss_distance", "take_profit_distance", "trailing_stop"}
)
_SIGNED: Final = frozenset(
    {"worst_price", "requested_price", "limit_price", "stop_price", "stop_loss", "take_profit"}
)
_CHOICES: Final = {
    "side": ["buy", "sell"],
    "type": [each.value for each in OrderType],
    "time_in_force": [*(each.value for each in TimeInForce), None],
    "trigger_side": [*(each.value for each in TriggerSide), None],
}
_BODIES: Final = (
    OrderBody, AmendBody, ProtectBody, CloseBody, CloseByBody, ReverseBody, CloseAllBody,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operation:
    """One command over HTTP; `keyed` ones take an Idempotency-Key."""

    summary: str
    path: str
    method: str
    status: int
    answer: type
    body: type | None = None
    keyed: bool = True
    #: A body that may be left out.
    body_required: bool = True
    query: tuple[Mapping[str, Any], ...] = ()


_OF_A_SYMBOL: Final = {
    "name": "symbol",
    "in": "query",
    "required": False,
    "description": "Orders of this symbol alone",
    "schema": {"type": "string"},
}
_OPERATIONS: Final = (
    _Operation(
        summary="Place an order",
        path=ORDERS,
        method="post",
        status=201,
        answer=Order,
        body=OrderBody,
    ),
    _Operation(
        summary="Cancel all orders",
        path=ORDERS,
        method="delete",
        status=200,
        answer=OrderList,
        query=(_OF_A_SYMBOL,),
    ),
    _Operation(
        summary="Preview an order",
        path=PREVIEW,
        method="post",
        status=200,
        answer=Preview,
        body=OrderBody,
        keyed=False,
    ),
    _Operation(
        summary="Amend an order",
        path=ORDER,
        method="patch",
        status=200,
        answer=Order,
        body=AmendBody,
        keyed=False,
    ),
    _Operation(summary="Cancel an order", path=ORDER, method="delete", status=200, answer=Order),
    _Operation(
        summary="Protect a position",
        path=POSITION,
        method="patch",
        status=200,
        answer=Position,
        body=ProtectBody,
        keyed=False,
    ),
    _Operation(
        summary="Close a position",
        path=CLOSE,
        method="post",
        status=201,
        answer=Order,
        body=CloseBody,
        body_required=False,
    ),
    _Operation(
        summary="Close a position by another",
        path=CLOSE_BY,
        method="post",
        status=201,
        answer=OrderList,
        body=CloseByBody,
    ),
    _Operation(
        summary="Reverse a position",
        path=REVERSE,
        method="post",
        status=201,
        answer=OrderList,
        body=ReverseBody,
        body_required=False,
    ),
    _Operation(
        summary="Close all positions",
        path=CLOSE_ALL,
        method="post",
        status=201,
        answer=OrderList,
        body=CloseAllBody,
        body_required=False,
    ),
)


def documented() -> Documented:
    """Describe every command about orders and positions."""
    answers: tuple[type, ...] = (Order, OrderList, Preview, Position)
    kinds = (*answers, *_BODIES)
    references, schemas = msgspec.json.schema_components(kinds, ref_template=_REFERENCE)
    for body in _BODIES:
        schemas[body.__name__] = _precise(schemas[body.__name__])
    reference_of = dict(zip(kinds, references, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for each in _OPERATIONS:
        paths.setdefault(each.path, {})[each.method] = _described(each, reference_of)
    return Documented(paths=paths, schemas=schemas)


def _described(operation: _Operation, reference_of: Mapping[type, Any]) -> dict[str, Any]:
    parameters: list[Mapping[str, Any]] = [*_ids(operation.path), *operation.query, _channel()]
    answer = {"schema": reference_of[operation.answer]}
    described: dict[str, Any] = {
        "summary": operation.summary,
        "operationId": operation.summary.lower().replace(" ", "_"),
        "tags": ["orders"],
        "parameters": parameters,
        "responses": {
            str(operation.status): {
                "description": operation.answer.__name__,
                "content": {"application/json": answer},
            }
        },
    }
    if operation.body is None:
        return described
    if operation.keyed:
        parameters.append(_key())
    described["requestBody"] = {
        "required": operation.body_required,
        "content": {"application/json": {"schema": reference_of[operation.body]}},
    }
    return described


def _ids(path: str) -> Sequence[dict[str, Any]]:
    return [
        {
            "name": part[1:-1],
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
        for part in path.split("/")
        if part.startswith("{")
    ]


def _key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": KEY_MAX, "pattern": "^[!-~]+$"},
    }


def _channel() -> dict[str, Any]:
    """Describe the header as open text: what we do not know is no error, it is recorded as api."""
    *names, last = CHANNELS
    return {
        "name": "X-Channel",
        "in": "header",
        "required": False,
        "description": f"The client it comes through: {', '.join(names)} or {last}; else api.",
        "schema": {"type": "string"},
    }


def _precise(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Say of each field what gateway/order_fields.py accepts."""
    fields = dict(schema.get("properties", {}))
    for name, field in fields.items():
        if name in _CHOICES:
            fields[name] = {**_kept(field), "enum": _CHOICES[name]}
        elif name in _TEXTS:
            fields[name] = _nullable(field, {"minLength": 1, "maxLength": _TEXTS[name]})
        elif name in _UNSIGNED | _SIGNED:
            pattern = UNSIGNED_PATTERN if name in _UNSIGNED else SIGNED_PATTERN
            fields[name] = _nullable(field, {"pattern": f"^{pattern}$"})
        elif name == "expires_at":
            fields[name] = _nullable(field, {"format": "date-time"})
    return {**schema, "properties": fields}


def _kept(field: Mapping[str, Any]) -> dict[str, Any]:
    return {"default": field["default"]} if "default" in field else {}


def _nullable(field: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    """Put rules on the string of a field that may also be null."""
    text = {"type": "string", **rules}
    if field.get("type") == "string":
        return {**_kept(field), **text}
    return {**_kept(field), "anyOf": [text, {"type": "null"}]}
