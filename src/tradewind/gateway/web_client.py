"""Serves the built web client: one folder, one page for every path that is not a file.

The build may still be running when the API starts; until it is there, a page says so.
"""

import asyncio
import gzip
import mimetypes
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from tradewind.gateway.gate import ROUTE

_API_PREFIX: Final = "/v1/"
_INDEX: Final = "index.html"
_ASSETS: Final = "assets/"
#: Bytes of files kept in memory, plain and compressed.
_KEPT_BYTES_MAX: Final = 64 * 1024 * 1024
_COMPRESSIBLE: Final = ("text/", "application/javascript", "application/json", "image/svg+xml")
_BUILDING: Final = b"""<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="refresh" content="3"><title>Tradewind</title></head><body>
<h1>Tradewind is running</h1>
<p>The web client is being built, or was not asked for; this page looks again every three seconds.
The API serves already: <a href="/docs">its reference</a>.</p></body></html>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file as it is sent."""

    stamp: tuple[int, int]
    media_type: str
    etag: str
    content: bytes
    compressed: bytes | None

    @property
    def size(self) -> int:
        """Bytes in memory."""
        return len(self.content) + len(self.compressed or b"")


class WebClient:
    """The application behind every path that no route has."""

    def __init__(self, folder: Path | None, stream_origin: Callable[[Request], str]) -> None:
        """Take the build's folder, which may appear later; the page may talk to the stream."""
        self._folder = folder.resolve() if folder is not None else None
        self._stream_origin = stream_origin
        self._kept: OrderedDict[Path, File] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            raise HTTPException(404)
        path = scope["path"]
        if path.startswith(_API_PREFIX) or path == _API_PREFIX.rstrip("/"):
            raise HTTPException(404)
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"allow": "GET, HEAD"})
        scope[ROUTE] = "web"
        response = await self._response(Request(scope))
        await response(scope, receive, send)

    async def _response(self, request: Request) -> Response:
        name = request.url.path.lstrip("/")
        file = await self._file(name)
        if file is None and (name.startswith(_ASSETS) or "." in name.rpartition("/")[2]):
            raise HTTPException(404)
        is_asset = file is not None and name.startswith(_ASSETS)
        file = file or await self._file(_INDEX)
        headers = security_headers(self._stream_origin(request))
        headers["cache-control"] = "public, max-age=31536000, immutable" if is_asset else "no-cache"
        if file is None:
            return Response(_BUILDING, media_type="text/html", headers=headers)
        headers |= {"etag": file.etag, "vary": "accept-encoding"}
        if request.headers.get("if-none-match") == file.etag:
            return Response(status_code=304, headers=headers)
        content = file.content
        if file.compressed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            content, headers["content-encoding"] = file.compressed, "gzip"
        return Response(content, media_type=file.media_type, headers=headers)

    async def _file(self, name: str) -> File | None:
        """Return a file of the folder, from memory unless it changed."""
        if self._folder is None or not name or "\0" in name:
            return None
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder) or not path.is_file():
            return None
        status = path.stat()
        stamp = (status.st_mtime_ns, status.st_size)
        kept = self._kept.get(path)
        if kept is None or kept.stamp != stamp:
            kept = await asyncio.to_thread(_read, path, stamp)
            self._kept[path] = kept
            while sum(file.size for file in self._kept.values()) > _KEPT_BYTES_MAX:
                self._kept.popitem(last=False)
        return kept


def security_headers(stream_origin: str) -> dict[str, str]:
    """Return what every page carries; styles are inline in the component library."""
    policy = (
        "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:; font-src 'self' data:; connect-src 'self' {stream_origin}; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    return {
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-frame-options": "DENY",
        "cross-origin-opener-policy": "same-origin",
    }


def _read(path: Path, stamp: tuple[int, int]) -> File:
    content = path.read_bytes()
    media_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    media_type = "application/javascript" if media_type == "text/javascript" else media_type
    compress = media_type.startswith(_COMPRESSIBLE)
    return File(
        stamp=stamp,
        media_type=media_type,
        etag=f'W/"{blake2b(content, digest_size=12).hexdigest()}"',
        content=content,
        compressed=gzip.compress(content, 6, mtime=0) if compress else None,
    )
