"""What runs now, in a file that `tradewind down`, `status` and `logs` read."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Final

import msgspec

from tradewind.infra.local.process_identity import ProcessIdentity, is_alive, signal_process

_ORPHAN_WAIT_S: Final = 10.0
_ORPHAN_POLL_S: Final = 0.05


class PlatformState(StrEnum):
    """Where the whole platform is."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"


class ChildState(StrEnum):
    """Where one child is."""

    RUNNING = "running"
    RESTARTING = "restarting"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildRecord:
    """One child."""

    name: str
    state: ChildState
    restarts: int
    identity: ProcessIdentity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningState:
    """The supervisor and its children, in the order of their starts."""

    supervisor: ProcessIdentity
    state: PlatformState
    host: str
    port: int
    started_at: datetime
    children: tuple[ChildRecord, ...]


def write_state(path: Path, state: RunningState) -> None:
    """Replace the file; a reader sees the old or the new one."""
    partial = path.with_suffix(".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(state)))
    partial.chmod(0o600)
    partial.replace(path)


def read_state(path: Path) -> RunningState | None:
    """Return what the file says, or None without a readable one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunningState)
    except (FileNotFoundError, NotADirectoryError, msgspec.DecodeError):
        return None


def live_state(path: Path) -> RunningState | None:
    """Return the state of a platform whose supervisor still lives; None when stopped."""
    state = read_state(path)
    return state if state is not None and is_alive(state.supervisor) else None


async def end_orphans(path: Path, report: Callable[[str], None]) -> None:
    """Wait for what a killed supervisor left behind, then end it; called while holding the home.

    The kernel has told them all to end; the database needs a moment to do so in order.
    """
    state = read_state(path)
    if state is None:
        return
    left = _living(state.children)
    if left:
        report(f"waiting for {', '.join(child.name for child in left)} of an interrupted run")
    for number in (signal.SIGINT, signal.SIGKILL):
        await _until_gone(left)
        left = _living(left)
        for child in left:
            _send(child, number)
    await _until_gone(left)
    forget_state(path)


def forget_state(path: Path) -> None:
    """Remove the file: nothing runs any more."""
    path.unlink(missing_ok=True)


def _send(child: ChildRecord, number: signal.Signals) -> None:
    if child.identity is None:
        return
    # Killing the postmaster outright would leave its backends; SIGQUIT takes them along.
    outright = number is signal.SIGKILL and child.name == "postgres"
    signal_process(child.identity, signal.SIGQUIT if outright else number)


def _living(children: Iterable[ChildRecord]) -> list[ChildRecord]:
    return [child for child in children if child.identity and is_alive(child.identity)]


async def _until_gone(children: list[ChildRecord]) -> None:
    deadline = time.monotonic() + _ORPHAN_WAIT_S
    while time.monotonic() < deadline:
        if not _living(children):
            return
        await asyncio.sleep(_ORPHAN_POLL_S)
