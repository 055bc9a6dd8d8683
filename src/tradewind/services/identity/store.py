"""SQL of users, sessions and login attempts; role `tw_auth`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from tradewind.core.ids import UserId
from tradewind.infra.postgres import Connection
from tradewind.services.identity.model import Audience, Role, Session, User, UserStanding
from tradewind.services.identity.refresh_tokens import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """What a login is checked against."""

    user: User
    password_hash: str
    #: Neither disabled nor under a login hold.
    active: bool


CREDENTIALS_SQL: Final = """
    SELECT u.id, u.email, u.name, u.password_hash,
           u.status = 'active' AND NOT EXISTS (
               SELECT FROM account_hold h JOIN account a ON a.id = h.account_id
                WHERE a.user_id = u.id AND h.kind = 'login' AND h.holds_from <= $2
                  AND (h.holds_until IS NULL OR h.holds_until > $2)) AS active,
           ARRAY(SELECT r.role FROM user_role r WHERE r.user_id = u.id) AS roles
      FROM app_user u WHERE lower(u.email) = lower($1)
"""


async def credentials(connection: Connection, email: str, now: datetime) -> Credentials | None:
    """Return the login of an e-mail address, whatever its letters' case."""
    row = await connection.fetchrow(CREDENTIALS_SQL, email, now)
    if row is None:
        return None
    return Credentials(user=_user(row), password_hash=row["password_hash"], active=row["active"])


USER_SQL: Final = """
    SELECT u.id, u.email, u.name,
           ARRAY(SELECT r.role FROM user_role r WHERE r.user_id = u.id) AS roles
      FROM app_user u WHERE u.id = $1
"""


async def user(connection: Connection, user_id: UserId) -> User | None:
    """Return a user by id."""
    row = await connection.fetchrow(USER_SQL, user_id)
    return None if row is None else _user(row)


STANDINGS_SQL: Final = """
    SELECT u.id, u.password_changed_at,
           u.status = 'active' AND NOT EXISTS (
               SELECT FROM account_hold h JOIN account a ON a.id = h.account_id
                WHERE a.user_id = u.id AND h.kind = 'login' AND h.holds_from <= $2
                  AND (h.holds_until IS NULL OR h.holds_until > $2)) AS active,
           ARRAY(SELECT r.role FROM user_role r WHERE r.user_id = u.id) AS roles
      FROM app_user u WHERE u.id = ANY ($1::uuid[])
"""


async def standings(
    connection: Connection, users: Iterable[UserId], now: datetime
) -> Mapping[UserId, UserStanding]:
    """Return what each user may do now; one that is gone is missing."""
    rows = await connection.fetch(STANDINGS_SQL, list(users), now)
    return {
        UserId(row["id"]): UserStanding(
            active=row["active"],
            roles=_roles(row),
            credentials_since=row["password_changed_at"],
        )
        for row in rows
    }


INSERT_FAMILY_SQL: Final = """
    INSERT INTO refresh_family (id, user_id, audience, generation, token_hash, rotated_at,
                                created_at, expires_at)
    VALUES ($1, $2, $3, 0, $4, $5, $5, $6)
"""


async def insert_family(connection: Connection, session: Session, token_hash: bytes) -> None:
    """Begin a session at its generation 0."""
    await connection.execute(
        INSERT_FAMILY_SQL,
        session.id,
        session.user_id,
        session.audience,
        token_hash,
        session.started_at,
        session.expires_at,
    )


SESSION_SQL: Final = """
    SELECT id, user_id, audience, created_at, expires_at, revoked_at IS NOT NULL AS revoked
      FROM refresh_family WHERE id = $1
"""


async def session(connection: Connection, session_id: UUID) -> Session | None:
    """Return one session."""
    row = await connection.fetchrow(SESSION_SQL, session_id)
    return None if row is None else _session(row)


LOCK_FAMILY_SQL: Final = """
    SELECT f.id, f.user_id, f.audience, f.generation, f.token_hash, f.previous_hash,
           f.rotated_at, f.created_at, f.expires_at, f.revoked_at IS NOT NULL AS revoked,
           u.password_changed_at
      FROM refresh_family f JOIN app_user u ON u.id = f.user_id
     WHERE f.id = $1 FOR UPDATE OF f
"""


async def lock_family(tx: Connection, family: UUID) -> tuple[Session, Family] | None:
    """Lock a session's row and return it in both its views."""
    row = await tx.fetchrow(LOCK_FAMILY_SQL, family)
    if row is None:
        return None
    return _session(row), Family(
        generation=row["generation"],
        token_hash=row["token_hash"],
        previous_hash=row["previous_hash"],
        rotated_at=row["rotated_at"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked=row["revoked"],
        credentials_since=row["password_changed_at"],
    )


ROTATE_FAMILY_SQL: Final = """
    UPDATE refresh_family
       SET generation = generation + 1, previous_hash = token_hash, token_hash = $3,
           rotated_at = $4
     WHERE id = $1 AND generation = $2 AND revoked_at IS NULL
"""


async def rotate_family(
    tx: Connection, family: UUID, generation: int, successor: bytes, now: datetime
) -> None:
    """Make `successor` the live leaf; the row is locked by the caller."""
    await tx.execute(ROTATE_FAMILY_SQL, family, generation, successor, now)


REVOKE_FAMILY_SQL: Final = """
    UPDATE refresh_family SET revoked_at = $2, revoked_reason = $3
     WHERE id = $1 AND revoked_at IS NULL
"""


async def revoke_family(connection: Connection, family: UUID, reason: str, now: datetime) -> None:
    """End one session; a second time changes nothing."""
    await connection.execute(REVOKE_FAMILY_SQL, family, now, reason)


REVOKE_USER_SQL: Final = """
    UPDATE refresh_family SET revoked_at = $2, revoked_reason = $3
     WHERE user_id = $1 AND revoked_at IS NULL RETURNING id
"""


async def revoke_user(
    connection: Connection, user_id: UserId, reason: str, now: datetime
) -> list[UUID]:
    """End every session of a user; return those that were alive."""
    return [row["id"] for row in await connection.fetch(REVOKE_USER_SQL, user_id, now, reason)]


REVOKED_SINCE_SQL: Final = "SELECT id FROM refresh_family WHERE revoked_at > $1"


async def revoked_since(connection: Connection, since: datetime) -> frozenset[UUID]:
    """Return the sessions that ended after `since`."""
    return frozenset(row["id"] for row in await connection.fetch(REVOKED_SINCE_SQL, since))


def _user(row: asyncpg.Record) -> User:
    return User(id=UserId(row["id"]), email=row["email"], name=row["name"], roles=_roles(row))


def _roles(row: asyncpg.Record) -> frozenset[Role]:
    return frozenset(map(Role, row["roles"]))


def _session(row: asyncpg.Record) -> Session:
    return Session(
        id=row["id"],
        user_id=UserId(row["user_id"]),
        audience=Audience(row["audience"]),
        started_at=row["created_at"],
        expires_at=row["expires_at"],
        revoked=row["revoked"],
    )
