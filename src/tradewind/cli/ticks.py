"""`tradewind ticks`: history in and out of the tick store, and how long it is kept."""

import getpass
import sys
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import asyncpg
import click
import msgspec

from tradewind.cli.console import Progress, plain_errors
from tradewind.cli.tick_options import Keep, parse_keep, parse_time
from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.local.configuration import configuration_from_environment
from tradewind.infra.local.database import DATABASE
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home
from tradewind.infra.local.platform import database_server, set_up_database
from tradewind.infra.secrets import read_secret
from tradewind.services.configuration import audit
from tradewind.services.marketdata.exporting import (
    WritePages,
    export_ticks,
    read_pages,
    write_csv,
)
from tradewind.services.marketdata.importing import import_ticks, is_known
from tradewind.services.marketdata.importing_rows import (
    BadRow,
    NotAFileOfTicks,
    RecordedTick,
    Repeat,
    read_rows,
)
from tradewind.services.marketdata.retention import (
    Policy,
    Stored,
    read_policies,
    read_stored,
    set_keep,
)

#: The user asked for something that this installation lacks, as with a wrong option.
EXIT_UNAVAILABLE: Final = 2
BAD_ROWS_SHOWN_MAX: Final = 20
PROGRESS_S: Final = 1.0


@click.group()
def ticks() -> None:
    """Import and export recorded ticks; see and set how long ticks are kept."""


@dataclass(slots=True, kw_only=True)
class Counted:
    """What became of a file's lines."""

    symbol: str
    added: int = 0
    present: int = 0
    differing: int = 0
    repeated: int = 0
    bad: int = 0


@ticks.command("import")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--symbol", required=True, help="The instrument, such as EURUSD.")
@click.option("--skip-bad", is_flag=True, help="Import the good lines of a file with bad ones.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def import_(*, file: Path, symbol: str, skip_bad: bool, as_json: bool) -> None:
    """Import FILE, a CSV with the columns time, bid and ask.

    Times are ISO 8601 with Z or an offset, in order. A file with bad lines is not imported at
    all unless --skip-bad is given. Importing a file again adds nothing.
    """
    progress, clock = Progress(), clock_from_environment()
    shown = _at_times(progress)
    _check_lines(file, clock, skip_bad=skip_bad)
    counted = Counted(symbol=symbol)
    async with _database(progress) as connection:
        if not await is_known(connection, Symbol(symbol)):
            raise LocalError(f"there is no instrument {symbol}")
        lines = _counting(file, clock, counted)
        async for done in import_ticks(connection, Symbol(symbol), lines, clock):
            counted.added += done.added
            counted.present += done.present
            counted.differing += done.differing
            shown(f"{counted.added} ticks added, {counted.present} were there")
    if as_json:
        click.echo(msgspec.json.encode(counted).decode("utf-8"))
        return
    click.echo(
        f"{symbol}: {counted.added} ticks added, {counted.present} were there already, "
        f"{counted.repeated} repeated the line before, {counted.bad} bad lines skipped"
    )
    if counted.differing:
        click.echo(f"{counted.differing} differ from ticks kept at their time: left as they are")


def _at_times(report: Callable[[str], None]) -> Callable[[str], None]:
    """Report at most once a second."""
    due = time.monotonic() + PROGRESS_S

    def say(line: str) -> None:
        nonlocal due
        if time.monotonic() >= due:
            report(line)
            due = time.monotonic() + PROGRESS_S

    return say


def _check_lines(file: Path, clock: Clock, *, skip_bad: bool) -> None:
    """Read the whole file before anything is written; name its bad lines."""
    bad = 0
    try:
        for row in read_rows(file, clock.now()):
            if isinstance(row, BadRow):
                bad += 1
                if bad <= BAD_ROWS_SHOWN_MAX:
                    click.echo(f"line {row.line}: {row.reason}", err=True)
    except NotAFileOfTicks as error:
        raise LocalError(f"{file}: {error}") from None
    if bad > BAD_ROWS_SHOWN_MAX:
        click.echo(f"and {bad - BAD_ROWS_SHOWN_MAX} more", err=True)
    if bad and not skip_bad:
        raise LocalError(f"{file} has {bad} bad lines; nothing was imported")


def _counting(file: Path, clock: Clock, counted: Counted) -> Iterator[RecordedTick]:
    for row in read_rows(file, clock.now()):
        match row:
            case RecordedTick():
                yield row
            case Repeat():
                counted.repeated += 1
            case BadRow():
                counted.bad += 1


@ticks.command("export")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--symbol", required=True, help="The instrument, such as EURUSD.")
@click.option("--from", "start", callback=parse_time, required=True, help="The first time.")
@click.option("--to", "end", callback=parse_time, required=True, help="The time after the last.")
@click.option(
    "--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv", help="CSV by default."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def export(
    *, file: Path, symbol: str, start: datetime, end: datetime, kind: str, as_json: bool
) -> None:
    """Write the ticks of a time to FILE: time, bid and ask before any markup."""
    write = _writer(kind)
    async with _database(Progress()) as connection:
        if not await is_known(connection, Symbol(symbol)):
            raise LocalError(f"there is no instrument {symbol}")
        pages = read_pages(connection, Symbol(symbol), start, end)
        count = await export_ticks(pages, file, write)
    if as_json:
        shown = {"symbol": symbol, "ticks": count, "file": str(file)}
        click.echo(msgspec.json.encode(shown).decode("utf-8"))
    else:
        click.echo(f"{symbol}: {count} ticks written to {file}")


def _writer(kind: str) -> WritePages:
    if kind == "csv":
        return write_csv
    try:
        # Only who asks for Parquet has to have its packages.
        from tradewind.services.marketdata.exporting_parquet import (  # noqa: PLC0415
            write_parquet,
        )
    except ImportError:
        click.echo(
            "Parquet needs two more packages: pip install 'tradewind[parquet]' "
            "(in a checkout: .venv/bin/uv sync --inexact --extra parquet)",
            err=True,
        )
        sys.exit(EXIT_UNAVAILABLE)
    return write_parquet


@ticks.command("retention")
@click.option("--table", help="Change the policy of this table.")
@click.option("--keep", callback=parse_keep, help="How long its rows are kept: 30d, or forever.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@plain_errors
async def retention(*, table: str | None, keep: Keep | None, as_json: bool) -> None:
    """Show how long each table's rows are kept and what it holds, or change it."""
    if (table is None) != (keep is None):
        raise click.UsageError("--table and --keep go together")
    async with _database(Progress()) as connection:
        if table is not None:
            await _change(connection, table, keep if isinstance(keep, timedelta) else None)
        held = [
            (policy, await read_stored(connection, policy.table))
            for policy in await read_policies(connection)
        ]
    if as_json:
        shown = [_described(policy, stored) for policy, stored in held]
        click.echo(msgspec.json.encode(shown).decode("utf-8"))
        return
    for policy, stored in held:
        kept = f"{policy.keep.days} days" if policy.keep else "for ever"
        days = f"{stored.first} to {stored.last}" if stored.partitions else "nothing"
        size = f"{stored.bytes / 1_000_000:.1f} MB"
        click.echo(f"{policy.table:<17} kept {kept:<9} {stored.partitions:>5} days {size}  {days}")


async def _change(connection: asyncpg.Connection, table: str, keep: timedelta | None) -> None:
    """Set a policy and record who did it, in one transaction."""
    async with connection.transaction():
        before = {policy.table: policy.keep for policy in await read_policies(connection)}
        if not await set_keep(connection, table, keep):
            raise LocalError(f"there is no table of ticks {table}: {', '.join(before)}")
        entry = audit.Entry(
            at=clock_from_environment().now(),
            actor=f"operator:{getpass.getuser()}",
            action="retention.changed",
            subject=table,
            before={"keep_days": _days(before[table])},
            after={"keep_days": _days(keep)},
        )
        await audit.append(connection, entry)


def _days(keep: timedelta | None) -> int | None:
    return keep.days if keep else None


def _described(policy: Policy, stored: Stored) -> dict[str, object]:
    return {
        "table": policy.table,
        "keep_days": _days(policy.keep),
        "partitions": stored.partitions,
        "bytes": stored.bytes,
        "first": stored.first,
        "last": stored.last,
    }


@asynccontextmanager
async def _database(report: Callable[[str], None]) -> AsyncGenerator[asyncpg.Connection]:
    """Give a connection of the administrator's role; starts the database where none runs."""
    async with database_server(configuration_from_environment(), report) as home:
        await set_up_database(home, report)
        connection = await _connect(home)
        try:
            yield connection
        finally:
            await connection.close()


async def _connect(home: Home) -> asyncpg.Connection:
    return await asyncpg.connect(
        host=str(home.postgres_sockets),
        port=5432,
        user="tw_admin",
        password=read_secret(home.secrets, "pg_tw_admin"),
        database=DATABASE,
        timeout=5.0,
        server_settings={"application_name": "tradewind-ticks"},
    )
