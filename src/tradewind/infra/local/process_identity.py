"""Who a pid is: numbers are used again, so a start time belongs to every remembered one."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessIdentity:
    """A process, told apart from later ones of the same number."""

    pid: int
    #: Clock ticks from boot to the process's start (field 22 of /proc/PID/stat).
    started: int
    boot: str


def identify(pid: int) -> ProcessIdentity | None:
    """Return who has this number now; None for nobody or a process that has ended."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text("utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The name stands in brackets and may itself hold brackets and spaces.
    fields = text[text.rindex(")") + 2 :].split()
    if fields[0] in "ZX":
        return None
    return ProcessIdentity(pid=pid, started=int(fields[19]), boot=_boot_id())


def is_alive(identity: ProcessIdentity) -> bool:
    """Tell whether exactly this process still runs."""
    return identify(identity.pid) == identity


def signal_process(identity: ProcessIdentity, number: int) -> None:
    """Send a signal to exactly this process; silent when it is gone."""
    try:
        descriptor = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return
    try:
        # The descriptor pins the process, so the check cannot go stale before the signal.
        if is_alive(identity):
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(descriptor, number)
    finally:
        os.close(descriptor)


def _boot_id() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
