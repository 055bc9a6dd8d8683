"""What is hard to take back is done by two persons: what the second agreed to, exactly, once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.services.configuration.world import World, change
from tradewind.core.errors import DomainError
from tradewind.services.configuration.audit import verify_chain
from tradewind.services.configuration.model import Actor, Authority, Kind
from tradewind.services.configuration.requests import (
    LIFETIME,
    ChangeRequest,
    RequestState,
    content_hash,
    require_amendable,
    require_approvable,
    require_pending,
)
from tradewind.services.configuration.terms import GroupTerms, SymbolTerms

LEVERAGE = {"kind": Kind.GROUP, "subject": "standard", "leverage_cap": "50"}
HOUR = timedelta(hours=1)


async def leverage(world: World) -> Decimal:
    terms = (await world.configuration.one(Kind.GROUP, "standard")).current.terms
    assert isinstance(terms, GroupTerms)
    return terms.leverage_cap


async def test_what_the_second_person_agreed_to_is_done_in_the_names_of_both(world: World) -> None:
    request = await world.file(**LEVERAGE)
    assert await leverage(world) == 30
    done = await world.approve(world.bob, request)
    assert (done.state, done.approved_by) == (RequestState.APPROVED, world.bob.user_id)
    assert await leverage(world) == 50
    row = await world.owner.fetchrow(
        "SELECT v.version, v.created_by, v.approved_by FROM group_version v"
        " JOIN account_group g ON g.id = v.group_id WHERE g.code = 'standard'"
        " ORDER BY v.version DESC LIMIT 1"
    )
    assert row is not None
    assert tuple(row) == (2, world.alice.user_id, world.bob.user_id)
    stored = await world.owner.fetchrow("SELECT * FROM change_request")
    assert stored is not None
    assert stored["executed_hash"] == stored["content_hash"] == request.content_hash
    actions = await world.owner.fetch("SELECT actor, action FROM audit ORDER BY id")
    assert [tuple(each) for each in actions] == [
        (world.alice.name, "change_request.filed"),
        (world.alice.name, "group.changed"),
        (world.bob.name, "change_request.approved"),
    ]
    assert await verify_chain(world.owner) is None


async def test_who_asked_may_not_agree(world: World) -> None:
    request = await world.file(**LEVERAGE)
    async with world.refused("creator_may_not_approve"):
        await world.approve(world.alice, request)


async def test_a_role_that_may_not_approve_is_refused(world: World) -> None:
    request = await world.file(**LEVERAGE)
    async with world.refused("missing_role"):
        await world.approve(world.dealer, request)
    operator = Actor(name="cli:root", user_id=None, authority=Authority.ADMIN)
    async with world.refused("missing_role"):
        await world.approve(operator, request)


async def test_nothing_is_approved_twice_or_after_a_rejection(world: World) -> None:
    first, second = await world.file(**LEVERAGE), await world.file(**LEVERAGE)
    await world.approve(world.bob, first)
    async with world.refused("not_pending"):
        await world.approve(world.bob, first)
    await world.reject(world.bob, second)
    async with world.refused("not_pending"):
        await world.approve(world.bob, second)
    async with world.refused("not_pending"):
        await world.reject(world.alice, second)
    assert await leverage(world) == 50


async def test_other_content_than_was_read_is_not_approved(world: World) -> None:
    read = await world.file(**LEVERAGE)
    wanted = change(kind=Kind.GROUP, subject="standard", leverage_cap="500")
    amended = await world.approvals.amend(world.alice, read.id, wanted, None)
    assert amended.content_hash != read.content_hash
    async with world.refused("content_changed"):
        await world.approve(world.bob, read)
    await world.approve(world.bob, amended)
    assert await leverage(world) == 500


async def test_content_that_was_changed_behind_our_back_is_not_approved(world: World) -> None:
    request = await world.file(**LEVERAGE)
    await world.owner.execute("""UPDATE change_request SET payload = '{"leverage_cap": "500"}'""")
    async with world.refused("content_changed"):
        await world.approve(world.bob, request)


async def test_only_who_asked_amends_and_only_while_it_waits(world: World) -> None:
    request = await world.file(**LEVERAGE)
    async with world.refused("not_the_creator"):
        await world.approvals.amend(world.bob, request.id, None, "another reason")
    await world.approve(world.bob, request)
    async with world.refused("not_pending"):
        await world.approvals.amend(world.alice, request.id, None, "another reason")


async def test_a_request_expires(world: World) -> None:
    request = await world.file(**LEVERAGE)
    world.clock.ahead = LIFETIME
    async with world.refused("expired"):
        await world.approve(world.bob, request)
    shown = await world.approvals.one(request.id)
    assert shown.state_at(world.clock.now()) is RequestState.EXPIRED


async def test_what_has_changed_since_it_was_asked_is_asked_again(world: World) -> None:
    request = await world.file(**LEVERAGE)
    await world.change(kind=Kind.GROUP, subject="standard", name="Standard")
    async with world.refused("version_conflict"):
        await world.approve(world.bob, request)


async def test_an_approved_change_may_begin_later_and_never_before_its_approval(
    world: World,
) -> None:
    later = world.clock.now() + HOUR
    planned = await world.file(effective_from=later, **LEVERAGE)
    await world.approve(world.bob, planned)
    assert await leverage(world) == 30
    late = await world.file(effective_from=later, margin_rate="0.02")
    world.clock.ahead = HOUR
    assert await leverage(world) == 50
    await world.approve(world.bob, late)
    terms = (await world.configuration.one(Kind.SYMBOL, "EURUSD")).current
    assert isinstance(terms.terms, SymbolTerms)
    assert terms.terms.margin_rate == Decimal("0.02")
    assert terms.effective_from >= later


async def test_a_request_that_could_not_be_done_is_refused_at_once(world: World) -> None:
    async with world.refused("immutable"):
        await world.file(contract_size="1")
    async with world.refused("out_of_range"):
        await world.file(margin_rate="0")
    async with world.refused("version_conflict"):
        await world.file(version=7, margin_rate="0.02")
    operator = Actor(name="cli:root", user_id=None, authority=Authority.ADMIN)
    async with world.refused("login_required"):
        await world.file(operator, **LEVERAGE)


@pytest.mark.parametrize(
    "forgery",
    [
        "approved_by = created_by",
        "executed_hash = decode(repeat('11', 32), 'hex')",
        "approved_at = expires_at",
        "state = 'rejected'",
    ],
)
async def test_the_database_itself_refuses_a_forged_approval(world: World, forgery: str) -> None:
    request = await world.file(**LEVERAGE)
    await world.approve(world.bob, request)
    with pytest.raises(asyncpg.CheckViolationError):
        await world.owner.execute(f"UPDATE change_request SET {forgery}")  # noqa: S608


NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
PEOPLE = [
    Actor(name=f"user:{n}", user_id=UUID(int=n), authority=authority)
    for n, authority in enumerate((Authority.ADMIN, Authority.ADMIN, Authority.DEALER), start=1)
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(("approve", "reject", "amend", "tamper")),
        st.sampled_from(PEOPLE),
        st.booleans(),
        st.sampled_from((timedelta(0), HOUR, LIFETIME - HOUR, LIFETIME)),
    ),
    max_size=8,
)


def pending() -> ChangeRequest:
    wanted = change(kind=Kind.GROUP, subject="standard", leverage_cap="50")
    return ChangeRequest(
        id=UUID(int=9),
        change=wanted,
        reason="because",
        content_hash=content_hash(wanted, "because"),
        state=RequestState.PENDING,
        created_by=UUID(int=1),
        created_at=NOW,
        expires_at=NOW + LIFETIME,
    )


def stepped(
    request: ChangeRequest, step: str, actor: Actor, read: bytes, now: datetime
) -> ChangeRequest:
    """Do one step as the service does; a refusal raises."""
    match step:
        case "approve":
            require_approvable(request, actor, read, now)
            return replace(
                request, state=RequestState.APPROVED, approved_by=actor.user_id, approved_at=now
            )
        case "reject":
            require_pending(request, now)
            return replace(request, state=RequestState.REJECTED)
        case "amend":
            require_amendable(request, actor, now)
            reason = request.reason + "!"
            return replace(
                request, reason=reason, content_hash=content_hash(request.change, reason)
            )
        case _:
            other = replace(request.change, fields={"leverage_cap": "999"})
            return replace(request, change=other)


@given(steps=STEPS)
def test_whatever_people_try_only_a_second_administrator_approves_what_he_read_in_time(
    steps: Sequence[tuple[str, Actor, bool, timedelta]],
) -> None:
    request, now, read = pending(), NOW, pending().content_hash
    for step, actor, reads_again, passed in steps:
        now += passed
        if reads_again:
            read = request.content_hash
        before = request
        try:
            request = stepped(request, step, actor, read, now)
        except DomainError:
            assert request is before
            continue
        if step == "approve":
            assert before.state is RequestState.PENDING
            assert actor.user_id != before.created_by
            assert actor.authority is Authority.ADMIN
            assert now < before.expires_at
            assert read == content_hash(before.change, before.reason)
        elif step in {"reject", "amend"}:
            assert before.state_at(now) is RequestState.PENDING
