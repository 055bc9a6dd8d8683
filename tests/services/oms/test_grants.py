"""History cannot be changed, and a client sees only its own."""

from itertools import product

import asyncpg
import pytest

from tests.services.oms.world import World

APPEND_ONLY = ("account_event", "ledger_posting", "fill")
STATEMENTS = ("UPDATE {} SET account_id = account_id", "DELETE FROM {}", "TRUNCATE {}")
OWN = (
    "account",
    "account_assignment",
    "trade_order",
    "trade_position",
    "position_lot",
    "fill",
    "ledger_posting",
    "account_event",
    "order_transition",
    "idempotency_key",
)


async def test_no_service_can_change_history(world: World) -> None:
    for role in ("tw_oms", "tw_admin", "tw_read"):
        connection = await world.connect(role)
        for table, statement in product(APPEND_ONLY, STATEMENTS):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement.format(table))
        await connection.close()


async def test_a_reader_sees_the_rows_of_its_user_and_without_one_none(world: World) -> None:
    traders = [await world.trader(group="charged"), await world.trader(group="charged")]
    for trader in traders:
        await world.submit(world.order(trader), world.key())
    reader = await world.connect("tw_read")
    for table in OWN:
        count = f"SELECT count(*) FROM {table}"  # noqa: S608
        everything = await world.owner.fetchval(count)
        assert await reader.fetchval(count) == 0, table
        for user_id in (trader.user_id for trader in traders):
            async with reader.transaction():
                await reader.execute("SELECT set_config('tw.user_id', $1, true)", str(user_id))
                assert await reader.fetchval(count) == everything / 2 > 0, table
        assert await reader.fetchval(count) == 0, table
    await reader.close()
