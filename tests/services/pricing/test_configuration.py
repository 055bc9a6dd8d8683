"""Pricing's rules come from the database and follow it."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.services.pricing.running import Processes, latest, until
from tradewind.core.ids import GroupCode, LpCode, Symbol
from tradewind.core.quotes import LpTerms
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed
from tradewind.services.pricing.store import RulesStore

EURUSD, BTCUSD = Symbol("EURUSD"), Symbol("BTCUSD")
LATER = timedelta(hours=1)
RAISE_MARKUP_SQL = """
    INSERT INTO markup_rule (group_id, symbol, version, effective_from, bid_points, ask_points)
    SELECT id, 'EURUSD', 2, $1, 500, 500 FROM account_group WHERE code = 'standard'
"""
BUMP_SQL = "UPDATE config_version SET version = version + 1"
ADD_VERSION_SQL = """
    INSERT INTO config_version VALUES ('markup', 1) ON CONFLICT (kind) DO NOTHING
"""


async def test_every_symbol_has_a_markup_for_each_group(settings: Settings, tmp_path: Path) -> None:
    await seed(settings, tmp_path)
    async with await open_pool(settings, "tw_pricing", size_max=1) as pool:
        loaded = await RulesStore(pool, "demo").load(datetime.now(UTC))
        live = await RulesStore(pool, "live").load(datetime.now(UTC))
    rules = loaded.rules
    assert len(rules.symbols) == 14
    assert rules.symbols[EURUSD].precision == 5
    groups = {symbol: {m.group for m in r.markups} for symbol, r in rules.symbols.items()}
    assert set(map(frozenset, groups.values())) == {frozenset({"standard", "pro", "raw"})}
    standard = {
        symbol: next(m.bid_points for m in rules.symbols[symbol].markups if m.group == "standard")
        for symbol in (EURUSD, BTCUSD)
    }
    assert standard[BTCUSD] > standard[EURUSD]
    assert set(rules.lps) == {"lp-one", "lp-two"}
    assert rules.lps[LpCode("lp-one")] == LpTerms(
        symbols={symbol: symbol for symbol in rules.symbols}, priority=1, depth=10
    )
    assert live.rules.lps == {}


async def test_a_rule_of_the_future_is_announced_and_not_in_force(
    settings: Settings, tmp_path: Path
) -> None:
    await seed(settings, tmp_path)
    now = datetime.now(UTC)
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        await pool.execute(RAISE_MARKUP_SQL, now + LATER)
    async with await open_pool(settings, "tw_pricing", size_max=1) as pool:
        store = RulesStore(pool, "demo")
        before, then = await store.load(now), await store.load(now + LATER)
    assert before.changes_at == now + LATER
    assert then.changes_at is None
    shown = {m.group: m.bid_points for m in then.rules.symbols[EURUSD].markups}
    assert shown[GroupCode("standard")] == 500
    assert before.rules.symbols[EURUSD] != then.rules.symbols[EURUSD]


@pytest.mark.timeout(60)
async def test_a_changed_markup_reaches_the_published_price_within_a_second(
    processes: Processes, redis: "Redis", settings: Settings
) -> None:
    await processes.simulator("lp-one")
    await processes.pricing()

    async def tradable() -> bool:
        tick = await latest(redis, "EURUSD")
        return tick is not None and tick.tradable

    async def marked_up() -> bool:
        tick = await latest(redis, "EURUSD")
        assert tick is not None
        if tick.bid is None:
            return False
        return round((tick.bid - tick.prices["standard"].bid) * 100_000) == 500

    await until(tradable)
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await connection.execute(RAISE_MARKUP_SQL, datetime.now(UTC))
            await connection.execute(ADD_VERSION_SQL)
            await connection.execute(BUMP_SQL)
        assert await asyncio.wait_for(until(marked_up), 5) < 1
