from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from tests.services.triggers.world import TriggerWorld
from tradewind.core.orders import TimeInForce
from tradewind.infra.leases import Lease, LeaseLost, acquire
from tradewind.services.oms.submission import Answer, Command
from tradewind.services.triggers.expiry import LEASE, ExpirySweep
from tradewind.services.triggers.metrics import TriggerMetrics


def sweep_of(world: TriggerWorld, registry: CollectorRegistry) -> ExpirySweep:
    async def submit(command: Command, lease: Lease) -> Answer:
        return await world.oms.oms.submit(command, None, lease)

    return ExpirySweep(world.pool, world.oms.tools.clock, submit, TriggerMetrics(registry))


EXPIRE_SQL = "UPDATE trade_order SET expires_at = $2 WHERE id = $1"


async def test_an_order_ends_when_its_time_is_over_and_not_before(world: TriggerWorld) -> None:
    trader, registry = await world.oms.trader(), CollectorRegistry()
    now = world.oms.tools.clock.now()
    gtd = {"time_in_force": TimeInForce.GTD, "expires_at": now + timedelta(hours=1)}
    due = await world.stop_order(trader, "1.12", **gtd)
    await world.stop_order(trader, "1.12", **gtd)
    await world.stop_order(trader, "1.12")
    await world.oms.owner.execute(EXPIRE_SQL, due.id, now)
    lease = await acquire(world.pool, LEASE, "test")
    assert await sweep_of(world, registry).sweep(lease) is False
    rows = await world.oms.rows("SELECT state, end_code FROM trade_order ORDER BY ticket")
    assert rows == [
        {"state": "cancelled", "end_code": "expired"},
        {"state": "working", "end_code": None},
        {"state": "working", "end_code": None},
    ]
    labels = {"command": "expire", "outcome": "cancelled"}
    assert registry.get_sample_value("tradewind_trigger_outcomes_total", labels) == 1


async def test_a_sweep_under_a_lost_lease_ends_nothing(world: TriggerWorld) -> None:
    trader = await world.oms.trader()
    now = world.oms.tools.clock.now()
    gtd = {"time_in_force": TimeInForce.GTD, "expires_at": now + timedelta(hours=1)}
    due = await world.stop_order(trader, "1.12", **gtd)
    await world.oms.owner.execute(EXPIRE_SQL, due.id, now)
    lease = await acquire(world.pool, LEASE, "test")
    await world.oms.owner.execute("UPDATE lease SET epoch = epoch + 1 WHERE name = $1", LEASE)
    with pytest.raises(ExceptionGroup) as raised:
        await sweep_of(world, CollectorRegistry()).sweep(lease)
    assert raised.group_contains(LeaseLost)
    assert await world.state(due) == ("working", due.version)
