"""Forward-only migrations: numbered SQL files, each applied once, in a transaction of its own."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

MIGRATIONS: Final = Path(__file__).parent / "migrations"
#: The advisory lock that keeps two runners apart: "tradewin" read as a number.
_LOCK: Final = int.from_bytes(b"tradewin", "big")
_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


class MigrationError(RuntimeError):
    """The files and the database disagree; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One file."""

    number: int
    name: str
    sql: str
    checksum: str


LOCK_SQL: Final = "SELECT pg_advisory_lock($1)"
UNLOCK_SQL: Final = "SELECT pg_advisory_unlock($1)"
CREATE_TABLE_SQL: Final = """
    CREATE TABLE IF NOT EXISTS schema_migration (
        number integer PRIMARY KEY,
        name text NOT NULL,
        checksum text NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now()
    )
"""


async def migrate(connection: asyncpg.Connection, folder: Path = MIGRATIONS) -> list[str]:
    """Apply the missing files in order and return their names; refuse when history differs."""
    files = read_migrations(folder)
    await connection.execute(LOCK_SQL, _LOCK)
    try:
        await connection.execute(CREATE_TABLE_SQL)
        applied = await _applied(connection)
        _check(files, applied)
        missing = [file for file in files if file.number not in applied]
        for file in missing:
            await _apply(connection, file)
    finally:
        await connection.execute(UNLOCK_SQL, _LOCK)
    return [file.name for file in missing]


def read_migrations(folder: Path) -> list[Migration]:
    """Return the files by number; a gap, a duplicate or a strange name is refused."""
    files = []
    for number, path in enumerate(sorted(folder.glob("*.sql")), start=1):
        found = _NAME.fullmatch(path.name)
        if found is None or int(found[1]) != number:
            raise MigrationError(f"{path.name} should be migration number {number:04}")
        data = path.read_bytes()
        checksum = hashlib.sha256(data).hexdigest()
        files.append(
            Migration(number=number, name=path.name, sql=data.decode("utf-8"), checksum=checksum)
        )
    return files


APPLIED_SQL: Final = "SELECT number, checksum FROM schema_migration"


async def _applied(connection: asyncpg.Connection) -> dict[int, str]:
    return {row["number"]: row["checksum"] for row in await connection.fetch(APPLIED_SQL)}


def _check(files: list[Migration], applied: dict[int, str]) -> None:
    known = {file.number: file for file in files}
    for number, checksum in sorted(applied.items()):
        if number not in known:
            raise MigrationError(f"the database has migration {number:04}; this program is older")
        if known[number].checksum != checksum:
            raise MigrationError(f"{known[number].name} was changed after it had been applied")


RECORD_SQL: Final = "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)"


async def _apply(connection: asyncpg.Connection, file: Migration) -> None:
    async with connection.transaction():
        # The driver fails on a text without a statement, such as a file of comments alone.
        await connection.execute(f"SELECT;\n{file.sql}")
        await connection.execute(RECORD_SQL, file.number, file.name, file.checksum)
