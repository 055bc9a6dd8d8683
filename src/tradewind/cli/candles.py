"""`tradewind candles`: import and export one's own, and make them anew from the kept ticks."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import click

from tradewind.cli.console import Progress, plain_errors
from tradewind.core.candles import Interval
from tradewind.core.ids import Symbol
from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.local.configuration import configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.platform import database_server
from tradewind.infra.local.python_process import process_environment
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import settings_from_environment
from tradewind.services.marketdata.aggregation import CandleJob, rebuild_work
from tradewind.services.marketdata.candles import BEGINNING, END, CandleQuery, Candles
from tradewind.services.marketdata.candles_exporting import (
    PAGE_ROWS,
    WritePages,
    export_candles,
    write_csv,
)
from tradewind.services.marketdata.candles_importing import (
    ImportRefusedError,
    import_candles,
    read_candles,
)
from tradewind.services.marketdata.importing import is_known

FILE: Final = click.Path(path_type=Path, dir_okay=False)
DATE: Final = click.DateTime(("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d"))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Store:
    """The market data of an installation, as role `tw_admin`."""

    pool: asyncpg.Pool
    clock: Clock


@click.group()
def candles() -> None:
    """Import, export and rebuild candles."""


@candles.command("import")
@click.option("--symbol", required=True)
@click.option("--interval", type=click.Choice(["1m"]), default="1m", show_default=True)
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@plain_errors
async def import_(symbol: str, interval: str, file: Path) -> None:
    """Add one-minute candles of a CSV file; larger ones are folded from them.

    Columns: time, bid_open, bid_high, bid_low, bid_close, ask_open, ask_high, ask_low, ask_close.
    The same file again changes nothing. A file with a bad row is refused whole.
    """
    del interval  # there is one choice: other intervals are folded from it
    progress = Progress()
    try:
        with file.open(newline="", encoding="utf-8") as rows:
            given = read_candles(rows)
    except (ImportRefusedError, UnicodeDecodeError) as error:
        raise click.ClickException(f"{file.name} was not imported:\n{error}") from None
    progress(f"read {len(given)} candles")
    async with _store(symbol, progress) as store:
        done = await import_candles(store.pool, store.clock, Symbol(symbol), given)
    click.echo(f"{done.rows} candles read, {done.written} of them new or changed")


@candles.command()
@click.option("--symbol", required=True)
@click.option(
    "--interval",
    type=click.Choice([each.value for each in Interval]),
    default="1m",
    show_default=True,
)
@click.option("--from", "since", type=DATE, help="UTC; the first candle begins here or later.")
@click.option("--to", "until", type=DATE, help="UTC; every candle begins before.")
@click.option("--format", "kind", type=click.Choice(["csv", "parquet"]), default="csv")
@click.argument("file", type=FILE)
@plain_errors
async def export(
    *,
    symbol: str,
    interval: str,
    since: datetime | None,
    until: datetime | None,
    kind: str,
    file: Path,
) -> None:
    """Write candles to a file, without any markup."""
    write = _parquet() if kind == "parquet" else write_csv
    query = CandleQuery(
        symbol=Symbol(symbol),
        interval=Interval(interval),
        since=_utc(since, BEGINNING),
        until=_utc(until, END),
        limit=PAGE_ROWS,
    )
    async with _store(symbol, Progress()) as store:
        count = await export_candles(Candles(store.pool, store.clock), query, file, write)
    click.echo(f"{count} candles written to {file}")


def _parquet() -> WritePages:
    try:
        # An optional dependency: nobody who does not export Parquet has to have it.
        from tradewind.services.marketdata.candles_parquet import (  # noqa: PLC0415
            write_parquet,
        )
    except ImportError:
        raise click.UsageError("Parquet needs more packages: tradewind[parquet]") from None
    return write_parquet


@candles.command()
@click.option("--symbol", required=True)
@click.option("--from", "since", type=DATE, help="UTC; default: the first kept tick.")
@click.option("--to", "until", type=DATE, help="UTC; default: the last kept tick.")
@plain_errors
async def rebuild(symbol: str, since: datetime | None, until: datetime | None) -> None:
    """Make candles anew from the kept ticks; what changes gets a higher revision."""
    progress = Progress()
    async with _store(symbol, progress) as store:
        span = (_utc(since, BEGINNING), _utc(until, END))
        if await rebuild_work(store.pool, Symbol(symbol), *span):
            slices = await CandleJob(store.pool, None, store.clock).work_off()
            progress(f"made candles in {slices} transactions")
            click.echo(f"the candles of {symbol} are those of its kept ticks")
        else:
            click.echo(f"there are no ticks of {symbol} in that time")


@asynccontextmanager
async def _store(symbol: str, progress: Progress) -> AsyncGenerator[_Store]:
    configuration = configuration_from_environment()
    async with database_server(configuration, progress) as home:
        if not home.cluster.exists():
            raise LocalError(f"there is no database in {home.root}")
        environment = process_environment(configuration, home, home.root / "web")
        settings = settings_from_environment(environment)
        async with await open_pool(settings, "tw_admin", size_max=2) as pool:
            async with pool.acquire() as connection:
                if not await is_known(connection, Symbol(symbol)):
                    raise LocalError(f"there is no instrument {symbol}")
            yield _Store(pool=pool, clock=clock_from_environment())


def _utc(named: datetime | None, default: datetime) -> datetime:
    return default if named is None else named.replace(tzinfo=UTC)
