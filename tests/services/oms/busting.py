"""Busts and corrects as a test asks for them, and what it looks at afterwards."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from tests.services.oms.rebuilding import assert_rebuilds
from tests.services.oms.seeding import Trader
from tests.services.oms.world import World
from tradewind.core.commands import BustFill
from tradewind.core.errors import DomainError
from tradewind.core.ids import FillId, OrderId
from tradewind.services.oms.submission import Answer

D = Decimal
LP = "LP-ONE 4711"


def bust_of(world: World, trader: Trader, fill_id: UUID, **changes: Any) -> BustFill:
    fields: dict[str, Any] = {
        "order_id": OrderId(world.ids.new()),
        "account_id": trader.account_id,
        "fill_id": FillId(fill_id),
        "price": None,
        "lp_reference": LP,
        "note": "off-market price",
        "actor": "staff:7",
        "received_at": world.tools.clock.now(),
    }
    return BustFill(**{**fields, **changes})


async def bust(world: World, trader: Trader, fill_id: UUID, **changes: Any) -> Answer:
    return await world.submit(bust_of(world, trader, fill_id, **changes))


async def fill_of(world: World, answer: Answer) -> dict[str, Any]:
    (row,) = await world.rows("SELECT * FROM fill WHERE order_id = $1", answer.order_id)
    return row


async def open_positions(world: World) -> list[dict[str, Any]]:
    return await world.rows(
        "SELECT id, side, quantity, open_price, margin_notional FROM trade_position"
        " WHERE closed_at IS NULL ORDER BY id"
    )


async def money(world: World, trader: Trader) -> tuple[Decimal, Decimal]:
    (row,) = await world.rows("SELECT balance, carry FROM account WHERE id = $1", trader.account_id)
    return row["balance"], row["carry"]


async def assert_books_hold(world: World) -> None:
    """The log makes the tables, the postings the balances, the lots the positions."""
    await assert_rebuilds(world)
    for trader in world.traders:
        (row,) = await world.rows(
            """SELECT COALESCE(sum(CASE WHEN destination = $1 THEN amount ELSE -amount END), 0)
                      AS moved FROM ledger_posting WHERE $1 IN (source, destination)""",
            f"client:{trader.account_id}",
        )
        assert (await money(world, trader))[0] == trader.balance + row["moved"]
    lots = await world.rows(
        """SELECT p.id FROM trade_position p WHERE p.quantity <> COALESCE((
               SELECT sum(l.remaining) FROM position_lot l
                WHERE l.account_id = p.account_id AND l.position_id = p.id), 0)"""
    )
    assert lots == []


async def counts(world: World) -> dict[str, Any]:
    (row,) = await world.rows(
        "SELECT (SELECT count(*) FROM trade_order) AS orders, (SELECT count(*) FROM fill) AS fills,"
        " (SELECT count(*) FROM account_event) AS events,"
        " (SELECT count(*) FROM ledger_posting) AS postings"
    )
    return row


async def assert_each_posting_is_reversed_once(world: World, of: UUID, by: UUID) -> None:
    pairs = await world.rows(
        """SELECT p.type, p.amount, p.currency, r.type AS r_type, r.amount AS r_amount,
                  r.currency AS r_currency, p.source = r.destination
                  AND p.destination = r.source AS turned
             FROM ledger_posting p LEFT JOIN ledger_posting r
               ON r.reverses = p.id AND r.reference = $2
            WHERE p.reference = $1""",
        of,
        by,
    )
    assert pairs
    for pair in pairs:
        assert pair["turned"]
        assert [pair[n] for n in ("type", "amount", "currency")] == [
            pair[f"r_{n}"] for n in ("type", "amount", "currency")
        ]


async def refused(world: World, command: BustFill) -> tuple[type[DomainError], str]:
    with pytest.raises(DomainError) as caught:
        await world.submit(command)
    return type(caught.value), caught.value.code
