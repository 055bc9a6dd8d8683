"""The client agrees with the OpenAPI document: whatever drifts fails here."""

import ast
import copy
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

import tradewind_client
from tests.client.fitting import Document, misfits
from tradewind_client import operations
from tradewind_client.events import EventData
from tradewind_client.operations import Operation

ROOT = Path(__file__).parents[2]
OPENAPI = json.loads((ROOT / "clients/web/openapi.json").read_text("utf-8"))
DOCUMENT = Document(OPENAPI)
CALLS = {name: each for name, each in vars(operations).items() if isinstance(each, Operation)}
#: Told apart by the event's type, each by the name of its schema.
EVENT_DATA = {each.__name__: each for each in get_args(EventData)}
#: `data` is one of EVENT_DATA and is read once the type is known.
READ_LATER = {"EVENTS.items[].data"}

each_call = pytest.mark.parametrize("name", CALLS)


def described(call: Operation[Any]) -> Any:
    found = DOCUMENT.operations().get((call.method, call.path))
    assert found is not None, f"the API has no {call.method} {call.path}"
    return found


def test_the_client_has_every_operation_that_is_for_clients() -> None:
    has = {(each.method, each.path) for each in CALLS.values()}
    assert sorted(DOCUMENT.operations().keys() - has) == []


def test_every_operation_is_called_by_a_method_of_the_client() -> None:
    package = Path(tradewind_client.__file__).parent
    used = {
        node.attr if isinstance(node, ast.Attribute) else node.id
        for path in package.glob("*.py")
        if path.name != "operations.py"
        for method in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(method, ast.AsyncFunctionDef)
        for node in ast.walk(method)
        if isinstance(node, ast.Attribute | ast.Name)
    }
    assert sorted(CALLS.keys() - used) == []


@each_call
def test_an_answer_has_the_fields_and_types_that_the_client_reads(name: str) -> None:
    schema = DOCUMENT.answer(described(CALLS[name]))
    kind = CALLS[name].answer
    if schema is None:
        assert kind is type(None)
        return
    found = misfits(DOCUMENT, schema, kind, name)
    assert [each for each in found if each.partition(":")[0] not in READ_LATER] == []


@each_call
def test_a_call_sends_what_the_api_takes_and_nothing_else(name: str) -> None:
    call, operation = CALLS[name], described(CALLS[name])
    taken = operation.get("parameters", ())
    assert set(call.query) == {each["name"] for each in taken if each["in"] == "query"}
    assert call.keyed == ("Idempotency-Key" in {each["name"] for each in taken})
    assert call.public == ("security" not in operation)
    body = DOCUMENT.body(operation)
    if call.body is None:
        assert body is None
        return
    assert body is not None
    properties = body.get("properties", {})
    assert {each.name for each in fields(call.body)} == set(properties)


def test_every_kind_of_event_data_is_read_as_what_it_is() -> None:
    stated = DOCUMENT.schema("Event")["properties"]["data"]["anyOf"]
    names = {each["$ref"].rpartition("/")[2] for each in stated}
    assert names == set(EVENT_DATA)
    found = [
        each
        for name, kind in EVENT_DATA.items()
        for each in misfits(DOCUMENT, DOCUMENT.schema(name), kind, name)
    ]
    assert found == []


def lose(order: dict[str, Any]) -> None:
    del order["properties"]["ticket"]


def gain(order: dict[str, Any]) -> None:
    order["properties"]["news"] = {"type": "string"}


def retype(order: dict[str, Any]) -> None:
    order["properties"]["version"] = {"type": "string"}


def nullify(order: dict[str, Any]) -> None:
    order["properties"]["symbol"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def widen(order: dict[str, Any]) -> None:
    order["properties"]["side"] = {"enum": ["buy", "sell", "both"]}


def reformat(order: dict[str, Any]) -> None:
    order["properties"]["symbol"] = {"type": "string", "format": "uuid"}


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lose, "Order.ticket"),
        (gain, "Order.news"),
        (retype, "Order.version"),
        (nullify, "Order.symbol"),
        (widen, "Order.side"),
        (reformat, "Order.symbol"),
    ],
)
def test_each_way_to_drift_is_found(change: Callable[[dict[str, Any]], None], place: str) -> None:
    drifted = copy.deepcopy(OPENAPI)
    change(drifted["components"]["schemas"]["Order"])
    document = Document(drifted)
    found = [*misfits(document, document.schema("Order"), tradewind_client.Order, "Order")]
    assert [each.partition(":")[0] for each in found] == [place]
