"""`tradewind down`, `status`, `logs`: look at a platform that runs, or stop it."""

import asyncio
import signal
import sys
import time
from pathlib import Path
from typing import Final

import click
import msgspec

from tradewind.cli.console import plain_errors
from tradewind.infra.local.configuration import configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home, locate_home
from tradewind.infra.local.log_files import last_lines, log_path
from tradewind.infra.local.process_identity import is_alive, signal_process
from tradewind.infra.local.running_state import RunningState, live_state

#: What service managers expect of a status command for something that does not run.
EXIT_NOT_RUNNING: Final = 3
_DOWN_TIMEOUT_S: Final = 90.0
_POLL_S: Final = 0.05


@click.command()
@plain_errors
async def down() -> None:
    """Stop the platform of this data folder and wait until it has ended."""
    home = _home()
    state = live_state(home.state_file)
    if state is None:
        click.echo(f"nothing runs in {home.root}")
        return
    signal_process(state.supervisor, signal.SIGTERM)
    deadline = time.monotonic() + _DOWN_TIMEOUT_S
    while is_alive(state.supervisor):
        if time.monotonic() > deadline:
            raise LocalError(f"process {state.supervisor.pid} did not end; see {home.logs}")
        await asyncio.sleep(_POLL_S)
    click.echo("stopped")


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def status(*, as_json: bool) -> None:
    """Show what runs; exit status 3 when nothing does."""
    home = _home()
    state = live_state(home.state_file)
    if as_json:
        click.echo(msgspec.json.encode(_described(home, state)).decode("utf-8"))
    elif state is None:
        click.echo(f"stopped  {home.root}")
    else:
        click.echo(f"{state.state}  http://{state.host}:{state.port}  {home.root}")
        for child in state.children:
            pid = child.identity.pid if child.identity else "-"
            click.echo(f"  {child.name:<12} {child.state:<11} pid {pid}  restarts {child.restarts}")
    if state is None:
        sys.exit(EXIT_NOT_RUNNING)


@click.command()
@click.argument("name", required=False)
@click.option("-n", "--lines", default=20, show_default=True, help="How many lines of each log.")
@plain_errors
async def logs(*, name: str | None, lines: int) -> None:
    """Show the end of one child's log, or of all."""
    home = _home()
    paths = [log_path(home.logs, name)] if name else sorted(home.logs.glob("*.log"))
    if name and not paths[0].exists():
        known = ", ".join(sorted(path.stem for path in home.logs.glob("*.log")))
        raise LocalError(f"there is no log {name}; there are: {known or 'none yet'}")
    for path in paths:
        _show(path, lines, heading=name is None)


def _show(path: Path, lines: int, *, heading: bool) -> None:
    if heading:
        click.echo(f"==> {path}")
    for line in last_lines(path, lines):
        click.echo(line)


def _described(home: Home, state: RunningState | None) -> dict[str, object]:
    if state is None:
        return {"state": "stopped", "home": str(home.root)}
    return {
        "state": state.state,
        "home": str(home.root),
        "pid": state.supervisor.pid,
        "url": f"http://{state.host}:{state.port}",
        "started_at": state.started_at,
        "processes": [
            {
                "name": child.name,
                "state": child.state,
                "pid": child.identity.pid if child.identity else None,
                "restarts": child.restarts,
            }
            for child in state.children
        ],
    }


def _home() -> Home:
    return locate_home(configuration_from_environment().home)
