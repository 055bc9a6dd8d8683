"""`tradewind migrate`, `seed`, `verify`: work on the database, running or not."""

import click
import msgspec

from tradewind.cli.console import Progress, plain_errors
from tradewind.infra.local.configuration import LocalConfiguration, configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home
from tradewind.infra.local.log_files import last_lines, log_path
from tradewind.infra.local.platform import database_server, set_up_database
from tradewind.infra.local.process_table import PROCESSES, VERIFY, ProcessSpec
from tradewind.infra.local.python_process import (
    PythonProcess,
    process_environment,
    require_modules,
)


@click.command()
@plain_errors
async def migrate() -> None:
    """Apply the migrations that the database lacks."""
    progress = Progress()
    async with database_server(configuration_from_environment(), progress) as home:
        await set_up_database(home, progress)


@click.command()
@plain_errors
async def seed() -> None:
    """Write the demo's users, accounts and instruments; changes nothing that is there."""
    progress = Progress()
    configuration = configuration_from_environment()
    spec = next(spec for spec in PROCESSES if spec.name == "seed")
    async with database_server(configuration, progress) as home:
        await set_up_database(home, progress)
        await run_one_shot(spec, configuration, home)
    click.echo(f"seeded; the logins are in {home.demo_file}")


@click.command()
@plain_errors
async def verify() -> None:
    """Replay the event log and compare it with the stored state; exit status 1 if they differ."""
    progress = Progress()
    configuration = configuration_from_environment()
    async with database_server(configuration, progress) as home:
        if not home.cluster.exists():
            raise LocalError(f"there is no database in {home.root}")
        await run_one_shot(VERIFY, configuration, home)
        result = msgspec.json.decode(
            last_lines(log_path(home.logs, VERIFY.name), 1)[0], type=_Result
        )
    click.echo(
        f"the replayed state equals the stored state: {result.accounts} accounts, "
        f"{result.events} events, state hash {result.state_hash}"
    )


class _Result(msgspec.Struct):
    """The line that the replay logs when it ends well."""

    accounts: int
    events: int
    state_hash: str


async def run_one_shot(spec: ProcessSpec, configuration: LocalConfiguration, home: Home) -> None:
    """Run a process of the table to its end against a running database."""
    require_modules((spec,))
    environment = process_environment(configuration, home, home.root / "web")
    await PythonProcess(
        spec=spec, home=home, port=configuration.port, environment=environment
    ).run_once()
