"""Makes the index anew: open orders, groups, progress and where the log stands, of one moment."""

import gc
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.infra.eventlog import log_end
from tradewind.infra.postgres import Connection
from tradewind.services.accounts.groups import read_all_groups
from tradewind.services.triggers import store
from tradewind.services.triggers.evaluation import LATE_MAX, Evaluation
from tradewind.services.triggers.resting import OrderView


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """Where the log is read on from, and each symbol's ring; no entry where nobody read it yet."""

    log_start: int
    entries: Mapping[str, str]


async def load(
    connection: Connection, evaluation: Evaluation, symbols: Sequence[str], now: datetime
) -> Beginning:
    """Fill an empty index with the open orders of some symbols."""
    ages = (each.quote_age_ms_max for each in evaluation.instruments().values())
    horizon = now - timedelta(milliseconds=max(ages, default=0)) - LATE_MAX

    def take(views: Sequence[OrderView]) -> None:
        evaluation.index.load(views, horizon)
        # What is loaded stays: the collector need not look at it time and again.
        gc.freeze()

    async with connection.transaction(isolation="repeatable_read", readonly=True):
        start = await log_end(connection)
        evaluation.regroup(await read_all_groups(connection, now))
        await store.load_open_orders(connection, symbols, take)
        entries = await store.read_progress(connection, symbols)
    evaluation.index.sort()
    return Beginning(log_start=start, entries=entries)
