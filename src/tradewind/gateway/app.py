"""Composes the API: routes, errors, documents, the web client behind them, the edge around them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp

from tradewind.core.errors import DomainError
from tradewind.gateway import docs_page
from tradewind.gateway.access import access_to
from tradewind.gateway.dependencies import Dependencies
from tradewind.gateway.edge import Edge
from tradewind.gateway.errors import RequestError, answer_error
from tradewind.gateway.openapi import Documented, build_document
from tradewind.gateway.routes import (
    accounts,
    admin_dealing,
    admin_exposure,
    admin_filters,
    admin_kill_switches,
    admin_liquidity,
    admin_pricing,
    admin_requests,
    admin_terms,
    auth,
    candles,
    history,
    market,
    receipts,
    system,
)
from tradewind.gateway.routes.system import stream_origin
from tradewind.gateway.shortcut import Shortcut
from tradewind.gateway.web_client import WebClient, security_headers

_ROUTERS: Final = (
    system.router,
    auth.router,
    accounts.router,
    history.router,
    receipts.router,
    market.router,
    candles.router,
    admin_terms.router,
    admin_pricing.router,
    admin_filters.router,
    admin_kill_switches.router,
    admin_dealing.router,
    admin_requests.router,
    admin_liquidity.router,
    admin_exposure.router,
)
_ERRORS: Final = (
    DomainError,
    RequestError,
    RequestValidationError,
    HTTPException,
    Exception,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Extension:
    """Routes that are plugged in: plain ones are tried first and document themselves."""

    plain: Sequence[Route] = ()
    documented: Documented = field(default_factory=Documented)
    routers: Sequence[APIRouter] = ()


def create_app(dependencies: Dependencies, extensions: Sequence[Extension] = ()) -> ASGIApp:
    """Return the whole application; a route that the access table does not know raises here."""
    settings = dependencies.settings
    plain = [route for extension in extensions for route in extension.plain]
    for route in plain:
        for method in route.methods or ():
            if method != "HEAD":
                access_to(method, route.path)
    app = FastAPI(
        title="Tradewind",
        version=settings.version,
        routes=list[BaseRoute](plain),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers=dict.fromkeys(_ERRORS, answer_error),
    )
    app.state.dependencies = dependencies
    app.state.gate = dependencies.gate
    app.router.routes.extend(_framework_routes(extensions))
    app.router.routes.extend(_document_routes(describe(settings.version, extensions)))
    app.router.default = WebClient(
        settings.web_dir, lambda request: stream_origin(request, settings)
    )
    return Edge(
        Shortcut(app, plain),
        addresses=dependencies.addresses.general,
        relief=dependencies.addresses.relief,
        metrics=dependencies.metrics,
        log=dependencies.log,
    )


def describe(version: str, extensions: Sequence[Extension] = ()) -> dict[str, Any]:
    """Return the OpenAPI document; the routes say it all, nothing has to run."""
    documented = [extension.documented for extension in extensions]
    return build_document(_framework_routes(extensions), version, documented)


def _framework_routes(extensions: Sequence[Extension]) -> list[BaseRoute]:
    """Return routes as they are: including a router would wrap them in the framework's own."""
    routers = (*_ROUTERS, *(each for one in extensions for each in one.routers))
    return [route for router in routers for route in router.routes]


def _document_routes(document: Mapping[str, Any]) -> list[Route]:
    text = msgspec.json.encode(document)
    page = docs_page.render(document).encode()

    async def openapi(_request: Request) -> Response:
        return Response(text, media_type="application/json")

    async def docs(_request: Request) -> Response:
        headers = security_headers("")
        return Response(page, media_type="text/html", headers=headers)

    return [Route("/openapi.json", openapi), Route("/docs", docs)]
