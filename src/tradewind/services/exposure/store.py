"""The statements of exposure: open positions by book, which changed, accounts' groups."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

import asyncpg

from tradewind.core.accounts import Book, Side
from tradewind.core.ids import AccountId, PositionId, Symbol
from tradewind.core.money import Currency, CurrencyCode, Price, Quantity
from tradewind.infra.eventlog import BOUNDS_SQL
from tradewind.infra.postgres import Connection

_TIMEOUT_S: Final = 30.0

Key: TypeAlias = tuple[AccountId, PositionId]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenPart:
    """What is left open of one position on one book."""

    symbol: Symbol
    book: Book
    side: Side
    quantity: Quantity
    open_price: Price


Parts: TypeAlias = Mapping[Key, Sequence[OpenPart]]

OPEN_SQL: Final = """
    SELECT p.account_id, p.id, p.symbol, p.side, p.open_price, l.book,
           sum(l.remaining) AS quantity
      FROM trade_position p
      JOIN position_lot l ON l.account_id = p.account_id AND l.position_id = p.id
     WHERE p.closed_at IS NULL AND l.remaining > 0
     GROUP BY p.account_id, p.id, l.book
"""


async def read_open(connection: Connection) -> Parts:
    """Return every open position."""
    return _parts(await connection.fetch(OPEN_SQL, timeout=_TIMEOUT_S))


SOME_SQL: Final = """
    SELECT p.account_id, p.id, p.symbol, p.side, p.open_price, l.book,
           sum(l.remaining) AS quantity
      FROM unnest($1::uuid[], $2::uuid[]) AS w (account_id, id)
      JOIN trade_position p ON p.account_id = w.account_id AND p.id = w.id
      JOIN position_lot l ON l.account_id = p.account_id AND l.position_id = p.id
     WHERE p.closed_at IS NULL AND l.remaining > 0
     GROUP BY p.account_id, p.id, l.book
"""


async def read_some(connection: Connection, keys: Sequence[Key]) -> Parts:
    """Return positions as they stand now; one that is closed has no parts."""
    accounts, ids = [account for account, _ in keys], [position for _, position in keys]
    rows = await connection.fetch(SOME_SQL, accounts, ids, timeout=_TIMEOUT_S)
    return dict.fromkeys(keys, ()) | _parts(rows)


def _parts(rows: Sequence[asyncpg.Record]) -> dict[Key, Sequence[OpenPart]]:
    found: defaultdict[Key, list[OpenPart]] = defaultdict(list)
    for row in rows:
        quantity: Decimal = row["quantity"]
        found[AccountId(row["account_id"]), PositionId(row["id"])].append(
            OpenPart(
                symbol=Symbol(row["symbol"]),
                book=Book(row["book"]),
                side=Side(row["side"]),
                quantity=Quantity(quantity),
                open_price=Price(row["open_price"]),
            )
        )
    return dict(found)


CHANGED_SQL: Final = """
    SELECT DISTINCT e.account_id, (e.data ->> 'id')::uuid AS id
      FROM account_event e
     WHERE e.tx >= $1 AND e.tx < $2 AND e.type LIKE 'position.%'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Positions that changed, and where the next page starts; `busy` as in infra/eventlog."""

    keys: Sequence[Key]
    next_start: int
    busy: bool


async def read_changed(connection: Connection, start: int) -> Changed:
    """Tell which positions were changed by what was committed from transaction `start` on.

    Who asks reads the rows themselves, as they are by then: their order here means nothing.
    """
    bounds = await connection.fetchrow(BOUNDS_SQL, timeout=_TIMEOUT_S)
    assert bounds is not None  # noqa: S101  one row always
    end = bounds["lower"]
    busy = end < bounds["upper"]
    if end <= start:
        return Changed(keys=(), next_start=start, busy=busy)
    rows = await connection.fetch(CHANGED_SQL, start, end, timeout=_TIMEOUT_S)
    keys = [(AccountId(row["account_id"]), PositionId(row["id"])) for row in rows]
    return Changed(keys=keys, next_start=end, busy=busy)


REPORTING_SQL: Final = """
    SELECT c.code, c.minor_digits
      FROM legal_entity e JOIN currency c ON c.code = e.reporting_currency
     ORDER BY e.code LIMIT 1
"""


async def read_reporting(connection: Connection) -> Currency | None:
    """Return the currency of the first legal entity by code; None before there is one."""
    row = await connection.fetchrow(REPORTING_SQL, timeout=_TIMEOUT_S)
    if row is None:
        return None
    return Currency(code=CurrencyCode(row["code"]), minor_digits=row["minor_digits"])
