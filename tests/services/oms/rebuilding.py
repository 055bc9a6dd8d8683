"""Rebuilds the tables from the account event log alone, the way a reader of the log would."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import msgspec

from tests.services.oms.world import World

Row = dict[str, Any]
Tables = dict[str, dict[tuple[str, ...], Row]]

#: Table -> columns that name a row.
KEYS: Final = {
    "trade_order": ("account_id", "id"),
    "trade_position": ("account_id", "id"),
    "position_lot": ("account_id", "position_id", "fill_id"),
    "fill": ("account_id", "id"),
    "ledger_posting": ("account_id", "id"),
}
_DECODER: Final = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_TEXTS: Final = {
    "lp_quotes", "trigger_quote", "label", "comment", "client_order_id", "quote_id",
    "conversion_quotes", "actor",
}  # fmt: skip


async def assert_rebuilds(world: World) -> Tables:
    """Every row of every table is what the log says; returns what it says."""
    events = await world.rows("SELECT type, data::text FROM account_event ORDER BY account_id, seq")
    rebuilt = rebuild((event["type"], event["data"]) for event in events)
    for table, rows in rebuilt.items():
        found = await world.rows(f"SELECT to_jsonb(t)::text AS row FROM {table} t")  # noqa: S608
        stored = rebuild((f"row.{table}", row["row"]) for row in found)[table]
        assert rows == stored, table
    return rebuilt


def rebuild(events: Iterable[tuple[str, str]]) -> Tables:
    """Apply events in order; a `row.<table>` event is one stored row."""
    tables: Tables = {name: {} for name in KEYS}
    for kind, text in events:
        data = _DECODER.decode(text)
        subject, _, rest = kind.partition(".")
        if subject == "row":
            _put(tables, rest, data)
        elif subject == "order":
            fill = data.pop("fill", None)
            if fill is not None:
                _put(tables, "fill", fill)
            if "ticket" in data:
                _put(tables, "trade_order", data)
        elif subject == "position":
            for lot in data.pop("lots"):
                _put(tables, "position_lot", lot)
            _put(tables, "trade_position", data)
        elif kind == "ledger.posted":
            for posting in data["postings"]:
                _put(tables, "ledger_posting", posting)
    return tables


def _put(tables: Tables, table: str, row: Row) -> None:
    key = tuple(row[column] for column in KEYS[table])
    # What is null is left out of the log.
    tables[table][key] = {n: _value(n, value) for n, value in row.items() if value is not None}


def _value(name: str, value: object) -> object:
    """Numbers and times are written in more than one way; compare what they mean."""
    if name in _TEXTS or not isinstance(value, str | int) or isinstance(value, bool):
        return value
    try:
        return Decimal(value)
    except InvalidOperation:
        pass
    try:
        return datetime.fromisoformat(str(value))
    except ValueError:
        return value
