"""The risk process itself: one that dies is succeeded, and the market's fall is acted on once."""

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import msgspec
from redis.asyncio import Redis

from tests.services.pricing.running import Processes, until
from tests.services.risk.world import RiskWorld
from tradewind.contracts.ticks import ALIVE_KEY, LATEST_PREFIX
from tradewind.core.money import Quantity

D = Decimal
CALLED_SQL = "SELECT margin_called_at IS NOT NULL FROM account WHERE id = $1"


@asynccontextmanager
async def prices(world: RiskWorld, shown: dict[str, str]) -> AsyncIterator[None]:
    """Publish the bids of `shown` as pricing does, again and again; a test may change them."""

    async def publish() -> None:
        async with Redis.from_url(world.oms.settings.redis_url) as redis:
            while True:
                for symbol, bid in shown.items():
                    tick = world.oms.tick(symbol, bid, D(bid) + D("0.00016"))
                    payload = msgspec.json.encode(tick)
                    await redis.set(LATEST_PREFIX + symbol, payload)
                    await redis.publish(LATEST_PREFIX + symbol, payload)
                await redis.publish(ALIVE_KEY, b"1")
                await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        publishing = group.create_task(publish())
        yield
        publishing.cancel()


async def test_a_killed_process_is_succeeded_and_the_fall_is_acted_on_in_time(
    world: RiskWorld, tmp_path: Path
) -> None:
    trader = await world.oms.trader()
    order = world.oms.order(trader, quantity=Quantity(D(250_000)))
    await world.oms.submit(order, world.oms.key())
    processes = Processes(settings=world.oms.settings, home=tmp_path)
    shown = {"EURUSD": "1.12122"}

    async def is_called() -> bool:
        return bool(await world.oms.owner.fetchval(CALLED_SQL, trader.account_id))

    first = await processes.risk()
    try:
        async with prices(world, shown):
            await until(lambda: _has_loaded(processes, first))
            successor = await processes.risk()
            assert not await is_called()
            os.kill(first.pid, signal.SIGKILL)
            killed_at = time.monotonic()
            shown["EURUSD"] = "1.11822"
            await until(is_called, 6.0)
        print(f"called {time.monotonic() - killed_at:.2f} s after the kill")  # noqa: T201
        assert processes.stop(successor) == 0
    finally:
        for process in processes.running:
            process.kill()
            process.wait(10)
    calls = "SELECT count(*) FROM account_event WHERE type = 'margin.call' AND account_id = $1"
    assert await world.oms.owner.fetchval(calls, trader.account_id) == 1


async def _has_loaded(processes: Processes, process: "subprocess.Popen[bytes]") -> bool:
    return bool(processes.events(process, "risk_loaded"))
