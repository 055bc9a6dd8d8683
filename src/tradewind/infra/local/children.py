"""Child processes that die with us: spawn, wait, stop."""

import asyncio
import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tradewind.infra.local.errors import StartFailedError
from tradewind.infra.local.log_files import last_lines, log_path, open_log
from tradewind.infra.local.process_identity import ProcessIdentity, identify

_PR_SET_PDEATHSIG: Final = 1
_KILL_TIMEOUT_S: Final = 5.0
#: Loaded here because the child must not load anything between fork and exec.
_LIBC: Final = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Whose rights a child runs with: ours, another account's, or ours behind a prefix."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What to start and how it must end."""

    name: str
    command: tuple[str, ...]
    folder: Path
    logs: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account = Account()
    #: What the kernel sends the child when we die without stopping it.
    orphan_signal: signal.Signals = signal.SIGKILL
    niceness: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A running child in a session of its own, so that Ctrl-C reaches us alone."""

    name: str
    process: "subprocess.Popen[bytes]"
    identity: ProcessIdentity | None
    log: Path

    async def wait(self) -> int:
        """Return the exit status once the child has ended (negative: the signal)."""
        if (status := self.process.poll()) is not None:
            return status
        ended = asyncio.Event()
        descriptor = os.pidfd_open(self.process.pid)
        loop = asyncio.get_running_loop()
        loop.add_reader(descriptor, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(descriptor)
            os.close(descriptor)
        if self.process.returncode is None:
            # Not reaped yet, so its number cannot be another's: end what it left of its session.
            self._kill_session()
        return self.process.wait()

    async def stop(self, number: signal.Signals, timeout_s: float) -> None:
        """Ask the child to end and wait; one that does not is killed."""
        if self.process.poll() is not None:
            return
        self.process.send_signal(number)
        try:
            await asyncio.wait_for(self.wait(), timeout_s)
        except TimeoutError:
            self._kill_session()
            await asyncio.wait_for(self.wait(), _KILL_TIMEOUT_S)

    def _kill_session(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def failure(self, what: str) -> StartFailedError:
        """Return an error that shows the end of the child's log."""
        tail = "".join(f"\n    {line}" for line in last_lines(self.log, 6))
        return StartFailedError(f"{self.name} {what}; the end of {self.log}:{tail}")


def spawn(launch: Launch) -> Child:
    """Start a child. Call it on the main thread: the death signal follows the forking thread."""
    return _spawn(launch, launch.environment, ())


async def spawn_ready(launch: Launch, timeout_s: float) -> Child:
    """Start a child of ours and return once it has said `ready` on its pipe."""
    reader, writer = os.pipe()
    try:
        environment = {**launch.environment, "TRADEWIND_READY_FD": str(writer)}
        try:
            child = _spawn(launch, environment, (writer,))
        finally:
            os.close(writer)
        try:
            said = await asyncio.wait_for(_read_line(reader), timeout_s)
        except TimeoutError:
            await child.stop(signal.SIGTERM, timeout_s=1.0)
            raise child.failure(f"was not ready within {timeout_s:g} s") from None
        except asyncio.CancelledError:
            await child.stop(signal.SIGTERM, timeout_s=5.0)
            raise
    finally:
        os.close(reader)
    if said != b"ready":
        await child.stop(signal.SIGTERM, timeout_s=1.0)
        raise child.failure(f"ended with status {child.process.returncode} before it was ready")
    return child


def _spawn(launch: Launch, environment: Mapping[str, str], descriptors: Sequence[int]) -> Child:
    account = launch.account
    with open_log(launch.logs, launch.name) as log:
        process = subprocess.Popen(  # noqa: S603
            (*account.prefix, *launch.command),
            cwd=launch.folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=descriptors,
            start_new_session=True,
            user=account.uid,
            group=account.gid,
            extra_groups=[] if account.uid is not None else None,
            preexec_fn=_before_exec(launch.orphan_signal, launch.niceness),  # noqa: PLW1509
        )
    return Child(
        name=launch.name,
        process=process,
        identity=identify(process.pid),
        log=log_path(launch.logs, launch.name),
    )


def _before_exec(orphan_signal: signal.Signals, niceness: int) -> Callable[[], None]:
    """Return what the child runs before exec: after the change of user, which clears the signal."""
    parent = os.getpid()

    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)
        if niceness:
            os.nice(niceness)

    return prepare


async def _read_line(descriptor: int) -> bytes:
    """Return what the pipe holds when its writer speaks or closes it."""
    readable = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(descriptor, readable.set)
    try:
        await readable.wait()
    finally:
        loop.remove_reader(descriptor)
    return os.read(descriptor, 64).strip()
