"""`tradewind explain`: why a fill is what it is, from the machine itself."""

from collections.abc import Iterator
from uuid import UUID

import click

from tradewind.cli.configuration import opened
from tradewind.cli.console import plain_errors
from tradewind.cli.refusals import print_json, told_refusals
from tradewind.contracts.http.receipts import DealerReceipt
from tradewind.core.ids import FillId
from tradewind.gateway.receipts import dealer_receipt
from tradewind.services.accounts.receipts import dealt_fill


@click.command("explain")
@click.argument("fill_id", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@plain_errors
async def explain(fill_id: UUID, *, as_json: bool) -> None:
    """Say why FILL_ID has its price: the quotes behind it, the markup, the times.

    Exit status 4 when there is no such fill.
    """
    with told_refusals(as_json=as_json):
        async with opened() as configuration, configuration.reading() as connection:
            shown = dealer_receipt(await dealt_fill(connection, FillId(fill_id)))
        if as_json:
            print_json(shown)
            return
        for line in _lines(shown):
            click.echo(line)


def _lines(shown: DealerReceipt) -> Iterator[str]:
    yield f"fill {shown.fill_id} of order {shown.order_id}, ticket {shown.ticket}: {shown.symbol}"
    yield from shown.explanation
    yield f"quote {shown.quote.id}: group {shown.group} {shown.quote.bid} / {shown.quote.ask}"
    yield f"best of the LPs: {shown.bbo.bid} / {shown.bbo.ask}"
    yield from (
        f"  {lp.lp}: {lp.bid} / {lp.ask}, {lp.bid_size} / {lp.ask_size}, {lp.age_ms} ms old"
        for lp in shown.lps
    )
    rule = shown.rule
    named = "unknown" if rule is None else f"{rule.name}, version {rule.version}, {rule.kind}"
    yield f"markup rule {shown.rules_version}: {named}"
    yield f"route: {shown.route.reason}"
    times = shown.times
    for name, at in (
        ("LP's own time", times.lp_quote),
        ("quote received", times.quote_received),
        ("price published", times.price_published),
        ("order received", times.order_received),
        ("decided", times.decided),
        ("committed", times.committed),
    ):
        yield f"{name:<16} {'not known' if at is None else at.isoformat()}"
