"""Builds the web client beside the platform's start, once per content of its sources."""

import asyncio
import fcntl
import hashlib
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from tradewind.infra.local.binaries import node_folder
from tradewind.infra.local.children import Launch, spawn
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home

_INSTALL_TIMEOUT_S: Final = 600.0
_BUILD_TIMEOUT_S: Final = 600.0
_LOCK_POLL_S: Final = 0.5
#: Made by tools, or of no influence on the result.
_NOT_SOURCES: Final = frozenset(
    {"node_modules", "dist", ".dist-next", ".dist-old", "e2e", "coverage", ".build-lock", ".vite"}
)
_STAMP: Final = ".content-hash"
_LOWER_PRIORITY: Final = 10

Report = Callable[[str], None]


def find_web_sources() -> Path | None:
    """Return `clients/web` of the checkout this package runs from, if it runs from one."""
    sources = Path(__file__).parents[4] / "clients" / "web"
    return sources if (sources / "package.json").is_file() else None


async def build_web(sources: Path, home: Home, report: Report) -> None:
    """Build unless `dist` is current. A failure is reported; the platform trades without it."""
    try:
        async with asyncio.timeout(_INSTALL_TIMEOUT_S + _BUILD_TIMEOUT_S):
            await _build(sources, home.logs, report)
    except (LocalError, TimeoutError, OSError) as error:
        report(f"the web client was not built: {error or 'it took too long'}")


def content_hash(sources: Path) -> str:
    """Return a hash over the names and bytes of all source files."""
    digest = hashlib.sha256()
    for path in _source_files(sources):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(sources)}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def is_current(sources: Path) -> bool:
    """Tell whether `dist` was built from these very sources."""
    return _read(sources / "dist" / _STAMP) == content_hash(sources)


async def _build(sources: Path, logs: Path, report: Report) -> None:
    if is_current(sources):
        return
    with (sources / ".build-lock").open("w") as lock:
        await _take(lock.fileno())
        if is_current(sources):
            return
        began, wanted = time.monotonic(), content_hash(sources)
        report("building the web client in the background")
        await _install(sources, logs)
        await _npm(sources, logs, ("run", "build", "--", "--outDir", ".dist-next", "--emptyOutDir"))
        (sources / ".dist-next" / _STAMP).write_text(wanted + "\n", "ascii")
        _swap(sources)
        report(f"the web client is built ({time.monotonic() - began:.0f} s)")


async def _install(sources: Path, logs: Path) -> None:
    """Run `npm ci` only when the lock file differs from what is installed."""
    lock = hashlib.sha256((sources / "package-lock.json").read_bytes()).hexdigest()
    stamp = sources / "node_modules" / _STAMP
    if _read(stamp) == lock:
        return
    await _npm(sources, logs, ("ci", "--no-audit", "--no-fund"))
    stamp.write_text(lock + "\n", "ascii")


async def _npm(sources: Path, logs: Path, arguments: tuple[str, ...]) -> None:
    folder = node_folder()
    launch = Launch(
        name="web-build",
        command=(str(folder / "bin/node"), str(npm_program(folder)), *arguments),
        folder=sources,
        logs=logs,
        environment={**os.environ, "PATH": f"{folder / 'bin'}:{os.environ.get('PATH', '')}"},
        niceness=_LOWER_PRIORITY,
    )
    child = spawn(launch)
    try:
        status = await asyncio.wait_for(child.wait(), max(_INSTALL_TIMEOUT_S, _BUILD_TIMEOUT_S))
    finally:
        await child.stop(signal.SIGTERM, timeout_s=2.0)
    if status != 0:
        raise child.failure(f"(npm {arguments[0]}) ended with status {status}")


def npm_program(node: Path) -> Path:
    """Return npm itself; the wheel's `bin/npm` was a link and lost its way in the packing."""
    return node / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _swap(sources: Path) -> None:
    current, old = sources / "dist", sources / ".dist-old"
    shutil.rmtree(old, ignore_errors=True)
    if current.exists():
        current.rename(old)
    (sources / ".dist-next").rename(current)
    shutil.rmtree(old, ignore_errors=True)


async def _take(descriptor: int) -> None:
    """Wait for another copy's build of the same sources."""
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_LOCK_POLL_S)
        else:
            return


def _source_files(sources: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(sources):
        folders[:] = sorted(name for name in folders if name not in _NOT_SOURCES)
        for name in sorted(files):
            if name not in _NOT_SOURCES:
                yield Path(folder) / name


def _read(path: Path) -> str | None:
    return path.read_text("ascii").strip() if path.exists() else None
