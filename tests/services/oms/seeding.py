"""The smallest reference data on which an order can be decided."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import asyncpg

from tradewind.core.ids import AccountId, EntityId, UserId
from tradewind.infra.identifiers import IdSource

ENTITY: Final = EntityId(UUID(int=1))
#: Group code -> id, execution mode, commission kind, amount and minimum.
GROUPS: Final = {
    "plain": (UUID(int=11), "market", "none", 0, 0),
    "charged": (UUID(int=12), "market", "per_lot", "3.37", "0.10"),
    "instant": (UUID(int=13), "instant", "none", 0, 0),
}
#: Symbol -> base, quote, precision, pip, whether the last level is extended.
INSTRUMENTS: Final = {
    "EURUSD": ("EUR", "USD", 5, "0.0001", True),
    "USDJPY": ("USD", "JPY", 3, "0.01", False),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """A client and the one account it has."""

    user_id: UserId
    account_id: AccountId
    currency: str
    mode: str
    group: str
    balance: Decimal


async def seed_reference(owner: asyncpg.Connection, since: datetime) -> None:
    await owner.execute("INSERT INTO currency VALUES ('USD', 2), ('EUR', 2), ('JPY', 0)")
    await owner.execute("INSERT INTO legal_entity VALUES ($1, 'house', 'House', 'USD')", ENTITY)
    for symbol, (base, quote, precision, pip, extend) in INSTRUMENTS.items():
        await owner.execute(
            "INSERT INTO instrument VALUES ($1, $1, 'fx', 'major', $2, $3)", symbol, base, quote
        )
        await owner.execute(
            """INSERT INTO instrument_version (symbol, version, effective_from, price_precision,
                   pip, contract_size, quantity_min, quantity_step, quantity_max,
                   instant_quantity_max, margin_rate, extend_last_level, calendar, trade_mode,
                   settlement_lag, day_count, quote_age_ms_max)
               VALUES ($1, 1, $2, $3, $4, 100000, 1000, 1000, 10000000, 1000000, 0.02, $5,
                   'always', 'full', 2, 360, 60000)""",
            symbol,
            since,
            precision,
            Decimal(pip),
            extend,
        )
    for code, (group_id, mode, kind, amount, minimum) in GROUPS.items():
        await owner.execute(
            "INSERT INTO account_group VALUES ($1, $2, $3, $3)", group_id, ENTITY, code
        )
        await owner.execute(
            """INSERT INTO group_version (group_id, version, effective_from, execution_mode, book,
                   leverage_cap, margin_call_level, stop_out_level, commission_kind,
                   commission_amount, commission_minimum)
               VALUES ($1, 1, $2, $3, 'B', 100, 100, 50, $4, $5, $6)""",
            group_id,
            since,
            mode,
            kind,
            Decimal(amount),
            Decimal(minimum),
        )


OPEN_ACCOUNT_SQL = """
    INSERT INTO account (id, number, entity_id, user_id, currency, position_mode, status,
                         status_actor, status_at, balance, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, 'active', 'system', now(), $7, now())
"""

ASSIGN_SQL = """
    INSERT INTO account_assignment
    VALUES ($1, 'group', now() - interval '1 hour', 1, $2, 'system'),
           ($1, 'leverage', now() - interval '1 hour', 1, '30', 'system')
"""


async def seed_trader(  # noqa: PLR0913
    owner: asyncpg.Connection,
    ids: IdSource,
    *,
    number: int,
    mode: str = "netting",
    group: str = "plain",
    currency: str = "USD",
    balance: Decimal = Decimal("10000.00"),
    user_id: UserId | None = None,
) -> Trader:
    trader = Trader(
        user_id=user_id or UserId(ids.new()),
        account_id=AccountId(ids.new()),
        currency=currency,
        mode=mode,
        group=group,
        balance=balance,
    )
    await _insert(owner, number, trader)
    return trader


async def _insert(owner: asyncpg.Connection, number: int, trader: Trader) -> None:
    await owner.execute(
        """INSERT INTO app_user VALUES ($1, $2, $3, 'N', 'h', 'active', now(), now())
               ON CONFLICT DO NOTHING""",
        trader.user_id,
        ENTITY,
        f"client{number}@example.com",
    )
    await owner.execute(
        OPEN_ACCOUNT_SQL,
        trader.account_id,
        number,
        ENTITY,
        trader.user_id,
        trader.currency,
        trader.mode,
        trader.balance,
    )
    await owner.execute(ASSIGN_SQL, trader.account_id, str(GROUPS[trader.group][0]))
