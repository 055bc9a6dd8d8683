"""What the order routes say of themselves in the OpenAPI document."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from tradewind.contracts.http.trading import Order
from tradewind.gateway.decimals import SIGNED_PATTERN, UNSIGNED_PATTERN
from tradewind.gateway.openapi import Documented
from tradewind.gateway.order_entry import (
    CLIENT_ORDER_ID_MAX,
    COMMENT_MAX,
    KEY_MAX,
    LABEL_MAX,
    RESTING,
    CloseBody,
    OrderBody,
)
from tradewind.gateway.routes.orders import CANCEL, CHANNELS, CLOSE, PLACE

_REFERENCE: Final = "#/components/schemas/{name}"
_TEXTS: Final = {"client_order_id": CLIENT_ORDER_ID_MAX, "label": LABEL_MAX, "comment": COMMENT_MAX}
_UNSIGNED: Final = frozenset({"quantity", "max_deviation"})
_SIGNED: Final = frozenset({"worst_price", "requested_price"})
_CHOICES: Final = {
    "side": ["buy", "sell"],
    "type": ["market"],
    "time_in_force": ["fok", "ioc", None],
}


def documented() -> Documented:
    """Describe placing, closing and cancelling."""
    (order, placing, closing), schemas = msgspec.json.schema_components(
        (Order, OrderBody, CloseBody), ref_template=_REFERENCE
    )
    schemas["OrderBody"] = _precise(schemas["OrderBody"])
    schemas["CloseBody"] = _precise(schemas["CloseBody"])
    return Documented(
        paths={
            PLACE: {"post": _operation("Place an order", 201, order, placing, "account_id")},
            CLOSE: {
                "post": _operation(
                    "Close a position", 201, order, closing, "account_id", "position_id"
                )
            },
            CANCEL: {
                "delete": _operation("Cancel an order", 200, order, None, "account_id", "order_id")
            },
        },
        schemas=schemas,
    )


def _operation(
    summary: str,
    status: int,
    order: Mapping[str, Any],
    body: Mapping[str, Any] | None,
    *ids: str,
) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        }
        for name in ids
    ]
    parameters.append(_channel())
    described: dict[str, Any] = {
        "summary": summary,
        "operationId": summary.lower().replace(" ", "_"),
        "tags": ["orders"],
        "parameters": parameters,
        "responses": {
            str(status): {
                "description": "The order",
                "content": {"application/json": {"schema": order}},
            }
        },
    }
    if body is not None:
        parameters.append(_key())
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body}},
        }
    return described


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
    """Say of each field what order_entry accepts."""
    fields = dict(schema["properties"])
    for name, field in fields.items():
        if name in (*RESTING, "trailing_stop"):
            fields[name] = {"type": "null", "description": "Does not go with a market order."}
        elif name in _CHOICES:
            fields[name] = {**_kept(field), "enum": _CHOICES[name]}
        elif name in _TEXTS:
            fields[name] = _nullable(field, {"minLength": 1, "maxLength": _TEXTS[name]})
        elif name in _UNSIGNED | _SIGNED:
            pattern = UNSIGNED_PATTERN if name in _UNSIGNED else SIGNED_PATTERN
            fields[name] = _nullable(field, {"pattern": f"^{pattern}$"})
    return {**schema, "properties": fields}


def _kept(field: Mapping[str, Any]) -> dict[str, Any]:
    return {"default": field["default"]} if "default" in field else {}


def _nullable(field: Mapping[str, Any], rules: Mapping[str, Any]) -> dict[str, Any]:
    """Put rules on the string of a field that may also be null."""
    text = {"type": "string", **rules}
    if field.get("type") == "string":
        return {**_kept(field), **text}
    return {**_kept(field), "anyOf": [text, {"type": "null"}]}
