"""SQL of what clients read; role `tw_read`, under row-level security."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from tradewind.contracts.events import FillRow, OrderRow, PositionRow, PostingRow
from tradewind.core.accounts import Account, Commission, GroupTerms, LeverageRule
from tradewind.core.ids import AccountId, OrderId, UserId
from tradewind.core.money import Currency
from tradewind.infra.eventlog import LoggedEvent, logged_event
from tradewind.infra.postgres import Connection, lend
from tradewind.services.accounts.model import OrderMove, OwnAccount, Page

READ_AS_SQL: Final = "SELECT set_config('tw.user_id', $1, true)"


@asynccontextmanager
async def reading_as(pool: asyncpg.Pool, user_id: UserId) -> AsyncIterator[Connection]:
    """One snapshot in which only the user's own rows exist."""
    async with (
        lend(pool) as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        await connection.execute(READ_AS_SQL, str(user_id))
        yield connection


ACCOUNTS_SQL: Final = """
    SELECT a.id, a.entity_id, a.user_id, a.currency, c.minor_digits, a.position_mode, a.status,
           a.last_event, a.balance, a.credit, a.carry, a.reserved_margin,
           l.value::numeric AS leverage, g.code, v.version, v.execution_mode, v.book,
           v.leverage_cap, v.margin_basis, v.hedged_factor, v.margin_call_level,
           v.stop_out_level, v.commission_kind, v.commission_amount, v.commission_minimum,
           v.fifo, v.orders_per_second_max, v.open_orders_max, v.liquidation,
           v.regime, v.leverage_rules::text
      FROM account a
      JOIN currency c ON c.code = a.currency
      CROSS JOIN LATERAL (
          SELECT s.value FROM account_assignment s
           WHERE s.account_id = a.id AND s.kind = 'leverage' AND s.effective_from <= $1
           ORDER BY s.version DESC LIMIT 1) l
      CROSS JOIN LATERAL (
          SELECT s.value::uuid AS id FROM account_assignment s
           WHERE s.account_id = a.id AND s.kind = 'group' AND s.effective_from <= $1
           ORDER BY s.version DESC LIMIT 1) assigned
      JOIN account_group g ON g.id = assigned.id
      CROSS JOIN LATERAL (
          SELECT * FROM group_version
           WHERE group_id = g.id AND effective_from <= $1
           ORDER BY version DESC LIMIT 1) v
     WHERE $2::uuid IS NULL OR a.id = $2
     ORDER BY a.number
"""


async def accounts(
    tx: Connection, now: datetime, account_id: AccountId | None = None
) -> list[OwnAccount]:
    """Return the user's accounts, or the one asked for, on the terms in force."""
    return [_own_account(row) for row in await tx.fetch(ACCOUNTS_SQL, now, account_id)]


EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM account WHERE id = $1)"


async def exists(tx: Connection, account_id: AccountId) -> bool:
    """Tell whether the account is one of the user's."""
    return await tx.fetchval(EXISTS_SQL, account_id)


OPEN_POSITIONS_SQL: Final = """
    SELECT p.* FROM trade_position p
     WHERE p.account_id = ANY ($1::uuid[]) AND p.closed_at IS NULL
     ORDER BY p.opened_at, p.id
"""


async def open_positions(tx: Connection, accounts: Sequence[AccountId]) -> list[PositionRow]:
    """Return what is open, oldest first, without its lots."""
    rows = await tx.fetch(OPEN_POSITIONS_SQL, accounts)
    return [PositionRow(**dict(row), lots=[]) for row in rows]


ORDERS_SQL: Final = """
    SELECT o.* FROM trade_order o
     WHERE o.account_id = $1 AND ($2::uuid IS NULL OR o.id < $2)
       AND ($4::text IS NULL OR o.state = $4)
     ORDER BY o.id DESC LIMIT $3
"""
OPEN_ORDERS_SQL: Final = """
    SELECT o.* FROM trade_order o
     WHERE o.account_id = $1 AND ($2::uuid IS NULL OR o.id < $2)
       AND o.state NOT IN ('filled', 'cancelled', 'rejected')
     ORDER BY o.id DESC LIMIT $3
"""


async def orders(
    tx: Connection, account_id: AccountId, page: Page, state: str | None
) -> list[OrderRow]:
    """Return orders, newest first; `open` stands for every state that is not final."""
    if state == "open":
        rows = await tx.fetch(OPEN_ORDERS_SQL, account_id, page.after, page.limit)
    else:
        rows = await tx.fetch(ORDERS_SQL, account_id, page.after, page.limit, state)
    return [OrderRow(**dict(row)) for row in rows]


ORDER_SQL: Final = "SELECT o.* FROM trade_order o WHERE o.account_id = $1 AND o.id = $2"
ORDER_MOVES_SQL: Final = """
    SELECT type, data ->> 'reject_code' AS reject_code, data ->> 'end_code' AS end_code, at
      FROM account_event
     WHERE account_id = $1 AND seq BETWEEN $3 AND $4 AND type LIKE 'order.%'
       AND data ->> 'id' = $2::uuid::text
     ORDER BY seq
"""


async def order(
    tx: Connection, account_id: AccountId, order_id: OrderId
) -> tuple[OrderRow, list[OrderMove]] | None:
    """Return one order with what the log says of it."""
    row = await tx.fetchrow(ORDER_SQL, account_id, order_id)
    if row is None:
        return None
    moves = await tx.fetch(
        ORDER_MOVES_SQL, account_id, order_id, row["first_event"], row["last_event"]
    )
    return OrderRow(**dict(row)), [
        OrderMove(
            name=move["type"].removeprefix("order."),
            reason=move["reject_code"] or move["end_code"],
            at=move["at"],
        )
        for move in moves
    ]


FILLS_SQL: Final = """
    SELECT f.* FROM fill f
     WHERE f.account_id = $1 AND ($2::uuid IS NULL OR f.id < $2)
     ORDER BY f.id DESC LIMIT $3
"""


async def fills(tx: Connection, account_id: AccountId, page: Page) -> list[FillRow]:
    """Return fills, newest first."""
    rows = await tx.fetch(FILLS_SQL, account_id, page.after, page.limit)
    return [FillRow(**dict(row)) for row in rows]


#: Postings between accounts of the house have no balance_after.
LEDGER_SQL: Final = """
    SELECT l.* FROM ledger_posting l
     WHERE l.account_id = $1 AND ($2::uuid IS NULL OR l.id < $2) AND l.balance_after IS NOT NULL
     ORDER BY l.id DESC LIMIT $3
"""


async def ledger(tx: Connection, account_id: AccountId, page: Page) -> list[PostingRow]:
    """Return the postings that moved the account's balance, newest first."""
    rows = await tx.fetch(LEDGER_SQL, account_id, page.after, page.limit)
    return [PostingRow(**dict(row)) for row in rows]


EVENTS_SQL: Final = """
    SELECT account_id, seq, position, type, data, cause, actor, at FROM account_event
     WHERE account_id = $1 AND seq > $2 ORDER BY seq LIMIT $3
"""


async def events(
    tx: Connection, account_id: AccountId, after: int, limit: int
) -> list[LoggedEvent]:
    """Return what the log says after number `after`, in order."""
    return [logged_event(row) for row in await tx.fetch(EVENTS_SQL, account_id, after, limit)]


def _own_account(row: asyncpg.Record) -> OwnAccount:
    fields: Mapping[str, Any] = dict(row)
    currency = Currency(code=fields["currency"], minor_digits=fields["minor_digits"])
    commission = Commission(
        kind=fields["commission_kind"],
        amount=fields["commission_amount"],
        minimum=fields["commission_minimum"],
    )
    rules = msgspec.json.decode(fields["leverage_rules"], type=tuple[LeverageRule, ...])
    terms = {**fields, "commission": commission, "leverage_rules": rules}
    return OwnAccount(
        account=msgspec.convert({**fields, "currency": currency}, Account),
        terms=msgspec.convert(terms, GroupTerms),
        last_event=fields["last_event"],
    )
