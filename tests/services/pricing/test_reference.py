"""What deciding processes know of instruments and calendars, and how soon they hear of change."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from tests.services.configuration.world import World, open_world
from tests.services.pricing.running import until
from tradewind.core.accounts import LeverageRule, Liquidation
from tradewind.core.calendars import Calendar
from tradewind.core.ids import Symbol
from tradewind.core.instruments import AssetClass, Instrument, MarginTier
from tradewind.core.orders import TimeInForce
from tradewind.core.regimes import Regime
from tradewind.infra.calendars import to_calendar
from tradewind.infra.demo.calendars import CALENDARS
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.processes.seed import seed
from tradewind.services.accounts.service import Accounts
from tradewind.services.configuration.model import Kind
from tradewind.services.pricing.reference import Reference

D = Decimal
HOUR = timedelta(hours=1)
EURUSD, GOLD, BITCOIN = Symbol("EURUSD"), Symbol("XAUUSD"), Symbol("BTCUSD")
ALWAYS, FX = [to_calendar(CALENDARS[name]) for name in ("demo-24x7", "fx")]
FX_WITHOUT_HOLIDAYS = replace(FX, special_days=())


@pytest.fixture
async def world(settings: Settings, tmp_path: Path) -> AsyncIterator[World]:
    """The demo's configuration and who changes it."""
    await seed(settings, tmp_path)
    async with open_world(settings) as made:
        yield made


@asynccontextmanager
async def following(settings: Settings, world: World) -> AsyncGenerator[Reference]:
    """A reference that follows until the block ends."""
    async with await open_pool(settings, "tw_read", size_max=1, read_only=True) as pool:
        reference = Reference(pool, world.clock)
        await reference.refresh()
        task = asyncio.create_task(reference.follow())
        yield reference
        task.cancel()
        await asyncio.wait((task,))


def eurusd(reference: Reference) -> Instrument:
    return reference.instruments[EURUSD]


async def until_calendar(reference: Reference, expected: Calendar) -> None:
    async def is_known() -> bool:
        return reference.calendars[EURUSD] == expected

    await until(is_known)


async def test_an_instrument_comes_with_its_calendar_and_the_rules_of_resting_orders(
    settings: Settings, world: World
) -> None:
    async with following(settings, world) as reference:
        assert reference.calendars.keys() == reference.instruments.keys()
        assert set(reference.calendars.values()) == {ALWAYS}
        euro = eurusd(reference)
        assert euro.time_in_force == frozenset(TimeInForce)
        assert (euro.stop_distance, euro.freeze_distance, euro.price_collar) == (0, 0, D("0.5"))
        guaranteed = [
            (each.guaranteed_stop_premium, each.guaranteed_stop_distance)
            for each in (euro, reference.instruments[GOLD], reference.instruments[BITCOIN])
        ]
        assert guaranteed == [(D("0.00005"), D("0.00050")), (D("0.30"), D("3.00")), (None, 0)]


async def test_changed_rules_and_calendars_are_followed(settings: Settings, world: World) -> None:
    async with following(settings, world) as reference:
        await world.change(
            time_in_force=["gtc", "ioc"],
            stop_distance_points="20",
            freeze_distance_points="10",
            price_collar="0.1",
            guaranteed_stop_premium_points=None,
            guaranteed_stop_distance_points="0",
            calendar="fx",
        )
        await until_calendar(reference, FX)
        euro = eurusd(reference)
        assert euro.version == 2
        assert euro.time_in_force == {TimeInForce.GTC, TimeInForce.IOC}
        assert (euro.stop_distance, euro.freeze_distance) == (D("0.00020"), D("0.00010"))
        assert (euro.price_collar, euro.guaranteed_stop_premium) == (D("0.1"), None)
        assert reference.calendars[GOLD] == ALWAYS
        await world.change(kind=Kind.CALENDAR, subject="fx", special_days=[])
        await until_calendar(reference, FX_WITHOUT_HOLIDAYS)
        assert eurusd(reference).version == 2


async def test_an_instrument_comes_with_its_class_and_the_tiers_of_two_persons(
    settings: Settings, world: World
) -> None:
    async with following(settings, world) as reference:
        assert reference.instruments[GOLD].regulatory_class == "gold"
        assert eurusd(reference).margin_tiers == ()
        asked = [{"above": "900000", "rate": "0.05"}, {"above": "1500000", "rate": "0.1"}]
        request = await world.file(margin_tiers=asked)
        assert eurusd(reference).version == 1
        await world.approve(world.bob, request)

        async def is_known() -> bool:
            return eurusd(reference).version == 2

        await until(is_known)
        assert eurusd(reference).margin_tiers == (
            MarginTier(above=D(900_000), rate=D("0.05")),
            MarginTier(above=D(1_500_000), rate=D("0.1")),
        )


async def test_a_planned_calendar_begins_by_itself(settings: Settings, world: World) -> None:
    await world.change(calendar="fx")
    begins = world.clock.now() + HOUR
    await world.change(kind=Kind.CALENDAR, subject="fx", special_days=[], effective_from=begins)
    async with following(settings, world) as reference:
        assert reference.calendars[EURUSD] == FX
        world.clock.ahead = HOUR
        await until_calendar(reference, FX_WITHOUT_HOLIDAYS)


async def test_an_account_comes_with_the_bounds_of_its_group(
    settings: Settings, world: World
) -> None:
    owner = await world.owner.fetchval("SELECT user_id FROM account ORDER BY number LIMIT 1")
    async with await open_pool(settings, "tw_read", size_max=1, read_only=True) as pool:
        accounts = Accounts(pool, world.clock)
        terms = (await accounts.own(owner))[0].terms
        assert (terms.fifo, terms.orders_per_second_max, terms.open_orders_max) == (
            False, 500, 10_000,
        )  # fmt: skip
        request = await world.file(
            kind=Kind.GROUP,
            subject=terms.code,
            fifo=True,
            orders_per_second_max=None,
            open_orders_max=3,
        )
        await world.approve(world.bob, request)
        terms = (await accounts.own(owner))[0].terms
        assert (terms.fifo, terms.orders_per_second_max, terms.open_orders_max) == (True, None, 3)


async def test_an_account_comes_with_the_regime_and_leverage_rules_of_its_group(
    settings: Settings, world: World
) -> None:
    owner = await world.owner.fetchval("SELECT user_id FROM account ORDER BY number LIMIT 1")
    async with await open_pool(settings, "tw_read", size_max=1, read_only=True) as pool:
        accounts = Accounts(pool, world.clock)
        terms = (await accounts.own(owner))[0].terms
        assert (terms.regime, terms.leverage_rules) == (Regime.OFFSHORE, ())
        assert terms.liquidation is Liquidation.LARGEST_LOSS
        request = await world.file(
            kind=Kind.GROUP,
            subject=terms.code,
            regime="retail_esma",
            liquidation="oldest",
            leverage_rules=[
                {"symbol": "EURUSD", "leverage": "25"},
                {"asset_class": "crypto", "leverage": "1.5"},
            ],
        )
        await world.approve(world.bob, request)
        terms = (await accounts.own(owner))[0].terms
        assert (terms.regime, terms.liquidation) == (Regime.RETAIL_ESMA, Liquidation.OLDEST)
        assert terms.leverage_rules == (
            LeverageRule(symbol=EURUSD, leverage=D(25)),
            LeverageRule(asset_class=AssetClass.CRYPTO, leverage=D("1.5")),
        )
