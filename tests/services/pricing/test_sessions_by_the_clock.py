"""A live pricing process over the weekend on which New York's clocks change, on a moved clock."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.services.pricing.running import DECODER, Processes, latest, until
from tradewind.contracts.ticks import RING_FIELD, RING_PREFIX, Tick
from tradewind.infra.clock import Clock
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed
from tradewind.services.configuration.model import Actor, Authority, Change, Kind
from tradewind.services.configuration.service import Configuration

#: 17:00 New York: in winter's time on Friday, in summer's on Sunday.
CLOSES = datetime(2027, 3, 12, 22, tzinfo=UTC)
OPENS = datetime(2027, 3, 14, 21, tzinfo=UTC)
#: After a jump of the clock LPs and pricing agree again within two seconds, then prices warm up.
AHEAD = timedelta(seconds=8)
#: Time alone closes a market at the next sweep.
SWEPT = timedelta(seconds=0.75)
OPENED_WITHIN = timedelta(seconds=5)


@pytest.mark.timeout(90)
async def test_the_weekend_of_a_clock_change_closes_and_opens_at_17_new_york(
    settings: Settings, tmp_path: Path, redis: "Redis", monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "clock"
    move(moved, CLOSES - timedelta(hours=1))
    monkeypatch.setenv("TRADEWIND_CLOCK_FILE", str(moved))
    monkeypatch.setenv("TRADEWIND_DEMO", "1")
    await seed(settings, tmp_path)
    await trade_as_currencies_do(settings, moved)
    processes = Processes(settings=settings, home=tmp_path)
    try:
        await processes.simulator("lp-one")
        await processes.pricing()

        async def reason(wanted: str | None) -> bool:
            tick = await latest(redis, "EURUSD")
            return tick is not None and tick.reason == wanted

        await until(lambda: reason(None))
        move(moved, CLOSES - AHEAD)
        await until(lambda: reason("session_closed"))
        move(moved, OPENS - AHEAD)
        await until(lambda: reason(None))
        ticks = await every_tick(redis)
    finally:
        for process in processes.running:
            process.kill()
            process.wait(5)
    tradable = [tick.time for tick in ticks if tick.tradable]
    assert [at for at in tradable if CLOSES - AHEAD <= at < CLOSES]
    assert [at for at in tradable if CLOSES <= at < OPENS] == []
    closed = min(tick.time for tick in ticks if tick.reason == "session_closed")
    assert CLOSES <= closed < CLOSES + SWEPT
    last_price = next(tick for tick in ticks if tick.reason == "session_closed")
    assert last_price.bid is not None
    assert OPENS <= min(at for at in tradable if at >= CLOSES) < OPENS + OPENED_WITHIN


def move(file: Path, to: datetime) -> None:
    """Move the clock of all processes; they read the file within a second."""
    file.write_text(str(int(to.timestamp() - time.time())), "ascii")


async def trade_as_currencies_do(settings: Settings, moved: Path) -> None:
    """Give EURUSD the calendar of currencies."""
    operator = Actor(name="cli:test", user_id=None, authority=Authority.ADMIN)
    fields: Mapping[str, object] = {"calendar": "fx"}
    change = Change(kind=Kind.SYMBOL, subject="EURUSD", version=1, fields=fields)
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        await Configuration(pool, Clock(moved), IdSource().new).change(operator, change)


async def every_tick(redis: "Redis") -> list[Tick]:
    entries = await redis.xrange(RING_PREFIX + "EURUSD") or []
    return [DECODER.decode(fields[RING_FIELD.encode()]) for _, fields in entries if fields]
