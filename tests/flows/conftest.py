"""One platform that the tests of this folder hurt, and what it takes to compare afterwards."""

import os
import secrets
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.fixtures_platform import run_platform
from tests.flows.live import RATES, UP, Live
from tests.flows.reconciling import Reconciler, reconciling


@pytest.fixture(scope="session")
def live(short_folder: Callable[[], Path]) -> Iterator[Live]:
    """A whole platform as `tradewind up` starts it; its processes get killed."""
    folder = short_folder()
    crash_file = folder / "crash"
    with run_platform(
        folder / "home", UP, TRADEWIND_CRASHPOINT=str(crash_file), **RATES
    ) as platform:
        yield Live(platform=platform, crash_file=crash_file)


@pytest.fixture
async def reconciler(live: Live, tmp_path: Path) -> AsyncIterator[Reconciler]:
    """A client with a journal, and 200 accounts of its own. FLOW_SEED repeats a run."""
    seed = int(os.environ.get("FLOW_SEED") or secrets.randbits(32))
    print("seed", seed)  # noqa: T201 - pytest shows it when the test fails
    async with reconciling(live, tmp_path, seed) as opened:
        yield opened
