"""`tradewind backup`, `restore`: one file out, one fresh data folder in."""

import shutil
from pathlib import Path

import click

from tradewind.cli.console import Progress, plain_errors
from tradewind.cli.database import run_one_shot
from tradewind.infra.local.archive import Unpacked, default_name, read_archive, write_archive
from tradewind.infra.local.binaries import postgres_programs
from tradewind.infra.local.configuration import LocalConfiguration, configuration_from_environment
from tradewind.infra.local.dump import restore_dump
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import locate_home
from tradewind.infra.local.platform import database_server, set_up_database
from tradewind.infra.local.process_table import VERIFY
from tradewind.infra.local.python_process import module_exists


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@plain_errors
async def backup(target: Path) -> None:
    """Write the database, the keys and the demo logins to TARGET, a file or a folder.

    Works while the platform runs. The file holds keys and client data: keep it as safe as the
    data folder.
    """
    progress = Progress()
    configuration = configuration_from_environment()
    if not locate_home(configuration.home).cluster.exists():
        raise LocalError(f"there is no database in {configuration.home}")
    file = _file_of(target)
    programs = postgres_programs(configuration.postgres_bin)
    async with database_server(configuration, progress) as home:
        await write_archive(home, programs, file, progress)
    click.echo(file)


def _file_of(target: Path) -> Path:
    return target / default_name() if target.is_dir() else target


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@plain_errors
async def restore(source: Path) -> None:
    """Restore SOURCE into a data folder that has no database yet, migrate and verify it."""
    progress = Progress()
    configuration = configuration_from_environment()
    if locate_home(configuration.home).cluster.exists():
        raise LocalError(
            f"{configuration.home} has a database; restore into a fresh TRADEWIND_HOME"
        )
    with read_archive(source, configuration.home) as unpacked:
        unpacked.install_keys(locate_home(configuration.home))
        try:
            await _restore(unpacked, configuration, progress)
        except BaseException:
            # Half a restore must not be taken for a database at the next start.
            shutil.rmtree(locate_home(configuration.home).postgres, ignore_errors=True)
            raise
    click.echo(f"restored into {configuration.home}")


async def _restore(
    unpacked: Unpacked, configuration: LocalConfiguration, progress: Progress
) -> None:
    async with database_server(configuration, progress) as home:
        progress("restoring the database")
        await restore_dump(home, postgres_programs(configuration.postgres_bin), unpacked.dump)
        await set_up_database(home, progress)
        if module_exists(VERIFY.module):
            progress("replaying the event log")
            await run_one_shot(VERIFY, configuration, home)
        else:
            progress("warning: this version has no replay check; equality was not verified")
