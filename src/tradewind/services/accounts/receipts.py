"""What the house reads of one fill; a connection of role `tw_admin` sees everybody's."""

from tradewind.core.errors import NotFoundError
from tradewind.core.ids import FillId
from tradewind.infra.postgres import Connection
from tradewind.services.accounts import receipts_store
from tradewind.services.accounts.model import DealtFill


async def dealt_fill(connection: Connection, fill_id: FillId) -> DealtFill:
    """Return a fill with its order and the rule that made its price."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        place = await receipts_store.place_of(connection, fill_id)
        dealt = None if place is None else await receipts_store.dealt_order(connection, *place)
        if dealt is None:
            raise NotFoundError("fill_not_found", "There is no such fill.")
        fill = next(each for each in dealt.fills if each.row.id == fill_id)
        rule = await receipts_store.markup_rule(
            connection, fill.row.rules_version, fill.row.group_code
        )
    return DealtFill(dealt=dealt, fill=fill, rule=rule)
