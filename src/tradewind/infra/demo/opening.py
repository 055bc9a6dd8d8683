"""Opens demo accounts: a user, its accounts, and an opening balance booked as a deposit.

An account starts as every later change does: with events that carry whole rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec

from tradewind.contracts.events import PostingRow
from tradewind.core.ids import AccountId
from tradewind.core.ledger import EQUITY, PostingType, client
from tradewind.core.tradedates import trade_date
from tradewind.infra.demo.catalogue import ENTITY_CODE, GROUPS
from tradewind.infra.demo.people import OPENING_BALANCES, AccountPlan, Person
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import Connection

ACTOR: Final = "system:seed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRow:
    """A row of `account`."""

    id: UUID
    number: int
    entity_id: UUID
    user_id: UUID
    currency: str
    position_mode: str
    status: str
    status_actor: str
    status_at: datetime
    last_event: int
    balance: Decimal
    credit: Decimal
    carry: Decimal
    reserved_margin: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What a person may log in with."""

    user_id: UUID
    person: Person
    account_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The entity and groups that accounts are opened under."""

    entity_id: UUID
    groups: Mapping[str, UUID]
    next_number: int


BROKER_SQL: Final = """
    SELECT e.id, (SELECT json_object_agg(g.code, g.id)
                    FROM account_group g WHERE g.entity_id = e.id)::text AS groups,
           COALESCE((SELECT max(number) FROM account), 100000) + 1 AS next_number
      FROM legal_entity e WHERE e.code = $1
"""


async def load_broker(tx: Connection) -> Broker:
    """Read the demo's entity, its groups and the next free account number."""
    row = await tx.fetchrow(BROKER_SQL, ENTITY_CODE)
    if row is None:
        raise LookupError("the demo's legal entity is missing: another installation lives here")
    return Broker(
        entity_id=row["id"],
        groups=msgspec.json.decode(row["groups"], type=dict[str, UUID]),
        next_number=row["next_number"],
    )


INSERT_USER_SQL: Final = """
    INSERT INTO app_user (id, entity_id, email, name, password_hash, status,
                          password_changed_at, created_at)
    VALUES ($1, $2, $3, $4, $5, 'active', $6, $6)
"""
INSERT_ROLE_SQL: Final = """
    INSERT INTO user_role (user_id, role, granted_at) VALUES ($1, $2, $3)
"""


async def open_person(
    tx: Connection, ids: IdSource, person: Person, password_hash: str, now: datetime
) -> Opened:
    """Write a user with its role and accounts."""
    broker = await load_broker(tx)
    user = ids.new()
    await tx.execute(
        INSERT_USER_SQL, user, broker.entity_id, person.email, person.name, password_hash, now
    )
    await tx.execute(INSERT_ROLE_SQL, user, person.role, now)
    accounts = await open_accounts(tx, ids, user, person.accounts, now)
    return Opened(user_id=user, person=person, account_ids=accounts)


INSERT_ACCOUNTS_SQL: Final = """
    INSERT INTO account
    SELECT r.* FROM jsonb_populate_recordset(NULL::account, $1::jsonb) AS r
"""
INSERT_ASSIGNMENTS_SQL: Final = """
    INSERT INTO account_assignment (account_id, kind, effective_from, version, value, actor)
    SELECT a.account_id, a.kind, $4, 1, a.value, $5
      FROM unnest($1::uuid[], $2::text[], $3::text[]) AS a(account_id, kind, value)
"""
INSERT_EVENTS_SQL: Final = """
    INSERT INTO account_event (account_id, seq, type, data, actor, at)
    SELECT e.account_id, e.seq, e.type, e.data, $5, $6
      FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::jsonb[])
        AS e(account_id, seq, type, data)
"""
INSERT_POSTINGS_SQL: Final = """
    INSERT INTO ledger_posting
    SELECT r.* FROM jsonb_populate_recordset(NULL::ledger_posting, $1::jsonb) AS r
"""


async def open_accounts(
    tx: Connection,
    ids: IdSource,
    user: UUID,
    plans: Sequence[AccountPlan],
    now: datetime,
) -> tuple[UUID, ...]:
    """Write accounts, their terms and their opening balances, with the events of all that."""
    broker = await load_broker(tx)
    rows = [
        _account(ids.new(), broker.next_number + index, broker.entity_id, user, plan, now)
        for index, plan in enumerate(plans)
    ]
    postings = [_deposit(ids, row, now) for row in rows]
    assignments = [
        (row.id, kind, value)
        for row, plan in zip(rows, plans, strict=True)
        for kind, value in _terms(plan, broker).items()
    ]
    events = [
        event
        for row, posting in zip(rows, postings, strict=True)
        for event in _events(row, posting)
    ]
    await tx.execute(INSERT_ACCOUNTS_SQL, _json(rows))
    await tx.execute(INSERT_ASSIGNMENTS_SQL, *_columns(assignments, 3), now, ACTOR)
    await tx.execute(INSERT_EVENTS_SQL, *_columns(events, 4), ACTOR, now)
    await tx.execute(INSERT_POSTINGS_SQL, _json(postings))
    return tuple(row.id for row in rows)


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> tuple[list[object], ...]:
    return tuple([row[column] for row in rows] for column in range(width))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _account(
    account: UUID, number: int, entity: UUID, user: UUID, plan: AccountPlan, now: datetime
) -> AccountRow:
    return AccountRow(
        id=account,
        number=number,
        entity_id=entity,
        user_id=user,
        currency=plan.currency,
        position_mode=plan.position_mode,
        status="active",
        status_actor=ACTOR,
        status_at=now,
        last_event=2,
        balance=OPENING_BALANCES[plan.currency],
        credit=Decimal(0),
        carry=Decimal(0),
        reserved_margin=Decimal(0),
        created_at=now,
    )


def _terms(plan: AccountPlan, broker: Broker) -> Mapping[str, str]:
    leverage = next(terms.leverage_cap for terms in GROUPS if terms.code == plan.group)
    return {
        "group": str(broker.groups[plan.group]),
        "leverage": str(leverage),
        "category": "retail",
    }


def _deposit(ids: IdSource, row: AccountRow, now: datetime) -> PostingRow:
    return PostingRow(
        account_id=row.id,
        id=ids.new(),
        transaction_id=ids.new(),
        entity_id=row.entity_id,
        event=row.last_event,
        type=PostingType.DEPOSIT,
        source=EQUITY,
        destination=client(AccountId(row.id)),
        currency=row.currency,
        amount=row.balance,
        balance_after=row.balance,
        reference=None,
        reverses=None,
        trade_date=trade_date(now),
        time=now,
    )


def _events(row: AccountRow, posting: PostingRow) -> Iterable[tuple[UUID, int, str, str]]:
    opened = replace(row, last_event=1, balance=Decimal(0))
    yield row.id, 1, "account.changed", _json(opened)
    booked = {
        "transaction_id": posting.transaction_id,
        "type": posting.type,
        "balance": row.balance,
        "carry": row.carry,
        "postings": [posting],
    }
    yield row.id, 2, "ledger.posted", _json(booked)
