"""What the database itself refuses of dealers' actions, and what their words are worth."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from tests.services.oms.world import World, open_world
from tradewind.core.errors import ConflictError, ForbiddenError
from tradewind.infra.settings import Settings
from tradewind.services.configuration.model import Actor, Authority
from tradewind.services.dealing import store
from tradewind.services.dealing.model import (
    LIFETIME,
    DealerAction,
    Kind,
    State,
    Wanted,
    content_hash,
    require_dealer,
    require_decidable,
    require_second,
)

NOW = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
WANTED = Wanted(
    kind=Kind.CORRECT_FILL,
    reason="off-market",
    account_id=UUID(int=3),
    target_id=UUID(int=4),
    price=Decimal("1.1"),
    lp_reference="LP 1",
)


@pytest.fixture
async def world(settings: Settings) -> AsyncIterator[World]:
    async with open_world(settings) as running:
        yield running


def action(wanted: Wanted = WANTED, **changes: Any) -> DealerAction:
    fields: dict[str, Any] = {
        "id": UUID(int=9),
        "wanted": wanted,
        "content_hash": content_hash(wanted),
        "order_id": UUID(int=10),
        "state": State.PENDING,
        "created_by": ONE,
        "created_at": NOW,
    }
    return DealerAction(**{**fields, **changes})


def person(user_id: UUID | None, authority: Authority = Authority.DEALER) -> Actor:
    return Actor(name="somebody", user_id=user_id, authority=authority)


def changed(**changes: Any) -> Wanted:
    fields = {name: getattr(WANTED, name) for name in Wanted.__slots__}
    return Wanted(**{**fields, **changes})


@pytest.mark.parametrize(
    "other",
    [
        changed(kind=Kind.BUST_FILL),
        changed(reason="another"),
        changed(account_id=UUID(int=5)),
        changed(target_id=UUID(int=5)),
        changed(price=Decimal("1.2")),
        changed(lp_reference=None),
        changed(quantity=Decimal(1)),
        changed(symbol="EURUSD"),
        changed(group="pro"),
    ],
    ids=lambda other: next(n for n in Wanted.__slots__ if getattr(other, n) != getattr(WANTED, n)),
)
def test_another_content_has_another_hash_and_is_not_what_was_agreed_to(other: Wanted) -> None:
    assert content_hash(other) != content_hash(WANTED)
    require_second(action(), TWO, content_hash(WANTED))
    with pytest.raises(ConflictError, match="content_changed"):
        require_second(action(), TWO, content_hash(other))
    with pytest.raises(ConflictError, match="content_changed"):
        require_second(action(other, content_hash=content_hash(WANTED)), TWO, content_hash(WANTED))


def test_whoever_asked_may_not_agree_and_whoever_may_not_deal_may_not_either() -> None:
    with pytest.raises(ForbiddenError, match="creator_may_not_approve"):
        require_second(action(), ONE, content_hash(WANTED))
    for authority in (Authority.RISK, Authority.NONE):
        with pytest.raises(ForbiddenError, match="missing_role"):
            require_dealer(person(TWO, authority))
    with pytest.raises(ForbiddenError, match="login_required"):
        require_dealer(person(None, Authority.ADMIN))


def test_an_action_lapses_when_the_market_has_moved_on() -> None:
    last = NOW + LIFETIME - timedelta(microseconds=1)
    assert require_decidable(action(), person(TWO), last) == TWO
    with pytest.raises(ConflictError, match="expired"):
        require_decidable(action(), person(TWO), NOW + LIFETIME)
    for state in set(State) - {State.PENDING}:
        with pytest.raises(ConflictError, match="not_pending"):
            require_decidable(action(state=state), person(TWO), NOW)


async def test_the_database_refuses_one_person_as_both_and_any_change_of_content(
    world: World,
) -> None:
    one, two = await world.trader(), await world.trader()
    admin = await world.connect("tw_admin")
    wanted = changed(account_id=one.account_id)
    filed = action(wanted, created_by=one.user_id)
    await store.file(admin, filed)
    alone = action(
        wanted, state=State.EXECUTING, created_by=one.user_id, decided_by=one.user_id,
        decided_at=NOW,
    )  # fmt: skip
    for refused in (
        alone,
        action(wanted, state=State.EXECUTING, created_by=one.user_id),
    ):
        with pytest.raises(asyncpg.CheckViolationError):
            await store.decide(admin, refused)
    for column in ("reason = 'x'", "price = 2", "content_hash = content_hash", "created_by = id"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await admin.execute(f"UPDATE dealer_action SET {column}")  # noqa: S608
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await admin.execute("DELETE FROM dealer_action")
    assert await store.read(admin, filed.id) == filed
    decided = action(
        wanted, state=State.EXECUTING, created_by=one.user_id, decided_by=two.user_id,
        decided_at=NOW,
    )  # fmt: skip
    await store.decide(admin, decided)
    assert await store.read(admin, filed.id) == decided
    await admin.close()
