"""`tradewind up`: start the platform and stay."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import click
import msgspec

from tradewind.cli.console import Progress, plain_errors
from tradewind.infra.local.configuration import LocalConfiguration, configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home, locate_home
from tradewind.infra.local.log_files import last_lines, log_path, open_log
from tradewind.infra.local.platform import Platform
from tradewind.infra.local.running_state import PlatformState, live_state

_DETACHED_TIMEOUT_S: Final = 600.0
_POLL_S: Final = 0.1


@click.command()
@click.option("--detach", is_flag=True, help="Return once the platform runs; stop it with `down`.")
@click.option("--web/--no-web", default=True, help="Build the web client beside the start.")
@plain_errors
async def up(*, detach: bool, web: bool) -> None:
    """Start the platform and run it until Ctrl-C."""
    configuration = configuration_from_environment()
    if detach:
        await _detach(configuration, web=web)
        return
    platform = Platform(
        configuration=configuration,
        report=Progress(),
        announce=_announcement(configuration),
        build_web=web,
    )
    await platform.run()


def _announcement(configuration: LocalConfiguration) -> Callable[[Home], None]:
    def announce(home: Home) -> None:
        for line in announcement_lines(configuration, home):
            click.echo(line)

    return announce


def announcement_lines(configuration: LocalConfiguration, home: Home) -> list[str]:
    """Return the addresses and the demo logins."""
    host = "localhost" if configuration.host in {"127.0.0.1", "0.0.0.0"} else configuration.host  # noqa: S104
    url = f"http://{host}:{configuration.port}"
    lines = [
        "",
        f"Tradewind is running: {url}",
        f"  API reference       {url}/docs",
        f"  price stream        ws://{host}:{configuration.port + 1}",
        f"  data, logs          {home.root}",
    ]
    return [*lines, *_demo_lines(home), "Stop it with Ctrl-C.", ""]


def _demo_lines(home: Home) -> list[str]:
    """Return the demo logins: those objects of demo.json that have an email and a password."""
    if not home.demo_file.exists():
        return []
    logins = _logins(msgspec.json.decode(home.demo_file.read_bytes()))
    lines = [f"  {what:<19} {email}  {password}" for what, email, password in logins]
    return ["Demo logins", *lines] if lines else []


def _logins(value: Any, what: str = "login") -> list[tuple[str, str, str]]:
    if isinstance(value, list):
        return [login for inner in value for login in _logins(inner, what)]
    if not isinstance(value, dict):
        return []
    if "email" in value and "password" in value:
        return [(str(value.get("role", what)), str(value["email"]), str(value["password"]))]
    return [login for key, inner in value.items() for login in _logins(inner, str(key))]


async def _detach(configuration: LocalConfiguration, *, web: bool) -> None:
    home = locate_home(configuration.home)
    if live_state(home.state_file) is not None:
        raise LocalError(f"it is already running in {home.root}")
    home.logs.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open_log(home.logs, "supervisor") as log:
        process = subprocess.Popen(  # noqa: S603, ASYNC220
            (sys.executable, "-m", "tradewind.cli.main", "up", "--web" if web else "--no-web"),
            env={**os.environ, "TRADEWIND_HOME": str(home.root)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    deadline = time.monotonic() + _DETACHED_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        state = live_state(home.state_file)
        if state is not None and state.state is PlatformState.RUNNING:
            click.echo("\n".join(announcement_lines(configuration, home)[:-2]))
            click.echo("Stop it with `tradewind down`.")
            return
        await asyncio.sleep(_POLL_S)
    tail = "\n".join(last_lines(log_path(home.logs, "supervisor"), 10))
    raise LocalError(f"the platform did not start:\n{tail}")
