"""`tradewind dealer|orders|positions`: what dealers do for a client, from the machine itself."""

import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Final, TypedDict, Unpack
from uuid import UUID, uuid4

import click

from tradewind.cli.configuration import opened_home
from tradewind.cli.console import plain_errors
from tradewind.cli.dealer_actions import line, shown
from tradewind.cli.refusals import EXIT_APPROVAL, EXIT_REFUSED, print_json, told_refusals
from tradewind.core.errors import InvalidError
from tradewind.processes.dealing_desk import DealingDesk, dealing_desk
from tradewind.services.configuration.model import Actor, RequestKey
from tradewind.services.configuration.staff import operator
from tradewind.services.dealing.model import Kind, State, Wanted
from tradewind.services.dealing.service import Done

_LIST_MAX: Final = 500
_NOBODY: Final = UUID(int=0)


class Options(TypedDict):
    """What every command that does something is told."""

    reason: str
    actor: str | None
    as_json: bool


class Scope(Options):
    """Of which accounts; one is named."""

    account: UUID | None
    symbol: str | None
    group: str | None


_reason = click.option("--reason", required=True, help="Why; the client reads it.")
_actor = click.option("--actor", help="E-mail of who acts; default: the user of this machine.")
_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
_lp = click.option("--lp-reference", help="The LP's own bust, where it goes against the client.")
_account = click.argument("account", type=click.UUID)
_target = click.argument("target", type=click.UUID)


def dealing_commands() -> Sequence[click.Group]:
    """Return the groups of commands."""
    return (dealer, orders, positions)


@click.group()
def dealer() -> None:
    """Act for a client; what is much, and every bust and correct, waits for a second person.

    Exit status 6: it waits for a second person; 1: it was refused or failed; 4: there is no such
    thing; 5: it is no more what it was.
    """


@click.group()
def orders() -> None:
    """Orders of many accounts."""


@click.group()
def positions() -> None:
    """Positions of many accounts."""


@dealer.command("cancel")
@_account
@_target
@_reason
@_actor
@_json
@plain_errors
async def cancel(account: UUID, target: UUID, **options: Unpack[Options]) -> None:
    """Cancel the order TARGET of ACCOUNT."""
    await _ask(_one(Kind.CANCEL_ORDER, account, target, options), options)


@dealer.command("close")
@_account
@_target
@click.option("--quantity", help="How much of it, in units; default: all.")
@_reason
@_actor
@_json
@plain_errors
async def close(
    account: UUID, target: UUID, quantity: str | None, **options: Unpack[Options]
) -> None:
    """Close the position TARGET of ACCOUNT; without a price the close waits for one."""
    with told_refusals(as_json=options["as_json"]):
        units = _decimal("quantity", quantity)
    wanted = _one(Kind.CLOSE_POSITION, account, target, options)
    await _ask(replace(wanted, quantity=units), options)


@dealer.command("bust")
@_account
@_target
@_lp
@_reason
@_actor
@_json
@plain_errors
async def bust(
    account: UUID, target: UUID, lp_reference: str | None, **options: Unpack[Options]
) -> None:
    """Take the fill TARGET of ACCOUNT back."""
    wanted = _one(Kind.BUST_FILL, account, target, options)
    await _ask(replace(wanted, lp_reference=lp_reference), options)


@dealer.command("correct")
@_account
@_target
@click.argument("price")
@_lp
@_reason
@_actor
@_json
@plain_errors
async def correct(
    account: UUID,
    target: UUID,
    price: str,
    lp_reference: str | None,
    **options: Unpack[Options],
) -> None:
    """Book the fill TARGET of ACCOUNT again at PRICE."""
    with told_refusals(as_json=options["as_json"]):
        right = _decimal("price", price)
    wanted = _one(Kind.CORRECT_FILL, account, target, options)
    await _ask(replace(wanted, price=right, lp_reference=lp_reference), options)


@dealer.command("approve")
@click.argument("action", type=click.UUID)
@click.argument("content_hash")
@_actor
@_json
@plain_errors
async def approve(action: UUID, content_hash: str, actor: str | None, *, as_json: bool) -> None:
    """Agree to ACTION as it was read: CONTENT_HASH is in the list."""

    async def work(desk: DealingDesk, acting: Actor) -> Done:
        try:
            agreed = bytes.fromhex(content_hash)
        except ValueError:
            raise InvalidError("content_hash", "invalid_hash", "Pass the action's own.") from None
        return await desk.dealing.approve(_key(acting), acting, action, agreed)

    await _done(work, actor, as_json=as_json)


@dealer.command("reject")
@click.argument("action", type=click.UUID)
@_actor
@_json
@plain_errors
async def reject(action: UUID, actor: str | None, *, as_json: bool) -> None:
    """End ACTION, which waits; its creator takes it back so."""

    async def work(desk: DealingDesk, acting: Actor) -> Done:
        return await desk.dealing.reject(_key(acting), acting, action)

    await _done(work, actor, as_json=as_json)


@dealer.command("list")
@click.option("--limit", type=click.IntRange(1, _LIST_MAX), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON array.")
@plain_errors
async def list_(limit: int, *, as_json: bool) -> None:
    """List actions, newest first."""
    async with opened_home() as settings, dealing_desk(settings) as desk:
        found = await desk.dealing.page(None, limit)
    if as_json:
        print_json([shown(each) for each in found])
        return
    for each in found:
        click.echo(line(each))


def _everywhere(group: click.Group, name: str, kind: Kind, text: str) -> None:
    @group.command(name, help=text)
    @click.option("--account", type=click.UUID, help="Of this account.")
    @click.option("--symbol", help="Of this symbol.")
    @click.option("--group", help="Of the accounts of this group.")
    @_reason
    @_actor
    @_json
    @plain_errors
    async def command(**options: Unpack[Scope]) -> None:
        wanted = Wanted(
            kind=kind,
            reason=options["reason"],
            account_id=options["account"],
            symbol=options["symbol"],
            group=options["group"],
        )
        await _ask(wanted, options)


_everywhere(orders, "cancel-all", Kind.CANCEL_ALL, "Cancel every open order that protects nothing.")
_everywhere(
    positions, "close-all", Kind.CLOSE_ALL, "Close every position; a close waits for its price."
)


def _one(kind: Kind, account: UUID, target: UUID, options: Options) -> Wanted:
    return Wanted(kind=kind, account_id=account, target_id=target, reason=options["reason"])


async def _ask(wanted: Wanted, options: Options) -> None:
    async def work(desk: DealingDesk, acting: Actor) -> Done:
        return await desk.dealing.ask(_key(acting), acting, wanted)

    await _done(work, options["actor"], as_json=options["as_json"])


async def _done(
    work: Callable[[DealingDesk, Actor], Awaitable[Done]], actor: str | None, *, as_json: bool
) -> None:
    """Do something at a desk, tell what became of it, and end with its exit status."""
    async with opened_home() as settings, dealing_desk(settings) as desk:
        # Inside the desk: it would hand an error on in a group.
        with told_refusals(as_json=as_json):
            async with desk.configuration.reading() as connection:
                acting = await operator(connection, actor or getpass.getuser())
            action = (await work(desk, acting)).action
    if as_json:
        print_json(shown(action))
    else:
        click.echo(line(action))
    if action.state is State.PENDING:
        sys.exit(EXIT_APPROVAL)
    if action.state is State.FAILED:
        sys.exit(EXIT_REFUSED)


def _key(acting: Actor) -> RequestKey:
    """Each run of a command is a request of its own."""
    fresh = uuid4()
    return RequestKey(id=fresh, user_id=acting.user_id or _NOBODY, text=str(fresh), body_hash=fresh)


def _decimal(field: str, text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise InvalidError(field, "invalid_decimal", "A decimal is a string of digits.") from None
