"""Replays the event log: `python -m tradewind.processes.verify`. Exit status 1 if it differs.

Accounts go in slices, each in a snapshot of its own, so a running platform is not held up. The
hash it logs is that of the whole state: equal hashes, equal states, as long as nobody wrote.
"""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

import structlog

from tradewind.infra.decimals import trap_floats
from tradewind.infra.logging import configure_logging
from tradewind.infra.postgres import Connection, open_pool
from tradewind.infra.settings import Settings, settings_from_environment
from tradewind.services.oms import replay_store
from tradewind.services.oms.replay import Replay, ReplayError, compare

#: What is in memory at once: so many accounts or events, but at least one account.
SLICE_ACCOUNTS_MAX: Final = 500
SLICE_EVENTS_MAX: Final = 20_000

_log = structlog.get_logger()


def main() -> None:
    """Verify the database of the environment."""
    trap_floats()
    configure_logging("verify")
    sys.exit(asyncio.run(run(settings_from_environment())))


async def run(settings: Settings) -> int:
    """Log the result as one line; return the exit status."""
    try:
        verified = await verify(settings)
    except ReplayError as error:
        _log.error("replay_differs", difference=str(error))
        return 1
    _log.info(
        "replay_equal",
        accounts=verified.accounts,
        events=verified.events,
        state_hash=verified.state_hash,
    )
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was compared, and the hash of the whole state."""

    accounts: int
    events: int
    state_hash: str


async def verify(settings: Settings) -> Verified:
    """Replay every account; raises ReplayError at the first difference."""
    digest, accounts, events = hashlib.sha256(), 0, 0
    # Row-level security grants all rows to tw_oms; this session cannot write.
    pool = await open_pool(settings, "tw_oms", size_max=1, read_only=True)
    async with pool, pool.acquire() as connection:
        async for wanted in _slices(connection):
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                replays = await _replay(connection, wanted)
                for state in await _compare(connection, replays):
                    digest.update(state)
            accounts += len(wanted)
            events += sum(replay.seq for replay in replays.values())
        stray = await replay_store.first_stray(connection)
        if stray is not None:
            raise ReplayError(f"{stray.table} has rows of {stray.account_id}, which is no account")
    return Verified(accounts=accounts, events=events, state_hash=digest.hexdigest())


async def _slices(connection: Connection) -> AsyncIterator[Sequence[UUID]]:
    last: UUID | None = None
    while found := await replay_store.accounts_after(connection, last, SLICE_ACCOUNTS_MAX):
        wanted: list[UUID] = []
        events = 0
        for account, count in found:
            events += count
            if wanted and events > SLICE_EVENTS_MAX:
                break
            wanted.append(account)
        last = wanted[-1]
        yield wanted


async def _replay(connection: Connection, accounts: Sequence[UUID]) -> dict[UUID, Replay]:
    replays = {account: Replay(account_id=account) for account in accounts}
    async for account, event in replay_store.events(connection, accounts):
        replays[account].apply(event)
    return replays


async def _compare(connection: Connection, replays: dict[UUID, Replay]) -> list[bytes]:
    stored = await replay_store.load_accounts(connection, list(replays))
    rows = await replay_store.load_rows(connection, list(replays))
    return [compare(replay, stored[account], rows[account]) for account, replay in replays.items()]


if __name__ == "__main__":
    main()
