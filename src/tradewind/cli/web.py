"""`tradewind web`: build the web client now instead of beside the next start."""

import click

from tradewind.cli.console import Progress, plain_errors
from tradewind.infra.local.configuration import configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.home import locate_home, prepare_home
from tradewind.infra.local.web_build import build_web, find_web_sources, is_current


@click.command()
@plain_errors
async def web() -> None:
    """Build the web client unless it is current."""
    sources = find_web_sources()
    if sources is None:
        raise LocalError("this installation has no sources of the web client")
    home = locate_home(configuration_from_environment().home)
    prepare_home(home)
    await build_web(sources, home, Progress())
    if not is_current(sources):
        raise LocalError(f"the build failed; see {home.logs / 'web-build.log'}")
    click.echo(sources / "dist")
