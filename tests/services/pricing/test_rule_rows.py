"""Rows of markups and filters: which are allowed, and which one wins."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import asyncpg
import pytest

from tradewind.core.ids import LpCode, Symbol
from tradewind.core.markups import MarkupKind
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed
from tradewind.services.pricing.rules import PricingRules
from tradewind.services.pricing.store import RulesStore

INSERT_RULE_SQL = """
    INSERT INTO markup_rule (group_id, symbol, asset_class, version, effective_from, kind,
           bid_points, ask_points, target_spread, percent, min_spread, max_spread)
    SELECT id, $1, $2, $3, now() - interval '1 minute', $4, $5, $5, $6, $7, $8, $9
      FROM account_group WHERE code = 'raw'
"""
COUNT_SQL = "SELECT count(*) FROM markup_rule"


@pytest.fixture
async def admin(settings: Settings, tmp_path: Path) -> AsyncIterator[asyncpg.Pool]:
    await seed(settings, tmp_path)
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        yield pool


async def in_force(settings: Settings) -> PricingRules:
    async with await open_pool(settings, "tw_pricing", size_max=1) as pool:
        return (await RulesStore(pool, "demo").load(datetime.now(UTC))).rules


async def raw_markups(settings: Settings) -> dict[str, tuple[MarkupKind, Decimal]]:
    rules = await in_force(settings)
    return {
        symbol: (markup.kind, markup.bid_points + markup.target_spread + markup.percent)
        for symbol in ("EURUSD", "USDJPY", "XAUUSD", "BTCUSD")
        for markup in rules.symbols[Symbol(symbol)].markups
        if markup.group == "raw"
    }


async def test_a_symbols_rule_wins_over_its_asset_class_and_that_over_the_default(
    settings: Settings, admin: asyncpg.Pool
) -> None:
    before = await raw_markups(settings)
    none = Decimal(0)
    await admin.execute(
        INSERT_RULE_SQL, None, "fx", 1, "spread", none, Decimal(9), None, None, None
    )
    await admin.execute(
        INSERT_RULE_SQL,
        "USDJPY",
        None,
        5,
        "percent",
        none,
        None,
        Decimal("0.01"),
        None,
        Decimal(40),
    )
    assert await raw_markups(settings) == {
        "EURUSD": (MarkupKind.SPREAD, Decimal(9)),
        "USDJPY": (MarkupKind.PERCENT, Decimal("0.01")),
        "XAUUSD": before["XAUUSD"],
        "BTCUSD": before["BTCUSD"],
    }
    ids = {
        markup.rule
        for each in (await in_force(settings)).symbols.values()
        for markup in each.markups
    }
    stored = {row["id"] for row in await admin.fetch("SELECT id FROM markup_rule")}
    assert ids < stored
    assert len(stored) == 14


@pytest.mark.parametrize(
    "row",
    [
        ("EURUSD", "fx", 9, "points", 1, None, None, None, None),
        (None, "bonds", 9, "points", 1, None, None, None, None),
        (None, None, 9, "guess", 0, None, None, None, None),
        (None, None, 9, "spread", 0, None, None, None, None),
        (None, None, 9, "spread", 1, 9, None, None, None),
        (None, None, 9, "percent", 0, None, None, None, None),
        (None, None, 9, "percent", 0, None, 101, None, None),
        (None, None, 9, "points", 1, 9, None, None, None),
        (None, None, 9, "points", -1, None, None, None, None),
        (None, None, 9, "points", 1, None, None, 9, 8),
        (None, None, 9, "points", 1, None, None, -1, None),
        (None, None, 1, "points", 1, None, None, None, None),
    ],
)
async def test_a_rule_that_says_two_things_or_none_is_refused(
    admin: asyncpg.Pool, row: tuple[object, ...]
) -> None:
    before = await admin.fetchval(COUNT_SQL)
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await admin.execute(INSERT_RULE_SQL, *row)
    assert await admin.fetchval(COUNT_SQL) == before


async def test_a_symbols_filter_replaces_that_of_its_class_and_a_rebase_is_known(
    settings: Settings, admin: asyncpg.Pool
) -> None:
    at = datetime.now(UTC) - timedelta(seconds=1)
    await admin.execute(
        """INSERT INTO quote_filter (symbol, version, effective_from, soft_band, hard_band,
                  frozen_ms_max, normal_spread) VALUES ('EURCHF', 1, $1, 0.01, 0.3, NULL, 0.001)""",
        at,
    )
    await admin.execute("INSERT INTO quote_rebase VALUES ('EURCHF', $1, 'the peg is gone')", at)
    rules = await in_force(settings)
    chf, usd = rules.symbols[Symbol("EURCHF")], rules.symbols[Symbol("EURUSD")]
    assert (chf.filter.soft_band, chf.filter.hard_band) == (Decimal("0.01"), Decimal("0.3"))
    assert (chf.filter.frozen_max, chf.filter.warm_up_spread) == (None, Decimal("0.01"))
    assert (chf.rebased_at, usd.rebased_at) == (at, None)
    assert (usd.filter.soft_band, usd.filter.hard_band) == (Decimal("0.005"), Decimal("0.1"))
    assert usd.filter.band_floor == Decimal("0.0001")
    assert rules.symbols[Symbol("BTCUSD")].filter.soft_band == Decimal("0.01")


async def test_an_lps_own_names_and_its_terms_come_from_its_row(
    settings: Settings, admin: asyncpg.Pool
) -> None:
    await admin.execute(
        """UPDATE liquidity_provider SET priority = 7, depth = 1, replay = true,
                  symbol_map = '{"EURUSD": "4001", "GBPUSD": null}' WHERE code = 'lp-two'"""
    )
    rules = await in_force(settings)
    terms = rules.lps[LpCode("lp-two")]
    assert (terms.priority, terms.depth, terms.replay) == (7, 1, True)
    assert terms.symbols["4001"] == "EURUSD"
    assert not {"EURUSD", "GBPUSD"} & set(terms.symbols)
    assert len(terms.symbols) == 13
    assert rules.symbols[Symbol("EURUSD")].filter.replaying == frozenset({"lp-two"})


async def test_only_a_demos_lp_replays(admin: asyncpg.Pool) -> None:
    live = (
        "SELECT 'lp-live', entity_id, 'Live', 'live', 3, true, 10, '{}', {} FROM liquidity_provider"
    )
    insert = f"INSERT INTO liquidity_provider {live} LIMIT 1"
    with pytest.raises(asyncpg.CheckViolationError):
        await admin.execute(insert.replace("{} FROM", "true FROM"))
    assert await admin.fetchval("SELECT count(*) FROM liquidity_provider") == 2
    await admin.execute(insert.replace("{} FROM", "false FROM"))
