import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.fixtures_platform import free_ports
from tests.gateway.stream.conftest import start_stream
from tests.gateway.stream.world import World
from tradewind.infra.settings import Settings


async def test_a_stopped_stream_says_so_and_its_clients_resume_at_the_next(
    world_settings: Settings, short_folder: Callable[[], Path]
) -> None:
    settings = replace(world_settings, port=free_ports())
    async with World(settings) as world:
        account = (await world.accounts(await world.user("client3@tradewind.example")))["USD"]
        process = await start_stream(settings, short_folder())
        async with world.client("client3@tradewind.example") as client:
            await client.say(type="subscribe", channel="account", account_id=str(account))
            seen = await client.events(await world.log(account, size=3))
            process.process.send_signal(signal.SIGTERM)
            assert await client.closed(within_s=2) == 1001
        await process.stop(signal.SIGTERM, 4.0)
        assert process.process.returncode == 0
        last = await world.log(account, size=4)
        process = await start_stream(settings, short_folder())
        async with world.client("client3@tradewind.example") as client:
            await client.say(
                type="subscribe", channel="account", account_id=str(account), after=seen[-1]
            )
            seen += await client.events(last)
        assert seen == list(range(1, last + 1))
        await process.stop(signal.SIGTERM, 4.0)
