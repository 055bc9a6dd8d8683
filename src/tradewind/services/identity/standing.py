"""Which sessions and users stand, as of at most half a second ago.

A token is good for fifteen minutes, but a logout, a lowered role or a disabled user must show
within a second: every process keeps the sessions that ended lately and the standing of the users
it has seen, refreshed by a poll and at once by a hint. When the poll fails for too long, nobody
can be trusted and the answer is 503.
"""

import asyncio
import time
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

import asyncpg
import msgspec
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from tradewind.core.errors import TransientError
from tradewind.core.ids import UserId
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import lend
from tradewind.infra.pubsub import Subscription, Topics
from tradewind.services.identity import store
from tradewind.services.identity.access_tokens import invalid_token
from tradewind.services.identity.model import (
    ACCESS_LIFETIME,
    AccessClaims,
    Principal,
    Session,
    UserStanding,
)

HINT_CHANNEL: Final = "identity"
_POLL_S: Final = 0.5
_POLL_TIMEOUT_S: Final = 2.0
_STALE_S: Final = 5.0
_SESSION_PREFIX: Final = "session:"
_SESSION_TTL: Final = timedelta(minutes=5)
#: An ended session's access tokens and cached copies are gone after that long.
_REMEMBERED: Final = ACCESS_LIFETIME + _SESSION_TTL + timedelta(minutes=1)


_DECODER: Final = msgspec.json.Decoder(Session)


class Standing:
    """The local view; `require` is the check that every request pays for."""

    def __init__(self, pool: asyncpg.Pool, redis: Redis, clock: Clock) -> None:
        """Take a pool of role `tw_auth`."""
        self._pool = pool
        self._redis = redis
        self._clock = clock
        self._ended: frozenset[UUID] = frozenset()
        self._users: dict[UserId, UserStanding] = {}
        self._polled_at = float("-inf")
        self._hint = asyncio.Event()
        self._log = structlog.get_logger()

    @property
    def is_current(self) -> bool:
        """False once the poll has failed for too long."""
        return time.monotonic() - self._polled_at <= _STALE_S

    def require(self, principal: Principal) -> None:
        """Raise unless the session and its user still stand with the token's roles."""
        if not self.is_current:
            raise TransientError("identity_unavailable", "Sessions cannot be checked now.")
        user = self._users.get(principal.user_id)
        if (
            user is None
            or not user.active
            or user.roles != principal.roles
            or principal.session_id in self._ended
            or principal.session_started_at < user.credentials_since
        ):
            raise invalid_token()

    async def admit(self, claims: AccessClaims) -> Principal:
        """Look a token's session up the first time this process sees it."""
        session = await self._session(claims.session_id)
        if session is None or session.revoked or session.expires_at <= self._clock.now():
            raise invalid_token()
        if session.user_id != claims.user_id or session.audience != claims.audience:
            raise invalid_token()
        await self._watch(session.user_id)
        principal = Principal(
            user_id=claims.user_id,
            session_id=claims.session_id,
            audience=claims.audience,
            roles=claims.roles,
            expires_at=claims.expires_at,
            session_started_at=session.started_at,
        )
        self.require(principal)
        return principal

    async def ended(self, *sessions: UUID) -> None:
        """Sessions ended here, in a committed transaction: forget them, and hint to the others."""
        self._ended = self._ended.union(sessions)
        with suppress(RedisError, OSError):
            await self._redis.delete(*(f"{_SESSION_PREFIX}{each}" for each in sessions))
            await self._redis.publish(HINT_CHANNEL, "ended")

    def keep(self, users: set[UserId]) -> None:
        """Watch only these users from now on."""
        self._users = {user: standing for user, standing in self._users.items() if user in users}

    async def poll(self) -> None:
        """Read what changed; also the wait for the first answer at start."""
        now = self._clock.now()
        watched = list(self._users)
        async with asyncio.timeout(_POLL_TIMEOUT_S), lend(self._pool) as connection:
            ended = await store.revoked_since(connection, now - _REMEMBERED)
            standings = await store.standings(connection, watched, now)
        self._ended = ended
        for user in watched:
            standing = standings.get(user)
            if standing is None:
                standing = UserStanding(active=False, roles=frozenset(), credentials_since=now)
            self._users[user] = standing
        self._polled_at = time.monotonic()

    async def run(self, redis_url: str) -> None:
        """Poll twice a second and at each hint; what a lost connection missed is polled too."""
        topics = Topics(channels=(HINT_CHANNEL,))
        hints = Subscription(redis_url, topics, self._hinted, self._hint.set)
        async with asyncio.TaskGroup() as group:
            group.create_task(hints.run())
            while True:
                # Not wait_for: in Python 3.11 it may swallow a cancellation.
                with suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_S):
                        await self._hint.wait()
                self._hint.clear()
                try:
                    await self.poll()
                except (TransientError, TimeoutError, asyncpg.PostgresError) as e:
                    self._log.warning("standing_poll_failed", error=type(e).__name__)

    def _hinted(self, _channel: bytes, _payload: bytes) -> None:
        self._hint.set()

    async def _watch(self, user: UserId) -> None:
        """Know a user's standing; never from a cache, which could be older than a poll."""
        if user in self._users:
            return
        async with lend(self._pool) as connection:
            found = await store.standings(connection, [user], self._clock.now())
        self._users.update(found)

    async def _session(self, session_id: UUID) -> Session | None:
        """Look a session up: Redis spares the database, `_ended` knows what ended since."""
        key = f"{_SESSION_PREFIX}{session_id}"
        with suppress(RedisError, OSError, msgspec.MsgspecError):
            text = await self._redis.get(key)
            if text is not None:
                return _DECODER.decode(text)
        async with lend(self._pool) as connection:
            session = await store.session(connection, session_id)
        if session is not None and not session.revoked:
            with suppress(RedisError, OSError):
                await self._redis.set(key, msgspec.json.encode(session), ex=_SESSION_TTL)
        return session
