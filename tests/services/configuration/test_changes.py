"""A change is a version, a number that processes poll, and an entry of the record; or nothing."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from tests.services.configuration.world import World
from tradewind.core.errors import ConflictError
from tradewind.core.orders import TimeInForce
from tradewind.services.configuration.audit import entries_after, verify_chain
from tradewind.services.configuration.model import Actor, Authority, Kind
from tradewind.services.configuration.rebasing import rebase
from tradewind.services.configuration.terms import SymbolTerms

HOUR = timedelta(hours=1)
USDSEK: Mapping[str, object] = {
    "symbol": "USDSEK", "name": "US Dollar / Krona", "asset_class": "fx",
    "regulatory_class": "fx_minor", "base": "USD", "quote": "SEK", "quote_minor_digits": 2,
    "price_precision": 5, "pip": "0.0001", "contract_size": "100000", "quantity_min": "1000",
    "quantity_step": "1000", "quantity_max": "1000000", "instant_quantity_max": "100000",
    "margin_rate": "0.01", "calendar": "fx", "trade_mode": "full", "settlement_lag": 2,
    "quote_age_ms_max": 60000, "lp_symbols": {"lp-one": "USD/SEK"},
}  # fmt: skip


async def terms_of(world: World, symbol: str = "EURUSD") -> SymbolTerms:
    terms = (await world.configuration.one(Kind.SYMBOL, symbol)).current.terms
    assert isinstance(terms, SymbolTerms)
    return terms


async def test_a_change_is_a_new_version_with_its_author_its_number_and_its_record(
    world: World,
) -> None:
    before = await terms_of(world)
    await world.change(quote_age_ms_max=5_000, quantity_max="20000000")
    after = await world.configuration.one(Kind.SYMBOL, "EURUSD")
    assert (after.version, after.current.version, after.planned) == (2, 2, ())
    assert isinstance(after.current.terms, SymbolTerms)
    assert after.current.terms.quote_age_ms_max == 5_000
    assert after.current.terms.quantity_max == Decimal(20_000_000)
    assert after.current.terms.margin_rate == before.margin_rate
    rows = await world.owner.fetch(
        "SELECT version, quote_age_ms_max, created_by FROM instrument_version"
        " WHERE symbol = 'EURUSD' ORDER BY version"
    )
    assert [tuple(row) for row in rows] == [(1, 60_000, None), (2, 5_000, world.alice.user_id)]
    assert await world.numbers() == {"symbol": 1}
    (entry,) = await entries_after(world.owner, 0, 10)
    recorded = entry.entry
    assert (recorded.actor, recorded.action) == (world.alice.name, "symbol.changed")
    assert recorded.before is not None
    assert recorded.after is not None
    assert (recorded.before["version"], recorded.after["version"]) == (1, 2)
    assert (recorded.before["quote_age_ms_max"], recorded.after["quote_age_ms_max"]) == (
        60_000,
        5_000,
    )
    assert await verify_chain(world.owner) is None


async def test_a_planned_change_waits_and_outlives_a_change_made_before_it(world: World) -> None:
    later = world.clock.now() + HOUR
    await world.change(effective_from=later, quote_age_ms_max=7_000)
    assert (await terms_of(world)).quote_age_ms_max == 60_000
    await world.change(version=2, trade_mode="close_only")
    now = await world.configuration.one(Kind.SYMBOL, "EURUSD")
    assert (now.version, now.current.version) == (4, 3)
    assert [(each.version, each.effective_from) for each in now.planned] == [(4, later)]
    terms = await terms_of(world)
    assert (terms.quote_age_ms_max, terms.trade_mode) == (60_000, "close_only")
    world.clock.ahead = HOUR
    terms = await terms_of(world)
    assert (terms.quote_age_ms_max, terms.trade_mode) == (7_000, "close_only")


async def test_a_version_that_somebody_else_has_overtaken_is_refused(world: World) -> None:
    await world.change(quote_age_ms_max=5_000)
    async with world.refused("version_conflict"):
        await world.change(world.bob, quote_age_ms_max=6_000)


async def test_the_rules_of_resting_orders_are_soft_and_each_is_stored(world: World) -> None:
    await world.change(
        time_in_force=["fok", "gtc"],
        stop_distance_points="15.5",
        freeze_distance_points="3",
        price_collar="0.25",
        guaranteed_stop_premium_points=None,
        guaranteed_stop_distance_points="7",
    )
    columns = (
        "time_in_force, stop_distance_points, freeze_distance_points, price_collar,"
        " guaranteed_stop_premium_points, guaranteed_stop_distance_points"
    )
    row = await world.owner.fetchrow(
        f"SELECT {columns} FROM instrument_version WHERE symbol = 'EURUSD' AND version = 2"  # noqa: S608
    )
    assert row is not None
    assert tuple(row) == (["fok", "gtc"], Decimal("15.5"), 3, Decimal("0.25"), None, 7)
    terms = await terms_of(world)
    assert terms.time_in_force == (TimeInForce.FOK, TimeInForce.GTC)
    await world.change(version=2, price_collar=None)
    assert (await terms_of(world)).price_collar is None


async def test_a_new_symbol_takes_all_orders_and_keeps_no_distance(world: World) -> None:
    request = await world.file(subject="USDSEK", version=0, **USDSEK)
    await world.approve(world.bob, request)
    terms = await terms_of(world, "USDSEK")
    assert terms.time_in_force == tuple(TimeInForce)
    assert (terms.stop_distance_points, terms.freeze_distance_points) == (0, 0)
    assert (terms.price_collar, terms.guaranteed_stop_premium_points) == (None, None)


async def test_a_dealer_stops_trade_and_may_do_nothing_else(world: World) -> None:
    lp = {"kind": Kind.LIQUIDITY_PROVIDER, "subject": "lp-one"}
    await world.change(world.dealer, trade_mode="close_only")
    await world.change(world.dealer, **lp, enabled=False)
    assert (await terms_of(world)).trade_mode == "close_only"
    async with world.refused("approval_required"):
        await world.change(world.dealer, version=2, trade_mode="full")
    for what in ({"version": 2, "quote_age_ms_max": 1}, {**lp, "version": 2, "priority": 9}):
        async with world.refused("missing_role"):
            await world.change(world.dealer, **what)
    nobody = Actor(name="user:x", user_id=None, authority=Authority.NONE)
    async with world.refused("missing_role"):
        await world.change(nobody, version=2, trade_mode="off")


async def test_a_symbol_brings_its_currency_and_its_way_to_every_account(world: World) -> None:
    request = await world.file(subject="USDSEK", version=0, **USDSEK)
    assert await world.owner.fetchval("SELECT count(*) FROM currency WHERE code = 'SEK'") == 0
    await world.approve(world.bob, request)
    row = await world.owner.fetchrow(
        "SELECT created_by, approved_by, margin_rate FROM instrument_version"
        " WHERE symbol = 'USDSEK'"
    )
    assert row is not None
    assert tuple(row) == (world.alice.user_id, world.bob.user_id, Decimal("0.01"))
    assert await world.owner.fetchval("SELECT minor_digits FROM currency WHERE code = 'SEK'") == 2


async def test_a_symbol_that_nothing_converts_into_accounts_is_refused(world: World) -> None:
    lonely = {**USDSEK, "symbol": "NOKSEK", "base": "NOK"}
    async with world.refused("no_conversion_path"):
        await world.file(subject="NOKSEK", version=0, **lonely)
    unknown = {name: value for name, value in USDSEK.items() if name != "quote_minor_digits"}
    async with world.refused("unknown_currency"):
        await world.file(subject="USDSEK", version=0, **unknown)


async def test_rules_calendars_and_lps_are_added_and_changed_at_once(world: World) -> None:
    rule = {"kind": Kind.MARKUP_RULE, "subject": "standard:EURUSD"}
    await world.change(**rule, version=0, group="standard", symbol="EURUSD", bid_points="2")
    await world.change(**rule, version=1, ask_points="3")
    sessions = [{"day": "monday", "open": "09:00", "close": "24:00"}]
    calendar = {"kind": Kind.CALENDAR, "subject": "shares"}
    await world.change(
        **calendar, version=0, name="shares", time_zone="Europe/London", sessions=sessions
    )
    holiday: list[dict[str, object]] = [{"date": "2026-12-25", "name": "Christmas", "windows": []}]
    await world.change(**calendar, version=1, special_days=holiday)
    lp = {"kind": Kind.LIQUIDITY_PROVIDER, "subject": "lp-two"}
    await world.change(**lp, enabled=False, priority=1)
    assert await world.numbers() == {"markup_rule": 2, "calendar": 2, "liquidity_provider": 1}
    row = await world.owner.fetchrow(
        "SELECT version, bid_points, ask_points FROM markup_rule WHERE symbol = 'EURUSD'"
        " ORDER BY version DESC LIMIT 1"
    )
    assert row is not None
    assert tuple(row) == (2, 2, 3)
    assert await verify_chain(world.owner) is None


async def test_of_fifty_changes_at_once_of_one_version_one_is_made(world: World) -> None:
    async def attempt(number: int) -> str:
        try:
            await world.change(quote_age_ms_max=1_000 + number)
        except ConflictError as error:
            return error.code
        return "made"

    outcomes = await asyncio.gather(*(attempt(number) for number in range(50)))
    assert sorted(outcomes) == ["made", *["version_conflict"] * 49]
    assert await world.numbers() == {"symbol": 1}
    assert await verify_chain(world.owner) is None


async def test_a_filter_changes_at_once_and_a_symbol_may_have_its_own(world: World) -> None:
    await world.change(kind=Kind.QUOTE_FILTER, subject="fx", soft_band="0.01")
    own = {"kind": Kind.QUOTE_FILTER, "subject": "EURUSD", "version": 0}
    async with world.refused("out_of_range"):
        await world.change(**own, symbol="EURUSD", soft_band="0.2", normal_spread="0.0001")
    await world.change(**own, symbol="EURUSD", soft_band="0.02", normal_spread="0.0001")
    rows = await world.owner.fetch(
        "SELECT COALESCE(symbol, asset_class) AS name, soft_band, hard_band, created_by"
        "  FROM quote_filter WHERE version = 2 OR symbol IS NOT NULL ORDER BY 1"
    )
    author = world.alice.user_id
    assert [tuple(row) for row in rows] == [
        ("EURUSD", Decimal("0.02"), Decimal("0.1"), author),
        ("fx", Decimal("0.01"), Decimal("0.1"), author),
    ]
    assert await world.numbers() == {"quote_filter": 2}


async def test_only_an_administrator_says_that_a_price_beyond_the_band_is_real(
    world: World,
) -> None:
    async def say(actor: Actor, symbol: str, reason: str) -> None:
        async with world.configuration.changing() as tx:
            await rebase(world.configuration, tx, actor, symbol, reason)

    async with world.refused("missing_role"):
        await say(world.dealer, "EURUSD", "it is real")
    async with world.refused("symbol_not_found"):
        await say(world.alice, "NONE", "it is real")
    async with world.refused("invalid_value"):
        await say(world.alice, "EURUSD", "")
    await say(world.alice, "EURUSD", "it is real")
    row = await world.owner.fetchrow("SELECT symbol, reason, created_by FROM quote_rebase")
    assert row is not None
    assert tuple(row) == ("EURUSD", "it is real", world.alice.user_id)
    (entry,) = await entries_after(world.owner, 0, 10)
    assert (entry.entry.action, entry.entry.after) == ("symbol.rebased", {"reason": "it is real"})
    assert await world.numbers() == {"quote_filter": 1}
