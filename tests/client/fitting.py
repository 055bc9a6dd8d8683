"""Says where a dataclass of the client and a schema of the OpenAPI document differ."""

import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

Schema = Mapping[str, Any]

#: What a string may become; a format leaves one choice.
_TEXTS = (str, Decimal, datetime)
_FORMATS = {"uuid": UUID, "date-time": datetime}
_SCALARS = {"integer": int, "boolean": bool}


class Document:
    """An OpenAPI document."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    def operations(self) -> dict[tuple[str, str], Any]:
        """What is for clients, by method and path."""
        return {
            (method.upper(), path): operation
            for path, methods in self.content["paths"].items()
            for method, operation in methods.items()
            if not path.startswith("/v1/admin")
        }

    def schema(self, name: str) -> Schema:
        return self.content["components"]["schemas"][name]

    def resolved(self, schema: Schema) -> Schema:
        """Follow references to their end."""
        while "$ref" in schema:
            schema = self.schema(schema["$ref"].rpartition("/")[2])
        return schema

    def answer(self, operation: Any) -> Schema | None:
        """The schema of success; None where nothing comes back."""
        success = next(code for code in operation["responses"] if code.startswith("2"))
        content = operation["responses"][success].get("content")
        return None if content is None else content["application/json"]["schema"]

    def body(self, operation: Any) -> Schema | None:
        """The schema of the body; one that may be left out is a body too."""
        content = operation.get("requestBody", {}).get("content")
        if content is None:
            return None
        schema = content["application/json"]["schema"]
        stated = [each for each in schema.get("anyOf", [schema]) if each.get("type") != "null"]
        return self.resolved(stated[0])


def misfits(document: Document, schema: Schema, kind: Any, place: str) -> Iterator[str]:
    """Name every place where what comes is not what the client reads."""
    schema, is_nullable = _split_schema(document, schema)
    kind, is_optional = _split_kind(kind)
    if is_nullable != is_optional:
        yield f"{place}: null {'may' if is_nullable else 'cannot'} come"
    if schema.get("type") == "null":
        return
    if "enum" in schema and _is_choice(kind):
        if {*schema["enum"]} != {str(each) for each in kind}:
            yield f"{place}: {schema['enum']} is not {kind.__name__}"
    elif schema.get("type") == "array":
        if get_origin(kind) is tuple:
            yield from misfits(document, schema["items"], get_args(kind)[0], f"{place}[]")
        else:
            yield f"{place}: a list is not {kind}"
    elif "properties" in schema:
        yield from _misfits_of_object(document, schema, kind, place)
    elif schema.get("type") == "object":
        if get_origin(kind) is not dict:
            yield f"{place}: a map is not {kind}"
    elif not _is_scalar(schema, kind):
        yield f"{place}: {dict(schema)} is not {kind}"


def _misfits_of_object(document: Document, schema: Schema, kind: Any, place: str) -> Iterator[str]:
    made = get_origin(kind) or kind
    if not is_dataclass(made):
        yield f"{place}: an object is not {kind}"
        return
    types_by_name = _types_of(kind)
    named = schema["properties"]
    for name in sorted({*named} ^ {*types_by_name}):
        yield f"{place}.{name}: {'not read by the client' if name in named else 'never comes'}"
    for name in sorted({*named} & {*types_by_name}):
        yield from misfits(document, named[name], types_by_name[name], f"{place}.{name}")


def _types_of(kind: Any) -> dict[str, Any]:
    """Types by field, with the parameters of a generic put in."""
    made = get_origin(kind) or kind
    hints = get_type_hints(made)
    parameters = dict(zip(getattr(made, "__parameters__", ()), get_args(kind), strict=False))
    return {field.name: _substituted(hints[field.name], parameters) for field in fields(made)}


def _substituted(hint: Any, parameters: Mapping[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return parameters[hint]
    if get_origin(hint) is tuple:
        first = _substituted(get_args(hint)[0], parameters)
        return tuple[first, ...]
    return hint


def _split_schema(document: Document, schema: Schema) -> tuple[Schema, bool]:
    schema = document.resolved(schema)
    stated = schema.get("anyOf", [schema])
    others = [each for each in stated if each.get("type") != "null"]
    nullable = len(others) < len(stated)
    if len(others) == 1:
        return document.resolved(others[0]), nullable
    return (schema if others else stated[0]), nullable


def _split_kind(kind: Any) -> tuple[Any, bool]:
    if get_origin(kind) not in {Union, types.UnionType}:
        return kind, False
    others = [each for each in get_args(kind) if each is not type(None)]
    return others[0] if len(others) == 1 else kind, len(others) < len(get_args(kind))


def _is_choice(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, StrEnum)


def _is_scalar(schema: Schema, kind: Any) -> bool:
    if schema.get("type") != "string" and "enum" not in schema:
        return kind is _SCALARS.get(schema.get("type", ""))
    if "format" in schema:
        return kind is _FORMATS.get(schema["format"])
    return kind in _TEXTS or _is_choice(kind)
