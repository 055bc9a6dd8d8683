"""A real TimescaleDB: one Node.js process, one connection, no COPY."""

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from tradewind.infra.local.binaries import node_folder
from tradewind.infra.local.credentials import ROLES
from tradewind.infra.migrator import migrate

FOLDER = Path(__file__).parent
NPM = FOLDER.parents[1] / "tools" / "npm"
INSTALL_TIMEOUT_S = 100.0


def not_run(reason: str) -> None:
    """Say so and fail; skip only where that was allowed."""
    message = f"NOT RUN: the tests with TimescaleDB, because {reason}"
    print(message)  # noqa: T201  a run must say what it left out
    if os.environ.get("TRADEWIND_ALLOW_NOT_RUN") != "1":
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def timescale_program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The server's script, with the packages of the lock file beside it."""
    folder = tmp_path_factory.mktemp("timescale")
    for name in ("package.json", "package-lock.json", "server.js"):
        shutil.copy(FOLDER / name, folder)
    command = (str(NPM), "ci", "--prefix", str(folder), "--no-audit", "--no-fund")
    try:
        done = subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            cwd=folder,
            timeout=INSTALL_TIMEOUT_S,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        not_run(repr(error))
        raise
    if done.returncode != 0:
        not_run(f"npm ci failed: {done.stderr[-500:]}")
    return folder / "server.js"


@pytest.fixture
def timescale_port(timescale_program: Path) -> Iterator[int]:
    """A fresh server; its database is in memory and ends with it."""
    command = (str(node_folder() / "bin" / "node"), str(timescale_program))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield int(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
async def timescale(timescale_port: int) -> AsyncIterator[asyncpg.Connection]:
    """Its only connection, to a database with all our migrations."""
    connection = await asyncpg.connect(
        host="127.0.0.1",
        port=timescale_port,
        user="postgres",
        password="any",
        database="postgres",
        ssl=False,
    )
    for role in ROLES:
        await connection.execute(f"CREATE ROLE {role}")
    await migrate(connection)
    yield connection
    connection.terminate()
