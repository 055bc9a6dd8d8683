"""Runs real simulators and pricing processes on free ports."""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from tradewind.contracts.ticks import LATEST_PREFIX, Tick
from tradewind.infra.settings import Settings

DECODER = msgspec.json.Decoder(Tick)
DEADLINE_S = 20.0


@dataclass(slots=True, kw_only=True)
class Processes:
    """Starts our processes with the settings of one test; all are stopped at its end."""

    settings: Settings
    home: Path
    endpoints: dict[str, int] = field(default_factory=dict)
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    logs: dict[int, Path] = field(default_factory=dict)

    async def simulator(
        self, name: str, *arguments: str, port: int = 0
    ) -> "subprocess.Popen[bytes]":
        """Start an LP; its port is noted for the pricing processes started later."""
        module = "tradewind.processes.lp_simulator"
        process = await self._start(module, "--name", name, "--port", str(port), *arguments)
        self.endpoints[name] = int(str(self.events(process, "lp_simulator_serves")[0]["port"]))
        return process

    async def pricing(self, *, ready: bool = True) -> "subprocess.Popen[bytes]":
        """Start a pricing process; `ready` waits until it holds the lease."""
        return await self._start("tradewind.processes.pricing", ready=ready)

    async def trigger(self) -> "subprocess.Popen[bytes]":
        """Start a trigger process."""
        return await self._start("tradewind.processes.trigger")

    async def risk(self) -> "subprocess.Popen[bytes]":
        """Start a risk process."""
        return await self._start("tradewind.processes.risk")

    def events(self, process: "subprocess.Popen[bytes]", name: str) -> list[dict[str, object]]:
        """Return what a process logged under one name."""
        lines = self.logs[process.pid].read_text("utf-8").splitlines()
        parsed = [json.loads(line) for line in lines if line.startswith("{")]
        return [line for line in parsed if line["event"] == name]

    def stop(self, process: "subprocess.Popen[bytes]") -> int:
        """Stop in an orderly way; returns the exit code."""
        process.terminate()
        return process.wait(10)

    async def _start(
        self, module: str, *arguments: str, ready: bool = True
    ) -> "subprocess.Popen[bytes]":
        reading, writing = os.pipe()
        path = self.home / f"{len(self.running)}.log"
        with path.open("wb") as log:
            process = subprocess.Popen(
                (sys.executable, "-m", module, *arguments),
                env={**os.environ, **self._environment(), "TRADEWIND_READY_FD": str(writing)},
                pass_fds=(writing,),
                stderr=log,
            )
        os.close(writing)
        self.running.append(process)
        self.logs[process.pid] = path
        if ready:
            async with asyncio.timeout(DEADLINE_S):
                told = await asyncio.to_thread(os.read, reading, 6)
            assert told == b"ready\n", path.read_text("utf-8")
        os.close(reading)
        return process

    def _environment(self) -> dict[str, str]:
        return {
            "TRADEWIND_HOME": str(self.home),
            "TRADEWIND_DATABASE_URL": self.settings.database_url,
            "TRADEWIND_REDIS_URL": self.settings.redis_url,
            "TRADEWIND_SECRETS_DIR": str(self.settings.secrets_dir),
            "TRADEWIND_LP_ENDPOINTS": ",".join(
                f"{name}=127.0.0.1:{port}" for name, port in self.endpoints.items()
            ),
        }


async def latest(redis: "Redis", symbol: str) -> Tick | None:
    """Return the latest published tick."""
    payload = await redis.get(LATEST_PREFIX + symbol)
    return DECODER.decode(payload) if payload else None


async def until(condition: Callable[[], Awaitable[bool]], within_s: float = DEADLINE_S) -> float:
    """Poll until the condition holds; returns how long that took."""
    began = time.monotonic()
    while not await condition():
        assert time.monotonic() - began < within_s, "the condition did not come true in time"
        await asyncio.sleep(0.01)
    return time.monotonic() - began
