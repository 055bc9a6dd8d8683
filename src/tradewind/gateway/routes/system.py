"""Liveness, readiness and what a client must know before it logs in."""

import asyncio
import re
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from tradewind.contracts.http.market import Config, Health, Readiness
from tradewind.gateway.dependencies import GatewaySettings, Needs, Probe
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute

router = APIRouter(route_class=StrictRoute, tags=["system"])

_PROBE_TIMEOUT_S: Final = 1.0
_HOST: Final = re.compile(r"([A-Za-z0-9.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")


@router.get("/healthz", response_model=Health)
async def health() -> Response:
    """Tell that the process answers; nothing else is asked."""
    return answer(Health(status="ok"))


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def readiness(needs: Needs) -> Response:
    """Tell which dependencies answer; 503 without a vital one.

    Redis and prices are not vital: closing, cancelling and reading go on without them.
    """
    async with asyncio.TaskGroup() as group:
        probing = {name: group.create_task(_probe(probe)) for name, probe in needs.probes.items()}
    found = {name: task.result() for name, task in probing.items()}
    for name, ready in found.items():
        needs.metrics.ready.labels(name).set(ready)
    ready = all(found[name] for name, probe in needs.probes.items() if probe.vital)
    return answer(Readiness(ready=ready, dependencies=found), 200 if ready else 503)


@router.get("/v1/config", response_model=Config)
async def config(request: Request, needs: Needs) -> Response:
    """Tell where the stream is; clients never derive that themselves."""
    settings = needs.settings
    return answer(
        Config(
            stream_url=f"{stream_origin(request, settings)}/v1/stream",
            version=settings.version,
            environment=settings.environment,
        )
    )


def stream_origin(request: Request, settings: GatewaySettings) -> str:
    """Return the stream's origin: the configured one, or the request's host and the next port."""
    if settings.stream_url:
        return settings.stream_url.removesuffix("/v1/stream").rstrip("/")
    named = _HOST.fullmatch(request.headers.get("host", ""))
    host = named.group(1) if named is not None else "127.0.0.1"
    scheme = "wss" if request.url.scheme == "https" else "ws"
    return f"{scheme}://{host}:{settings.stream_port}"


async def _probe(probe: Probe) -> bool:
    try:
        async with asyncio.timeout(_PROBE_TIMEOUT_S):
            return await probe.answers()
    except Exception:  # noqa: BLE001  whatever it is, the dependency does not answer
        return False
