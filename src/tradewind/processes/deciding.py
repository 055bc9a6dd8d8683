"""What every process is made of that decides about orders beside its other work."""

import asyncio
import gc
from collections.abc import Callable

from tradewind.infra.clock import Clock
from tradewind.infra.crashpoint import crashpoint_from_environment
from tradewind.infra.eventlog import HINT_CHANNEL
from tradewind.infra.hints import Hints
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import connect
from tradewind.infra.pubsub import Subscription, Topics
from tradewind.infra.settings import Settings
from tradewind.infra.tick_intake import TickIntake
from tradewind.services.oms.batch import Tools
from tradewind.services.oms.markets import Markets
from tradewind.services.oms.service import Oms
from tradewind.services.pricing.reference import Reference


def order_service(
    settings: Settings, markets: Markets, clock: Clock, ids: IdSource, hints: Hints
) -> Oms:
    """Compose the order service; each of its sessions holds one connection of its own."""
    tools = Tools(
        markets=markets,
        clock=clock,
        new_id=ids.new,
        connect=lambda: connect(settings, "tw_oms"),
        crashpoint=crashpoint_from_environment(),
    )
    return Oms(tools, hints.give)


async def keep_current(
    settings: Settings,
    reference: Reference,
    hints: Hints,
    intake: TickIntake,
    committed: Callable[[], None],
) -> None:
    """Keep prices and instruments current, and say so when anybody committed events."""

    def wake(*_: bytes) -> None:
        committed()

    hinted = Subscription(settings.redis_url, Topics(channels=(HINT_CHANNEL,)), wake, wake)
    async with asyncio.TaskGroup() as group:
        group.create_task(reference.follow())
        group.create_task(hints.run())
        group.create_task(intake.run())
        group.create_task(hinted.run())


def spare_the_collector() -> None:
    """Let the collector leave alone what is there: to look at a million things takes seconds."""
    gc.collect()
    gc.freeze()
