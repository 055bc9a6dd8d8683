"""Give every new position of an account a trailing stop, whoever opens it.

The bot follows the account's events without a gap, so no position is missed while a connection is
lost. Positions that are open when it starts and have no trailing stop get one too. It opens and
closes nothing itself, and leaves the stops where they are when it ends.

    python examples/trailing_guard.py --seconds 3600 --distance-pips 15
"""

import asyncio
from argparse import Namespace
from contextlib import aclosing
from decimal import Decimal
from uuid import UUID

from demo import Desk, at_desk, options, within

from tradewind_client import ApiError, PositionChange, Protection, every


async def protect(desk: Desk, chosen: Namespace, position_id: UUID, symbol: str) -> bool:
    """Put a trailing stop behind a position; one that has closed meanwhile needs none."""
    specification = await desk.client.market.symbol(symbol)
    distance = max(chosen.distance_pips * specification.pip, specification.stop_distance)
    try:
        position = await desk.client.positions.protect(
            desk.account, position_id, Protection(trailing_stop=distance)
        )
    except ApiError as error:
        print(f"{symbol} {position_id} has no stop: {error}")
        return False
    print(f"{symbol} {position.side} {position.quantity}: trailing stop {position.trailing_stop}")
    return True


async def guard(desk: Desk, chosen: Namespace) -> int:
    """Protect what is open, then whatever opens; returns how many positions got a stop."""
    # The number first: what opens between the two reads comes as an event.
    seen = (await desk.client.accounts.get(desk.account)).last_event
    guarded = 0
    async for position in every(
        lambda after: desk.client.positions.list(desk.account, after=after)
    ):
        if position.trailing_stop is None:
            guarded += await protect(desk, chosen, position.id, position.symbol)
    print("watching")
    async with aclosing(desk.client.stream.events(desk.account, after=seen)) as events:
        async for event in within(chosen.seconds, events):
            position = event.data
            if event.type == "position.opened" and isinstance(position, PositionChange):
                guarded += await protect(desk, chosen, position.id, position.symbol)
    return guarded


async def main(chosen: Namespace) -> None:
    async with at_desk(chosen) as desk:
        print(f"{await guard(desk, chosen)} positions guarded")


if __name__ == "__main__":
    parser = options("Give every new position of an account a trailing stop.")
    parser.add_argument("--distance-pips", type=Decimal, default=Decimal(15))
    asyncio.run(main(parser.parse_args()))
