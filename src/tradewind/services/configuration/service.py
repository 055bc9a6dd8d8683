"""Changes the configuration: one transaction writes versions, tells every process, and records."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from tradewind.core.errors import ConflictError, InvalidError, NotFoundError
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import Connection, lend
from tradewind.services.configuration import audit, store
from tradewind.services.configuration.audit import Entry
from tradewind.services.configuration.kinds import (
    document,
    hard_fields,
    merged,
    require_authority,
    require_changeable,
)
from tradewind.services.configuration.model import (
    Actor,
    Change,
    Configured,
    Kind,
    RequestKey,
    StoredTerms,
)
from tradewind.services.configuration.references import require_references, subject_of
from tradewind.services.configuration.terms import Terms
from tradewind.services.configuration.writing import Writer, add_currency, write_version

#: Beside the terms of a new symbol: digits of the minor unit of a currency that comes with it.
MINOR_DIGITS: Final = "quote_minor_digits"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a request came to; `replayed` tells that it had come before."""

    answer: str
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A change that may be made: what was, and the versions to add."""

    change: Change
    before: StoredTerms | None
    versions: tuple[StoredTerms, ...]
    #: Changed fields that need a second person.
    hard: frozenset[str]
    minor_digits: int | None


class Configuration:
    """Reads and changes everything that is configured, as role tw_admin."""

    def __init__(self, pool: asyncpg.Pool, clock: Clock, new_id: Callable[[], UUID]) -> None:
        """Work through `pool`."""
        self._pool = pool
        self.clock = clock
        self.new_id = new_id

    async def all(self, kind: Kind) -> Mapping[str, Configured]:
        """Return everything of a kind that is in force or planned, by name."""
        now = self.clock.now()
        async with lend(self._pool) as connection:
            found = await store.histories(connection, kind, None)
        return {subject: _configured(history, now) for subject, history in found.items()}

    async def one(self, kind: Kind, subject: str) -> Configured:
        """Return one thing; NotFoundError when there is none."""
        async with lend(self._pool) as connection:
            return await self.read(connection, kind, subject)

    async def read(self, tx: Connection, kind: Kind, subject: str) -> Configured:
        """Return one thing as a transaction sees it."""
        history = (await store.histories(tx, kind, subject)).get(subject)
        if history is None:
            raise NotFoundError(f"{kind}_not_found", "There is no such thing.")
        return _configured(history, self.clock.now())

    @asynccontextmanager
    async def reading(self) -> AsyncGenerator[Connection]:
        """Lend a connection to who only looks."""
        async with lend(self._pool) as connection:
            yield connection

    async def change(self, actor: Actor, change: Change) -> Configured:
        """Change what one person may change, at once or from a time on."""
        require_authority(actor, change)
        async with self.changing() as tx:
            await self.apply(tx, actor, change)
            return await self.read(tx, change.kind, change.subject)

    async def once(self, key: RequestKey, work: Callable[[Connection], Awaitable[str]]) -> Kept:
        """Do work that makes something, once for each key; its answer is kept with its effect."""
        async with self.changing() as tx:
            kept = await store.kept_answer(tx, key.id)
            if kept is not None:
                if kept[0] != key.body_hash:
                    raise ConflictError("idempotency_conflict", "The key came with another body.")
                return Kept(answer=kept[1], replayed=True)
            answer = await work(tx)
            await store.keep_answer(tx, key, answer, self.clock.now())
            return Kept(answer=answer, replayed=False)

    @asynccontextmanager
    async def changing(self) -> AsyncGenerator[Connection]:
        """Open the transaction of a change: alone, and undone by whatever raises in it."""
        async with lend(self._pool) as connection:
            try:
                async with connection.transaction():
                    await audit.lock(connection)
                    yield connection
            except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
                # The rules above name fields; this is for what only the database knows.
                raise InvalidError("body", "not_allowed", "The terms contradict others.") from error

    async def apply(
        self, tx: Connection, actor: Actor, change: Change, approver: Actor | None = None
    ) -> None:
        """Write a change; without an approver a hard one is refused."""
        now = self.clock.now()
        prepared = await self.prepare(tx, change)
        if prepared.hard and approver is None:
            raise InvalidError(
                min(prepared.hard), "approval_required", "It needs a second person: a request."
            )
        if prepared.minor_digits is not None:
            await add_currency(tx, str(change.fields["quote"]), prepared.minor_digits)
        writer = Writer(
            created_by=actor.user_id,
            approved_by=None if approver is None else approver.user_id,
            new_id=self.new_id(),
        )
        for stored in prepared.versions:
            await write_version(tx, stored, writer)
            await audit.append(tx, _entry(prepared, stored, actor, now))
        await store.bump(tx, change.kind)

    async def prepare(self, tx: Connection, change: Change) -> Prepared:
        """Say what a change comes to; raises what is wrong with it, and writes nothing."""
        now = self.clock.now()
        history = await self._history(tx, change)
        begins = change.effective_from or now
        if begins < now:
            raise InvalidError("effective_from", "in_the_past", "Choose a later time.")
        if change.kind is Kind.LIQUIDITY_PROVIDER and change.effective_from is not None:
            raise InvalidError("effective_from", "unsupported", "An LP changes at once.")
        fields = dict(change.fields)
        digits = fields.pop(MINOR_DIGITS, None) if change.version == 0 else None
        before = store.effective(history, begins)
        after = merged(change.kind, None if before is None else before.terms, fields)
        if before is not None:
            require_changeable(change.kind, before.terms, after)
        if subject_of(after) != change.subject:
            raise InvalidError("subject", "another_subject", "The terms are of something else.")
        minor_digits = await require_references(tx, change, after, digits)
        plans = store.planned(history, begins)
        versions = [
            (begins, after),
            *((plan.effective_from, merged(change.kind, plan.terms, fields)) for plan in plans),
        ]
        return Prepared(
            change=change,
            before=before,
            versions=tuple(
                StoredTerms(version=number, effective_from=at, terms=terms)
                for number, (at, terms) in enumerate(versions, start=change.version + 1)
            ),
            hard=_hard(change.kind, before, plans, versions),
            minor_digits=minor_digits,
        )

    async def _history(self, tx: Connection, change: Change) -> Sequence[StoredTerms]:
        """Return the versions so far, the author having seen the newest."""
        history = (await store.histories(tx, change.kind, change.subject)).get(change.subject, ())
        if not history and change.version:
            raise NotFoundError(f"{change.kind}_not_found", "There is no such thing.")
        if history and not change.version:
            raise ConflictError("already_exists", "There is one of this name.")
        if history and history[-1].version != change.version:
            raise ConflictError("version_conflict", "It has changed since; read it again.")
        return history


def _hard(
    kind: Kind,
    before: StoredTerms | None,
    plans: Sequence[StoredTerms],
    versions: Sequence[tuple[datetime, Terms]],
) -> frozenset[str]:
    """Name what needs a second person, in what begins and in every plan that it changes."""
    former = (before, *plans)
    return frozenset().union(
        *(
            hard_fields(kind, None if old is None else old.terms, terms)
            for old, (_, terms) in zip(former, versions, strict=True)
        )
    )


def _entry(prepared: Prepared, stored: StoredTerms, actor: Actor, now: datetime) -> Entry:
    change, before = prepared.change, prepared.before
    return Entry(
        at=now,
        actor=actor.name,
        action=f"{change.kind}.{'changed' if change.version else 'created'}",
        subject=change.subject,
        before=None if before is None else _recorded(before),
        after=_recorded(stored),
    )


def _recorded(stored: StoredTerms) -> dict[str, object]:
    return {
        **document(stored.terms),
        "version": stored.version,
        "effective_from": stored.effective_from.isoformat(),
    }


def _configured(history: Sequence[StoredTerms], now: datetime) -> Configured:
    """Show what is in force; of something that is planned alone, what will be."""
    current = store.effective(history, now) or history[0]
    plans = tuple(each for each in store.planned(history, now) if each is not current)
    newest = history[-1].version
    return Configured(version=newest, current=current, planned=plans)
