"""What every refusal must be: a problem document that tells nothing of our inside, and no trace."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx

from tests.gateway.conftest import Api
from tradewind.infra.postgres import connect

#: Processes write these on their own, whatever is asked of them.
RESTLESS = {"lease", "login_failure"}
#: Signs of a stack trace, of a statement or of a library.
INSIDE_WORDS = (
    "Traceback", "SELECT", "INSERT", "UPDATE", "asyncpg", "msgspec", "pydantic", ".py",
    "site-packages", "argon2", "secrets_dir",
)  # fmt: skip
NAMING_AN_ORDER = {
    "duplicate_client_order_id", "order_final", "order_triggered", "version_conflict",
    "freeze_distance",
}  # fmt: skip
PROBLEM_FIELDS = {"type", "title", "status", "detail", "code", "errors"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """How many rows a table has, and a digest of all that is in them."""

    rows: int
    digest: str


Books = Mapping[str, Table]

_TABLES_SQL = """
    SELECT c.relname FROM pg_class c
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
       AND NOT c.relispartition
"""


async def books_of(api: Api) -> Books:
    """Look at everything as the owner of all tables; equal books, equal contents."""
    if api.owner is None:
        api.owner = await connect(api.settings, "tw_migrate")
    names = [row["relname"] for row in await api.owner.fetch(_TABLES_SQL)]
    rows = await api.owner.fetch(_books_sql(tuple(sorted(set(names) - RESTLESS))))
    return {row["name"]: Table(rows=row["rows"], digest=row["digest"]) for row in rows}


@cache
def _books_sql(names: tuple[str, ...]) -> str:
    """Count and digest every table in one statement."""
    looks = [(name, name, "t::text") for name in names if name != "account"]
    # An account counts its events; the number is a table of its own, so that it can be told.
    looks.append(("account", "account", "(to_jsonb(t) - 'last_event')::text"))
    looks.append(("last_event", "account", "t.id || ' ' || t.last_event"))
    return " UNION ALL ".join(
        f"""SELECT '{name}' AS name, count(*) AS rows,
                   COALESCE(md5(string_agg(md5({row}), '' ORDER BY md5({row}))), '') AS digest
              FROM {table} t"""  # noqa: S608  names of our own tables
        for name, table, row in looks
    )


@asynccontextmanager
async def nothing_changes(api: Api) -> AsyncGenerator[None]:
    """Everything is after the block what it was before."""
    async with _added(api) as added:
        yield
    assert added == {}


@asynccontextmanager
async def only_keys_are_added(api: Api, keys: int = 1) -> AsyncGenerator[None]:
    """Nothing but stored answers is after the block what it was not before."""
    async with _added(api) as added:
        yield
    assert added == {"idempotency_key": keys}


@asynccontextmanager
async def only_a_rejected_order_is_added(api: Api) -> AsyncGenerator[None]:
    """The block adds an order, its three events and its key: no fill, no position, no money."""
    async with _added(api) as added:
        yield
    expected = {"trade_order": 1, "account_event": 3, "idempotency_key": 1, "last_event": 0}
    assert added == expected


@asynccontextmanager
async def _added(api: Api) -> AsyncGenerator[dict[str, int]]:
    """Tables that the block changed, and by how many rows; known once it has ended."""
    added: dict[str, int] = {}
    before = await books_of(api)
    yield added
    after = await books_of(api)
    for name, table in after.items():
        if table != before[name]:
            added[name] = table.rows - before[name].rows


def assert_is_problem(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Check a problem document and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["code"] == code
    # Only where an order is in the way does a problem name it; the staff's versions are others.
    is_staff = "/v1/admin/" in str(answer.request.url)
    named = {"order_id"} if code in NAMING_AN_ORDER and not is_staff else set()
    assert problem.keys() == PROBLEM_FIELDS | named
    for error in problem["errors"]:
        assert error.keys() == {"field", "code", "message"}
    assert_tells_nothing(answer)
    return problem


def assert_tells_nothing(answer: httpx.Response) -> None:
    """No stack trace, statement or secret is in an answer."""
    for word in INSIDE_WORDS:
        assert word not in answer.text
    token = answer.request.headers.get("authorization", "").rpartition(" ")[2]
    assert not token or token not in answer.text


def assert_names_field(answer: httpx.Response, code: str, field: str) -> None:
    """Check that a 422 is about exactly one field."""
    problem = assert_is_problem(answer, 422, code)
    assert [(each["field"], each["code"]) for each in problem["errors"]] == [(field, code)]


def assert_is_rejected(answer: httpx.Response, code: str) -> dict[str, Any]:
    """Check an order that exists and says why nothing came of it; return it."""
    assert answer.status_code == 201, answer.text
    order = answer.json()
    assert (order["state"], order["reject"]["code"]) == ("rejected", code)
    assert order["reject"]["message"]
    assert (order["filled_quantity"], order["average_price"]) == ("0", None)
    assert [step["state"] for step in order["transitions"]] == ["new", "pending", "rejected"]
    assert order["transitions"][-1]["reason"] == code
    assert_tells_nothing(answer)
    return order


def assert_replays(again: httpx.Response, first: httpx.Response) -> None:
    """Check that an answer is the first one again, and says so."""
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.headers["idempotent-replayed"] == "true"
    assert "idempotent-replayed" not in first.headers
