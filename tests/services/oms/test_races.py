"""A cancel, an amendment and a fill that race each other: exactly one is the end of the order."""

import asyncio
from collections import Counter
from decimal import Decimal

from tests.services.oms.asking import LIMIT, common, place
from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.world import World
from tradewind.core.commands import Amendment, AmendOrder
from tradewind.core.errors import ConflictError
from tradewind.core.money import Price
from tradewind.services.oms.submission import Answer

D = Decimal
ORDERS = 40


async def test_a_cancel_that_races_a_fill_ends_in_exactly_one_of_the_two(world: World) -> None:
    seen: Counter[str] = Counter()
    for number in range(ORDERS):
        trader = await world.trader()
        order = await place(world, trader, limit_price=Price(D("1.12000")), **LIMIT)
        tick = world.tick("EURUSD", "1.11970", "1.11980")
        amendment = AmendOrder(
            **common(world, trader, order.id),
            version=order.version,
            amendment=Amendment(limit_price=Price(D("1.11990"))),
        )
        rivals = [
            world.trigger(order, tick),
            world.submit(world.cancel(trader, order.id)),
            world.submit(amendment),
        ]
        rivals = rivals[number % 3 :] + rivals[: number % 3]
        outcomes = await asyncio.gather(*rivals, return_exceptions=True)
        (row,) = await world.orders(trader)
        seen[row.state] += 1
        assert row.state in {"filled", "cancelled"}
        assert row.filled_quantity == (row.quantity if row.state == "filled" else 0)
        for outcome in outcomes:
            if isinstance(outcome, ConflictError):
                assert outcome.code in {"order_final", "version_conflict"}
            else:
                assert isinstance(outcome, Answer)
        world.tick("EURUSD", "1.12122", "1.12138")
    await assert_rebuilds(world)
    assert seen["filled"] >= 1
    assert seen["cancelled"] >= 1
