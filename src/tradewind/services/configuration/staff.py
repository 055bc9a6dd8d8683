"""Who an operator at the machine is: a member of staff by e-mail, or nobody with a login."""

from typing import Final

from tradewind.infra.postgres import Connection
from tradewind.services.configuration.model import Actor, Authority

PERSON_SQL: Final = """
    SELECT u.id, array_agg(r.role) AS roles
      FROM app_user u JOIN user_role r ON r.user_id = u.id
     WHERE lower(u.email) = lower($1) AND u.status = 'active'
     GROUP BY u.id
"""


async def operator(connection: Connection, name: str) -> Actor:
    """Return who acts under a name: with the roles of its login, if it is one.

    Whoever reaches the database's secrets may do everything already; a name without a login acts
    as an administrator who can be nobody's second person.
    """
    row = await connection.fetchrow(PERSON_SQL, name)
    if row is None:
        return Actor(name=f"cli:{name}", user_id=None, authority=Authority.ADMIN)
    ranks = (Authority.ADMIN, Authority.DEALER, Authority.RISK)
    known = [each for each in ranks if each in row["roles"]]
    return Actor(
        name=f"user:{row['id']}",
        user_id=row["id"],
        authority=known[0] if known else Authority.NONE,
    )
