"""What tests of margin calls and stop-outs ask of the world, in few words."""

import asyncio
from dataclasses import replace
from decimal import Decimal
from typing import Any

import msgspec

from tests.services.oms.seeding import Trader
from tests.services.oms.world import DEADLINE_S, World
from tradewind.contracts.events import MarginRow
from tradewind.core.commands import CheckMargin
from tradewind.core.ids import OrderId
from tradewind.core.money import Quantity
from tradewind.services.oms.submission import Answer, Command

D = Decimal
LARGE = {"quantity": Quantity(D(100_000))}
ACCOUNT_SQL = """
    SELECT balance, credit, carry, margin_called_at FROM account WHERE id = $1
"""
NEWS_SQL = """
    SELECT type, data::text, at FROM account_event
     WHERE account_id = $1 AND type LIKE 'margin.%' ORDER BY seq
"""
MARGIN = msgspec.json.Decoder(MarginRow)
#: What the group sees lies 0.00002 outside of it; these are 100 %, 110 % and 50 % of the worked
#: example: 10,000 USD, 100,000 EURUSD bought at 1.12140 at 1:30.
CALL = ("1.05880", "1.05896")
CLEARED = ("1.06254", "1.06270")
STOP_OUT = ("1.04011", "1.04027")


async def check(world: World, trader: Trader) -> Answer:
    command = CheckMargin(order_id=OrderId(world.ids.new()), account_id=trader.account_id)
    return await world.submit(command)


async def check_at(world: World, trader: Trader, prices: tuple[str, str]) -> str | None:
    world.tick("EURUSD", *prices)
    return (await check(world, trader)).code


async def account(world: World, trader: Trader) -> dict[str, Any]:
    return (await world.rows(ACCOUNT_SQL, trader.account_id))[0]


async def news(world: World, trader: Trader) -> list[tuple[str, MarginRow]]:
    found = await world.rows(NEWS_SQL, trader.account_id)
    return [(row["type"], MARGIN.decode(row["data"])) for row in found]


def untradable(world: World, symbol: str, prices: tuple[str, str], reason: str) -> None:
    """Publish a price on which nothing may be traded."""
    tick = world.tick(symbol, *prices)
    world.sequence += 1
    world.feed.receive(
        msgspec.json.encode(replace(tick, seq=world.sequence, tradable=False, reason=reason))
    )


async def submit_blind(world: World, command: Command) -> Answer:
    """Submit while pricing is not alive."""
    world.feed._alive_at = float("-inf")
    return await asyncio.wait_for(world.oms.submit(command, None), DEADLINE_S)
