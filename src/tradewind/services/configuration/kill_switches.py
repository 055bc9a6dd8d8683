"""Kill switches: what would open a position is refused at once, everywhere or in one place.

Orders read them under their account's lock, so a switch binds whatever is decided after it is set.

Source: docs/how-to/stop-trading.md
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import asyncpg

from tradewind.core.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tradewind.infra.postgres import Connection
from tradewind.services.configuration import audit
from tradewind.services.configuration.audit import Entry
from tradewind.services.configuration.model import Actor, Authority
from tradewind.services.configuration.service import Configuration

REASON_MAX: Final = 300
_MAY: Final = frozenset({Authority.ADMIN, Authority.DEALER, Authority.RISK})


class Scope(StrEnum):
    """What a switch stops."""

    GLOBAL = "global"
    GROUP = "group"
    ACCOUNT = "account"
    SYMBOL = "symbol"


@dataclass(frozen=True, slots=True, kw_only=True)
class KillSwitch:
    """One that is set; `key` is a group's code, an account's id or a symbol, empty for global."""

    scope: Scope
    key: str
    reason: str
    actor: str
    at: datetime


SWITCHES_SQL: Final = "SELECT scope, key, reason, actor, at FROM kill_switch ORDER BY scope, key"


async def switches(connection: Connection) -> Sequence[KillSwitch]:
    """Return what is set."""
    return [_switch(row) for row in await connection.fetch(SWITCHES_SQL)]


SET_SQL: Final = """
    INSERT INTO kill_switch (scope, key, reason, actor, at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (scope, key) DO NOTHING
"""


async def set_switch(
    configuration: Configuration,
    tx: Connection,
    actor: Actor,
    place: tuple[Scope, str],
    reason: str,
) -> KillSwitch:
    """Stop what opens; ConflictError where it is stopped already."""
    _require_authority(actor)
    if not 1 <= len(reason) <= REASON_MAX or not reason.isprintable():
        raise InvalidError("reason", "invalid_value", "1 to 300 printable characters.")
    scope, key = place[0], _spelt(*place)
    await _require_known(tx, scope, key)
    made = KillSwitch(
        scope=scope, key=key, reason=reason, actor=actor.name, at=configuration.clock.now()
    )
    done = await tx.execute(SET_SQL, scope, key, reason, made.actor, made.at)
    if done != "INSERT 0 1":
        raise ConflictError("kill_switch_set", "It is set already.")
    entry = Entry(
        at=made.at,
        actor=actor.name,
        action="kill_switch.set",
        subject=_subject(made),
        before=None,
        after=_recorded(made),
    )
    await audit.append(tx, entry)
    return made


CLEAR_SQL: Final = """
    DELETE FROM kill_switch WHERE scope = $1 AND key = $2
    RETURNING scope, key, reason, actor, at
"""


async def clear_switch(
    configuration: Configuration, tx: Connection, actor: Actor, place: tuple[Scope, str]
) -> KillSwitch:
    """Let it be traded again; return what was set, NotFoundError where nothing was."""
    _require_authority(actor)
    row = await tx.fetchrow(CLEAR_SQL, place[0], _spelt(*place))
    if row is None:
        raise NotFoundError("kill_switch_not_found", "There is no such switch.")
    cleared = _switch(row)
    entry = Entry(
        at=configuration.clock.now(),
        actor=actor.name,
        action="kill_switch.cleared",
        subject=_subject(cleared),
        before=_recorded(cleared),
        after=None,
    )
    await audit.append(tx, entry)
    return cleared


GROUP_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM account_group WHERE code = $1)"
ACCOUNT_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM account WHERE id = $1::text::uuid)"
SYMBOL_EXISTS_SQL: Final = "SELECT EXISTS (SELECT FROM instrument WHERE symbol = $1)"
_EXISTS: Final[Mapping[Scope, str]] = {
    Scope.GROUP: GROUP_EXISTS_SQL,
    Scope.ACCOUNT: ACCOUNT_EXISTS_SQL,
    Scope.SYMBOL: SYMBOL_EXISTS_SQL,
}


async def _require_known(tx: Connection, scope: Scope, key: str) -> None:
    """Refuse to stop what does not exist: nobody shall believe that he stopped something."""
    if scope is Scope.GLOBAL:
        if key:
            raise InvalidError("key", "invalid_value", "Everything has no key.")
        return
    if not await tx.fetchval(_EXISTS[scope], key):
        raise InvalidError("key", f"unknown_{scope}", "There is no such thing.")


def _spelt(scope: Scope, key: str) -> str:
    """Return the key as orders compare it: an account's id has one spelling."""
    if scope is not Scope.ACCOUNT:
        return key
    try:
        return str(UUID(key))
    except ValueError:
        raise InvalidError("key", "unknown_account", "There is no such thing.") from None


def _require_authority(actor: Actor) -> None:
    if actor.authority not in _MAY:
        raise ForbiddenError("missing_role", "Your role does not allow this.")


def _subject(switch: KillSwitch) -> str:
    return f"{switch.scope}:{switch.key}" if switch.key else switch.scope


def _recorded(switch: KillSwitch) -> dict[str, object]:
    return {
        "scope": switch.scope,
        "key": switch.key,
        "reason": switch.reason,
        "actor": switch.actor,
        "at": switch.at.isoformat(),
    }


def _switch(row: asyncpg.Record) -> KillSwitch:
    return KillSwitch(
        scope=Scope(row["scope"]),
        key=row["key"],
        reason=row["reason"],
        actor=row["actor"],
        at=row["at"],
    )
