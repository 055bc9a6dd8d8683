"""Password checks off the event loop, few at a time: argon2id is made to cost."""

import asyncio
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from tradewind.core.errors import TransientError
from tradewind.infra.passwords import hash_password, password_matches

#: Longer ones are refused before anything is hashed.
PASSWORD_BYTES_MAX: Final = 4096
_WAITING_MAX: Final = 128
_NICENESS: Final = 10


class PasswordChecker:
    """Hashes on few low-priority threads; a full queue refuses instead of growing."""

    def __init__(self, workers: int | None = None) -> None:
        """Use half of the processors unless told otherwise."""
        self._workers = workers or max(1, (os.cpu_count() or 1) // 2)
        self._threads = ThreadPoolExecutor(
            self._workers, thread_name_prefix="argon2", initializer=_yield_to_trading
        )
        self._pending = 0
        #: Unknown users cost what known ones do.
        self._nobody = hash_password("a password that nobody has")

    async def matches(self, password_hash: str | None, password: str) -> bool:
        """Check a password; for no hash (an unknown user) the work is the same, the answer no."""
        if self._pending >= self._workers + _WAITING_MAX:
            raise TransientError("login_busy", "Too many logins at once; try again.")
        self._pending += 1
        try:
            matched = await asyncio.get_running_loop().run_in_executor(
                self._threads, password_matches, password_hash or self._nobody, password
            )
        finally:
            self._pending -= 1
        return matched and password_hash is not None

    def close(self) -> None:
        """End the threads; checks that wait are dropped."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _yield_to_trading() -> None:
    """Linux schedules threads one by one: hashing must not take the order path's processor."""
    os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
