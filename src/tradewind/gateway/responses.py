"""JSON answers, encoded straight from the contract's classes."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

_ENCODER: Final = msgspec.json.Encoder()
_HEADERS: Final = ((b"content-type", b"application/json"), (b"cache-control", b"no-store"))


class JsonAnswer(Response):
    """A response whose head is known, so that none of it is worked out each time."""

    def __init__(self, body: bytes, status: int, headers: Mapping[str, str]) -> None:
        """Take the encoded body; `headers` are lower-case ASCII."""
        self.status_code = status
        self.background = None
        self.body = body
        self.raw_headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
        for name, value in headers.items():
            self.raw_headers.append((name.encode("ascii"), value.encode("ascii")))


def answer(body: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Answer with a frozen dataclass of contracts/http."""
    return JsonAnswer(_ENCODER.encode(body), status, headers or {})


def no_content() -> Response:
    """Done, and nothing to say."""
    return Response(status_code=204, headers={"cache-control": "no-store"})
