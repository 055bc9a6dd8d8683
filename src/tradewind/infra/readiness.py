"""How a process tells its supervisor that it serves: one line on an inherited descriptor."""

import os


def notify_ready() -> None:
    """Write `ready` to the descriptor in TRADEWIND_READY_FD, once; silent without a supervisor."""
    descriptor = os.environ.pop("TRADEWIND_READY_FD", None)
    if descriptor is None:
        return
    with os.fdopen(int(descriptor), "wb") as pipe:
        pipe.write(b"ready\n")
