"""A platform of the benchmark's own: private folder, free ports, stopped by its pid."""

import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from tradewind.infra.demo.handover import BENCH_FILE, Handover, HandoverUser, read_handover
from tradewind.infra.local.configuration import PORT_SPAN
from tradewind.infra.local.home import Home, locate_home
from tradewind.infra.local.running_state import PlatformState, live_state

START_TIMEOUT_S: Final = 120.0
STOP_TIMEOUT_S: Final = 60.0
TICKS_PER_S: Final = os.sysconf("SC_CLK_TCK")
#: Beyond any load we make: the benchmark is one address, and its accounts belong to few users.
RATES: Final = {"TRADEWIND_USER_RATE": "1000000", "TRADEWIND_ADDRESS_RATE": "1000000"}


class _LoggedIn(msgspec.Struct):
    """What we need of the answer to a login."""

    access_token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchPlatform:
    """A platform that runs."""

    home: Home
    port: int
    process: "subprocess.Popen[bytes]"

    def pid(self, name: str) -> int:
        """The process id of one child."""
        found = [pid for child, pid in self.children() if child == name]
        assert found, f"{name} does not run"
        return found[0]

    def children(self) -> list[tuple[str, int]]:
        """All children that run, with their process ids."""
        state = live_state(self.home.state_file)
        assert state is not None, "the supervisor has ended"
        return [(c.name, c.identity.pid) for c in state.children if c.identity is not None]

    def cpu_s(self, name: str) -> float:
        """CPU time of one child since its start, all threads."""
        return cpu_s(self.pid(name))

    def metric(self, offset: int, name: str) -> float:
        """The sum of one metric over its labels, from the process at a metrics port's offset."""
        return metric(self.port + offset, name)


@contextmanager
def private_folder() -> Generator[Path]:
    """A folder with a short path that any account may enter, as PostgreSQL's sockets need."""
    folder = Path(tempfile.mkdtemp(prefix="tw-bench-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def running(
    root: Path, port: int, options: Sequence[str] = (), module: str = "bench.supervise"
) -> Generator[BenchPlatform]:
    """Run a platform until the block ends."""
    process = _launch(root, port, (sys.executable, "-m", module, *options))
    platform = BenchPlatform(home=locate_home(root), port=port, process=process)
    try:
        _wait_until_running(platform)
        yield platform
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(STOP_TIMEOUT_S)


@contextmanager
def beside(
    platform: BenchPlatform, module: str, metrics: int, settings: Mapping[str, str]
) -> Generator["subprocess.Popen[bytes]"]:
    """Run a process that the platform leaves out, with some settings of its own."""
    environment = {
        **_process_environment(platform),
        "TRADEWIND_METRICS_PORT": str(platform.port + metrics),
        **settings,
    }
    with (platform.home.root / f"{module}.log").open("ab") as log:
        process = subprocess.Popen((sys.executable, "-m", module), env=environment, stderr=log)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT_S)


def bench_users(platform: BenchPlatform, accounts: int) -> Sequence[HandoverUser]:
    """Seed benchmark accounts and return the logins that own them."""
    command = (sys.executable, "-m", "tradewind.processes.seed", "--bench-accounts", str(accounts))
    environment = _process_environment(platform)
    subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)
    content: Handover | None = read_handover(platform.home.root / BENCH_FILE)
    assert content is not None, "the seed wrote no logins"
    return content.users


def log_in(platform: BenchPlatform, user: HandoverUser) -> str:
    """Return an access token."""
    body = msgspec.json.encode({"email": user.email, "password": user.password})
    request = urllib.request.Request(
        f"http://127.0.0.1:{platform.port}/v1/auth/login",
        data=body,
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        return msgspec.json.decode(answer.read(), type=_LoggedIn).access_token


def metric(port: int, name: str) -> float:
    """The sum of one Prometheus metric over its labels."""
    url = f"http://127.0.0.1:{port}/metrics"
    with urllib.request.urlopen(url, timeout=5) as answer:
        text = answer.read().decode()
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    return sum(float(value) for value in found)


def cpu_s(pid: int) -> float:
    """CPU time of a process since its start, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def rss_kb(pid: int) -> int:
    """Resident memory of a process."""
    return _kb(Path(f"/proc/{pid}/status"), "VmRSS")


def pss_kb(pid: int) -> int:
    """Memory of a process, what it shares counted by its share."""
    return _kb(Path(f"/proc/{pid}/smaps_rollup"), "Pss")


def with_descendants(pids: Sequence[int]) -> set[int]:
    """Return processes and all that descend from them."""
    parents: dict[int, int] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found = set(pids)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def free_ports() -> int:
    """Return the first of a range of ports nobody listens on, below the kernel's outgoing ones."""
    for _ in range(100):
        first = 10_000 + secrets.randbelow(1_000) * 20
        if all(_is_free(port) for port in range(first, first + PORT_SPAN + 1)):
            return first
    raise AssertionError("no free range of ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _kb(path: Path, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+) kB", path.read_text("ascii"), re.MULTILINE)
    return int(found[1]) if found else 0


def _environment(root: Path, port: int) -> dict[str, str]:
    inherited = {key: text for key, text in os.environ.items() if not key.startswith("TRADEWIND_")}
    return {**inherited, **RATES, "TRADEWIND_HOME": str(root), "TRADEWIND_PORT": str(port)}


def _process_environment(platform: BenchPlatform) -> dict[str, str]:
    return {
        **_environment(platform.home.root, platform.port),
        "TRADEWIND_ENVIRONMENT": "demo",
        "TRADEWIND_DEMO": "1",
        "TRADEWIND_DATABASE_URL": platform.home.database_url,
        "TRADEWIND_REDIS_URL": platform.home.redis_url,
        "TRADEWIND_SECRETS_DIR": str(platform.home.secrets),
    }


def _launch(root: Path, port: int, command: tuple[str, ...]) -> "subprocess.Popen[bytes]":
    root.mkdir(parents=True, exist_ok=True)
    with (root / "supervisor.log").open("ab") as log:
        return subprocess.Popen(
            command,
            env=_environment(root, port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )


def _wait_until_running(platform: BenchPlatform) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and platform.process.poll() is None:
        state = live_state(platform.home.state_file)
        if state is not None and state.state is PlatformState.RUNNING:
            return
        time.sleep(0.02)
    output = (platform.home.root / "supervisor.log").read_text("utf-8")
    raise AssertionError(f"the platform did not start:\n{output}")
