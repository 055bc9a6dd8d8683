"""Seeds the demo installation: `python -m tradewind.processes.seed`; running it again is safe."""

import argparse
import asyncio
import os
from pathlib import Path
from typing import Final

from tradewind.infra.clock import clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.demo.handover import (
    BENCH_FILE,
    DEMO_FILE,
    HandoverUser,
    handover,
    read_handover,
    write_handover,
)
from tradewind.infra.demo.logins import Seeder, are_all_logins, renew_logins, seed_bench, seed_demo
from tradewind.infra.identifiers import IdSource
from tradewind.infra.logging import configure_logging
from tradewind.infra.passwords import hash_password
from tradewind.infra.postgres import Connection, open_pool
from tradewind.infra.settings import SettingError, Settings, required, settings_from_environment

BENCH_ACCOUNTS_MAX: Final = 100_000


def main() -> None:
    """Seed, write `demo.json`, and with `--bench-accounts` also `bench.json`."""
    trap_floats()
    parser = argparse.ArgumentParser(prog="tradewind.processes.seed")
    parser.add_argument("--bench-accounts", type=int, default=0, metavar="N")
    wanted = parser.parse_args().bench_accounts
    if not 0 <= wanted <= BENCH_ACCOUNTS_MAX:
        parser.error(f"--bench-accounts must be from 0 to {BENCH_ACCOUNTS_MAX}")
    home = Path(required(os.environ, "TRADEWIND_HOME"))
    asyncio.run(seed(settings_from_environment(), home, bench_accounts=wanted))


async def seed(settings: Settings, home: Path, *, bench_accounts: int = 0) -> None:
    """Write what is missing, in the database and in `home`."""
    if settings.environment != "demo":
        raise SettingError("demo logins and balances are never seeded into a live installation")
    log = configure_logging("seed")
    pool = await open_pool(settings, "tw_admin", size_max=1)
    async with pool, pool.acquire() as connection:
        seeder = _seeder(connection)
        fresh = await seed_demo(seeder, settings.environment)
        await _hand_over(seeder, settings, home / DEMO_FILE, fresh)
        if bench_accounts:
            await seed_bench(seeder, bench_accounts)
            await _hand_over(seeder, settings, home / BENCH_FILE, ())
    log.info("seeded", fresh=bool(fresh), bench_accounts=bench_accounts)


def _seeder(connection: Connection) -> Seeder:
    return Seeder(
        connection=connection,
        ids=IdSource(),
        hash_password=hash_password,
        now=clock_from_environment().now(),
    )


async def _hand_over(
    seeder: Seeder, settings: Settings, path: Path, fresh: tuple[HandoverUser, ...]
) -> None:
    """Write the file: new logins, or the old ones at the address of this start.

    A file that is gone, or names fewer logins than there are, gets new passwords: the old ones
    are known to nobody.
    """
    old = read_handover(path)
    users = fresh or (old.users if old is not None else ())
    bench = path.name == BENCH_FILE
    if not await are_all_logins(seeder, users, bench=bench):
        users = await renew_logins(seeder, bench=bench)
    content = handover(settings.host, settings.port, users)
    if content != old:
        write_handover(path, content)


if __name__ == "__main__":
    main()
