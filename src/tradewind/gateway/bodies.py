"""Request bodies: exactly one JSON object, nothing said twice."""

import json
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from tradewind.gateway.errors import RequestError

BODY_BYTES_MAX: Final = 64 * 1024
_DECODER: Final = msgspec.json.Decoder(dict[str, Any])


def parse_object(body: bytes) -> dict[str, Any]:
    """Return the one JSON object of a body; RequestError 400 for anything else.

    A key is followed by a colon outside of strings, so where there are no more colons than keys
    no key came twice. Other bodies are read again by a slower parser that shows every key.
    """
    try:
        parsed = _DECODER.decode(body)
        if body.count(b":") != len(parsed):
            json.loads(body, object_pairs_hook=_without_duplicates)
    except (ValueError, RecursionError) as error:
        raise malformed("The body is not one JSON object.") from error
    return parsed


def require_json(content_type: bytes | None) -> None:
    """Raise RequestError 415 unless a body says that it is JSON."""
    if (
        content_type is None
        or content_type.partition(b";")[0].strip().lower() != b"application/json"
    ):
        raise RequestError(415, "unsupported_media_type", "The body must be application/json.")


def malformed(detail: str) -> RequestError:
    """A request that cannot be read, before any question of its meaning."""
    return RequestError(400, "malformed_request", detail)


def _without_duplicates(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise malformed("A key of the body came twice.")
        found[key] = value
    return found
