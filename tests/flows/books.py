"""What the database says about orders that a client has written down."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg

from tests.flows.journal import Ack, Intent, Odd, Outcome, Rej, Unknown, Written

OPENING_BALANCE = Decimal(10_000)
#: A result in another currency is multiplied by a rate of 28 digits.
EPSILON = Decimal("1e-9")
PATH_TO_FILL = ["order.new", "order.pending", "order.accepted", "order.working"]
PATH_TO_REJECTION = ["order.new", "order.pending", "order.rejected"]

Row = asyncpg.Record

ORDERS_SQL = "SELECT * FROM trade_order WHERE account_id = ANY ($1) ORDER BY first_event"
FILLS_SQL = "SELECT * FROM fill WHERE account_id = ANY ($1) ORDER BY time, id"
POSTINGS_SQL = "SELECT * FROM ledger_posting WHERE account_id = ANY ($1) ORDER BY event, id"
KEYS_SQL = "SELECT key, order_id FROM idempotency_key WHERE account_id = ANY ($1)"
EVENTS_SQL = """
    SELECT account_id, seq, type, data ->> 'id' AS id
      FROM account_event WHERE account_id = ANY ($1) ORDER BY account_id, seq
"""
ACCOUNTS_SQL = "SELECT id, last_event, balance, carry FROM account WHERE id = ANY ($1)"
POSITIONS_SQL = """
    SELECT account_id, symbol, sum(CASE side WHEN 'buy' THEN quantity ELSE -quantity END) AS units
      FROM trade_position WHERE account_id = ANY ($1) AND closed_at IS NULL
     GROUP BY account_id, symbol
"""
#: Only ledger accounts that there may be count: a posting to any other shows as a difference.
SUMS_SQL = """
    SELECT currency, sum(amount) AS total FROM (
        SELECT currency, destination AS name, amount FROM ledger_posting
        UNION ALL SELECT currency, source, -amount FROM ledger_posting) moved
     WHERE name ~ '^house:(trading:[ab]|commission|equity|fx)$'
        OR name IN (SELECT 'client:' || id FROM account)
     GROUP BY currency
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """The rows of some accounts."""

    orders: Mapping[str, Sequence[Row]]
    fills: Mapping[UUID, Sequence[Row]]
    #: By the fill that caused them; None for the opening deposit.
    postings: Mapping[UUID | None, Sequence[Row]]
    keys: Mapping[str, Sequence[UUID]]
    events: Mapping[UUID, Sequence[Row]]
    accounts: Sequence[Row]
    units: Mapping[tuple[UUID, str], Decimal]
    sums: Mapping[str, Decimal]


async def read_books(database: asyncpg.Connection, accounts: Collection[UUID]) -> Books:
    """Read everything of some accounts in one snapshot."""
    wanted = list(accounts)
    async with database.transaction(isolation="repeatable_read", readonly=True):
        orders = await database.fetch(ORDERS_SQL, wanted)
        units = await database.fetch(POSITIONS_SQL, wanted)
        sums = await database.fetch(SUMS_SQL)
        keys: defaultdict[str, list[UUID]] = defaultdict(list)
        for row in await database.fetch(KEYS_SQL, wanted):
            keys[row["key"]].append(row["order_id"])
        return Books(
            orders=_grouped(orders, "client_order_id"),
            fills=_grouped(await database.fetch(FILLS_SQL, wanted), "order_id"),
            postings=_grouped(await database.fetch(POSTINGS_SQL, wanted), "reference"),
            keys=keys,
            events=_grouped(await database.fetch(EVENTS_SQL, wanted), "account_id"),
            accounts=await database.fetch(ACCOUNTS_SQL, wanted),
            units={(row["account_id"], row["symbol"]): row["units"] for row in units},
            sums={row["currency"]: row["total"] for row in sums},
        )


def assert_orders_are_as_written(books: Books, written: Mapping[str, Written]) -> None:
    """Every ACK is one filled order, every REJ one rejected, every UNKNOWN at most one."""
    assert books.orders.keys() <= written.keys(), "an order that nobody sent"
    assert {name: len(rows) for name, rows in books.orders.items() if len(rows) > 1} == {}
    assert {n: books.keys[n] for n in books.orders} == {
        n: [row["id"]] for n, (row,) in books.orders.items()
    }
    for name, each in written.items():
        rows = books.orders.get(name, ())
        for row in rows:
            _assert_is_intended(row, each.intent)
        _assert_outcome(each.outcome, [(r["id"], r["state"], r["reject_code"]) for r in rows])


def assert_log_is_made_of_orders(books: Books) -> None:
    """Each account's log is its opening and then, without a gap, each order with its effects."""
    by_account: defaultdict[UUID, list[Row]] = defaultdict(list)
    for row in (row for rows in books.orders.values() for row in rows):
        by_account[row["account_id"]].append(row)
    for account in books.accounts:
        events = books.events[account["id"]]
        assert [event["seq"] for event in events] == list(range(1, account["last_event"] + 1))
        expected = [("account.changed", str(account["id"])), ("ledger.posted", None)]
        units: defaultdict[str, Decimal] = defaultdict(Decimal)
        for order in sorted(by_account[account["id"]], key=lambda row: row["first_event"]):
            assert order["first_event"] == len(expected) + 1
            expected += _events_of(books, order, units)
        assert [(event["type"], event["id"]) for event in events] == expected


def assert_money_and_positions_follow_from_fills(books: Books) -> None:
    """Balances are the fold of postings, postings that of fills, positions that of fills."""
    assert books.sums
    assert set(books.sums.values()) == {Decimal(0)}
    units: defaultdict[tuple[UUID, str], Decimal] = defaultdict(Decimal)
    results: defaultdict[UUID, Decimal] = defaultdict(Decimal)
    for fill in (fill for fills in books.fills.values() for fill in fills):
        account = fill["account_id"]
        quantity = fill["quantity"] if fill["side"] == "buy" else -fill["quantity"]
        units[account, fill["symbol"]] += quantity
        results[account] += fill["quote_pnl"] * fill["conversion_rate"] - fill["commission"]
    assert {key: total for key, total in units.items() if total} == books.units
    everything = [row for rows in books.postings.values() for row in rows]
    by_account = _grouped(everything, "account_id")
    for account in books.accounts:
        folded = _moved(by_account[account["id"]], f"client:{account['id']}")
        assert account["balance"] == folded
        exact = OPENING_BALANCE + results[account["id"]]
        assert abs(account["balance"] + account["carry"] - exact) < EPSILON


def _assert_is_intended(row: Row, intent: Intent) -> None:
    assert (row["account_id"], row["symbol"], row["side"], row["quantity"]) == (
        intent.account,
        intent.symbol,
        intent.side,
        Decimal(intent.quantity),
    )


def _assert_outcome(outcome: Outcome, found: Sequence[tuple[UUID, str, str | None]]) -> None:
    match outcome:
        case Ack():
            assert found == [(outcome.order_id, "filled", None)]
        case Rej():
            assert found == [(outcome.order_id, "rejected", outcome.code)]
        case Unknown():
            assert len(found) <= 1
        case Odd():
            raise AssertionError(outcome)


def _events_of(
    books: Books, order: Row, units: defaultdict[str, Decimal]
) -> list[tuple[str, str | None]]:
    """Return the events an order must have left; `units` is what the account holds before it."""
    name, fills = str(order["id"]), books.fills.get(order["id"], ())
    if order["state"] == "rejected":
        assert not fills
        return [(step, name) for step in PATH_TO_REJECTION]
    assert sum(fill["quantity"] for fill in fills) == order["filled_quantity"] == order["quantity"]
    steps = [*PATH_TO_FILL, *["order.partially_filled"] * (len(fills) - 1), "order.filled"]
    assert order["last_event"] == order["first_event"] + len(steps) - 1
    bought = order["quantity"] if order["side"] == "buy" else -order["quantity"]
    held = units[order["symbol"]]
    units[order["symbol"]] += bought
    changes = _changes(held, bought)
    touched = list(dict.fromkeys(str(fill["position_id"]) for fill in fills))
    assert len(touched) == len(changes)
    posted = _assert_postings(books, fills, order["last_event"] + len(changes) + 1)
    return [
        *((step, name) for step in steps),
        *((f"position.{kind}", each) for kind, each in zip(changes, touched, strict=True)),
        *([("ledger.posted", None)] if posted else []),
    ]


def _changes(held: Decimal, bought: Decimal) -> list[str]:
    """Say what an order does to a netting account that holds so many units."""
    if not held:
        return ["opened"]
    if held * bought > 0 or abs(bought) < abs(held):
        return ["changed"]
    return ["closed"] if bought == -held else ["closed", "opened"]


def _assert_postings(books: Books, fills: Sequence[Row], event: int) -> bool:
    """Check what each fill moved, and that all of it is one transaction; False for nothing."""
    rows = [row for fill in fills for row in books.postings.get(fill["id"], ())]
    assert len({row["transaction_id"] for row in rows}) == bool(rows)
    assert {row["event"] for row in rows} <= {event}
    for fill in fills:
        dollars = fill["symbol"].endswith("USD")
        result = fill["realized_pnl"] if dollars else round(fill["quote_pnl"])
        moved = books.postings.get(fill["id"], ())
        own = f"client:{fill['account_id']}"
        assert _moved(moved, own) == fill["realized_pnl"] - fill["commission"]
        assert _moved(moved, "house:trading:b") == -result
    return bool(rows)


def _moved(postings: Sequence[Row], ledger_account: str) -> Decimal:
    """What postings add to one ledger account."""
    return sum(
        (
            row["amount"]
            * ((row["destination"] == ledger_account) - (row["source"] == ledger_account))
            for row in postings
        ),
        Decimal(0),
    )


def _grouped(rows: Sequence[Row], column: str) -> dict[Any, list[Row]]:
    groups: defaultdict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        groups[row[column]].append(row)
    return dict(groups)
