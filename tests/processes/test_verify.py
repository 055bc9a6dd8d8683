"""The replay of the event log finds whatever was changed behind its back."""

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.services.oms.seeding import Trader
from tests.services.oms.world import World, open_world
from tradewind.core.accounts import Side
from tradewind.core.money import Quantity
from tradewind.infra.local.home import Home
from tradewind.infra.local.postgres_server import connect_superuser
from tradewind.infra.settings import Settings
from tradewind.processes import verify as process
from tradewind.processes.verify import run, verify
from tradewind.services.oms.replay import ReplayError

D = Decimal

#: The account's first two events, from its row: opened empty, then the deposit.
OPENING = """
    WITH a AS (SELECT * FROM account WHERE id = $1),
    opened AS (
        INSERT INTO account_event (account_id, seq, type, data, actor, at)
        SELECT a.id, 1, 'account.changed',
               to_jsonb(a) || '{"balance": "0", "last_event": 1}', 'test', a.created_at FROM a),
    posted AS (
        INSERT INTO ledger_posting (account_id, id, transaction_id, entity_id, event, type, source,
            destination, currency, amount, balance_after, trade_date, time)
        SELECT a.id, $2, $2, a.entity_id, 2, 'deposit', 'house:equity', 'client:' || a.id,
               a.currency, a.balance, a.balance, DATE '2026-01-01', a.created_at FROM a
        RETURNING *),
    booked AS (
        INSERT INTO account_event (account_id, seq, type, data, actor, at)
        SELECT p.account_id, 2, 'ledger.posted', jsonb_build_object('transaction_id', $2::uuid,
                   'balance', p.amount, 'carry', 0, 'postings', jsonb_build_array(to_jsonb(p))),
               'test', p.time FROM posted p)
    UPDATE account SET last_event = 2 WHERE id = $1
"""


@pytest.fixture
async def traded(settings: Settings) -> AsyncIterator[World]:
    """Two accounts that opened, reduced, turned and closed positions, and had a rejection."""
    async with open_world(settings) as world:
        for trader in (
            await world.trader(group="charged"),
            await world.trader(mode="hedging", currency="EUR"),
        ):
            await world.owner.execute(OPENING, trader.account_id, world.ids.new())
            await trade(world, trader)
        yield world


async def trade(world: World, trader: Trader) -> None:
    for side, quantity in ((Side.BUY, 30_000), (Side.BUY, 20_000), (Side.SELL, 90_000)):
        await world.submit(world.order(trader, side=side, quantity=Quantity(D(quantity))))
    await world.submit(world.order(trader, quantity=Quantity(D(9_000_000))))
    world.tick("EURUSD", "1.12200", "1.12210")
    position = await world.owner.fetchval(
        "SELECT id FROM trade_position WHERE account_id = $1 AND closed_at IS NULL LIMIT 1",
        trader.account_id,
    )
    await world.submit(world.close(trader, position))


async def test_an_untouched_database_is_equal_and_its_hash_stays(
    traded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await verify(traded.settings)
    assert first.accounts == 2
    assert first.events == await traded.owner.fetchval("SELECT count(*) FROM account_event")
    monkeypatch.setattr(process, "SLICE_EVENTS_MAX", 1)
    assert await verify(traded.settings) == first
    await traded.submit(traded.order(traded.traders[0]))
    assert (await verify(traded.settings)).state_hash != first.state_hash


async def test_a_database_without_accounts_is_equal(settings: Settings) -> None:
    assert await run(settings) == 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("UPDATE trade_order SET average_price = average_price + 1", "average_price"),
        ("UPDATE trade_order SET label = 'x' WHERE {one}", "label"),
        ("UPDATE trade_position SET open_price = open_price + 0.00001 WHERE {one}", "open_price"),
        ("UPDATE position_lot SET remaining = quantity WHERE remaining < quantity", "remaining"),
        ("UPDATE fill SET price = price + 0.00001 WHERE {one}", "price"),
        ("UPDATE fill SET trade_date = trade_date + 1 WHERE {one}", "trade_date"),
        ("UPDATE ledger_posting SET amount = amount + 1 WHERE {one}", "amount"),
        ("UPDATE account SET balance = balance + 0.01 WHERE {one}", "balance"),
        ("UPDATE account SET carry = carry + 0.001 WHERE {one}", "carry"),
        ("UPDATE account SET status = 'suspended' WHERE {one}", "status"),
        ("UPDATE account SET last_event = last_event + 1 WHERE {one}", "last_event"),
        ("DELETE FROM fill WHERE {one}", "not in the table"),
        ("DELETE FROM trade_order WHERE {one}", "not in the table"),
        ("DELETE FROM account_event WHERE seq = 4", "event 5 follows event 3"),
        ("DELETE FROM account_event WHERE seq > 15", "the log"),
        (
            "UPDATE account_event SET data = data || '{\"balance\": 9}' WHERE seq = 2",
            "postings make",
        ),
        ("UPDATE ledger_posting SET account_id = gen_random_uuid() WHERE {one}", "ledger_posting"),
    ],
)
async def test_one_row_that_the_superuser_changed_is_named(
    traded: World, server_home: Home, change: str, named: str
) -> None:
    table = change.split()[2] if change.startswith("DELETE") else change.split()[1]
    one = f"ctid = (SELECT ctid FROM {table} ORDER BY ctid LIMIT 1)"  # noqa: S608
    await as_superuser(traded, server_home, change.replace("{one}", one))
    with pytest.raises(ReplayError, match=named):
        await verify(traded.settings)
    assert await run(traded.settings) == 1


async def test_events_of_no_account_are_named(traded: World, server_home: Home) -> None:
    await as_superuser(traded, server_home, "DELETE FROM account WHERE number = 2")
    with pytest.raises(ReplayError, match="account_event has rows of"):
        await verify(traded.settings)


async def as_superuser(world: World, home: Home, statement: str) -> None:
    """Change what no role of ours may, foreign keys or not."""
    name = await world.owner.fetchval("SELECT current_database()")
    superuser = await connect_superuser(home, name)
    await superuser.execute("SET session_replication_role = replica")
    await superuser.execute(statement)
    await superuser.close()
