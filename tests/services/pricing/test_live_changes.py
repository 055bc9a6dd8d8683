"""What an administrator changes while pricing runs, and what pricing tells of its LPs."""

from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
from redis.asyncio import Redis

from tests.services.pricing.running import Processes, latest, until
from tradewind.contracts.liquidity import LPS_KEY, LpStatus
from tradewind.contracts.ticks import QUARANTINE_FIELD, QUARANTINE_KEY, QuarantinedQuote, Tick
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings

BUMP_SQL = """
    INSERT INTO config_version VALUES ('liquidity_provider', 1)
    ON CONFLICT (kind) DO UPDATE SET version = config_version.version + 1
"""
RULES_SQL = """
    SELECT g.code, r.id FROM markup_rule r JOIN account_group g ON g.id = r.group_id
     WHERE r.symbol IS NULL
"""
QUARANTINED = msgspec.json.Decoder(QuarantinedQuote)
STATUSES = msgspec.json.Decoder(list[LpStatus])


async def change(settings: Settings, statement: str, *values: object) -> None:
    """Change the configuration as an administrator does: the row and the version together."""
    async with (
        await open_pool(settings, "tw_admin", size_max=1) as pool,
        pool.acquire() as connection,
        connection.transaction(),
    ):
        await connection.execute(statement, *values)
        await connection.execute(BUMP_SQL)


async def eurusd(redis: "Redis") -> Tick | None:
    tick = await latest(redis, "EURUSD")
    return tick if tick is not None and tick.tradable else None


@pytest.mark.timeout(90)
async def test_an_lp_is_disabled_enabled_and_renamed_within_a_second_and_no_restart(
    processes: Processes, redis: "Redis", settings: Settings
) -> None:
    await change(settings, "UPDATE liquidity_provider SET enabled = false WHERE code = 'lp-two'")
    await processes.simulator("lp-one")
    await processes.simulator("lp-two")
    await processes.pricing()

    async def quoted_by(*lps: str) -> bool:
        tick = await eurusd(redis)
        return tick is not None and {each.lp for each in tick.quotes} == set(lps)

    await until(lambda: quoted_by("lp-one"))
    await change(settings, "UPDATE liquidity_provider SET enabled = true WHERE code = 'lp-two'")
    # The session of an LP that was never connected has to be made first.
    assert await until(lambda: quoted_by("lp-one", "lp-two")) < 5
    await change(settings, "UPDATE liquidity_provider SET enabled = false WHERE code = 'lp-one'")
    assert await until(lambda: quoted_by("lp-two")) < 1
    unnamed = "UPDATE liquidity_provider SET symbol_map = '{\"EURUSD\": null}'"
    await change(settings, f"{unnamed} WHERE code = 'lp-two'")

    async def gone() -> bool:
        tick = await latest(redis, "EURUSD")
        return tick is not None and tick.reason == "no_quote"

    assert await until(gone) < 1


@pytest.mark.timeout(60)
async def test_pricing_names_the_rule_of_each_price_and_tells_of_its_lps(
    processes: Processes, redis: "Redis", settings: Settings
) -> None:
    await processes.simulator("lp-one")
    await processes.pricing()

    async def tradable() -> bool:
        return await eurusd(redis) is not None

    async def reported() -> bool:
        payload = await redis.get(LPS_KEY)
        return bool(payload) and STATUSES.decode(payload)[0].quotes_received > 0

    await until(tradable)
    await until(reported)
    tick = await eurusd(redis)
    assert tick is not None
    async with await open_pool(settings, "tw_admin", size_max=1) as pool:
        stored = {row["code"]: row["id"] for row in await pool.fetch(RULES_SQL)}
    assert {group: price.rule for group, price in tick.prices.items()} == stored
    [status] = STATUSES.decode(await redis.get(LPS_KEY) or b"")
    assert (status.code, status.up, status.rejected) == ("lp-one", True, {})


@pytest.mark.timeout(60)
async def test_what_does_not_pass_is_shown_with_its_message_and_a_filter_changes_live(
    processes: Processes, redis: "Redis", settings: Settings
) -> None:
    await processes.simulator("lp-one")
    await processes.pricing()

    async def tradable() -> bool:
        return await eurusd(redis) is not None

    await until(tradable)
    narrow = """
        INSERT INTO quote_filter (symbol, version, effective_from, soft_band, band_floor_points,
                                  normal_spread, confirm_ticks)
        VALUES ('EURUSD', 1, $1, 0.0000001, 0, 0.0002, 100)
    """
    await change(settings, narrow, datetime.now(UTC))

    async def shown() -> bool:
        return bool(await redis.xlen(QUARANTINE_KEY))

    await until(shown)
    entries = await redis.xrange(QUARANTINE_KEY) or []
    held = [
        QUARANTINED.decode(fields[QUARANTINE_FIELD.encode()]) for _, fields in entries if fields
    ]
    assert {(each.symbol, each.lp, each.reason) for each in held} == {
        ("EURUSD", "lp-one", "outlier")
    }
    assert held[0].raw is not None
    assert f"270={held[0].bid}" in held[0].raw
    assert "\x01" not in held[0].raw
    assert len(held[0].raw) <= 500
    assert isinstance(held[0].bid, Decimal)
