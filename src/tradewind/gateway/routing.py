"""How our routes differ from the framework's: access first, then a strict reading."""

from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qsl

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.problem import FieldError
from tradewind.gateway.access import access_to
from tradewind.gateway.bodies import malformed, parse_object, require_json
from tradewind.gateway.errors import RequestError
from tradewind.gateway.gate import ROUTE, Gate

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """A request whose JSON body must be one object without duplicate keys."""

    async def json(self) -> Any:
        """Return the object."""
        return parse_object(await self.body())


class StrictRoute(APIRoute):
    """Asks the access table at start, and the caller's token before anything else is read."""

    def get_route_handler(self) -> Handler:
        """Wrap the framework's handler."""
        handle = super().get_route_handler()
        method = next(iter(self.methods or ()))
        access = access_to(method, self.path_format)
        names = _query_names(self.dependant)
        takes_body = self.body_field is not None

        async def strict(request: Request) -> Response:
            request.scope[ROUTE] = access.route
            if not access.is_public:
                gate: Gate = request.app.state.gate
                await gate.admit(request.scope, access)
            check_query(request.scope["query_string"], names)
            if not takes_body:
                return await handle(request)
            reading = StrictRequest(request.scope, request.receive)
            body = await reading.body()
            if body or "content-type" in reading.headers:
                require_json(reading.headers.get("content-type", "").encode("latin-1"))
                parse_object(body)
            return await handle(reading)

        return strict


def check_query(query: bytes, names: frozenset[str]) -> None:
    """Raise RequestError for a repeated (400) or unknown (422) query key."""
    if not query:
        return
    given = Counter(key for key, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    if max(given.values(), default=0) > 1:
        raise malformed("A key of the query came twice.")
    unknown = sorted(given.keys() - names)
    if unknown:
        errors = [
            FieldError(field=key[:64], code="unknown_field", message="There is no such parameter.")
            for key in unknown
        ]
        raise RequestError(422, "unknown_field", "The request is not valid.", errors)


def _query_names(dependant: Dependant) -> frozenset[str]:
    """Every query key that a handler or something it depends on reads."""
    own = frozenset(parameter.alias for parameter in dependant.query_params)
    return own.union(*(_query_names(each) for each in dependant.dependencies))
