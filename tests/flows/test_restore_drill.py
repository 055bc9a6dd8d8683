"""What a backup holds is what was there at its moment, and it trades again elsewhere."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from tests.cli.test_commands import tradewind
from tests.fixtures_platform import RunningPlatform, run_platform
from tests.flows.live import RATES, UP, Live, Trader, get, is_ready, log_in, place, verdict
from tests.services.pricing.running import until

Folder = Callable[[], Path]


async def test_a_restored_backup_is_the_state_of_its_moment_and_trades(
    live: Live, short_folder: Folder
) -> None:
    folder = short_folder()
    async with live.client() as http:
        trader = await demo_trader(http, live.platform)
        assert verdict(await place(http, trader, key="before")) == "filled"
        position = await positions(http, trader)
        at_backup = state_hash(live.platform.home.root)
        made = tradewind(live.platform.home.root, "backup", str(folder))
        assert made.returncode == 0, made.stderr
        assert verdict(await place(http, trader, key="after")) == "filled"
    went_on = state_hash(live.platform.home.root)
    assert went_on != at_backup
    restored = tradewind(folder / "home", "restore", made.stdout.strip())
    assert restored.returncode == 0, restored.stderr
    assert state_hash(folder / "home") == at_backup
    with run_platform(folder / "home", UP, **RATES) as platform:
        async with httpx.AsyncClient(base_url=platform.url) as http:
            await until(lambda: is_ready(http))
            assert state_hash(folder / "home") == at_backup
            assert await positions(http, trader) == position
            await trade_on(http, await demo_trader(http, platform), trader)
    assert state_hash(folder / "home") not in {at_backup, went_on}
    assert state_hash(live.platform.home.root) == went_on


async def trade_on(http: httpx.AsyncClient, trader: Trader, earlier: Trader) -> None:
    """Trade under a login made before the backup and one made now."""
    again = await place(http, earlier, key="before")
    assert again.headers["idempotent-replayed"] == "true"
    fresh = await place(http, earlier, key="after")
    assert "idempotent-replayed" not in fresh.headers
    assert verdict(fresh) == "filled"
    assert verdict(await place(http, trader, key="now")) == "filled"


async def demo_trader(http: httpx.AsyncClient, platform: RunningPlatform) -> Trader:
    person = platform.demo["users"][0]
    token = await log_in(http, person["email"], person["password"])
    return Trader(account=UUID(person["accounts"][0]["id"]), token=token)


async def positions(http: httpx.AsyncClient, trader: Trader) -> list[tuple[Any, ...]]:
    """What is held, without what moves with the price."""
    page = await get(http, trader, f"{trader.path}/positions")
    return [(each["id"], each["quantity"], each["open_price"]) for each in page["items"]]


def state_hash(home: Path) -> str:
    shown = tradewind(home, "verify")
    assert shown.returncode == 0, shown.stderr
    found = re.search(r"state hash ([0-9a-f]{64})", shown.stdout)
    assert found is not None, shown.stdout
    return found[1]
