"""Logins and sessions."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import asyncpg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.core.errors import (
    ForbiddenError,
    InvalidError,
    TransientError,
    UnauthenticatedError,
)
from tradewind.core.ids import UserId
from tradewind.infra.clock import Clock
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import Connection, lend
from tradewind.infra.token_buckets import TokenBuckets
from tradewind.services.identity import refresh_tokens, store, throttle
from tradewind.services.identity.access_tokens import AccessTokens, invalid_token
from tradewind.services.identity.model import (
    ACCESS_LIFETIME,
    SESSION_LIFETIME,
    AccessClaims,
    Principal,
    Role,
    Session,
    Tokens,
    User,
    audience_of,
)
from tradewind.services.identity.passwords import PASSWORD_BYTES_MAX, PasswordChecker
from tradewind.services.identity.refresh_tokens import RefreshToken, Verdict
from tradewind.services.identity.standing import Standing
from tradewind.services.identity.throttle import Attempt

#: Wrong passwords a second that one process checks for strangers, over all accounts.
_GLOBAL_RATE: Final = 20
_GLOBAL_BURST: Final = 400
_PURGE_S: Final = 600.0
_KNOWN_PREFIX: Final = "known:"
_KNOWN_TTL: Final = timedelta(days=90)


#: The only key of a bucket that everybody shares.
_EVERYBODY: Final = "everybody"
_REVOKING: Final = {Verdict.REVOKE_REUSED, Verdict.REVOKE_CREDENTIALS_CHANGED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login as it arrives; `address` is the caller's."""

    email: str
    password: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Renewal:
    """What became of a presented refresh token; no session when it was refused."""

    verdict: Verdict
    session: Session | None = None
    roles: frozenset[Role] = frozenset()


class Identity:
    """Opens, renews and ends sessions."""

    def __init__(
        self,
        pool: asyncpg.Pool,
        redis: Redis,
        clock: Clock,
        tokens: AccessTokens,
        standing: Standing,
        refresh_secret: bytes,
    ) -> None:
        """Take a pool of role `tw_auth`."""
        self._pool = pool
        self._redis = redis
        self._clock = clock
        self._tokens = tokens
        self._standing = standing
        self._secret = refresh_secret
        self._passwords = PasswordChecker()
        self._strangers = TokenBuckets(_GLOBAL_RATE, _GLOBAL_BURST)
        self._ids = IdSource()

    async def log_in(self, login: Login) -> Tokens:
        """Open a session, or raise; the text and the time of a failure tell nothing."""
        if len(login.password.encode()) > PASSWORD_BYTES_MAX:
            raise InvalidError("password", "too_long", "At most 4096 bytes.")
        attempt = await self._admit(login)
        async with lend(self._pool) as connection:
            found = await store.credentials(connection, login.email, attempt.at)
        matched = await self._passwords.matches(
            found.password_hash if found else None, login.password
        )
        if found is None or not matched:
            if not attempt.known:
                self._strangers.take(_EVERYBODY, time.monotonic())
            raise UnauthenticatedError("invalid_credentials", "E-mail or password is wrong.")
        if not found.active:
            raise ForbiddenError("login_held", "This login is disabled; ask support.")
        return await self._open(found.user, attempt)

    async def refresh(self, text: str) -> Tokens:
        """Exchange a refresh token for its successor; a token used twice ends its session."""
        presented = refresh_tokens.read(self._secret, text)
        if presented is None:
            raise _invalid_refresh()
        now = self._clock.now()
        async with lend(self._pool) as connection, connection.transaction():
            renewal = await self._renew(connection, presented, text, now)
        if renewal.verdict in _REVOKING:
            await self._standing.ended(presented.family)
        if renewal.session is None:
            raise _invalid_refresh()
        return self._tokens_for(renewal.session, renewal.roles, presented.generation + 1, now)

    async def log_out(self, principal: Principal) -> None:
        """End the caller's session everywhere within a second."""
        async with lend(self._pool) as connection:
            await store.revoke_family(connection, principal.session_id, "logout", self._clock.now())
        await self._standing.ended(principal.session_id)

    async def log_out_everywhere(self, principal: Principal) -> None:
        """End every session of the caller."""
        async with lend(self._pool) as connection:
            ended = await store.revoke_user(
                connection, principal.user_id, "logout_everywhere", self._clock.now()
            )
        await self._standing.ended(principal.session_id, *ended)

    async def user(self, user_id: UserId) -> User:
        """Return a user who has a live session."""
        async with lend(self._pool) as connection:
            found = await store.user(connection, user_id)
        if found is None:
            raise invalid_token()
        return found

    async def run(self) -> None:
        """Drop login attempts that no limit counts any more, until cancelled."""
        while True:
            await asyncio.sleep(_PURGE_S)
            with suppress(TransientError, asyncpg.PostgresError):
                async with lend(self._pool) as connection:
                    await throttle.purge(connection, self._clock.now())

    def close(self) -> None:
        """End the hashing threads."""
        self._passwords.close()

    async def _admit(self, login: Login) -> Attempt:
        """Count the attempt, or raise ThrottledError before anything is hashed."""
        email_hash = throttle.email_hash(login.email)
        address = throttle.network(login.address)
        attempt = Attempt(
            email_hash=email_hash,
            address=address,
            known=await self._is_known(email_hash, address),
            at=self._clock.now(),
        )
        wait_s = self._strangers.wait(_EVERYBODY, time.monotonic())
        if wait_s and not attempt.known:
            raise throttle.throttled(timedelta(seconds=wait_s))
        async with lend(self._pool) as connection, connection.transaction():
            await throttle.admit(connection, attempt)
        return attempt

    async def _open(self, user: User, attempt: Attempt) -> Tokens:
        audience = audience_of(user.roles)
        if audience is None:
            raise ForbiddenError("login_held", "This login is disabled; ask support.")
        session = Session(
            id=self._ids.new(),
            user_id=user.id,
            audience=audience,
            started_at=attempt.at,
            expires_at=attempt.at + SESSION_LIFETIME[audience],
            revoked=False,
        )
        first = refresh_tokens.spell(self._secret, RefreshToken(family=session.id, generation=0))
        async with lend(self._pool) as connection, connection.transaction():
            await store.insert_family(connection, session, refresh_tokens.fingerprint(first))
            await throttle.forget(connection, attempt)
        await self._remember(attempt)
        return self._tokens_for(session, user.roles, 0, attempt.at)

    async def _renew(
        self, tx: Connection, presented: RefreshToken, text: str, now: datetime
    ) -> _Renewal:
        """Judge a token under its family's lock and write down what follows."""
        locked = await store.lock_family(tx, presented.family)
        if locked is None:
            return _Renewal(verdict=Verdict.REFUSE)
        session, family = locked
        verdict = refresh_tokens.judge(family, presented, refresh_tokens.fingerprint(text), now)
        if verdict is Verdict.REFUSE:
            return _Renewal(verdict=verdict)
        if verdict in _REVOKING:
            await store.revoke_family(tx, session.id, verdict, now)
            return _Renewal(verdict=verdict)
        user = (await store.standings(tx, [session.user_id], now))[session.user_id]
        if not user.active or audience_of(user.roles) is not session.audience:
            return _Renewal(verdict=Verdict.REFUSE)
        if verdict is Verdict.ROTATE:
            successor = refresh_tokens.spell(
                self._secret,
                RefreshToken(family=session.id, generation=family.generation + 1),
            )
            await store.rotate_family(
                tx, session.id, family.generation, refresh_tokens.fingerprint(successor), now
            )
        return _Renewal(verdict=verdict, session=session, roles=user.roles)

    def _tokens_for(
        self, session: Session, roles: frozenset[Role], generation: int, now: datetime
    ) -> Tokens:
        claims = AccessClaims(
            user_id=session.user_id,
            session_id=session.id,
            audience=session.audience,
            roles=roles,
            expires_at=min(now + ACCESS_LIFETIME, session.expires_at),
        )
        return Tokens(
            access_token=self._tokens.issue(claims, self._ids.new(), now),
            expires_in_s=int((claims.expires_at - now).total_seconds()),
            refresh_token=refresh_tokens.spell(
                self._secret, RefreshToken(family=session.id, generation=generation)
            ),
        )

    async def _is_known(self, email_hash: bytes, address: str) -> bool:
        """Tell whether the account logged in from there before; without Redis nobody did."""
        with suppress(RedisError, OSError):
            key = f"{_KNOWN_PREFIX}{email_hash.hex()}"
            return bool(await self._redis.sismember(key, address))
        return False

    async def _remember(self, attempt: Attempt) -> None:
        with suppress(RedisError, OSError):
            key = f"{_KNOWN_PREFIX}{attempt.email_hash.hex()}"
            await self._redis.sadd(key, attempt.address)
            await self._redis.expire(key, _KNOWN_TTL)


def _invalid_refresh() -> UnauthenticatedError:
    return UnauthenticatedError("invalid_refresh_token", "The refresh token is not valid.")
