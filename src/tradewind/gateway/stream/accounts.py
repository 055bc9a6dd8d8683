"""Account events to those who listen: from the log without a gap, then live.

A listener catches up by reading the log after its last number, and becomes live in the same
step of the event loop in which it found nothing more. Live events must continue its numbers; one
that does not sends it back to reading, so a gap cannot reach a client.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias
from uuid import UUID

import msgspec
import structlog

from tradewind.core.ids import AccountId, UserId
from tradewind.gateway.stream.messages import account_frame, iso
from tradewind.infra.eventlog import LoggedEvent
from tradewind.services.accounts.service import Accounts

#: Spells an event as clients see it: one JSON object.
View: TypeAlias = Callable[[LoggedEvent], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Spelled:
    """An event ready to be sent; spelled once for all who listen."""

    seq: int
    text: bytes


class Listener:
    """One client's subscription to one account."""

    __slots__ = ("_missed", "_send", "account_id", "live", "sent")

    def __init__(self, account_id: UUID, after: int, send: Callable[[bytes], None]) -> None:
        """Everything after number `after` goes to `send`, as frames."""
        self.account_id = account_id
        self.sent = after
        self.live = False
        self._missed = False
        self._send = send

    def offer(self, events: Sequence[Spelled]) -> bool:
        """Take live events; False when there is a gap and the listener must catch up again."""
        if not self.live:
            self._missed = True
            return True
        fresh = [event for event in events if event.seq > self.sent]
        if fresh and fresh[0].seq != self.sent + 1:
            self.live = False
            return False
        self.emit(fresh)
        return True

    def emit(self, events: Sequence[Spelled]) -> None:
        """Send events that continue the numbers."""
        if events:
            self.sent = events[-1].seq
            self._send(account_frame(self.account_id, b",".join(event.text for event in events)))

    def begin_reading(self) -> None:
        """What is offered from here on may be missing in the page about to be read."""
        self._missed = False

    def end_reading(self) -> bool:
        """Go live if nothing was offered since reading began; else the log must be read again."""
        self.live = not self._missed
        return self.live


class AccountFeed:
    """Who listens to which account; fed by the tail of the event log."""

    def __init__(self, view: View, accounts: Accounts, page_events: int) -> None:
        """Catch up through `accounts`, in pages of so many events."""
        self._view = view
        self._accounts = accounts
        self._page_events: Final = page_events
        self._listeners: dict[UUID, dict[Listener, Callable[[], None]]] = {}

    def watched(self) -> Collection[UUID]:
        """The accounts somebody listens to."""
        return self._listeners.keys()

    def add(self, listener: Listener, on_gap: Callable[[], None]) -> None:
        """Start offering; `on_gap` must arrange another `catch_up`."""
        self._listeners.setdefault(listener.account_id, {})[listener] = on_gap

    def remove(self, listener: Listener) -> None:
        """Stop offering."""
        there = self._listeners.get(listener.account_id)
        if there is not None:
            there.pop(listener, None)
            if not there:
                del self._listeners[listener.account_id]

    def deliver(self, events: Sequence[LoggedEvent]) -> None:
        """Offer a page of the log; events nobody listens to are not even spelled."""
        spelled: dict[UUID, list[Spelled]] = {}
        for event in events:
            if event.account_id in self._listeners:
                spelled.setdefault(event.account_id, []).append(self._spell(event))
        for account_id, batch in spelled.items():
            for listener, on_gap in list(self._listeners.get(account_id, {}).items()):
                if not listener.offer(batch):
                    on_gap()

    async def read_on(self, listener: Listener, user_id: UserId) -> bool:
        """Send the next page of the log; True once the listener is live."""
        listener.begin_reading()
        events = await self._accounts.events(
            user_id, AccountId(listener.account_id), listener.sent, self._page_events
        )
        if self._listeners.get(listener.account_id, {}).get(listener) is None:
            return True
        listener.emit([self._spell(event) for event in events])
        return len(events) < self._page_events and listener.end_reading()

    def _spell(self, event: LoggedEvent) -> Spelled:
        """An event nobody can read is our fault: it keeps its number and goes without its body."""
        try:
            text = self._view(event)
        except (msgspec.MsgspecError, ValueError, LookupError) as error:
            structlog.get_logger().error(
                "event_unreadable",
                account_id=str(event.account_id),
                seq=event.seq,
                type=event.type,
                error=str(error),
            )
            bare = {"account_id": event.account_id, "seq": event.seq, "type": event.type}
            text = msgspec.json.encode({**bare, "time": iso(event.at), "cause": None, "data": None})
        return Spelled(seq=event.seq, text=text)
