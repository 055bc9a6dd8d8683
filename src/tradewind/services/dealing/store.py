"""Dealers' actions in PostgreSQL, and what they are about."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg

from tradewind.core.accounts import Side
from tradewind.core.money import CurrencyCode, Price
from tradewind.infra.postgres import Connection
from tradewind.services.dealing.model import (
    DealerAction,
    Kind,
    State,
    Target,
    TargetFill,
    Wanted,
)

FILE_SQL: Final = """
    INSERT INTO dealer_action (id, kind, account_id, target_id, symbol, group_code, quantity, price,
           lp_reference, reason, content_hash, order_id, state, created_by, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
"""


async def file(tx: Connection, action: DealerAction) -> None:
    """Write a new action."""
    asked = action.wanted
    await tx.execute(
        FILE_SQL, action.id, asked.kind, asked.account_id, asked.target_id, asked.symbol,
        asked.group, asked.quantity, asked.price, asked.lp_reference, asked.reason,
        action.content_hash, action.order_id, action.state, action.created_by, action.created_at,
    )  # fmt: skip


DECIDE_SQL: Final = """
    UPDATE dealer_action SET state = $2, decided_by = $3, decided_at = $4
     WHERE id = $1 AND state = 'pending'
"""
FINISH_SQL: Final = """
    UPDATE dealer_action SET state = $2, outcome = $3, accounts = $4, orders = $5, failed = $6
     WHERE id = $1 AND state = 'executing'
"""


async def decide(tx: Connection, action: DealerAction) -> None:
    """Write what was decided about a pending action."""
    await tx.execute(DECIDE_SQL, action.id, action.state, action.decided_by, action.decided_at)


async def finish(tx: Connection, action: DealerAction) -> None:
    """Write what came of an action."""
    await tx.execute(
        FINISH_SQL,
        action.id,
        action.state,
        action.outcome,
        action.accounts,
        action.orders,
        action.failed,
    )


ACTIONS_SQL: Final = """
    SELECT id, kind, account_id, target_id, symbol, group_code, quantity, price, lp_reference,
           reason, content_hash, order_id, state, created_by, created_at, decided_by, decided_at,
           outcome, accounts, orders, failed
      FROM dealer_action
     WHERE ($1::uuid IS NULL OR id = $1) AND ($2::uuid IS NULL OR id < $2)
     ORDER BY id DESC LIMIT $3
"""
HOLD_SQL: Final = "SELECT state FROM dealer_action WHERE id = $1 FOR UPDATE"


async def page(tx: Connection, after: UUID | None, limit: int) -> Sequence[DealerAction]:
    """Return actions, newest first."""
    return [_action(row) for row in await tx.fetch(ACTIONS_SQL, None, after, limit)]


async def read(tx: Connection, action_id: UUID) -> DealerAction | None:
    """Return one action."""
    row = await tx.fetchrow(ACTIONS_SQL, action_id, None, 1)
    return None if row is None else _action(row)


async def hold(tx: Connection, action_id: UUID) -> None:
    """Be alone with an action until the transaction ends."""
    await tx.fetchval(HOLD_SQL, action_id)


#: A new order is there by its id; a cancel shows as what its actor did to the order.
DONE_SQL: Final = """
    SELECT COALESCE(
        (SELECT state FROM trade_order WHERE account_id = $1 AND id = $2 AND id <> $3),
        (SELECT 'cancelled' FROM account_event
          WHERE account_id = $1 AND type = 'order.cancelled' AND actor = $4
            AND data ->> 'id' = $3::text AND at >= $5 LIMIT 1))
"""


async def done(tx: Connection, action: DealerAction) -> str | None:
    """Return the state of the order that an action came to, if it was carried out before."""
    asked = action.wanted
    return await tx.fetchval(
        DONE_SQL,
        asked.account_id,
        action.order_id,
        asked.target_id,
        action.actor,
        action.created_at,
    )


POSITION_SQL: Final = """
    SELECT p.margin_notional * LEAST(COALESCE($3 / p.quantity, 1), 1) AS worth,
           a.currency, e.reporting_currency
      FROM trade_position p JOIN account a ON a.id = p.account_id
      JOIN legal_entity e ON e.id = a.entity_id
     WHERE p.account_id = $1 AND p.id = $2 AND p.closed_at IS NULL
"""
ORDER_SQL: Final = """
    SELECT (o.quantity - o.filled_quantity) * COALESCE(o.limit_price, o.stop_price) AS worth,
           i.quote AS currency, e.reporting_currency
      FROM trade_order o JOIN account a ON a.id = o.account_id
      JOIN legal_entity e ON e.id = a.entity_id JOIN instrument i ON i.symbol = o.symbol
     WHERE o.account_id = $1 AND o.id = $2
"""


async def target(tx: Connection, wanted: Wanted) -> Target | None:
    """Return what a cancel or a close is about; None when it is not there."""
    if wanted.kind is Kind.CLOSE_POSITION:
        parameters = (wanted.account_id, wanted.target_id, wanted.quantity)
        row = await tx.fetchrow(POSITION_SQL, *parameters)
    else:
        row = await tx.fetchrow(ORDER_SQL, wanted.account_id, wanted.target_id)
    if row is None:
        return None
    worth: Decimal | None = row["worth"]
    return Target(
        worth=None if worth is None else abs(worth),
        currency=CurrencyCode(row["currency"]),
        reporting=CurrencyCode(row["reporting_currency"]),
    )


FILL_SQL: Final = """
    SELECT f.side, f.price, f.quote_pnl, f.reason, EXISTS (
               SELECT FROM fill b WHERE b.account_id = f.account_id
                  AND b.corrects_fill_id = f.id AND b.reason = 'bust') AS busted
      FROM fill f WHERE f.account_id = $1 AND f.id = $2
"""


async def fill(tx: Connection, wanted: Wanted) -> TargetFill | None:
    """Return the fill to be undone; None when it is not there."""
    row = await tx.fetchrow(FILL_SQL, wanted.account_id, wanted.target_id)
    if row is None:
        return None
    return TargetFill(
        side=Side(row["side"]),
        price=Price(row["price"]),
        quote_pnl=row["quote_pnl"],
        reason=row["reason"],
        busted=row["busted"],
    )


ACCOUNT_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM account WHERE id = $1)"
SYMBOL_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM instrument WHERE symbol = $1)"
GROUP_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM account_group WHERE code = $1)"


async def unknown_scope(tx: Connection, wanted: Wanted) -> str | None:
    """Return the field that names what does not exist, if one does."""
    named: Mapping[str, tuple[str, object]] = {
        "account_id": (ACCOUNT_EXISTS_SQL, wanted.account_id),
        "symbol": (SYMBOL_EXISTS_SQL, wanted.symbol),
        "group": (GROUP_EXISTS_SQL, wanted.group),
    }
    for field, (statement, value) in named.items():
        if value is not None and not await tx.fetchval(statement, value):
            return field
    return None


WITH_ORDERS_SQL: Final = """
    SELECT DISTINCT o.account_id FROM trade_order o
     WHERE o.state NOT IN ('filled', 'cancelled', 'rejected') AND o.type <> 'market'
       AND o.reason NOT IN ('stop_loss', 'take_profit', 'trailing')
       AND ($1::uuid IS NULL OR o.account_id = $1) AND ($2::text IS NULL OR o.symbol = $2)
       AND ($3::text IS NULL OR $3 = (
               SELECT g.code FROM account_assignment s JOIN account_group g ON g.id::text = s.value
                WHERE s.account_id = o.account_id AND s.kind = 'group' AND s.effective_from <= $4
                ORDER BY s.version DESC LIMIT 1))
     ORDER BY o.account_id
"""
WITH_POSITIONS_SQL: Final = """
    SELECT DISTINCT p.account_id FROM trade_position p
     WHERE p.closed_at IS NULL
       AND ($1::uuid IS NULL OR p.account_id = $1) AND ($2::text IS NULL OR p.symbol = $2)
       AND ($3::text IS NULL OR $3 = (
               SELECT g.code FROM account_assignment s JOIN account_group g ON g.id::text = s.value
                WHERE s.account_id = p.account_id AND s.kind = 'group' AND s.effective_from <= $4
                ORDER BY s.version DESC LIMIT 1))
     ORDER BY p.account_id
"""


async def accounts(tx: Connection, wanted: Wanted, now: datetime) -> Sequence[UUID]:
    """Return the accounts that have something open which is wanted."""
    statement = WITH_ORDERS_SQL if wanted.kind is Kind.CANCEL_ALL else WITH_POSITIONS_SQL
    rows = await tx.fetch(statement, wanted.account_id, wanted.symbol, wanted.group, now)
    return [row["account_id"] for row in rows]


def _action(row: asyncpg.Record) -> DealerAction:
    return DealerAction(
        id=row["id"],
        wanted=Wanted(
            kind=Kind(row["kind"]),
            reason=row["reason"],
            account_id=row["account_id"],
            target_id=row["target_id"],
            symbol=row["symbol"],
            group=row["group_code"],
            quantity=row["quantity"],
            price=row["price"],
            lp_reference=row["lp_reference"],
        ),
        content_hash=row["content_hash"],
        order_id=row["order_id"],
        state=State(row["state"]),
        created_by=row["created_by"],
        created_at=row["created_at"],
        decided_by=row["decided_by"],
        decided_at=row["decided_at"],
        outcome=row["outcome"],
        accounts=row["accounts"],
        orders=row["orders"],
        failed=row["failed"],
    )
