"""`tradewind kill-switch`: stop what opens positions, from the machine itself."""

import getpass

import click

from tradewind.cli.configuration import opened
from tradewind.cli.console import plain_errors
from tradewind.cli.refusals import print_json, told_refusals
from tradewind.services.configuration.kill_switches import (
    KillSwitch,
    Scope,
    clear_switch,
    set_switch,
    switches,
)
from tradewind.services.configuration.staff import operator

_SCOPE = click.Choice([each.value for each in Scope])


@click.group("kill-switch")
def kill_switch() -> None:
    """Stop what opens positions, everywhere or in a group, an account or a symbol.

    Closes go on. It needs the database and nothing else.
    """


@kill_switch.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@plain_errors
async def list_(*, as_json: bool) -> None:
    """List what is set."""
    async with opened() as configuration, configuration.reading() as connection:
        found = await switches(connection)
    if as_json:
        print_json(found)
        return
    for each in found:
        _tell("set", each, as_json=False)


@kill_switch.command("set")
@click.argument("scope", type=_SCOPE)
@click.argument("key", default="")
@click.option("--reason", required=True, help="Why, for the record.")
@click.option("--actor", help="E-mail of who acts; default: the user of this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def set_(scope: str, key: str, reason: str, actor: str | None, *, as_json: bool) -> None:
    """Stop SCOPE; KEY is a group's code, an account's id or a symbol, `global` has none.

    Exit status 5: it is set already; 1: any other refusal.
    """
    with told_refusals(as_json=as_json):
        async with opened() as configuration:
            async with configuration.reading() as connection:
                acting = await operator(connection, actor or getpass.getuser())
            async with configuration.changing() as tx:
                place = (Scope(scope), key)
                made = await set_switch(configuration, tx, acting, place, reason)
        _tell("set", made, as_json=as_json)


@kill_switch.command("clear")
@click.argument("scope", type=_SCOPE)
@click.argument("key", default="")
@click.option("--actor", help="E-mail of who acts; default: the user of this machine.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def clear(scope: str, key: str, actor: str | None, *, as_json: bool) -> None:
    """Let positions be opened again; exit status 4 when nothing was set."""
    with told_refusals(as_json=as_json):
        async with opened() as configuration:
            async with configuration.reading() as connection:
                acting = await operator(connection, actor or getpass.getuser())
            async with configuration.changing() as tx:
                cleared = await clear_switch(configuration, tx, acting, (Scope(scope), key))
        _tell("cleared", cleared, as_json=as_json)


def _tell(done: str, switch: KillSwitch, *, as_json: bool) -> None:
    if as_json:
        print_json(switch)
        return
    place = f"{switch.scope} {switch.key}".rstrip()
    since = switch.at.isoformat(timespec="seconds")
    click.echo(f"{done}: {place}, since {since} by {switch.actor}: {switch.reason}")
