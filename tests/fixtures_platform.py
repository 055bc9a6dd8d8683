"""The whole platform, as a user runs it: `tradewind up` in a folder and on ports of its own."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tradewind.infra.local.configuration import PORT_SPAN
from tradewind.infra.local.home import Home, locate_home
from tradewind.infra.local.running_state import PlatformState, RunningState, live_state

_START_TIMEOUT_S = 90.0
_STOP_TIMEOUT_S = 60.0
_POLL_S = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningPlatform:
    """A platform that serves."""

    home: Home
    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        """The web client and the API."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stream_url(self) -> str:
        """The price stream."""
        return f"ws://127.0.0.1:{self.port + 1}"

    @property
    def demo(self) -> Any:
        """The demo logins that the seed wrote."""
        return msgspec.json.decode(self.home.demo_file.read_bytes())

    @property
    def state(self) -> RunningState:
        """What the supervisor records now."""
        state = live_state(self.home.state_file)
        assert state is not None, "the supervisor has ended"
        return state


@pytest.fixture(scope="session")
def platform(short_folder: Callable[[], Path]) -> Iterator[RunningPlatform]:
    """One platform for all flow tests of the session."""
    command = (sys.executable, "-m", "tradewind.cli.main", "up", "--no-web")
    with run_platform(short_folder() / "home", command) as running:
        yield running


@contextmanager
def run_platform(root: Path, command: tuple[str, ...], **extra: str) -> Generator[RunningPlatform]:
    """Run a supervisor until the block ends; fails with its output if it does not start."""
    port = free_ports()
    process = start_supervisor(root, port, command, **extra)
    running = RunningPlatform(home=locate_home(root), port=port, process=process)
    try:
        wait_until_running(running)
        yield running
    finally:
        stop_supervisor(process)


def start_supervisor(
    root: Path, port: int, command: tuple[str, ...], **extra: str
) -> "subprocess.Popen[bytes]":
    """Start a supervisor whose output goes to supervisor.log of its folder."""
    root.mkdir(parents=True, exist_ok=True)
    inherited = {key: text for key, text in os.environ.items() if not key.startswith("TRADEWIND_")}
    with (root / "supervisor.log").open("ab") as log:
        return subprocess.Popen(
            command,
            env={**inherited, "TRADEWIND_HOME": str(root), "TRADEWIND_PORT": str(port), **extra},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def wait_until_running(running: RunningPlatform) -> None:
    """Wait until all processes are ready."""
    deadline = time.monotonic() + _START_TIMEOUT_S
    while time.monotonic() < deadline:
        state = live_state(running.home.state_file)
        if state is not None and state.state is PlatformState.RUNNING:
            return
        if running.process.poll() is not None:
            break
        time.sleep(_POLL_S)
    output = (running.home.root / "supervisor.log").read_text("utf-8")
    pytest.fail(f"the platform did not start:\n{output}")


def stop_supervisor(process: "subprocess.Popen[bytes]") -> None:
    """Stop a supervisor the way a service manager does."""
    process.send_signal(signal.SIGTERM)
    process.wait(_STOP_TIMEOUT_S)


def free_ports() -> int:
    """Return the first of a range of ports that nobody listens on, below the outgoing ones."""
    for _ in range(100):
        first = 10_000 + secrets.randbelow(1_000) * 20
        if all(_is_free(port) for port in range(first, first + PORT_SPAN + 1)):
            return first
    pytest.fail("no free range of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0
