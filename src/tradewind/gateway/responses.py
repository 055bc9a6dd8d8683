"""JSON answers, encoded straight from the contract's classes."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

_ENCODER: Final = msgspec.json.Encoder()
_HEADERS: Final = {"cache-control": "no-store"}


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a frozen dataclass of contracts/http."""
    return Response(
        _ENCODER.encode(body),
        status_code=status,
        media_type="application/json",
        headers=_HEADERS if headers is None else {**_HEADERS, **headers},
    )


def no_content() -> Response:
    """Done, and nothing to say."""
    return Response(status_code=204, headers=_HEADERS)
