"""The process that decides orders is killed again and again; the client's journal must hold."""

import asyncio
import time

import pytest

from tests.flows.reconciling import Reconciler

ROUNDS = 10
ORDERS_PER_S = 400.0


@pytest.mark.timeout(400)
async def test_no_order_is_lost_doubled_or_invented_however_often_its_process_is_killed(
    reconciler: Reconciler,
) -> None:
    async def kill_in_mid_load() -> None:
        # The moment is drawn: this wait is the fault itself, it waits for nothing.
        await asyncio.sleep(reconciler.rng.randint(1, 500) / 1_000)
        reconciler.live.kill("api")

    began = time.monotonic()
    for _ in range(ROUNDS):
        await reconciler.round("api", kill_in_mid_load, ORDERS_PER_S)
    await reconciler.restart("api")
    seen = reconciler.seen
    print(f"{ROUNDS} rounds in {time.monotonic() - began:.1f} s: {dict(seen)}")  # noqa: T201
    assert seen["Odd"] == 0
    for case in ("Ack", "Rej", "Unknown", "kills in flight", "replayed", "sent again"):
        assert seen[case] > 0, f"{case} did not occur: {seen}"
