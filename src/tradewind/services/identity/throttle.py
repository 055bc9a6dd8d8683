"""How fast somebody may guess passwords (docs/reference/authentication.md).

An attempt counts as a failure from before its password is checked until it succeeds, so a
thousand parallel ones count like a thousand in a row. Three limits hold strangers: per account,
per address, and over all. An address that the account has logged in from before is counted by
itself, so nobody elsewhere can lock the owner out.
"""

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from tradewind.core.errors import ThrottledError
from tradewind.infra.postgres import Connection

WINDOW: Final = timedelta(hours=24)
#: Failures in the window after which an account takes no more from strangers.
ACCOUNT_FAILURES_MAX: Final = 100
#: The first failures are free; after them each doubles the pause, up to the longest.
ACCOUNT_FAILURES_FREE: Final = 10
PAUSE_MAX: Final = timedelta(minutes=15)
ADDRESS_WINDOW: Final = timedelta(minutes=15)
ADDRESS_FAILURES_MAX: Final = 50
_IPV6_NETWORK_BITS: Final = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """Who tries from where. `email_hash` because what is typed may be a password."""

    email_hash: bytes
    address: str
    known: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """What came before an attempt, in the windows above."""

    of_account: int
    last_of_account: datetime | None
    first_of_account: datetime | None
    of_address: int
    first_of_address: datetime | None


def email_hash(email: str) -> bytes:
    """Return what the attempts table keeps of an e-mail address."""
    return hashlib.sha256(email.lower().encode()).digest()


def network(address: str) -> str:
    """Return whom an address stands for: an IPv6 host owns its whole /64."""
    parsed = ipaddress.ip_address(address)
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    bits = 128 - _IPV6_NETWORK_BITS
    return str(ipaddress.IPv6Address(int(parsed) >> bits << bits))


def wait_for(failures: Failures, attempt: Attempt) -> timedelta:
    """Return how long this attempt must wait; zero admits it."""
    waits = [_account_wait(failures, attempt.at)]
    if not attempt.known and failures.of_address >= ADDRESS_FAILURES_MAX:
        first = failures.first_of_address or attempt.at
        waits.append(first + ADDRESS_WINDOW - attempt.at)
    return max(*waits, timedelta(0))


LOCK_SQL: Final = "SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 0))"
FAILURES_SQL: Final = """
    SELECT count(*) AS of_account, max(at) AS last_of_account, min(at) AS first_of_account,
           (SELECT count(*) FROM login_failure WHERE address = $2::inet AND at > $4)
               AS of_address,
           (SELECT min(at) FROM login_failure WHERE address = $2::inet AND at > $4)
               AS first_of_address
      FROM login_failure
     WHERE email_hash = $1 AND at > $3 AND (address = $2::inet OR NOT $5)
"""
INSERT_FAILURE_SQL: Final = """
    INSERT INTO login_failure (email_hash, address, at) VALUES ($1, $2::inet, $3)
"""


async def admit(tx: Connection, attempt: Attempt) -> None:
    """Count the attempt as a failure, or raise ThrottledError; serialised per account."""
    await tx.execute(LOCK_SQL, attempt.email_hash)
    row = await tx.fetchrow(
        FAILURES_SQL,
        attempt.email_hash,
        attempt.address,
        attempt.at - WINDOW,
        attempt.at - ADDRESS_WINDOW,
        attempt.known,
    )
    if row is None:
        raise AssertionError("an aggregate always has its row")
    failures = Failures(
        of_account=row["of_account"],
        last_of_account=row["last_of_account"],
        first_of_account=row["first_of_account"],
        of_address=row["of_address"],
        first_of_address=row["first_of_address"],
    )
    wait = wait_for(failures, attempt)
    if wait > timedelta(0):
        raise throttled(wait)
    await tx.execute(INSERT_FAILURE_SQL, attempt.email_hash, attempt.address, attempt.at)


FORGET_SQL: Final = (
    "DELETE FROM login_failure WHERE email_hash = $1 AND (address = $2::inet OR NOT $3)"
)


async def forget(connection: Connection, attempt: Attempt) -> None:
    """The password was right: what was counted against this attempt's budget is gone."""
    await connection.execute(FORGET_SQL, attempt.email_hash, attempt.address, attempt.known)


PURGE_SQL: Final = "DELETE FROM login_failure WHERE at < $1"


async def purge(connection: Connection, now: datetime) -> None:
    """Drop what no window reaches any more."""
    await connection.execute(PURGE_SQL, now - WINDOW)


def throttled(wait: timedelta) -> ThrottledError:
    """One text for every limit: which one it was is nobody's business."""
    seconds = max(1, -(-wait // timedelta(seconds=1)))
    return ThrottledError("login_throttled", "Too many login attempts; try again later.", seconds)


def _account_wait(failures: Failures, now: datetime) -> timedelta:
    last, first = failures.last_of_account, failures.first_of_account
    if last is None or first is None or failures.of_account < ACCOUNT_FAILURES_FREE:
        return timedelta(0)
    doublings = min(failures.of_account - ACCOUNT_FAILURES_FREE, 10)
    pause = min(timedelta(seconds=2**doublings), PAUSE_MAX)
    if failures.of_account >= ACCOUNT_FAILURES_MAX:
        return max(first + WINDOW - now, last + pause - now)
    return last + pause - now
