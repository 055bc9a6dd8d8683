"""The embedded PostgreSQL: made once by initdb, started by ourselves, stopped by SIGINT."""

import asyncio
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import asyncpg

from tradewind.infra.local.children import Account, Child, Launch, spawn
from tradewind.infra.local.credentials import SUPERUSER, SUPERUSER_SECRET
from tradewind.infra.local.errors import LocalError, StartFailedError
from tradewind.infra.local.home import Home
from tradewind.infra.local.unprivileged import choose_account, give
from tradewind.infra.secrets import read_secret

_INITDB_TIMEOUT_S: Final = 120.0
#: Replaying the log after a crash may take long; the server says "starting up" meanwhile.
_READY_TIMEOUT_S: Final = 300.0
_POLL_S: Final = 0.02
#: Backends of a killed postmaster hold its memory for a moment after it.
_ATTEMPTS: Final = 3

#: For a small machine. Durability is PostgreSQL's default, spelled out so that nobody wonders.
CONFIGURATION: Final[Mapping[str, str]] = {
    "listen_addresses": "",
    "port": "5432",
    "unix_socket_permissions": "0700",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    # A receipt says when its fill was durable.
    "track_commit_timestamp": "on",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "wal_compression": "on",
    "min_wal_size": "128MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "checkpoint_completion_target": "0.9",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    """One cluster in a home; a `Member` of the supervisor."""

    home: Home
    programs: Path
    report: Callable[[str], None]
    name: str = "postgres"
    stop_signal: signal.Signals = signal.SIGINT
    stop_timeout_s: float = 30.0
    configuration: Mapping[str, str] = field(default_factory=lambda: CONFIGURATION)

    async def start(self) -> Child:
        """Make the cluster if there is none, start the server, return when it answers."""
        self.home.postgres.mkdir(mode=0o700, exist_ok=True)
        account = choose_account(self.home.postgres, self.programs, self.report)
        if not self.home.cluster.exists():
            self.report("creating the database cluster")
            _create_cluster(self.home, self.programs, account)
        _prepare_sockets(self.home.postgres_sockets, account)
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return await self._start_once(account)
            except StartFailedError:
                if attempt == _ATTEMPTS:
                    raise
                await asyncio.sleep(1.0)
        raise AssertionError("the last attempt returns or raises")

    async def _start_once(self, account: Account) -> Child:
        child = spawn(self._launch(account))
        try:
            await self._answering(child)
        except BaseException:
            await child.stop(signal.SIGINT, self.stop_timeout_s)
            raise
        return child

    def _launch(self, account: Account) -> Launch:
        settings = {
            **self.configuration,
            "unix_socket_directories": str(self.home.postgres_sockets),
        }
        options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
        return Launch(
            name=self.name,
            command=(str(self.programs / "postgres"), "-D", str(self.home.cluster), *options),
            folder=self.home.postgres,
            logs=self.home.logs,
            environment=_environment(),
            account=account,
            orphan_signal=signal.SIGINT,
        )

    async def _answering(self, child: Child) -> None:
        deadline = time.monotonic() + _READY_TIMEOUT_S
        while time.monotonic() < deadline:
            if child.process.poll() is not None:
                raise child.failure(f"ended with status {child.process.returncode}")
            try:
                connection = await connect_superuser(self.home, "postgres")
            except (OSError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(_POLL_S)
                continue
            await connection.close()
            return
        raise child.failure(f"did not answer within {_READY_TIMEOUT_S:g} s")


async def connect_superuser(home: Home, database: str) -> asyncpg.Connection:
    """Connect as the superuser, whose rights only set-up and restore need."""
    return await asyncpg.connect(
        host=str(home.postgres_sockets),
        port=5432,
        user=SUPERUSER,
        password=read_secret(home.secrets, SUPERUSER_SECRET),
        database=database,
        timeout=5.0,
        command_timeout=60.0,
        server_settings={"log_min_error_statement": "panic"},
    )


def _create_cluster(home: Home, programs: Path, account: Account) -> None:
    """Run initdb beside the final place; a half-made cluster is never taken for a whole one."""
    partial = home.postgres / "data.partial"
    if partial.exists():
        shutil.rmtree(partial)
    password = home.postgres / "password.partial"
    password.write_text(read_secret(home.secrets, SUPERUSER_SECRET) + "\n", encoding="utf-8")
    password.chmod(0o600)
    give(password, account)
    options = ("--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums")
    initdb = (programs / "initdb", "-D", partial, "-U", SUPERUSER, f"--pwfile={password}")
    try:
        made = subprocess.run(  # noqa: S603
            (*account.prefix, *initdb, *options),
            cwd=home.postgres,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=_INITDB_TIMEOUT_S,
            user=account.uid,
            group=account.gid,
            extra_groups=[] if account.uid is not None else None,
        )
    finally:
        password.unlink()
    if made.returncode != 0:
        raise LocalError(f"initdb failed:\n{made.stderr.strip()}")
    partial.rename(home.cluster)


def _prepare_sockets(folder: Path, account: Account) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    give(
        folder, account if account.uid is not None else Account(uid=os.geteuid(), gid=os.getegid())
    )


def _environment() -> dict[str, str]:
    """Return what the server needs of ours; PG* and locale variables would change it."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
