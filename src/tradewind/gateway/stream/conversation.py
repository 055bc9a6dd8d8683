"""What one client says and what it gets: the protocol of docs/reference/stream.md."""

import asyncio
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, assert_never
from uuid import UUID

import structlog

from tradewind.contracts.stream import CloseCode, StreamError
from tradewind.core.errors import TransientError, UnauthenticatedError
from tradewind.core.ids import AccountId, UserId
from tradewind.gateway.stream import messages
from tradewind.gateway.stream.accounts import AccountFeed, Listener
from tradewind.gateway.stream.candle_watch import CandleWatch
from tradewind.gateway.stream.candles import CandleFeed
from tradewind.gateway.stream.connection import Connection
from tradewind.gateway.stream.limits import Limits
from tradewind.gateway.stream.metrics import StreamMetrics
from tradewind.gateway.stream.prices import PriceTable
from tradewind.gateway.stream.watch import PriceWatch
from tradewind.gateway.stream.wheel import Wheel
from tradewind.infra.clock import Clock
from tradewind.infra.postgres import AWAY
from tradewind.services.accounts.model import OwnAccount
from tradewind.services.accounts.service import Accounts
from tradewind.services.identity.authenticator import Authenticator
from tradewind.services.identity.model import Audience, Principal

#: What a read raises when the database is away.
UNAVAILABLE: Final = (TransientError, *AWAY)
_READ_TIMEOUT_S: Final = 5.0

Spawn: TypeAlias = Callable[[Coroutine[None, None, None]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """What all conversations of a process share."""

    limits: Limits
    clock: Clock
    accounts: Accounts
    authenticator: Authenticator
    table: PriceTable
    candles: CandleFeed
    wheel: Wheel
    feed: AccountFeed
    metrics: StreamMetrics
    spawn: Spawn
    users: Counter[UserId]


class Conversation:
    """One client's state; its messages are handled one after another."""

    def __init__(self, hub: Hub, connection: Connection) -> None:
        """Start as a stranger."""
        self._hub = hub
        self._watch = PriceWatch(connection, hub.table, hub.wheel, hub.metrics)
        self._candles = CandleWatch(connection, hub.candles, hub.wheel, hub.limits, self._group)
        self._listeners: dict[UUID, Listener] = {}
        self._groups: Mapping[UUID, str] = {}
        self._account: UUID | None = None
        self._inbox: deque[bytes] = deque()
        self._working = False
        self.connection = connection
        self.principal: Principal | None = None

    def receive(self, frame: bytes) -> None:
        """Take one text frame."""
        if len(self._inbox) >= self._hub.limits.inbox_max:
            self.connection.close(CloseCode.TOO_MANY, "too many messages")
            return
        self._inbox.append(frame)
        if not self._working:
            self._working = True
            self._spawn(self._work())

    def resume(self) -> None:
        """Show what changed while the client was paused; nothing else may change for a while."""
        self._watch.turn()
        self._candles.turn()

    def end(self) -> None:
        """Let go of everything; the socket is gone."""
        self._watch.stop()
        self._candles.stop()
        self._hub.wheel.remove(self._heartbeat, self._hub.limits.heartbeat_ms)
        for listener in self._listeners.values():
            self._hub.feed.remove(listener)
        self._listeners.clear()
        if self.principal is not None:
            user = self.principal.user_id
            self._hub.users[user] -= 1
            if not self._hub.users[user]:
                del self._hub.users[user]

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        self._hub.spawn(self._contained(work))

    async def _contained(self, work: Coroutine[None, None, None]) -> None:
        """Let a failure end this client's connection and nothing else."""
        try:
            await work
        except UNAVAILABLE as error:
            structlog.get_logger().warning("stream_read_failed", error=repr(error))
            self.connection.close(CloseCode.TRY_AGAIN_LATER, "temporarily unavailable")
        except Exception:  # noqa: BLE001  whatever it is, one client must not end the others
            structlog.get_logger().exception("stream_client_failed")
            self.connection.close(CloseCode.INTERNAL, "internal error")

    async def _work(self) -> None:
        while self._inbox and self.connection.open:
            await self._handle(self._inbox.popleft())
        self._working = False

    async def _handle(self, frame: bytes) -> None:
        try:
            message = messages.decode(frame)
        except messages.BadMessageError as error:
            self._refuse(StreamError.BAD_MESSAGE, str(error))
            return
        if isinstance(message, messages.Authenticate):
            await self._authenticate(message.token)
            return
        if self.principal is None:
            self.connection.close(CloseCode.UNAUTHENTICATED, "authenticate first")
            return
        match message:
            case messages.SubscribePrices():
                self._subscribe_prices(message)
            case messages.UnsubscribePrices():
                self._watch.unsubscribe(message.symbols)
            case messages.SubscribeAccount():
                await self._subscribe_account(message, self.principal.user_id)
            case messages.UnsubscribeAccount():
                self._drop(message.account_id)
            case messages.SubscribeCandles():
                await self._subscribe_candles(message)
            case messages.UnsubscribeCandles():
                self._candles.unsubscribe(message)
            case _:
                assert_never(message)

    def _refuse(self, code: StreamError, detail: str) -> None:
        """Tell what was wrong; a stranger is told nothing and must go."""
        if self.principal is None:
            self.connection.close(CloseCode.UNAUTHENTICATED, "authenticate first")
        else:
            self.connection.send(messages.error_frame(code, detail))

    async def _authenticate(self, token: str) -> None:
        try:
            principal = await self._hub.authenticator.authenticate(token)
        except UnauthenticatedError as error:
            self.connection.close(CloseCode.UNAUTHENTICATED, error.code)
            return
        except TransientError as error:
            self.connection.close(CloseCode.TRY_AGAIN_LATER, error.code)
            return
        if principal.audience is not Audience.CLIENT:
            self.connection.close(CloseCode.UNAUTHENTICATED, "wrong audience")
            return
        accounts = await self._own_accounts(principal.user_id)
        if self.connection.open and self._admit(principal):
            self.principal, self._groups = principal, _groups(accounts)
            self.connection.send(messages.READY)
            if (group := self._group()) is not None:
                self._watch.regroup(group)

    def _admit(self, principal: Principal) -> bool:
        """Count a new user's connection; a fresh token must be the same user's."""
        if self.principal is not None:
            if self.principal.user_id == principal.user_id:
                return True
            self.connection.close(CloseCode.UNAUTHENTICATED, "another user")
            return False
        if self._hub.users[principal.user_id] >= self._hub.limits.connections_per_user_max:
            self.connection.close(CloseCode.TOO_MANY, "too many connections")
            return False
        self._hub.users[principal.user_id] += 1
        self._hub.wheel.add(self._heartbeat, self._hub.limits.heartbeat_ms)
        return True

    def _heartbeat(self) -> None:
        if self.connection.writable:
            self.connection.send_latest(messages.heartbeat_frame(self._hub.clock.now()))

    def _group(self) -> str | None:
        """Return the group whose prices are shown: the named account's, else the first one's."""
        if self._account is None:
            return next(iter(self._groups.values()), None)
        return self._groups.get(self._account)

    async def _own_accounts(self, user_id: UserId) -> Sequence[OwnAccount]:
        async with asyncio.timeout(_READ_TIMEOUT_S):
            return await self._hub.accounts.own(user_id)

    def _subscribe_prices(self, message: messages.SubscribePrices) -> None:
        limits = self._hub.limits
        wanted = frozenset(message.symbols)
        if unknown := wanted - self._hub.table.symbols.keys():
            self._refuse(StreamError.UNKNOWN_SYMBOL, f"unknown: {', '.join(sorted(unknown)[:10])}")
            return
        if len(wanted | self._watch.symbols) > limits.symbols_max:
            self._refuse(StreamError.TOO_MANY_SYMBOLS, f"at most {limits.symbols_max} symbols")
            return
        if message.interval_ms > limits.interval_ms_max:
            self._refuse(
                StreamError.BAD_MESSAGE, f"interval_ms may be at most {limits.interval_ms_max}"
            )
            return
        previous, self._account = self._account, message.account_id
        group = self._group()
        if group is None:
            self._account = previous
            self._refuse(StreamError.ACCOUNT_NOT_FOUND, "no such account")
            return
        self._watch.subscribe(wanted, group, message.interval_ms)

    async def _subscribe_candles(self, message: messages.SubscribeCandles) -> None:
        if message.symbol not in self._hub.table.symbols:
            self._refuse(StreamError.UNKNOWN_SYMBOL, f"unknown: {message.symbol}")
        elif self._group() is None:
            self._refuse(StreamError.ACCOUNT_NOT_FOUND, "no such account")
        elif (refusal := await self._candles.subscribe(message)) is not None:
            self._refuse(refusal.code, refusal.detail)

    async def _subscribe_account(self, message: messages.SubscribeAccount, user_id: UserId) -> None:
        account_id = message.account_id
        maximum = self._hub.limits.accounts_max
        if account_id not in self._listeners and len(self._listeners) >= maximum:
            self._refuse(StreamError.TOO_MANY_ACCOUNTS, f"at most {maximum} accounts")
            return
        accounts = await self._own_accounts(user_id)
        self._groups = _groups(accounts)
        last = {each.account.id: each.last_event for each in accounts}.get(AccountId(account_id))
        if last is None:
            self._refuse(StreamError.ACCOUNT_NOT_FOUND, "no such account")
            return
        if message.after > last:
            self._refuse(StreamError.EVENT_NOT_FOUND, f"the account's last event is {last}")
            return
        self._drop(account_id)
        if self.connection.open:
            listener = Listener(account_id, message.after, self.connection.send)
            self._listeners[account_id] = listener
            self._follow(listener)

    def _follow(self, listener: Listener) -> None:
        """Catch up with the log, now and whenever a gap shows."""
        self._hub.feed.add(listener, lambda: self._spawn(self._catch_up(listener)))
        self._spawn(self._catch_up(listener))

    async def _catch_up(self, listener: Listener) -> None:
        while self.connection.open and self.principal is not None:
            try:
                await self.connection.drained()
                async with asyncio.timeout(_READ_TIMEOUT_S):
                    if await self._hub.feed.read_on(listener, self.principal.user_id):
                        return
            except UNAVAILABLE as error:
                structlog.get_logger().warning("stream_read_failed", error=repr(error))
                self._drop(listener.account_id)
                resume = f"subscribe to {listener.account_id} again after {listener.sent}"
                self._refuse(StreamError.UNAVAILABLE, resume)
                return

    def _drop(self, account_id: UUID) -> None:
        listener = self._listeners.pop(account_id, None)
        if listener is not None:
            self._hub.feed.remove(listener)


def _groups(accounts: Sequence[OwnAccount]) -> Mapping[UUID, str]:
    """Keep of the accounts what prices need; the oldest comes first."""
    return {each.account.id: each.terms.code for each in accounts}
