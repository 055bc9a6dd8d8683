"""Seeds logins, and gives them new passwords when the file that held them is gone."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import asyncpg

from tradewind.infra.demo.handover import HandoverAccount, HandoverUser
from tradewind.infra.demo.opening import open_person
from tradewind.infra.demo.people import BENCH_USER_ACCOUNTS_MAX, PEOPLE, Person, bench_person
from tradewind.infra.demo.reference import write_reference
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import Connection

_PASSWORD_BYTES: Final = 18
#: Two seeds of one database take turns.
_LOCK: Final = int.from_bytes(b"tw-seed", "big")


class InstallationMismatchError(RuntimeError):
    """The database belongs to the other environment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seeder:
    """What every writer of the seed needs."""

    connection: Connection
    ids: IdSource
    hash_password: Callable[[str], str]
    now: datetime


LOCK_SQL: Final = "SELECT pg_advisory_xact_lock($1)"
ENVIRONMENT_SQL: Final = "SELECT environment FROM installation"


async def seed_demo(seeder: Seeder, environment: str) -> tuple[HandoverUser, ...]:
    """Write the demo in one transaction and return its logins; () if it was there already."""
    async with seeder.connection.transaction():
        await seeder.connection.execute(LOCK_SQL, _LOCK)
        found = await seeder.connection.fetchval(ENVIRONMENT_SQL)
        if found == environment:
            return ()
        if found is not None:
            raise InstallationMismatchError(f"this is a {found} installation, not {environment}")
        await write_reference(seeder.connection, seeder.ids, environment, seeder.now)
        return tuple([await _open(seeder, person) for person in PEOPLE])


COUNT_BENCH_ACCOUNTS_SQL: Final = """
    SELECT count(*) FROM account a JOIN app_user u ON u.id = a.user_id
     WHERE u.email LIKE 'bench%@tradewind.example'
"""


async def seed_bench(seeder: Seeder, accounts: int) -> None:
    """Open benchmark accounts until there are at least `accounts`, one user a transaction."""
    while True:
        async with seeder.connection.transaction():
            await seeder.connection.execute(LOCK_SQL, _LOCK)
            there = await seeder.connection.fetchval(COUNT_BENCH_ACCOUNTS_SQL)
            if there >= accounts:
                return
            size = min(BENCH_USER_ACCOUNTS_MAX, accounts - there)
            await _open(seeder, bench_person(there, size))


LOGINS_SQL: Final = """
    SELECT u.id, u.email, r.role
      FROM app_user u JOIN user_role r ON r.user_id = u.id
     WHERE (u.email LIKE 'bench%@tradewind.example') = $1
     ORDER BY u.id
"""


async def are_all_logins(seeder: Seeder, users: Sequence[HandoverUser], *, bench: bool) -> bool:
    """Tell whether `users` names exactly the seeded logins of one kind."""
    logins = await seeder.connection.fetch(LOGINS_SQL, bench)
    return {row["email"] for row in logins} == {user.email for user in users}


ACCOUNTS_SQL: Final = """
    SELECT a.id, a.user_id, a.currency, a.position_mode, g.code AS group
      FROM account a
      JOIN account_assignment s ON s.account_id = a.id AND s.kind = 'group' AND s.version = 1
      JOIN account_group g ON g.id = s.value::uuid
     WHERE a.user_id = ANY ($1) ORDER BY a.number
"""
CHANGE_LOGIN_SQL: Final = """
    UPDATE app_user SET password_hash = $2, password_changed_at = $3 WHERE id = $1
"""


async def renew_logins(seeder: Seeder, *, bench: bool) -> tuple[HandoverUser, ...]:
    """Give every seeded login of one kind a new password and return them all."""
    async with seeder.connection.transaction():
        await seeder.connection.execute(LOCK_SQL, _LOCK)
        logins = await seeder.connection.fetch(LOGINS_SQL, bench)
        accounts = await seeder.connection.fetch(ACCOUNTS_SQL, [row["id"] for row in logins])
        users = []
        for row in logins:
            password = new_password()
            await seeder.connection.execute(
                CHANGE_LOGIN_SQL, row["id"], seeder.hash_password(password), seeder.now
            )
            own = tuple(_account(each) for each in accounts if each["user_id"] == row["id"])
            users.append(
                HandoverUser(email=row["email"], password=password, role=row["role"], accounts=own)
            )
    return tuple(users)


def new_password() -> str:
    """Return a random password of 24 characters."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


async def _open(seeder: Seeder, person: Person) -> HandoverUser:
    password = new_password()
    opened = await open_person(
        seeder.connection, seeder.ids, person, seeder.hash_password(password), seeder.now
    )
    accounts = tuple(
        HandoverAccount(
            id=account, currency=plan.currency, group=plan.group, position_mode=plan.position_mode
        )
        for account, plan in zip(opened.account_ids, person.accounts, strict=True)
    )
    return HandoverUser(email=person.email, password=password, role=person.role, accounts=accounts)


def _account(row: asyncpg.Record) -> HandoverAccount:
    return HandoverAccount(
        id=row["id"],
        currency=row["currency"],
        group=row["group"],
        position_mode=row["position_mode"],
    )
