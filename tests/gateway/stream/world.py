"""The other ends of the stream: pricing, the OMS, identity and a client, each by its real door."""

import asyncio
import json
import time
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import msgspec
from redis.asyncio import Redis
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin

from tradewind.contracts.ticks import ALIVE_KEY, LATEST_PREFIX, Tick, TickPrice
from tradewind.core.ids import UserId
from tradewind.infra.eventlog import HINT_CHANNEL
from tradewind.infra.identifiers import IdSource
from tradewind.infra.postgres import Connection, open_pool
from tradewind.infra.secrets import read_secret
from tradewind.infra.settings import Settings
from tradewind.services.identity.access_tokens import AccessTokens
from tradewind.services.identity.model import AccessClaims, Audience, Role

EPOCH = 7
DEADLINE_S = 5.0


class Client:
    """A client; every frame it gets is kept until somebody asks for it."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.waiting: deque[dict[str, Any]] = deque()

    async def say(self, **message: object) -> None:
        await self.socket.send(msgspec.json.encode(message).decode())

    async def hear(self, kind: str, within_s: float = DEADLINE_S) -> dict[str, Any]:
        """Return the next frame of a kind; other kinds are passed over."""
        async with asyncio.timeout(within_s):
            while True:
                frame = json.loads(await self.socket.recv())
                if frame["type"] == kind:
                    return frame

    async def price(self, symbol: str, bid: str, within_s: float = DEADLINE_S) -> dict[str, Any]:
        """Return the item that shows this bid."""
        async with asyncio.timeout(within_s):
            while True:
                for item in (await self.hear("prices"))["items"]:
                    if item["symbol"] == symbol and item["bid"] == bid:
                        return item

    async def events(self, until: int, within_s: float = DEADLINE_S) -> list[int]:
        """Return the numbers of the account events that come, up to number `until`."""
        seen: list[int] = []
        async with asyncio.timeout(within_s):
            while not seen or seen[-1] < until:
                seen += [event["seq"] for event in (await self.hear("account"))["items"]]
        return seen

    async def closed(self, within_s: float = DEADLINE_S) -> int | None:
        """Return the code the server closes with."""
        async with asyncio.timeout(within_s):
            await self.socket.wait_closed()
        return self.socket.close_code


class World:
    """Plays everything around the stream."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.url = f"ws://127.0.0.1:{settings.port + 1}/v1/stream"
        self.redis = Redis.from_url(settings.redis_url)
        self.ids = IdSource()
        self.beating = True
        self.over = asyncio.Event()
        self._tokens = AccessTokens(read_secret(settings.secrets_dir, "jwt_ed25519"), "demo")

    async def __aenter__(self) -> Self:
        self.oms = await open_pool(self.settings, "tw_oms", size_max=4)
        self.auth = await open_pool(self.settings, "tw_auth", size_max=2)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        await self.oms.close()
        await self.auth.close()
        await self.redis.aclose()

    async def beat(self) -> None:
        """Say that pricing lives, as pricing does."""
        while not self.over.is_set():
            if self.beating:
                await self.redis.publish(ALIVE_KEY, str(EPOCH))
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), 0.2)

    async def tick(self, symbol: str, bid: str, *, tradable: bool = True) -> None:
        """Publish a price; each group's is a tenth of a unit further away."""
        groups = {"standard": Decimal("0.1"), "pro": Decimal("0.2"), "raw": Decimal(0)}
        prices = {
            group: TickPrice(bid=Decimal(bid) - off, ask=Decimal(bid) + 1 + off)
            for group, off in groups.items()
        }
        tick = Tick(
            symbol=symbol, epoch=EPOCH, seq=time.monotonic_ns(), time=datetime.now(UTC),
            bid=Decimal(bid), ask=Decimal(bid) + 1, quotes=(), tradable=tradable, reason=None,
            rules_version=1, prices=prices,
        )  # fmt: skip
        payload = msgspec.json.encode(tick)
        async with self.redis.pipeline() as pipeline:
            pipeline.set(f"{LATEST_PREFIX}{symbol}", payload)
            pipeline.publish(f"{LATEST_PREFIX}{symbol}", payload)
            await pipeline.execute()

    async def user(self, email: str) -> UserId:
        return UserId(await self.auth.fetchval("SELECT id FROM app_user WHERE email = $1", email))

    async def accounts(self, user: UserId) -> Mapping[str, UUID]:
        """Return a user's accounts by currency."""
        rows = await self.auth.fetch("SELECT currency, id FROM account WHERE user_id = $1", user)
        return {row["currency"]: row["id"] for row in rows}

    async def session(self, user: UserId, audience: Audience = Audience.CLIENT) -> UUID:
        """Open a session as a login does."""
        session, now = self.ids.new(), datetime.now(UTC)
        await self.auth.execute(
            """INSERT INTO refresh_family (id, user_id, audience, generation, token_hash,
                                           rotated_at, created_at, expires_at)
               VALUES ($1, $2, $3, 0, '', $4, $4, $5)""",
            session, user, audience, now, now + timedelta(days=1),
        )  # fmt: skip
        return session

    def token(
        self,
        user: UserId,
        session: UUID,
        lifetime: timedelta = timedelta(minutes=5),
        role: Role = Role.CLIENT,
    ) -> str:
        now = datetime.now(UTC)
        claims = AccessClaims(
            user_id=user,
            session_id=session,
            audience=Audience.CLIENT if role is Role.CLIENT else Audience.STAFF,
            roles=frozenset({role}),
            expires_at=now + lifetime,
        )
        return self._tokens.issue(claims, self.ids.new(), now)

    @asynccontextmanager
    async def stranger(self, **headers: str) -> AsyncIterator[Client]:
        """A connection nobody has authenticated."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        origin = Origin(named.pop("origin")) if "origin" in named else None
        async with connect(
            self.url, additional_headers=named, origin=origin, close_timeout=1, ping_interval=None
        ) as socket:
            yield Client(socket)

    @asynccontextmanager
    async def client(self, email: str = "client1@tradewind.example") -> AsyncIterator[Client]:
        """A connection of a seeded client, ready."""
        user = await self.user(email)
        token = self.token(user, await self.session(user))
        async with self.stranger() as client:
            await client.say(type="auth", token=token)
            await client.hear("ready")
            yield client

    async def log(self, account: UUID, size: int = 1, padding: int = 0) -> int:
        """Commit events of one account under its lock; returns the last number."""
        data = json.dumps({"id": str(account), "state": "x" * padding, "book": "B"})
        async with self.oms.acquire() as connection, connection.transaction():
            last = await _lock(connection, account)
            await _append(connection, account, range(last + 1, last + size + 1), data)
        await self.redis.publish(HINT_CHANNEL, "")
        return last + size


async def _lock(connection: Connection, account: UUID) -> int:
    return await connection.fetchval(
        "SELECT last_event FROM account WHERE id = $1 FOR NO KEY UPDATE", account
    )


async def _append(connection: Connection, account: UUID, numbers: Sequence[int], data: str) -> None:
    await connection.execute(
        """INSERT INTO account_event (account_id, seq, type, data, actor, at)
           SELECT $1, n, 'order.new', $3, 'test', clock_timestamp() FROM unnest($2::bigint[]) n""",
        account, list(numbers), data,
    )  # fmt: skip
    await connection.execute(
        "UPDATE account SET last_event = $2 WHERE id = $1", account, numbers[-1]
    )
