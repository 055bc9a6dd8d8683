"""Our own processes as children: their environment, their command, their readiness."""

import asyncio
import importlib.util
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradewind.infra.local.children import Child, Launch, spawn, spawn_ready
from tradewind.infra.local.configuration import LocalConfiguration
from tradewind.infra.local.errors import StartFailedError
from tradewind.infra.local.home import Home
from tradewind.infra.local.process_table import LP_PORTS, ProcessSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class PythonProcess:
    """One process of the table; a `Member` of the supervisor."""

    spec: ProcessSpec
    home: Home
    port: int
    environment: Mapping[str, str]
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 8.0

    @property
    def name(self) -> str:
        """The process's name in the table."""
        return self.spec.name

    async def start(self) -> Child:
        """Start the process and return once it says that it serves."""
        return await spawn_ready(self._launch(), self.spec.ready_timeout_s)

    async def run_once(self) -> None:
        """Run a one-shot process to its end; anything but success is an error."""
        child = spawn(self._launch())
        try:
            status = await asyncio.wait_for(child.wait(), self.spec.ready_timeout_s)
        except TimeoutError:
            raise child.failure(f"took longer than {self.spec.ready_timeout_s:g} s") from None
        finally:
            await child.stop(signal.SIGTERM, timeout_s=5.0)
        if status != 0:
            raise child.failure(f"ended with status {status}")

    def _launch(self) -> Launch:
        arguments = (
            str(self.port + word) if isinstance(word, int) else word for word in self.spec.arguments
        )
        metrics = self.port + self.spec.ports[-1] if self.spec.ports else 0
        return Launch(
            name=self.name,
            command=(sys.executable, "-m", self.spec.module, *arguments),
            folder=self.home.root,
            logs=self.home.logs,
            environment={**self.environment, "TRADEWIND_METRICS_PORT": str(metrics)},
        )


def module_exists(module: str) -> bool:
    """Tell whether a process's module is there, without running it."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def require_modules(table: tuple[ProcessSpec, ...]) -> None:
    """Refuse a table that names a module which does not exist."""
    for spec in table:
        if not module_exists(spec.module):
            raise StartFailedError(f"the process {spec.name} has no module {spec.module}")


def process_environment(
    configuration: LocalConfiguration, home: Home, web_dir: Path
) -> dict[str, str]:
    """Return the environment of every process of ours: the caller's, with our settings over it."""
    # asyncpg reads PG* variables; the caller's would lead it elsewhere.
    inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    providers = ",".join(f"{name}=127.0.0.1:{configuration.port + at}" for name, at in LP_PORTS)
    return {
        **inherited,
        "PYTHONUNBUFFERED": "1",
        "TRADEWIND_HOME": str(home.root),
        "TRADEWIND_ENVIRONMENT": "demo",
        "TRADEWIND_DEMO": "1",
        "TRADEWIND_HOST": configuration.host,
        "TRADEWIND_PORT": str(configuration.port),
        "TRADEWIND_DATABASE_URL": home.database_url,
        "TRADEWIND_REDIS_URL": home.redis_url,
        "TRADEWIND_SECRETS_DIR": str(home.secrets),
        "TRADEWIND_LP_ENDPOINTS": providers,
        "TRADEWIND_WEB_DIR": str(web_dir),
    }
