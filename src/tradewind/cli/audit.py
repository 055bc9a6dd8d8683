"""`tradewind audit`: whether the record of changes is what was written."""

import sys

import click
import msgspec

from tradewind.cli.configuration import opened
from tradewind.cli.console import plain_errors
from tradewind.services.configuration.audit import verify_chain


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def audit(*, as_json: bool) -> None:
    """Check the record of changes; exit status 1 when an entry was altered, moved or removed."""
    async with opened() as configuration, configuration.reading() as connection:
        broken = await verify_chain(connection)
    if as_json:
        found = {"intact": broken is None, "break": broken}
        click.echo(msgspec.json.encode(found).decode())
    elif broken is None:
        click.echo("the record is intact")
    else:
        place = "its end" if broken.entry_id is None else f"entry {broken.entry_id}"
        click.echo(f"the record was changed at {place}: {broken.reason}")
    if broken is not None:
        sys.exit(1)
