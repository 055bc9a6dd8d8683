"""The API as a process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fixtures_platform import free_ports
from tradewind.infra.settings import Settings

STOP_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiProcess:
    """A process that serves."""

    port: int
    metrics_port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def url(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> int:
        """Ask it to stop, as the supervisor does; return its status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_TIMEOUT_S)


@contextmanager
def api_process(settings: Settings, folder: Path, **extra: str) -> Generator[ApiProcess]:
    """Run the process until the block ends; it is ready when the block begins."""
    port = free_ports()
    reading, writing = os.pipe()
    log = folder / "api.log"
    environment = {
        **{name: text for name, text in os.environ.items() if not name.startswith("TRADEWIND_")},
        "TRADEWIND_DATABASE_URL": settings.database_url,
        "TRADEWIND_REDIS_URL": settings.redis_url,
        "TRADEWIND_SECRETS_DIR": str(settings.secrets_dir),
        "TRADEWIND_PORT": str(port),
        "TRADEWIND_METRICS_PORT": str(port + 10),
        "TRADEWIND_READY_FD": str(writing),
        **extra,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            (sys.executable, "-m", "tradewind.processes.api"),
            env=environment,
            pass_fds=(writing,),
            stderr=output,
        )
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.readline()
    assert said == b"ready\n", log.read_text("utf-8")
    try:
        yield ApiProcess(port=port, metrics_port=port + 10, process=process, log=log)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(STOP_TIMEOUT_S)
