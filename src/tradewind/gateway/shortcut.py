"""The short way to the order routes: past the framework's layers, which cost more than they."""

from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tradewind.core.errors import DomainError
from tradewind.gateway.errors import RequestError, failure_of, failure_response

Endpoint = Callable[[Request], Awaitable[Response]]


class Shortcut:
    """Calls a plain route that fits; everything else goes on to the framework."""

    def __init__(self, app: ASGIApp, routes: Sequence[Route]) -> None:
        """Take the routes in the order in which they are tried."""
        self._app = app
        self._routes = tuple(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; an error without a meaning is left to the edge."""
        if scope["type"] == "http":
            for route in self._routes:
                match, found = route.matches(scope)
                if match is Match.FULL:
                    scope.update(found)
                    response = await _answer(route.endpoint, Request(scope, receive))
                    await response(scope, receive, send)
                    return
        await self._app(scope, receive, send)


async def _answer(endpoint: Endpoint, request: Request) -> Response:
    try:
        return await endpoint(request)
    except (DomainError, RequestError) as error:
        return failure_response(failure_of(error))
