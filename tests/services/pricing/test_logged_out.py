"""An LP may log us out; we knock again, and are patient while it keeps the door shut."""

import httpx
from redis.asyncio import Redis

from tests.services.pricing.running import Processes, latest, until

BRISK = ("--ticks-per-second", "150", "--control-port", "0")


async def test_an_lp_that_logged_us_out_for_a_while_quotes_again(
    processes: Processes, redis: "Redis"
) -> None:
    simulator = await processes.simulator("lp-one", *BRISK)
    pricing = await processes.pricing()
    control = processes.events(simulator, "lp_simulator_serves")[0]["control_port"]

    async def tradable() -> bool:
        tick = await latest(redis, "XAUUSD")
        return tick is not None and tick.tradable

    async def untradable() -> bool:
        return not await tradable()

    await until(tradable)
    async with httpx.AsyncClient() as client:
        answer = await client.put(f"http://127.0.0.1:{control}/faults/logout", json={"seconds": 3})
    assert answer.status_code == 200
    await until(untradable)
    assert await until(tradable) < 10
    assert len(processes.events(pricing, "lp_session_up")) == 2
