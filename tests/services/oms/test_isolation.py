"""One bad command of a batch fails alone; too many commands are shed."""

import asyncio
from decimal import Decimal

import pytest

from tests.services.oms.world import World
from tradewind.core.accounts import Side
from tradewind.core.errors import TransientError
from tradewind.core.money import Quantity
from tradewind.services.oms import service
from tradewind.services.oms.deciding import InternalError
from tradewind.services.oms.submission import Answer

D = Decimal


@pytest.mark.parametrize("culprit", [0, 3, 8])
async def test_a_command_the_database_refuses_fails_alone(world: World, culprit: int) -> None:
    traders = [await world.trader() for _ in range(3)]
    label = "x" * 40  # the gateway allows 32, and so does the table
    outcomes = await asyncio.gather(
        *(
            world.submit(
                world.order(traders[n % 3], label=label if n == culprit else None), world.key()
            )
            for n in range(9)
        ),
        return_exceptions=True,
    )
    failed = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, InternalError)]
    assert failed == [culprit]
    assert all(isinstance(o, Answer) for n, o in enumerate(outcomes) if n != culprit)
    totals = await world.rows("SELECT count(*) AS orders, max(length(label)) FROM trade_order")
    assert totals == [{"orders": 8, "max": None}]
    assert await world.owner.fetchval("SELECT sum(quantity) FROM trade_position") == D(80_000)


async def test_one_batch_may_change_a_position_many_times(world: World) -> None:
    trader = await world.trader(group="charged")
    for side, quantity in ((Side.BUY, 10_000), (Side.SELL, 3_000)):
        await asyncio.gather(
            *(
                world.submit(world.order(trader, side=side, quantity=Quantity(D(quantity))))
                for _ in range(5)
            )
        )
    (position,) = await world.rows("SELECT quantity, version FROM trade_position")
    assert position == {"quantity": D(35_000), "version": 10}
    (lot,) = await world.rows("SELECT quantity, remaining FROM position_lot")
    assert lot == {"quantity": D(50_000), "remaining": D(35_000)}
    assert world.oms.counters.batches < 10
    assert world.oms.counters.failed == 0


async def test_an_account_without_terms_fails_alone(world: World) -> None:
    broken, whole = await world.trader(), await world.trader()
    await world.owner.execute(
        "DELETE FROM account_assignment WHERE account_id = $1", broken.account_id
    )
    outcomes = await asyncio.gather(
        world.submit(world.order(broken)),
        world.submit(world.order(whole)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], InternalError)
    assert isinstance(outcomes[1], Answer)


async def test_a_full_lane_sheds_what_opens_and_still_takes_closes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "OPENS_WAITING_MAX", 2)
    trader = await world.trader()
    opened = await world.submit(world.order(trader))
    assert opened.order is not None
    position_id = opened.order.position_id
    assert position_id is not None
    outcomes = await asyncio.gather(
        *(world.submit(world.order(trader)) for _ in range(5)),
        world.submit(world.close(trader, position_id, D(1_000))),
        return_exceptions=True,
    )
    shed = [o for o in outcomes if isinstance(o, TransientError)]
    assert [error.code for error in shed] == ["overloaded"] * 3
    assert isinstance(outcomes[-1], Answer)
    assert world.oms.counters.shed == 3
    assert await world.owner.fetchval("SELECT count(*) FROM trade_order") == 4


async def test_a_stopping_service_takes_no_more(world: World) -> None:
    trader = await world.trader()
    world.oms.stop()
    with pytest.raises(TransientError, match="shutting_down"):
        await world.submit(world.order(trader))
