"""The embedded Valkey: a cache that may be lost at any time, so it keeps nothing on disk."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tradewind.infra.local.binaries import valkey_program
from tradewind.infra.local.children import Child, Launch, spawn
from tradewind.infra.local.home import Home

_READY_TIMEOUT_S: Final = 20.0
_POLL_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class ValkeyServer:
    """One Valkey on a socket of the home; a `Member` of the supervisor."""

    home: Home
    name: str = "valkey"
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 5.0

    async def start(self) -> Child:
        """Start the server and return when it answers."""
        child = spawn(self._launch())
        try:
            await self._answering(child)
        except BaseException:
            await child.stop(signal.SIGTERM, self.stop_timeout_s)
            raise
        return child

    def _launch(self) -> Launch:
        options = {
            "port": "0",
            "unixsocket": str(self.home.redis_socket),
            "unixsocketperm": "600",
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            # What does not fit is an error to its writer, never a price that silently vanished.
            "maxmemory-policy": "noeviction",
            # A subscriber that stalls is cut off before it eats the memory of the others.
            "client-output-buffer-limit": "pubsub 32mb 8mb 10",
            "daemonize": "no",
        }
        words = [
            word
            for key, value in options.items()
            for word in (f"--{key}", *(value.split() if value else [""]))
        ]
        return Launch(
            name=self.name,
            command=(str(valkey_program()), *words),
            folder=self.home.redis_socket.parent,
            logs=self.home.logs,
            environment={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"},
        )

    async def _answering(self, child: Child) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if child.process.poll() is not None:
                raise child.failure(f"ended with status {child.process.returncode}")
            try:
                answer = await asyncio.wait_for(_ping(self.home.redis_socket), 1.0)
            except OSError:
                answer = b""
            if answer == b"+PONG\r\n":
                return
            await asyncio.sleep(_POLL_S)
        raise child.failure(f"did not answer within {_READY_TIMEOUT_S:g} s")


async def _ping(socket: Path) -> bytes:
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(b"PING\r\n")
        return await reader.readline()
    finally:
        writer.close()
