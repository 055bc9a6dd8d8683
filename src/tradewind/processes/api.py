"""The API process: `python -m tradewind.processes.api`, the gateway on TRADEWIND_PORT."""

import asyncio
import gc
import os
import signal
import socket
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from starlette.types import ASGIApp

from tradewind.gateway.app import Extension, create_app, describe
from tradewind.gateway.dependencies import AddressLimits, GatewaySettings
from tradewind.gateway.routes.order_documents import documented
from tradewind.gateway.routes.order_door import OrderDoor
from tradewind.gateway.routes.orders import order_routes
from tradewind.gateway.routes.positions import position_routes
from tradewind.infra.decimals import trap_floats
from tradewind.infra.logging import configure_logging
from tradewind.infra.metrics import serve_metrics
from tradewind.infra.readiness import notify_ready
from tradewind.infra.settings import Settings, integer, settings_from_environment
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.processes.api_parts import Parts, build_parts, dependencies_of, run_background
from tradewind.processes.oms_metrics import expose_oms
from tradewind.services.dealing.model import LIMIT

_BACKLOG: Final = 2048
_KEEP_ALIVE_S: Final = 75
#: Requests under way may end; with what follows it stays below the supervisor's patience.
_DRAIN_S: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """The common settings, and what the API alone needs."""

    common: Settings
    gateway: GatewaySettings
    #: TRADEWIND_TRUSTED_PROXIES: addresses whose X-Forwarded-For is believed, as a comma list.
    trusted_proxies: str
    #: TRADEWIND_REUSE_PORT=1: several API processes listen on the same port.
    reuse_port: bool
    #: TRADEWIND_USER_RATE: requests a second of one user; closes and cancels have as many again.
    user_rate: int
    #: TRADEWIND_ADDRESS_RATE: requests a second of one client address.
    address_rate: int


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    trap_floats()
    configure_logging("api")
    uvloop.run(serve(api_settings()))


def api_settings(environment: Mapping[str, str] = os.environ) -> ApiSettings:
    """Parse the environment."""
    common = settings_from_environment(environment)
    web_dir = environment.get("TRADEWIND_WEB_DIR")
    return ApiSettings(
        common=common,
        gateway=GatewaySettings(
            version=version("tradewind"),
            environment=common.environment,
            stream_port=common.port + 1,
            stream_url=environment.get("TRADEWIND_STREAM_URL", ""),
            web_dir=Path(web_dir) if web_dir else None,
            dealer_limit=integer(environment, "TRADEWIND_DEALER_LIMIT", LIMIT),
        ),
        trusted_proxies=environment.get("TRADEWIND_TRUSTED_PROXIES", ""),
        reuse_port=environment.get("TRADEWIND_REUSE_PORT") == "1",
        user_rate=integer(environment, "TRADEWIND_USER_RATE", 200),
        address_rate=integer(environment, "TRADEWIND_ADDRESS_RATE", 5_000),
    )


async def serve(settings: ApiSettings) -> None:
    """Run one API process until a signal; what was begun is answered before it returns."""
    async with AsyncExitStack() as stack:
        parts = await build_parts(stack, settings.common, settings.user_rate)
        expose_oms(parts.metrics.registry, parts.oms)
        metrics_port = serve_metrics(parts.metrics.registry, settings.common.metrics_port)
        async with asyncio.TaskGroup() as group:
            orders = group.create_task(parts.oms.run())
            background = group.create_task(run_background(parts))
            app = compose(parts, settings)
            # What was built stays for ever: the collector need not look at it again.
            gc.collect()
            gc.freeze()
            server = _Server(_configuration(app, settings), metrics_port)
            with _listening_socket(settings) as listening:
                await server.serve(sockets=[listening])
            parts.oms.stop()
            await orders
            background.cancel()


def compose(parts: Parts, settings: ApiSettings) -> ASGIApp:
    """Return the application with the order routes plugged in."""
    rate = settings.address_rate
    limits = AddressLimits(
        general=TokenBuckets(rate, 2 * rate), relief=TokenBuckets(rate, 2 * rate)
    )
    dependencies = dependencies_of(parts, settings.gateway, limits)
    door = OrderDoor(
        gate=parts.gate,
        oms=parts.oms,
        accounts=dependencies.accounts,
        markets=parts.markets,
        instruments=lambda: parts.reference.instruments,
        clock=parts.clock,
        new_id=parts.ids.new,
    )
    return create_app(
        dependencies,
        [Extension(plain=[*order_routes(door), *position_routes(door)], documented=documented())],
    )


def openapi_document() -> dict[str, Any]:
    """Return the document that the composed application serves, without composing it."""
    return describe(version("tradewind"), [Extension(documented=documented())])


class _Server(uvicorn.Server):
    """Says that it is ready once its sockets are served."""

    def __init__(self, config: uvicorn.Config, metrics_port: int) -> None:
        super().__init__(config)
        self._metrics_port = metrics_port

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop at a signal; uvicorn would raise it again once it has stopped."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell the supervisor and the log."""
        await super().startup(sockets)
        port = sockets[0].getsockname()[1] if sockets else self.config.port
        structlog.get_logger().info("api_serves", port=port, metrics_port=self._metrics_port)
        notify_ready()


def _configuration(app: ASGIApp, settings: ApiSettings) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="none",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_DRAIN_S,
    )


def _listening_socket(settings: ApiSettings) -> socket.socket:
    """Bind before serving, so that a taken port is an error at once."""
    host, port = settings.common.host, settings.common.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if settings.reuse_port:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    listening.setblocking(False)  # noqa: FBT003  the standard library's signature
    return listening


if __name__ == "__main__":
    main()
