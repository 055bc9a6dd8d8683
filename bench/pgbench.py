"""PostgreSQL's own benchmark on the platform's own server, as the yardstick of a durable order."""

import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tradewind.infra.local.binaries import postgres_programs
from tradewind.infra.local.credentials import SUPERUSER, SUPERUSER_SECRET
from tradewind.infra.local.home import Home
from tradewind.infra.secrets import read_secret

SCALE: Final = 20
DATABASE: Final = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What pgbench says of one run."""

    tps: float
    latency_ms: float


class Pgbench:
    """Runs pgbench against one home's server, in a database of its own."""

    def __init__(self, home: Home) -> None:
        """Nothing is made before `prepare`."""
        self._home = home
        self._programs = postgres_programs(None)

    def prepare(self) -> None:
        """Make the database and its tables."""
        self._run("createdb", DATABASE)
        self._run("pgbench", "-i", "-q", "-s", str(SCALE), DATABASE)

    def remove(self) -> None:
        """Drop the database, so that its vacuuming and writing back disturb nothing after it."""
        self._run("dropdb", DATABASE)
        self._run("psql", "-c", "CHECKPOINT", "postgres")

    def measure(self, mode: str, clients: int, seconds: float) -> Measured:
        """One run of short transactions: update, select, insert, commit."""
        threads = min(2, clients)
        options = ("-N", "-n", "-M", mode, "-j", str(threads), "-c", str(clients))
        text = self._run(
            "pgbench", *options, "-s", str(SCALE), "-T", str(max(1, round(seconds))), DATABASE
        )
        return Measured(
            tps=_number(text, r"tps = ([\d.]+)"),
            latency_ms=_number(text, r"latency average = ([\d.]+) ms"),
        )

    def _run(self, program: str, *arguments: str) -> str:
        command: Sequence[str] = (str(self._programs / program), *arguments)
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        done = subprocess.run(
            command,
            env={
                **inherited,
                "PGHOST": str(self._home.postgres_sockets),
                "PGPORT": "5432",
                "PGUSER": SUPERUSER,
                "PGPASSWORD": read_secret(self._home.secrets, SUPERUSER_SECRET),
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _number(text: str, pattern: str) -> float:
    found = re.search(pattern, text)
    assert found is not None, text
    return float(found[1])
