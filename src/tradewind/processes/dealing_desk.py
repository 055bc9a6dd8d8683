"""A dealer's desk of its own, for a command of the machine: an order service beside the API's.

State is in PostgreSQL, so any order service serves any account. Prices come from Redis while it
answers; without them cancels and closes go on, and closes wait for a price.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tradewind.infra.clock import clock_from_environment
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import connect, open_pool
from tradewind.infra.redis import open_redis
from tradewind.infra.settings import Settings, integer
from tradewind.infra.tick_intake import TickIntake
from tradewind.infra.ticks import TickFeed
from tradewind.services.configuration.service import Configuration
from tradewind.services.dealing.model import LIMIT
from tradewind.services.dealing.service import Dealing
from tradewind.services.oms.batch import Tools
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.pricing.reference import Reference

_CONNECTIONS: Final = 3
#: Pricing says four times a second that it lives.
_PRICES_S: Final = 1.0
_POLL_S: Final = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class DealingDesk:
    """What a command deals with."""

    dealing: Dealing
    configuration: Configuration


@asynccontextmanager
async def dealing_desk(
    settings: Settings, environment: Mapping[str, str] = os.environ
) -> AsyncGenerator[DealingDesk]:
    """Open a desk until the block ends; what was begun is finished first."""
    limit = Decimal(integer(environment, "TRADEWIND_DEALER_LIMIT", LIMIT))
    clock, ids, feed = clock_from_environment(), IdSource(), TickFeed()
    async with (
        await open_pool(settings, "tw_admin", size_max=_CONNECTIONS) as pool,
        open_redis(settings.redis_url) as redis,
    ):
        reference = Reference(pool, clock)
        await reference.refresh()
        markets = Markets(reference, feed)
        tools = Tools(
            markets=markets,
            clock=clock,
            new_id=ids.new,
            connect=lambda: connect(settings, "tw_oms"),
        )
        oms = Oms(tools, lambda: None)
        configuration = Configuration(pool, clock, ids.new)
        intake = TickIntake(feed, redis, settings.redis_url, lambda: reference.instruments)
        async with asyncio.TaskGroup() as tasks:
            orders = tasks.create_task(oms.run())
            prices = tasks.create_task(intake.run())
            try:
                await _heard(feed)
                yield DealingDesk(
                    dealing=Dealing(configuration, oms, markets, limit),
                    configuration=configuration,
                )
            finally:
                oms.stop()
                await orders
                prices.cancel()


async def _heard(feed: TickFeed) -> None:
    """Wait a moment for the first prices."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PRICES_S
    while not feed.alive and loop.time() < deadline:  # noqa: ASYNC110  the feed tells nobody
        await asyncio.sleep(_POLL_S)
