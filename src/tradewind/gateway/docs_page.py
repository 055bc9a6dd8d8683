"""The API's reference as one page, readable without any script or other server."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
       color: #1a1f26; background: #fff }
code, pre { font: 14px/1.45 ui-monospace, monospace }
pre { overflow-x: auto; background: #f3f5f8; padding: .75rem; border-radius: 6px }
h2 { margin-top: 2.5rem; border-top: 1px solid #d5dbe3; padding-top: 1rem }
.method { display: inline-block; min-width: 4.5rem; font-weight: 700 }
td, th { text-align: left; padding: .15rem 1rem .15rem 0; vertical-align: top }
summary { cursor: pointer }
@media (prefers-color-scheme: dark) {
  body { color: #e4e8ee; background: #14181d } pre { background: #1e242c }
}
"""
_METHODS: Final = ("get", "post", "patch", "put", "delete")


def render(document: Mapping[str, Any]) -> str:
    """Return the page of an OpenAPI document."""
    info = document["info"]
    operations = "".join(_operations(document))
    schemas = "".join(
        f"<details><summary><code>{escape(name)}</code></summary>{_json(schema)}</details>"
        for name, schema in sorted(document["components"]["schemas"].items())
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])}</p>"
        '<p>Machines read <a href="/openapi.json">openapi.json</a>.</p>'
        f"{operations}<h2>Schemas</h2>{schemas}</body></html>"
    )


def _operations(document: Mapping[str, Any]) -> Iterator[str]:
    for path, operations in sorted(document["paths"].items()):
        for method in _METHODS:
            if method in operations:
                yield _operation(method, path, operations[method])


def _operation(method: str, path: str, operation: Mapping[str, Any]) -> str:
    token = "" if operation.get("security") else " <small>public</small>"
    text = operation.get("description") or operation.get("summary") or ""
    return (
        f'<h2><code><span class="method">{method.upper()}</span>{escape(path)}</code>{token}</h2>'
        f"<p>{escape(text)}</p>{_parameters(operation)}{_body(operation)}{_answers(operation)}"
    )


def _parameters(operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(each['name'])}</code></td><td>{escape(each['in'])}</td>"
        f"<td>{'required' if each.get('required') else ''}</td>"
        f"<td><code>{escape(json.dumps(each['schema']))}</code></td></tr>"
        for each in operation.get("parameters", ())
    )
    return f"<table>{rows}</table>" if rows else ""


def _body(operation: Mapping[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return f"<p>Body</p>{_json(content['schema'])}" if content else ""


def _answers(operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(status)}</code></td><td>{escape(each['description'])}</td>"
        f"<td><code>{escape(_schema_name(each))}</code></td></tr>"
        for status, each in operation["responses"].items()
    )
    return f"<table>{rows}</table>"


def _schema_name(answer: Mapping[str, Any]) -> str:
    for media in answer.get("content", {}).values():
        return str(media.get("schema", {}).get("$ref", "")).rpartition("/")[2]
    return ""


def _json(schema: object) -> str:
    return f"<pre>{escape(json.dumps(schema, indent=2))}</pre>"
