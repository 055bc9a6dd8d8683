"""`tradewind symbols|groups|markups|calendars|lps`: the configuration, from the machine itself."""

import getpass
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypedDict, Unpack, get_type_hints

import click
import msgspec

from tradewind.cli.console import Progress, plain_errors
from tradewind.cli.refusals import print_json, told_refusals
from tradewind.core.errors import InvalidError
from tradewind.infra.clock import clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.identifiers import IdSource
from tradewind.infra.local.configuration import configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.platform import database_server
from tradewind.infra.postgres import open_pool
from tradewind.infra.settings import Settings
from tradewind.services.configuration.approvals import Approvals
from tradewind.services.configuration.kinds import SHAPES, document
from tradewind.services.configuration.model import Actor, Change, Configured, Kind
from tradewind.services.configuration.rebasing import rebase
from tradewind.services.configuration.service import Configuration
from tradewind.services.configuration.staff import operator

GROUPS: Final = {
    "symbols": (Kind.SYMBOL, "Instruments: specifications, sessions, trade modes."),
    "groups": (Kind.GROUP, "Groups: the terms of accounts."),
    "markups": (Kind.MARKUP_RULE, "Markup rules: GROUP, GROUP:asset_class or GROUP:SYMBOL."),
    "filters": (Kind.QUOTE_FILTER, "Quote filters: which quotes pass, by asset class or symbol."),
    "calendars": (Kind.CALENDAR, "Calendars: sessions and holidays."),
    "lps": (Kind.LIQUIDITY_PROVIDER, "Liquidity providers: enabled, priority, names."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the command line asks for."""

    kind: Kind
    name: str
    fields: Mapping[str, object]
    version: int | None
    effective_from: datetime | None
    request: str | None
    as_json: bool


class Options(TypedDict):
    """The options of `set`."""

    version: int | None
    begins: str | None
    new: bool
    request: str | None
    actor: str | None
    as_json: bool


def configuration_commands() -> Sequence[click.Group]:
    """Return a group of commands for each kind."""
    return [_group(name, kind, text) for name, (kind, text) in GROUPS.items()]


def _group(name: str, kind: Kind, text: str) -> click.Group:
    group = click.Group(name, help=text)

    @group.command("list")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
    @plain_errors
    async def list_(*, as_json: bool) -> None:
        """List what is in force, by name."""
        async with opened() as configuration:
            found = await configuration.all(kind)
        if as_json:
            print_json([_shown(each, found[each]) for each in sorted(found)])
            return
        for each in sorted(found):
            click.echo(each)

    @group.command("show")
    @click.argument("name")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @plain_errors
    async def show(name: str, *, as_json: bool) -> None:
        """Show NAME; exit status 4 when there is none."""
        with told_refusals(as_json=as_json):
            async with opened() as configuration:
                _tell(name, await configuration.one(kind, name), as_json=as_json)

    group.add_command(_set_command(kind))
    if kind is Kind.SYMBOL:
        group.add_command(_rebase)
    return group


@click.command("rebase")
@click.argument("name")
@click.argument("reason")
@click.option("--actor", help="E-mail of who acts; default: the user of this machine.")
@plain_errors
async def _rebase(name: str, reason: str, *, actor: str | None) -> None:
    """Take what LPs send of NAME as its price although it is beyond the hard band."""
    with told_refusals(as_json=False):
        async with opened() as configuration:
            async with configuration.reading() as connection:
                acting = await operator(connection, actor or getpass.getuser())
            async with configuration.changing() as tx:
                await rebase(configuration, tx, acting, name, reason)
    click.echo(f"{name} is judged anew")


def _set_command(kind: Kind) -> click.Command:
    @click.command("set")
    @click.argument("name")
    @click.argument("fields", nargs=-1, required=True, metavar="FIELD=VALUE...")
    @click.option("--version", type=int, help="The newest version you saw; default: the newest.")
    @click.option("--from", "begins", help="When it begins, as 2026-12-24T17:00:00Z; default: now.")
    @click.option("--new", is_flag=True, help="Make something new of this name.")
    @click.option("--request", help="Ask a second person for it, and say why.")
    @click.option("--actor", help="E-mail of who acts; default: the user of this machine.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
    @plain_errors
    async def set_(name: str, fields: Sequence[str], **options: Unpack[Options]) -> None:
        """Change fields of NAME.

        Exit status 4: there is none; 5: it has changed since; 6: it needs a second person, see
        --request; 1: any other refusal.
        """
        with told_refusals(as_json=options["as_json"]):
            wanted = Wanted(
                kind=kind,
                name=name,
                fields=dict(_field(kind, each) for each in fields),
                version=0 if options["new"] else options["version"],
                effective_from=_time(options["begins"]),
                request=options["request"],
                as_json=options["as_json"],
            )
            async with opened() as configuration:
                await _change(configuration, wanted, options["actor"] or getpass.getuser())

    return set_


async def _change(configuration: Configuration, wanted: Wanted, actor_name: str) -> None:
    async with configuration.reading() as connection:
        actor = await operator(connection, actor_name)
    version = wanted.version
    if version is None:
        version = (await configuration.one(wanted.kind, wanted.name)).version
    change = Change(
        kind=wanted.kind,
        subject=wanted.name,
        version=version,
        fields=wanted.fields,
        effective_from=wanted.effective_from,
    )
    if wanted.request is not None:
        await _ask(configuration, actor, change, wanted)
        return
    made = await configuration.change(actor, change)
    _tell(wanted.name, made, as_json=wanted.as_json)


async def _ask(configuration: Configuration, actor: Actor, change: Change, wanted: Wanted) -> None:
    approvals = Approvals(configuration)
    async with configuration.changing() as tx:
        filed = await approvals.file(tx, actor, change, wanted.request or "")
    if wanted.as_json:
        print_json({"change_request": filed.id, "content_hash": filed.content_hash.hex()})
    else:
        click.echo(f"change request {filed.id} waits for a second person")


@asynccontextmanager
async def opened() -> AsyncGenerator[Configuration]:
    """Open the database of this data folder, running or not, as role tw_admin."""
    async with (
        opened_home() as settings,
        await open_pool(settings, "tw_admin", size_max=2) as pool,
    ):
        yield Configuration(pool, clock_from_environment(), IdSource().new)


@asynccontextmanager
async def opened_home() -> AsyncGenerator[Settings]:
    """Let the database of this data folder run, and say how it is reached."""
    trap_floats()
    local = configuration_from_environment()
    async with database_server(local, Progress()) as home:
        if not home.cluster.exists():
            raise LocalError(f"there is no database in {home.root}")
        yield Settings(
            database_url=home.database_url,
            redis_url=home.redis_url,
            secrets_dir=home.secrets,
            environment="demo",
            host=local.host,
            port=local.port,
            metrics_port=0,
        )


def _field(kind: Kind, text: str) -> tuple[str, object]:
    """Read FIELD=VALUE: a whole number where the field is one, JSON where it looks like it."""
    name, given, value = text.partition("=")
    if not given:
        raise InvalidError(name[:64], "invalid_field", "Write FIELD=VALUE.")
    hint = get_type_hints(SHAPES[kind].terms).get(name)
    if hint in {int, int | None} and value.isascii() and value.isdigit():
        return name, int(value)
    if hint is not str and (value in {"true", "false", "null"} or value[:1] in {"{", "["}):
        try:
            return name, msgspec.json.decode(value)
        except msgspec.DecodeError:
            raise InvalidError(name, "invalid_value", "It is not JSON.") from None
    return name, value


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise InvalidError("from", "invalid_time", "A time has a zone, as in Z.")
    return found


def _tell(name: str, found: Configured, *, as_json: bool) -> None:
    shown = _shown(name, found)
    if as_json:
        print_json(shown)
        return
    for field, value in shown.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        click.echo(f"{field:<22} {text}")


def _shown(name: str, found: Configured) -> dict[str, object]:
    return {
        "subject": name,
        **document(found.current.terms),
        "version": found.version,
        "effective_from": found.current.effective_from.isoformat(),
        "planned": [
            {"version": each.version, "effective_from": each.effective_from.isoformat()}
            for each in found.planned
        ],
    }
