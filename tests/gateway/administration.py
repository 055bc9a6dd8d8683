"""What an administrator does: instruments, groups, logins, roles, accounts, kill switches."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from uuid import UUID

import msgspec

from tests.gateway.conftest import Api
from tradewind.infra.demo.opening import open_accounts, open_person
from tradewind.infra.demo.people import AccountPlan, Person
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import connect

_NEXT_VERSION_SQL = """
    INSERT INTO instrument_version
    SELECT (jsonb_populate_record(v, $2::jsonb || jsonb_build_object('version', v.version + 1))).*
      FROM instrument_version v WHERE v.symbol = $1 ORDER BY v.version DESC LIMIT 1
"""
_NEXT_GROUP_VERSION_SQL = """
    INSERT INTO group_version
    SELECT (jsonb_populate_record(v, $2::jsonb || jsonb_build_object('version', v.version + 1))).*
      FROM group_version v JOIN account_group g ON g.id = v.group_id
     WHERE g.code = $1 ORDER BY v.version DESC LIMIT 1
"""


async def change_instrument(api: Api, symbol: str, **changes: object) -> None:
    """Put a new version of a specification in force."""
    connection = await connect(api.settings, "tw_admin")
    try:
        await connection.execute(_NEXT_VERSION_SQL, symbol, msgspec.json.encode(changes).decode())
    finally:
        await connection.close()
    await api.parts.reference.refresh()


async def change_group(api: Api, code: str, **changes: object) -> None:
    """Put a new version of a group's terms in force."""
    connection = await connect(api.settings, "tw_admin")
    try:
        await connection.execute(
            _NEXT_GROUP_VERSION_SQL, code, msgspec.json.encode(changes).decode()
        )
    finally:
        await connection.close()


async def open_login(api: Api, name: str, role: str, password_hash: str) -> None:
    """Open a login without accounts; its e-mail is the name at tradewind.test."""
    person = Person(email=f"{name}@tradewind.test", name=name, role=role, accounts=())
    connection = await connect(api.settings, "tw_admin")
    try:
        await open_person(connection, IdSource(), person, password_hash, api.clock.now())
    finally:
        await connection.close()


async def change_role(api: Api, email: str, role: str) -> None:
    """Take all roles from a user and give one."""
    connection = await connect(api.settings, "tw_admin")
    try:
        user = await connection.fetchval("SELECT id FROM app_user WHERE email = $1", email)
        await connection.execute("DELETE FROM user_role WHERE user_id = $1", user)
        await connection.execute(
            "INSERT INTO user_role (user_id, role, granted_at) VALUES ($1, $2, now())", user, role
        )
    finally:
        await connection.close()


async def open_twin(api: Api, name: str, number: int = 0) -> str:
    """Open one more account like the given one; return its id."""
    like = api.users[name].accounts[number]
    plan = AccountPlan(currency=like.currency, group=like.group, position_mode=like.position_mode)
    connection = await connect(api.settings, "tw_admin")
    try:
        user: UUID = await connection.fetchval("SELECT user_id FROM account WHERE id = $1", like.id)
        made = await open_accounts(connection, IdSource(), user, (plan,), api.clock.now())
    finally:
        await connection.close()
    return str(made[0])


@asynccontextmanager
async def account_status(api: Api, account: str, status: str) -> AsyncGenerator[None]:
    """Give an account a status; it is active again after the block."""
    connection = await connect(api.settings, "tw_admin")
    change = "UPDATE account SET status = $2 WHERE id = $1"
    try:
        await connection.execute(change, account, status)
        yield
    finally:
        await connection.execute(change, account, "active")
        await connection.close()


@asynccontextmanager
async def kill_switch(api: Api, scope: str, key: str) -> AsyncGenerator[None]:
    """Stop what opens until the block ends."""
    connection = await connect(api.settings, "tw_admin")
    try:
        await connection.execute(
            "INSERT INTO kill_switch VALUES ($1, $2, 'test', 'test', now())", scope, key
        )
        yield
    finally:
        await connection.execute(
            "DELETE FROM kill_switch WHERE scope = $1 AND key = $2", scope, key
        )
        await connection.close()
