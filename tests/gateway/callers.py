"""Everybody who may knock: clients, staff of every role, and tokens that outlived their role."""

from collections.abc import Mapping
from dataclasses import dataclass

from tests.gateway.administration import change_role, open_login
from tests.gateway.conftest import Api, quick_hash
from tradewind.infra.demo.handover import HandoverUser
from tradewind.infra.identifiers import IdSource
from tradewind.services.identity.access_tokens import AccessTokens
from tradewind.services.identity.model import AccessClaims, Audience, Role

NOBODY = "nobody"
OWNER = "owner"
OTHER = "other-client"
STAFF = tuple(role for role in Role if role is not Role.CLIENT)
#: A client's audience with a role that is not a client's.
LOWERED = tuple(f"client-token-of-{role}" for role in STAFF)
CALLERS = (NOBODY, OWNER, OTHER, *STAFF, *LOWERED)
_PASSWORD = "the password of everybody in this test"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """One caller with two sessions; a logout ends the spare one."""

    headers: Mapping[str, str]
    spare: Mapping[str, str]


async def open_callers(api: Api) -> Mapping[str, Caller]:
    """Log everybody in; staff by real logins, the lowered by tokens that nobody is given."""
    secret = quick_hash(_PASSWORD)
    for name in (*STAFF, *LOWERED):
        role = Role.CLIENT if name in LOWERED else name
        await open_login(api, name, role, secret)
    found = {NOBODY: Caller(headers={}, spare={})}
    found[OWNER] = await _logged_in(api, api.users["client1"])
    found[OTHER] = await _logged_in(api, api.users["client2"])
    for name in (*STAFF, *LOWERED):
        user = HandoverUser(
            email=f"{name}@tradewind.test", password=_PASSWORD, role="", accounts=()
        )
        found[name] = await _logged_in(api, user)
    for name, role in zip(LOWERED, STAFF, strict=True):
        await change_role(api, f"{name}@tradewind.test", role)
        found[name] = _lowered(api, found[name], role)
    await api.parts.standing.poll()
    return found


async def _logged_in(api: Api, user: HandoverUser) -> Caller:
    body = {"email": user.email, "password": user.password}
    answers = [await api.client.post("/v1/auth/login", json=body) for _ in "ab"]
    first, second = [_bearer(answer.json()["access_token"]) for answer in answers]
    return Caller(headers=first, spare=second)


def _lowered(api: Api, caller: Caller, role: Role) -> Caller:
    return Caller(
        headers=_with_role(api, caller.headers, role), spare=_with_role(api, caller.spare, role)
    )


def _with_role(api: Api, headers: Mapping[str, str], role: Role) -> Mapping[str, str]:
    """Sign what we never would: the session of a client, the role of staff."""
    tokens: AccessTokens = api.parts.authenticator._tokens
    token = headers["authorization"].removeprefix("Bearer ")
    claims = tokens.verify(token, api.clock.now())
    assert claims.audience is Audience.CLIENT
    lowered = AccessClaims(
        user_id=claims.user_id,
        session_id=claims.session_id,
        audience=claims.audience,
        roles=frozenset({role}),
        expires_at=claims.expires_at,
    )
    return _bearer(tokens.issue(lowered, IdSource().new(), api.clock.now()))


def _bearer(token: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer {token}"}
