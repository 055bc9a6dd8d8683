"""An administrator's word that a price beyond the hard band is real.

Source: docs/domain/quotes.md
"""

from datetime import datetime
from typing import Final

from tradewind.core.errors import ForbiddenError, InvalidError
from tradewind.infra.postgres import Connection
from tradewind.services.configuration import audit, store
from tradewind.services.configuration.audit import Entry
from tradewind.services.configuration.model import Actor, Authority, Kind
from tradewind.services.configuration.service import Configuration

REASON_MAX: Final = 300

REBASE_SQL: Final = """
    INSERT INTO quote_rebase (symbol, at, reason, created_by) VALUES ($1, $2, $3, $4)
"""


async def rebase(
    configuration: Configuration, tx: Connection, actor: Actor, symbol: str, reason: str
) -> datetime:
    """Have a symbol judged anew by what its LPs send from now on; return when that is."""
    if actor.authority is not Authority.ADMIN:
        raise ForbiddenError("missing_role", "Your role does not allow this.")
    if not 1 <= len(reason) <= REASON_MAX or not reason.isprintable():
        raise InvalidError("reason", "invalid_value", "1 to 300 printable characters.")
    await configuration.read(tx, Kind.SYMBOL, symbol)
    now = configuration.clock.now()
    await tx.execute(REBASE_SQL, symbol, now, reason, actor.user_id)
    await store.bump(tx, Kind.QUOTE_FILTER)
    entry = Entry(
        at=now,
        actor=actor.name,
        action="symbol.rebased",
        subject=symbol,
        before=None,
        after={"reason": reason},
    )
    await audit.append(tx, entry)
    return now
