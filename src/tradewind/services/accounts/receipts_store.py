"""SQL of receipts; role `tw_read` sees the user's own rows, `tw_admin` all."""

from typing import Any, Final

from tradewind.contracts.events import FillRow, OrderRow
from tradewind.core.ids import AccountId, FillId, OrderId
from tradewind.infra.postgres import Connection
from tradewind.services.accounts.model import DealtOrder, Durable, MarkupRule, ReceiptFill

ORDER_SQL: Final = """
    SELECT o.*, a.currency FROM trade_order o JOIN account a ON a.id = o.account_id
     WHERE o.account_id = $1 AND o.id = $2
"""
#: A row that a backup brought here was not committed by this server at the time it says.
DURABLE_SQL: Final = """
    SELECT (e.data #>> '{fill,id}')::uuid AS fill_id, e.at AS decided_at,
           CASE WHEN current_setting('track_commit_timestamp') = 'on' AND e.xmin = e.tx::xid
                THEN pg_xact_commit_timestamp(e.xmin) END AS committed_at
      FROM account_event e
     WHERE e.account_id = $1 AND e.seq BETWEEN $3 AND $4 AND e.type LIKE 'order.%'
       AND e.data #>> '{fill,order_id}' = $2::uuid::text
"""
FILLS_SQL: Final = """
    SELECT f.* FROM fill f WHERE f.account_id = $1 AND f.id = ANY ($2::uuid[]) ORDER BY f.id
"""


async def dealt_order(
    tx: Connection, account_id: AccountId, order_id: OrderId
) -> DealtOrder | None:
    """Return an order with its fills, in their order."""
    row = await tx.fetchrow(ORDER_SQL, account_id, order_id)
    if row is None:
        return None
    events = await tx.fetch(
        DURABLE_SQL, account_id, order_id, row["first_event"], row["last_event"]
    )
    durable = {
        event["fill_id"]: Durable(
            decided_at=event["decided_at"], committed_at=event["committed_at"]
        )
        for event in events
    }
    fills = await tx.fetch(FILLS_SQL, account_id, [*durable])
    fields: dict[str, Any] = dict(row)
    return DealtOrder(
        currency=fields.pop("currency"),
        order=OrderRow(**fields),
        fills=tuple(
            ReceiptFill(row=FillRow(**dict(fill)), durable=durable[fill["id"]]) for fill in fills
        ),
    )


PLACE_SQL: Final = "SELECT f.account_id, f.order_id FROM fill f WHERE f.id = $1"


async def place_of(tx: Connection, fill_id: FillId) -> tuple[AccountId, OrderId] | None:
    """Return whose fill it is, and of which order."""
    row = await tx.fetchrow(PLACE_SQL, fill_id)
    return None if row is None else (row["account_id"], row["order_id"])


MARKUP_RULE_SQL: Final = """
    SELECT r.id, concat_ws(':', g.code, COALESCE(r.symbol, r.asset_class)) AS name, r.version,
           r.effective_from, r.kind, r.bid_points, r.ask_points, r.target_spread, r.percent,
           r.min_spread, r.max_spread
      FROM markup_rule r JOIN account_group g ON g.id = r.group_id
     WHERE r.id = $1 AND g.code = $2
"""


async def markup_rule(tx: Connection, number: int, group: str) -> MarkupRule | None:
    """Return the version of a group's rule that has this number."""
    row = await tx.fetchrow(MARKUP_RULE_SQL, number, group)
    return None if row is None else MarkupRule(**dict(row))
