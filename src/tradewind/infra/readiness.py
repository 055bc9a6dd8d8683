"""How a process tells its supervisor that it serves: one line on an inherited descriptor."""

import os
from contextlib import suppress


def notify_ready() -> None:
    """Write `ready` to the descriptor in TRADEWIND_READY_FD, once; silent without a supervisor."""
    descriptor = os.environ.pop("TRADEWIND_READY_FD", None)
    if descriptor is None:
        return
    # A supervisor that stopped listening is no reason to stop serving.
    with suppress(BrokenPipeError), os.fdopen(int(descriptor), "wb") as pipe:
        pipe.write(b"ready\n")
