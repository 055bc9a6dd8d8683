"""Logical dumps of the database through PostgreSQL's own programs."""

import asyncio
import os
from pathlib import Path
from typing import Final

from tradewind.infra.local.children import Launch, spawn
from tradewind.infra.local.credentials import SUPERUSER, SUPERUSER_SECRET
from tradewind.infra.local.database import DATABASE
from tradewind.infra.local.home import Home
from tradewind.infra.secrets import read_secret

_TIMEOUT_S: Final = 4 * 3600.0


async def dump_database(home: Home, programs: Path, file: Path) -> None:
    """Write one consistent dump; writers go on meanwhile."""
    await _run(home, (str(programs / "pg_dump"), "--format=custom", f"--file={file}", DATABASE))


async def restore_dump(home: Home, programs: Path, file: Path) -> None:
    """Load a dump into the empty database, wholly or not at all."""
    options = ("--exit-on-error", "--single-transaction", f"--dbname={DATABASE}")
    await _run(home, (str(programs / "pg_restore"), *options, str(file)))


async def _run(home: Home, command: tuple[str, ...]) -> None:
    environment = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C.UTF-8",
        "PGHOST": str(home.postgres_sockets),
        "PGPORT": "5432",
        "PGUSER": SUPERUSER,
        "PGPASSWORD": read_secret(home.secrets, SUPERUSER_SECRET),
    }
    name = Path(command[0]).name
    launch = Launch(
        name=name, command=command, folder=home.root, logs=home.logs, environment=environment
    )
    child = spawn(launch)
    try:
        status = await asyncio.wait_for(child.wait(), _TIMEOUT_S)
    finally:
        await child.stop(launch.orphan_signal, timeout_s=5.0)
    if status != 0:
        raise child.failure(f"ended with status {status}")
