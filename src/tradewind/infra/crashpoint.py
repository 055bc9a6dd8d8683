"""Named moments at which a process of a demo ends itself, so that tests see what a crash leaves.

`TRADEWIND_CRASHPOINT` is a file. The process that comes to the moment written in it removes the
file, for its successor shall live, and is gone.
"""

import os
import signal
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path


class Crashpoint(StrEnum):
    """Where a process can be made to end."""

    BEFORE_COMMIT = "before_commit"
    AFTER_COMMIT_BEFORE_ANSWER = "after_commit_before_answer"


class CrashpointRefusedError(RuntimeError):
    """`TRADEWIND_CRASHPOINT` is set on an installation that is not a demo."""


def crashpoint_from_environment(
    environment: Mapping[str, str] = os.environ,
) -> Callable[[Crashpoint], None]:
    """Return what to call at each moment; refused unless `TRADEWIND_DEMO=1`."""
    path = environment.get("TRADEWIND_CRASHPOINT")
    if path is None:
        return go_on
    if environment.get("TRADEWIND_DEMO") != "1":
        raise CrashpointRefusedError("TRADEWIND_CRASHPOINT needs TRADEWIND_DEMO=1")
    file = Path(path)

    def crashpoint(point: Crashpoint) -> None:
        try:
            armed = file.read_text("ascii").strip() == point
        except FileNotFoundError:
            return
        if armed:
            file.unlink()
            os.kill(os.getpid(), signal.SIGKILL)

    return crashpoint


def go_on(_point: Crashpoint) -> None:
    """Do nothing: no process is to end."""
