"""Figures of starting: how long a warm start takes until one can trade, and what it idles at."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Final

from bench.report import Figure, at_most
from bench.running import (
    BenchPlatform,
    bench_users,
    free_ports,
    log_in,
    pss_kb,
    running,
    with_descendants,
)

_IDLE_S: Final = 10.0
_POLL_S: Final = 0.02
_TIMEOUT_S: Final = 60.0


def measure(root: Path) -> list[Figure]:
    """Start once to set up, then again and look at the clock."""
    port = free_ports()
    with running(root, port) as platform:
        user = bench_users(platform, 1)[0]
    began = time.monotonic()
    with running(root, port) as platform:
        token = log_in(platform, user)
        _until_tradable(platform, token)
        started_s = time.monotonic() - began
        time.sleep(_IDLE_S)
        memory = _memory(platform)
    parts = ", ".join(f"{name} {mb:.0f}" for name, mb in memory.items())
    return [
        at_most("warm start to first tradable price", started_s, "s", 10),
        at_most("idle memory of the platform", sum(memory.values()), "MB", 800, parts),
    ]


def _until_tradable(platform: BenchPlatform, token: str) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{platform.port}/v1/prices?symbols=EURUSD",
        headers={"Authorization": f"Bearer {token}"},
    )
    deadline = time.monotonic() + _TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                items = json.load(answer)["items"]
        except urllib.error.URLError:
            continue
        if items[0]["tradable"]:
            return
        time.sleep(_POLL_S)
    raise AssertionError("EURUSD did not become tradable")


def _memory(platform: BenchPlatform) -> dict[str, float]:
    """Proportional memory in MB by child, what it started included."""
    memory = {"supervisor": pss_kb(platform.process.pid) / 1024}
    for name, pid in platform.children():
        memory[name] = sum(pss_kb(each) for each in with_descendants([pid])) / 1024
    return memory
