"""Which group each account is in, for whoever keeps many accounts in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from tradewind.core.ids import AccountId, GroupCode
from tradewind.infra.postgres import Connection

_TIMEOUT_S: Final = 60.0

ALL_GROUPS_SQL: Final = """
    SELECT DISTINCT ON (s.account_id) s.account_id, g.code
      FROM account_assignment s JOIN account_group g ON g.id = s.value::uuid
     WHERE s.kind = 'group' AND s.effective_from <= $1
     ORDER BY s.account_id, s.version DESC
"""


async def read_all_groups(connection: Connection, now: datetime) -> Mapping[AccountId, GroupCode]:
    """Return the group of every account."""
    rows = await connection.fetch(ALL_GROUPS_SQL, now, timeout=_TIMEOUT_S)
    return {AccountId(row["account_id"]): GroupCode(row["code"]) for row in rows}


GROUPS_SQL: Final = """
    SELECT DISTINCT ON (s.account_id) s.account_id, g.code
      FROM account_assignment s JOIN account_group g ON g.id = s.value::uuid
     WHERE s.kind = 'group' AND s.effective_from <= $1 AND s.account_id = ANY($2)
     ORDER BY s.account_id, s.version DESC
"""


async def read_groups(
    connection: Connection, now: datetime, accounts: Sequence[AccountId]
) -> Mapping[AccountId, GroupCode]:
    """Return the groups of some accounts."""
    rows = await connection.fetch(GROUPS_SQL, now, accounts, timeout=_TIMEOUT_S)
    return {AccountId(row["account_id"]): GroupCode(row["code"]) for row in rows}


MOVED_SQL: Final = """
    SELECT DISTINCT account_id FROM account_assignment
     WHERE kind = 'group' AND version > 1 AND effective_from > $1 AND effective_from <= $2
"""


async def read_moved(connection: Connection, since: datetime, now: datetime) -> Sequence[AccountId]:
    """Return the accounts that changed their group in a span of time."""
    rows = await connection.fetch(MOVED_SQL, since, now, timeout=_TIMEOUT_S)
    return [AccountId(row["account_id"]) for row in rows]
