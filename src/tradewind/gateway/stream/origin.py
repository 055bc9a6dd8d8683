"""Which web pages may open the stream (cross-site WebSocket hijacking).

A foreign Origin is refused at the handshake. A missing one is what programs send, and they may
connect: the stream takes no cookie, only a token in its first message, so there is nothing for a
foreign page to ride on. A request that lacks an Origin but looks like a browser's is refused.
"""

from collections.abc import Mapping

#: Headers that browsers send and programs do not.
_BROWSER_HEADERS = ("cookie", "sec-fetch-site", "sec-fetch-mode")


def is_allowed(headers: Mapping[str, str], origins: frozenset[str]) -> bool:
    """Judge the handshake's headers; their lookup ignores case."""
    origin = headers.get("origin")
    if origin is None:
        return not any(name in headers for name in _BROWSER_HEADERS)
    return origin.lower() in origins


def own_origins(host: str, port: int, configured: str) -> frozenset[str]:
    """Return the origins of our web client: the API's address, and those of a comma list."""
    local = ("127.0.0.1", "localhost", "[::1]")
    name = f"[{host}]" if ":" in host else host
    served = {f"http://{each}:{port}" for each in (*local, name)}
    listed = {each.strip().rstrip("/").lower() for each in configured.split(",") if each.strip()}
    return frozenset(served | listed)
