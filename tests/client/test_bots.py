"""Every example runs against a live platform, does what it says and leaves nothing behind."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from tests.client.people import Person, market
from tests.flows.live import Live
from tests.services.pricing.running import until
from tradewind_client import Order, OrderState, OrderType, Position, Side, every

EXAMPLES = Path(__file__).parents[2] / "examples"
BOTS = sorted(path.name for path in EXAMPLES.glob("*.py") if path.name != "demo.py")
LINES_MAX = 120
#: Logging in, tidying up and Python's own start, beyond the seconds a bot trades.
AROUND_S = 30.0
GRID_LEVELS = 3


async def test_the_moving_average_trades_with_brackets_and_ends_flat(
    live: Live, trader: Person
) -> None:
    said = await ended(live, trader, "moving_average.py", "--seconds=6", "--fast=1", "--slow=2")
    entries = [each for each in await orders(trader) if each.label == "moving_average"]
    filled = [each for each in entries if each.state is OrderState.FILLED]
    assert filled, said
    pip = (await trader.client.market.symbol("EURUSD")).pip
    assert {(each.stop_loss_distance, each.take_profit_distance) for each in entries} == {
        (20 * pip, 40 * pip)
    }
    assert f"{len(filled)} orders filled" in said
    assert await standing(trader) == ([], [])


async def test_the_grid_rests_on_both_sides_and_is_taken_away_again(
    live: Live, trader: Person
) -> None:
    said = await ended(
        live, trader, "grid.py", "--seconds=6", f"--levels={GRID_LEVELS}", "--step-pips=1"
    )
    grid = [each for each in await orders(trader) if each.label == "grid"]
    filled = [each for each in grid if each.state is OrderState.FILLED]
    cancelled = [each for each in grid if each.state is OrderState.CANCELLED]
    assert len(grid) == 2 * GRID_LEVELS + len(filled), said
    assert len(cancelled) == 2 * GRID_LEVELS, said
    assert {each.end.code for each in cancelled if each.end is not None} == {"client"}
    assert {each.type for each in grid} == {OrderType.LIMIT}
    assert {each.side for each in grid} == {Side.BUY, Side.SELL}
    assert f"{2 * GRID_LEVELS} orders rest" in said
    assert f"{len(cancelled)} orders cancelled" in said
    assert await standing(trader) == ([], [])


async def test_the_guard_gives_a_trailing_stop_to_what_is_open_and_to_what_opens(
    live: Live, trader: Person
) -> None:
    await trader.buy()
    async with running(live, trader, "trailing_guard.py", "--seconds=8") as bot:
        await said_by(bot, "watching")
        await trader.client.orders.place(trader.account, market("1000", Side.SELL, "USDJPY"))

        async def all_are_guarded() -> bool:
            open_now = await positions(trader)
            return len(open_now) == 2 and all(each.trailing_stop for each in open_now)

        await until(all_are_guarded)
        said = await last_words(bot)
    assert "2 positions guarded" in said
    for position in await positions(trader):
        symbol = await trader.client.market.symbol(position.symbol)
        assert position.trailing_stop == max(15 * symbol.pip, symbol.stop_distance)
    stops = [each for each in await orders(trader) if each.reason == "trailing"]
    assert {(each.state, each.quantity) for each in stops} == {(OrderState.WORKING, Decimal(1000))}
    assert {each.position_id for each in stops} == {each.id for each in await positions(trader)}


async def test_without_a_login_a_bot_takes_that_of_the_demo(live: Live) -> None:
    home = live.platform.home.root
    async with started(
        "grid.py", {"TRADEWIND_HOME": str(home)}, "--seconds=1", "--step-pips=9"
    ) as bot:
        said = await last_words(bot)
    assert "10 orders rest" in said
    assert "10 orders cancelled, 0 positions closed" in said


@pytest.mark.parametrize("bot", BOTS)
async def test_every_bot_explains_itself_and_is_short(bot: str) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, EXAMPLES / bot, "--help", stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    assert process.returncode == 0
    assert b"--seconds" in said
    assert len((EXAMPLES / bot).read_text("utf-8").splitlines()) <= LINES_MAX


async def orders(trader: Person) -> list[Order]:
    read = partial(trader.client.orders.list, trader.account, limit=500)
    return [each async for each in every(lambda after: read(after=after))]


async def positions(trader: Person) -> list[Position]:
    return [*(await trader.client.positions.list(trader.account)).items]


async def standing(trader: Person) -> tuple[list[Position], list[Order]]:
    """What is still open."""
    resting = await trader.client.orders.list(trader.account, state="open")
    return await positions(trader), [*resting.items]


@asynccontextmanager
async def running(
    live: Live, trader: Person, bot: str, *arguments: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a bot on somebody's account."""
    login = ("--email", trader.email, "--account", str(trader.account))
    secret = {"TRADEWIND_PASSWORD": trader.password}
    async with started(bot, secret, "--url", live.platform.url, *login, *arguments) as process:
        yield process


@asynccontextmanager
async def started(
    bot: str, environment: dict[str, str], *arguments: str
) -> AsyncGenerator[asyncio.subprocess.Process]:
    """Run a bot; it does not outlive the block."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-u", EXAMPLES / bot, *arguments),
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def ended(live: Live, trader: Person, bot: str, *arguments: str) -> str:
    """Run a bot to its end; returns what it said."""
    async with running(live, trader, bot, *arguments) as process:
        return await last_words(process)


async def last_words(process: asyncio.subprocess.Process) -> str:
    """Wait for the orderly end of a bot."""
    async with asyncio.timeout(AROUND_S):
        said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def said_by(process: asyncio.subprocess.Process, word: str) -> None:
    """Read what a bot says until it says this."""
    assert process.stdout is not None
    async with asyncio.timeout(AROUND_S):
        while line := (await process.stdout.readline()).decode():
            if line.strip() == word:
                return
    pytest.fail(f"the bot ended before it said {word}")
