"""A seeded configuration, who changes it, and a look at everything they could change."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tradewind.core.errors import DomainError
from tradewind.infra.clock import Clock
from tradewind.infra.demo.opening import open_person
from tradewind.infra.demo.people import Person
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import connect, open_pool
from tradewind.infra.settings import Settings
from tradewind.services.configuration.approvals import Approvals
from tradewind.services.configuration.model import Actor, Authority, Change, Kind
from tradewind.services.configuration.requests import ChangeRequest
from tradewind.services.configuration.service import Configuration

#: All that configuration writes.
TABLES = (
    "account_group", "audit", "audit_head", "calendar_version", "change_request",
    "config_version", "currency", "group_version", "instrument", "instrument_version",
    "kill_switch", "liquidity_provider", "markup_rule", "quote_filter", "quote_rebase",
    "staff_answer",
)  # fmt: skip
_DIGESTS_SQL = " UNION ALL ".join(
    f"""SELECT '{table}' AS name,
               md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) AS it
          FROM {table} t"""  # noqa: S608  names of our own tables
    for table in TABLES
)


class MovableClock(Clock):
    """The system's time plus what a test adds."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everybody and everything of one test. `owner` owns all tables."""

    configuration: Configuration
    approvals: Approvals
    clock: MovableClock
    owner: asyncpg.Connection
    alice: Actor
    bob: Actor
    dealer: Actor
    risk: Actor

    async def change(self, actor: Actor | None = None, /, **what: Any) -> None:
        """Change something at once: `kind`, `subject`, `version`, then the fields."""
        await self.configuration.change(actor or self.alice, change(**what))

    async def file(self, actor: Actor | None = None, /, **what: Any) -> ChangeRequest:
        """Ask for a change."""
        async with self.configuration.changing() as tx:
            return await self.approvals.file(tx, actor or self.alice, change(**what), "because")

    async def approve(
        self, actor: Actor, request: ChangeRequest, agreed: bytes | None = None
    ) -> ChangeRequest:
        """Agree to a request as it was filed, or to another content."""
        async with self.configuration.changing() as tx:
            hash_ = request.content_hash if agreed is None else agreed
            return await self.approvals.approve(tx, actor, request.id, hash_)

    async def reject(self, actor: Actor, request: ChangeRequest) -> None:
        """End a request."""
        async with self.configuration.changing() as tx:
            await self.approvals.reject(tx, actor, request.id)

    async def digests(self) -> Mapping[str, str]:
        """Return what is in every table; equal digests, equal contents."""
        return {row["name"]: row["it"] for row in await self.owner.fetch(_DIGESTS_SQL)}

    async def numbers(self) -> Mapping[str, int]:
        """Return the versions that processes poll."""
        rows = await self.owner.fetch("SELECT kind, version FROM config_version")
        return {row["kind"]: row["version"] for row in rows}

    @asynccontextmanager
    async def refused(self, code: str) -> AsyncGenerator[None]:
        """The block is refused with this code, and nothing at all has changed."""
        before = await self.digests()
        with pytest.raises(DomainError) as found:
            yield
        assert found.value.code == code, found.value
        assert await self.digests() == before


def change(
    kind: Kind = Kind.SYMBOL,
    subject: str = "EURUSD",
    version: int = 1,
    effective_from: datetime | None = None,
    **fields: object,
) -> Change:
    """A change of the demo's EURUSD unless it says otherwise."""
    return Change(
        kind=kind, subject=subject, version=version, fields=fields, effective_from=effective_from
    )


@asynccontextmanager
async def open_world(settings: Settings) -> AsyncGenerator[World]:
    """Open logins for staff, and the services."""
    clock, ids = MovableClock(), IdSource()
    owner = await connect(settings, "tw_migrate")
    try:
        async with await open_pool(settings, "tw_admin", size_max=3) as pool:
            async with pool.acquire() as connection:
                people = []
                roles = {"alice": "admin", "bob": "admin", "dealer": "dealer", "risk": "risk"}
                for name, role in roles.items():
                    person = Person(
                        email=f"{name}@tradewind.test", name=name, role=role, accounts=()
                    )
                    opened = await open_person(connection, ids, person, "none", clock.now())
                    people.append(opened.user_id)
            configuration = Configuration(pool, clock, ids.new)
            yield World(
                configuration=configuration,
                approvals=Approvals(configuration),
                clock=clock,
                owner=owner,
                alice=_actor(people[0], Authority.ADMIN),
                bob=_actor(people[1], Authority.ADMIN),
                dealer=_actor(people[2], Authority.DEALER),
                risk=_actor(people[3], Authority.RISK),
            )
    finally:
        await owner.close()


def _actor(user_id: UUID, authority: Authority) -> Actor:
    return Actor(name=f"user:{user_id}", user_id=user_id, authority=authority)
