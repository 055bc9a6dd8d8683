"""`tradewind exposure`: what the house holds against its clients, from the machine itself."""

import click

from tradewind.cli.configuration import opened_home
from tradewind.cli.console import plain_errors
from tradewind.cli.refusals import print_json, told_refusals
from tradewind.contracts.http.exposure import HouseExposure
from tradewind.gateway.exposure_view import exposure_view
from tradewind.infra.clock import clock_from_environment
from tradewind.infra.exposure_table import read_exposure
from tradewind.infra.redis import open_redis


@click.command("exposure")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def exposure(*, as_json: bool) -> None:
    """Show what the house holds: it is short what its clients are long.

    Exit status 1: no worker has published it.
    """
    async with opened_home() as settings, open_redis(settings.redis_url) as redis:
        with told_refusals(as_json=as_json):
            shown = exposure_view(await read_exposure(redis), clock_from_environment().now())
    if as_json:
        print_json(shown)
        return
    for line in _lines(shown):
        click.echo(line)


def _lines(shown: HouseExposure) -> list[str]:
    age = "STALE, " if shown.stale else ""
    head = f"{age}as of {shown.as_of.isoformat(timespec='seconds')}, money in {shown.currency}"
    symbols: list[tuple[str, ...]] = [
        (r.symbol, r.book, r.long, r.short, r.net, _known(r.notional), _known(r.unrealized_pnl))
        for r in shown.symbols
    ]
    currencies: list[tuple[str, ...]] = [
        (r.currency, r.amount, _known(r.notional)) for r in shown.currencies
    ]
    groups: list[tuple[str, ...]] = [
        (r.group, _known(r.long), _known(r.short), _known(r.net), _known(r.unrealized_pnl))
        for r in shown.groups
    ]
    return [
        head,
        "",
        *_table(("SYMBOL", "BOOK", "LONG", "SHORT", "NET", "NOTIONAL", "PNL"), symbols),
        "",
        *_table(("CURRENCY", "AMOUNT", "NOTIONAL"), currencies),
        "",
        *_table(("GROUP", "LONG", "SHORT", "NET", "PNL"), groups),
    ]


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """Set in columns; the first is a name, the others are figures."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    return [
        "  ".join(
            [
                row[0].ljust(widths[0]),
                *(c.rjust(w) for c, w in zip(row[1:], widths[1:], strict=True)),
            ]
        )
        for row in (head, *rows)
    ]


def _known(amount: str | None) -> str:
    return "-" if amount is None else amount
