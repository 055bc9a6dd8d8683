"""`tradewind doctor`: look at everything the platform needs, and say what is wrong."""

import platform
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import click
import msgspec

from tradewind.cli.console import plain_errors
from tradewind.infra.local.binaries import (
    node_folder,
    postgres_major,
    postgres_programs,
    valkey_program,
)
from tradewind.infra.local.configuration import LocalConfiguration, configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import Home, locate_home
from tradewind.infra.local.preflight import check_disk, free_disk_mb, port_problem
from tradewind.infra.local.process_table import PROCESSES
from tradewind.infra.local.python_process import require_modules
from tradewind.infra.local.running_state import ChildState, live_state


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome of one check."""

    check: str
    ok: bool
    detail: str


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@plain_errors
async def doctor(*, as_json: bool) -> None:
    """Check programs, disk, ports, secrets and processes; exit status 1 if something is wrong."""
    configuration = configuration_from_environment()
    findings = list(examine(configuration, locate_home(configuration.home)))
    if as_json:
        click.echo(msgspec.json.encode(findings).decode("utf-8"))
    else:
        for finding in findings:
            click.echo(f"{'ok ' if finding.ok else 'BAD'}  {finding.check:<12} {finding.detail}")
    if not all(finding.ok for finding in findings):
        sys.exit(1)


def examine(configuration: LocalConfiguration, home: Home) -> Iterator[Finding]:
    """Make every check; none changes anything."""
    checks: dict[str, Callable[[LocalConfiguration, Home], str]] = {
        "system": _system,
        "postgres": _postgres,
        "valkey": _valkey,
        "node": _node,
        "modules": _modules,
        "disk": _disk,
        "secrets": _secrets,
        "ports": _ports,
        "processes": _processes,
    }
    for name, check in checks.items():
        try:
            yield Finding(check=name, ok=True, detail=check(configuration, home))
        except (LocalError, OSError) as error:
            yield Finding(check=name, ok=False, detail=str(error))


def _system(_: LocalConfiguration, __: Home) -> str:
    if sys.platform != "linux":
        raise LocalError(f"the embedded platform runs on Linux, not on {sys.platform}")
    return f"Linux {platform.machine()}, Python {platform.python_version()}"


def _postgres(configuration: LocalConfiguration, _: Home) -> str:
    folder = postgres_programs(configuration.postgres_bin)
    return f"{postgres_major(folder)} in {folder}"


def _valkey(_: LocalConfiguration, __: Home) -> str:
    return str(valkey_program())


def _node(_: LocalConfiguration, __: Home) -> str:
    return str(node_folder() / "bin" / "node")


def _modules(_: LocalConfiguration, __: Home) -> str:
    require_modules(PROCESSES)
    return f"{len(PROCESSES)} processes"


def _disk(configuration: LocalConfiguration, home: Home) -> str:
    folder = next(path for path in (home.root, *home.root.parents) if path.exists())
    check_disk(folder, configuration.disk_free_min_mb)
    return f"{free_disk_mb(folder)} MB free for {home.root}"


def _secrets(_: LocalConfiguration, home: Home) -> str:
    if not home.secrets.exists():
        return "none yet; the first start makes them"
    readable = [path.name for path in home.secrets.iterdir() if path.stat().st_mode & 0o077]
    if readable:
        raise LocalError(f"others can read {', '.join(sorted(readable))}; chmod 600 them")
    return f"{len(list(home.secrets.iterdir()))} files, readable by their owner alone"


def _ports(configuration: LocalConfiguration, home: Home) -> str:
    if live_state(home.state_file) is not None:
        return "held by the running platform"
    offsets = sorted({port for spec in PROCESSES for port in spec.ports})
    problems = [
        problem
        for offset in offsets
        if (problem := port_problem(configuration.host, configuration.port + offset))
    ]
    if problems:
        raise LocalError("; ".join(problems))
    return f"{len(offsets)} ports from {configuration.port} are free"


def _processes(_: LocalConfiguration, home: Home) -> str:
    state = live_state(home.state_file)
    if state is None:
        return "the platform is stopped"
    waiting = [child.name for child in state.children if child.state is ChildState.RESTARTING]
    if waiting:
        raise LocalError(f"not running: {', '.join(waiting)}; see `tradewind logs`")
    return f"{state.state}, {len(state.children)} children"
