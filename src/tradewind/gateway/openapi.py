"""The OpenAPI document: made by the framework, completed with what all routes share."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter
from starlette.routing import BaseRoute

from tradewind.contracts.http.problem import Problem
from tradewind.gateway.access import access_to

_REFERENCE: Final = "#/components/schemas/{model}"
_METHODS: Final = frozenset({"get", "put", "post", "delete", "patch"})
_BEARER: Final[list[dict[str, list[str]]]] = [{"bearer": []}]
_FRAMEWORK_SCHEMAS: Final = ("HTTPValidationError", "ValidationError")
_DESCRIPTION: Final = """\
Decimals are JSON strings, times are RFC 3339 in UTC, ids are UUIDs. Errors are problem documents
(RFC 9457) with a stable `code`. Lists are pages: pass `next` as `after`.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """What a plain route says of itself: its part of `paths` and of the schemas."""

    paths: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    schemas: Mapping[str, Any] = field(default_factory=dict)


def build_document(
    routes: Sequence[BaseRoute], version: str, parts: Sequence[Documented]
) -> dict[str, Any]:
    """Return the whole document."""
    document = get_openapi(
        title="Tradewind",
        version=version,
        description=_DESCRIPTION,
        routes=routes,
    )
    paths, components = document["paths"], document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for part in parts:
        schemas.update(part.schemas)
        for path, operations in part.paths.items():
            paths.setdefault(path, {}).update(operations)
    for name in _FRAMEWORK_SCHEMAS:
        schemas.pop(name, None)
    _add_schema(schemas, "Problem", Problem)
    components["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    }
    for path, operations in paths.items():
        for method, operation in operations.items():
            if method in _METHODS:
                _complete(method, path, operation)
    return document


def _complete(method: str, path: str, operation: dict[str, Any]) -> None:
    """Add what every operation may answer, and the token it needs."""
    responses = operation.setdefault("responses", {})
    responses.pop("422", None)
    problem = {"schema": {"$ref": _REFERENCE.format(model="Problem")}}
    responses["default"] = {
        "description": "Problem",
        "content": {"application/problem+json": problem},
    }
    if not access_to(method.upper(), path).is_public:
        operation["security"] = _BEARER


def _add_schema(schemas: dict[str, Any], name: str, model: type) -> None:
    schema = TypeAdapter(model).json_schema(ref_template=_REFERENCE)
    schemas.update(schema.pop("$defs", {}))
    schemas[name] = schema
