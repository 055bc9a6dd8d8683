"""A kill switch is set for something that exists, by who may, and stands in the record."""

from collections.abc import Mapping

import pytest

from tests.services.configuration.world import World
from tradewind.services.configuration.audit import entries_after, verify_chain
from tradewind.services.configuration.kill_switches import (
    KillSwitch,
    Scope,
    clear_switch,
    set_switch,
    switches,
)
from tradewind.services.configuration.model import Actor, Authority

NOBODY = Actor(name="user:x", user_id=None, authority=Authority.NONE)
NO_ID = "00000000-0000-7000-8000-000000000000"


async def stop(
    world: World, scope: Scope, key: str = "", actor: Actor | None = None, reason: str = "stop"
) -> KillSwitch:
    async with world.configuration.changing() as tx:
        return await set_switch(world.configuration, tx, actor or world.alice, (scope, key), reason)


async def go_on(
    world: World, scope: Scope, key: str = "", actor: Actor | None = None
) -> KillSwitch:
    async with world.configuration.changing() as tx:
        return await clear_switch(world.configuration, tx, actor or world.alice, (scope, key))


async def standing(world: World) -> list[tuple[str, str]]:
    async with world.configuration.reading() as connection:
        return [(each.scope, each.key) for each in await switches(connection)]


async def account(world: World) -> str:
    return str(await world.owner.fetchval("SELECT id FROM account ORDER BY number LIMIT 1"))


async def test_each_scope_is_set_by_each_who_may_and_cleared_again(world: World) -> None:
    someone = await account(world)
    places = [
        (Scope.ACCOUNT, someone),
        (Scope.GLOBAL, ""),
        (Scope.GROUP, "pro"),
        (Scope.SYMBOL, "XAUUSD"),
    ]
    actors = (world.risk, world.dealer, world.alice, world.risk)
    for (scope, key), actor in zip(places, actors, strict=True):
        made = await stop(world, scope, key, actor)
        assert (made.scope, made.key, made.actor) == (scope, key, actor.name)
    assert await standing(world) == places
    for scope, key in places:
        assert (await go_on(world, scope, key, world.dealer)).key == key
    assert await standing(world) == []


async def test_what_was_set_and_cleared_is_in_the_record(world: World) -> None:
    made = await stop(world, Scope.SYMBOL, "EURUSD", world.risk, "the LPs quote nonsense")
    whole = {
        "scope": "symbol",
        "key": "EURUSD",
        "reason": "the LPs quote nonsense",
        "actor": world.risk.name,
        "at": made.at.isoformat(),
    }
    await go_on(world, Scope.SYMBOL, "EURUSD", world.dealer)
    await stop(world, Scope.GLOBAL)
    entries = [each.entry for each in await entries_after(world.owner, 0, 10)]
    assert [(each.action, each.subject, each.actor) for each in entries] == [
        ("kill_switch.set", "symbol:EURUSD", world.risk.name),
        ("kill_switch.cleared", "symbol:EURUSD", world.dealer.name),
        ("kill_switch.set", "global", world.alice.name),
    ]
    assert [(each.before, each.after) for each in entries[:2]] == [(None, whole), (whole, None)]
    assert await verify_chain(world.owner) is None


UNKNOWN: Mapping[str, tuple[Scope, str, str]] = {
    "a group": (Scope.GROUP, "nobody", "unknown_group"),
    "a group in capitals": (Scope.GROUP, "PRO", "unknown_group"),
    "an account": (Scope.ACCOUNT, NO_ID, "unknown_account"),
    "an account's number": (Scope.ACCOUNT, "1", "unknown_account"),
    "a symbol": (Scope.SYMBOL, "NONE", "unknown_symbol"),
    "a symbol in small letters": (Scope.SYMBOL, "eurusd", "unknown_symbol"),
    "nothing at all": (Scope.SYMBOL, "", "unknown_symbol"),
    "everything by a name": (Scope.GLOBAL, "EURUSD", "invalid_value"),
}


@pytest.mark.parametrize("name", UNKNOWN)
async def test_nobody_believes_to_have_stopped_what_does_not_exist(world: World, name: str) -> None:
    scope, key, code = UNKNOWN[name]
    async with world.refused(code):
        await stop(world, scope, key)


async def test_an_account_is_stopped_however_its_id_is_spelt(world: World) -> None:
    someone = await account(world)
    made = await stop(world, Scope.ACCOUNT, someone.upper())
    assert made.key == someone
    async with world.refused("kill_switch_set"):
        await stop(world, Scope.ACCOUNT, someone)
    assert (await go_on(world, Scope.ACCOUNT, someone.upper())).key == someone


@pytest.mark.parametrize("reason", ["", "x" * 301, "two\nlines"])
async def test_a_switch_says_why(world: World, reason: str) -> None:
    async with world.refused("invalid_value"):
        await stop(world, Scope.GLOBAL, reason=reason)


async def test_what_is_set_is_not_set_again_and_what_is_not_set_is_not_cleared(
    world: World,
) -> None:
    await stop(world, Scope.GROUP, "raw", reason="first")
    async with world.refused("kill_switch_set"):
        await stop(world, Scope.GROUP, "raw", world.bob, "second")
    async with world.refused("kill_switch_not_found"):
        await go_on(world, Scope.GROUP, "pro")
    async with world.refused("unknown_account"):
        await go_on(world, Scope.ACCOUNT, "1")
    await go_on(world, Scope.GROUP, "raw")
    async with world.refused("kill_switch_not_found"):
        await go_on(world, Scope.GROUP, "raw")


async def test_who_may_not_neither_stops_nor_lets_go_on(world: World) -> None:
    async with world.refused("missing_role"):
        await stop(world, Scope.GLOBAL, actor=NOBODY)
    await stop(world, Scope.GLOBAL)
    async with world.refused("missing_role"):
        await go_on(world, Scope.GLOBAL, actor=NOBODY)


async def test_who_answers_for_risk_changes_nothing_else(world: World) -> None:
    async with world.refused("missing_role"):
        await world.change(world.risk, trade_mode="close_only")
    async with world.refused("missing_role"):
        await world.file(world.risk, trade_mode="close_only")
