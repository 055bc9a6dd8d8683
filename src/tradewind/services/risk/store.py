"""The margin watcher's statements: accounts, open positions, terms of groups. It only reads."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import numpy as np
import numpy.typing as npt

from tradewind.core.accounts import GroupTerms
from tradewind.core.ids import AccountId
from tradewind.infra.postgres import Connection
from tradewind.services.risk.columns import AccountView, PositionView, TermsKey

#: Rows between two looks at anything else; a lease must be renewed meanwhile.
LOAD_ROWS: Final = 5_000
_TIMEOUT_S: Final = 30.0

ACCOUNTS_SQL: Final = """
    SELECT a.id, a.last_event, a.balance::float8, a.credit::float8,
           a.margin_called_at IS NOT NULL AS called, a.currency,
           (SELECT s.value::uuid FROM account_assignment s
             WHERE s.account_id = a.id AND s.kind = 'group' AND s.effective_from <= $1
             ORDER BY s.version DESC LIMIT 1) AS group_id,
           (SELECT s.value::numeric FROM account_assignment s
             WHERE s.account_id = a.id AND s.kind = 'leverage' AND s.effective_from <= $1
             ORDER BY s.version DESC LIMIT 1) AS leverage
      FROM account a
"""

SOME_ACCOUNTS_SQL: Final = ACCOUNTS_SQL + "     WHERE a.id = ANY($2)"


async def load_accounts(
    tx: Connection, now: datetime, take: Callable[[Sequence[AccountView]], None]
) -> None:
    """Hand on every account, in slices."""
    cursor = await tx.cursor(ACCOUNTS_SQL, now, timeout=_TIMEOUT_S)
    while rows := await cursor.fetch(LOAD_ROWS, timeout=_TIMEOUT_S):
        take([_account(row) for row in rows])


async def read_accounts(
    tx: Connection, now: datetime, accounts: Sequence[AccountId]
) -> Sequence[AccountView]:
    """Return some accounts."""
    rows = await tx.fetch(SOME_ACCOUNTS_SQL, now, accounts, timeout=_TIMEOUT_S)
    return [_account(row) for row in rows]


SYMBOLS_SQL: Final = "SELECT symbol FROM instrument ORDER BY symbol"


async def read_symbols(tx: Connection) -> Sequence[str]:
    """Return every symbol, traded or not."""
    return [row["symbol"] for row in await tx.fetch(SYMBOLS_SQL, timeout=_TIMEOUT_S)]


#: Columns of a fixed width that are never null, as `_ROW` has them.
OPEN_POSITIONS_SQL: Final = """
    SELECT p.account_id, p.id, (s.place - 1)::int4,
           (CASE WHEN p.side = 'buy' THEN p.quantity ELSE -p.quantity END)::float8,
           p.open_price::float8, p.margin_notional::float8
      FROM trade_position p
      JOIN unnest($1::text[]) WITH ORDINALITY AS s (symbol, place) ON s.symbol = p.symbol
     WHERE p.closed_at IS NULL
"""

#: A row as COPY writes it in binary: how many columns, then the length of each before it.
_ROW: Final = np.dtype(
    [
        ("columns", ">i2"),
        ("account_length", ">i4"),
        ("account", "V16"),
        ("id_length", ">i4"),
        ("id", "V16"),
        ("symbol_length", ">i4"),
        ("symbol", ">i4"),
        ("quantity_length", ">i4"),
        ("quantity", ">f8"),
        ("price_length", ">i4"),
        ("price", ">f8"),
        ("notional_length", ">i4"),
        ("notional", ">f8"),
    ]
)
#: What COPY writes before the rows and after them.
_HEADER_BYTES: Final = 19
_TRAILER_BYTES: Final = 2


async def load_positions(tx: Connection, symbols: Sequence[str]) -> npt.NDArray[np.void]:
    """Return all open positions, a record each: COPY hands on columns as they are in memory."""
    written = bytearray()

    async def take(chunk: bytes) -> None:
        written.extend(chunk)

    await tx.copy_from_query(
        OPEN_POSITIONS_SQL, symbols, output=take, format="binary", timeout=_TIMEOUT_S
    )
    rows, rest = divmod(len(written) - _HEADER_BYTES - _TRAILER_BYTES, _ROW.itemsize)
    if rest:
        raise AssertionError("open positions do not have the columns they should")
    return np.frombuffer(written, _ROW, rows, _HEADER_BYTES)


SOME_POSITIONS_SQL: Final = """
    SELECT account_id, id, symbol,
           (CASE WHEN side = 'buy' THEN quantity ELSE -quantity END)::float8 AS quantity,
           open_price::float8, margin_notional::float8
      FROM trade_position
     WHERE closed_at IS NULL AND account_id = ANY($1)
"""


async def read_positions(
    tx: Connection, accounts: Sequence[AccountId]
) -> Mapping[UUID, Sequence[PositionView]]:
    """Return what some accounts hold; nothing of those that hold nothing."""
    found: dict[UUID, list[PositionView]] = {}
    for row in await tx.fetch(SOME_POSITIONS_SQL, accounts, timeout=_TIMEOUT_S):
        held = PositionView(
            id=row["id"],
            symbol=row["symbol"],
            quantity=row["quantity"],
            price=row["open_price"],
            notional=row["margin_notional"],
        )
        found.setdefault(row["account_id"], []).append(held)
    return found


GROUPS_SQL: Final = """
    SELECT DISTINCT ON (v.group_id) v.group_id, json_build_object(
               'code', g.code, 'version', v.version, 'execution_mode', v.execution_mode,
               'book', v.book, 'leverage_cap', v.leverage_cap, 'margin_basis', v.margin_basis,
               'hedged_factor', v.hedged_factor, 'margin_call_level', v.margin_call_level,
               'stop_out_level', v.stop_out_level, 'regime', v.regime,
               'leverage_rules', v.leverage_rules,
               'commission', json_build_object(
                   'kind', v.commission_kind, 'amount', v.commission_amount,
                   'minimum', v.commission_minimum))::text AS terms
      FROM group_version v JOIN account_group g ON g.id = v.group_id
     WHERE v.effective_from <= $1
     ORDER BY v.group_id, v.version DESC
"""

_TERMS: Final = msgspec.json.Decoder(GroupTerms)


async def read_groups(tx: Connection, now: datetime) -> Mapping[UUID, GroupTerms]:
    """Return the terms in force of every group."""
    rows = await tx.fetch(GROUPS_SQL, now, timeout=_TIMEOUT_S)
    return {row["group_id"]: _TERMS.decode(row["terms"]) for row in rows}


#: What staff changed, and when the next assignment comes into force by itself.
CHANGES_SQL: Final = """
    SELECT (SELECT COALESCE(sum(version), 0)::bigint FROM config_version) AS version,
           (SELECT min(effective_from) FROM account_assignment WHERE effective_from > $1) AS next_at
"""


async def read_changes(tx: Connection, now: datetime) -> tuple[int, datetime | None]:
    """Return the number of the configuration, and when an assignment begins to count."""
    row = await tx.fetchrow(CHANGES_SQL, now, timeout=_TIMEOUT_S)
    assert row is not None  # noqa: S101  one row always
    return row["version"], row["next_at"]


def _account(row: asyncpg.Record) -> AccountView:
    group_id, leverage = row["group_id"], row["leverage"]
    terms = None
    if group_id is not None and leverage is not None:
        terms = TermsKey(group_id=group_id, leverage=leverage, currency=row["currency"])
    return AccountView(
        id=row["id"],
        seq=row["last_event"],
        balance=row["balance"],
        credit=row["credit"],
        called=row["called"],
        terms=terms,
    )
