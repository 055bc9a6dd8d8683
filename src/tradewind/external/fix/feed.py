"""One LP as a source of quotes: session events and messages become core's quote events."""

from collections.abc import Mapping, Sequence
from typing import Final, assert_never

import structlog

from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import LpLost, QuoteCleared, QuoteEvent
from tradewind.external.fix.book import Books
from tradewind.external.fix.market_data import Kind, MarketDataSession, Received
from tradewind.external.fix.tagvalue import (
    SOH,
    Ignored,
    Increments,
    MalformedMessage,
    RequestRejected,
    Snapshot,
    parse,
)

LOGGED_TEXT_MAX: Final = 300

_log = structlog.get_logger()


class LpFeed:
    """Drains one LP's session. `symbols` maps the LP's names to ours."""

    def __init__(self, session: MarketDataSession, symbols: Mapping[str, Symbol]) -> None:
        """Subscribe every symbol at each logon."""
        self._session = session
        self._symbols = dict(symbols)
        self._names = {symbol: name for name, symbol in symbols.items()}
        self._books = Books(session.lp, self._symbols)
        self._generation = 0
        self.up = False
        self.malformed = 0

    @property
    def lp(self) -> LpCode:
        """Return the LP's code."""
        return self._session.lp

    @property
    def waiting(self) -> int:
        """Return how many messages wait to be read."""
        return self._session.waiting

    def start(self) -> None:
        """Connect."""
        self._session.start()

    async def stop(self) -> None:
        """Log out."""
        await self._session.stop()

    def drain(self, limit: int) -> Sequence[QuoteEvent]:
        """Read up to `limit` messages."""
        events: list[QuoteEvent] = []
        for received in self._session.drain(limit):
            events += self._read(received)
        return events

    def follow(self, symbols: Mapping[str, Symbol]) -> Sequence[QuoteEvent]:
        """Change what is subscribed; a changed set starts again from snapshots."""
        if symbols == self._symbols:
            return ()
        if self.up:
            self._session.unsubscribe(self._symbols, self._generation)
        self._symbols = dict(symbols)
        self._names = {symbol: name for name, symbol in symbols.items()}
        return self._restart()

    def _read(self, received: Received) -> Sequence[QuoteEvent]:
        match received.kind:
            case Kind.MESSAGE:
                return self._message(received)
            case Kind.UP:
                _log.info("lp_session_up", lp=self.lp)
                self.up = True
                return self._restart()
            case Kind.DOWN:
                if self.up:
                    _log.warning("lp_session_down", lp=self.lp)
                self.up = False
                return (LpLost(lp=self.lp),)
            case Kind.OVERFLOW:
                _log.error("lp_inbox_overflow", lp=self.lp)
                # Going up or down may be among what was lost.
                self.up = self._session.logged_on
                self._session.unsubscribe(self._symbols, self._generation)
                return self._restart()
            case Kind.REFUSED:
                _log.warning("lp_refused", lp=self.lp, text=_printable(received.text))
                return ()
            case _:
                assert_never(received.kind)

    def _restart(self) -> Sequence[QuoteEvent]:
        """Forget all books and ask for new snapshots; answers to older requests are ignored."""
        self._generation += 1
        self._books = Books(self.lp, self._symbols)
        if self.up:
            self._session.subscribe(self._symbols, self._generation)
        return (LpLost(lp=self.lp),)

    def _message(self, received: Received) -> Sequence[QuoteEvent]:
        try:
            message = parse(received.text)
            match message:
                case Snapshot():
                    if self._is_current(message.request_id):
                        return self._books.snapshot(message, received.at)
                case Increments():
                    if self._is_current(message.request_id):
                        name = self._requested_name(message.request_id)
                        return self._books.increments(message, name, received.at)
                case RequestRejected():
                    return self._rejected(message)
                case Ignored():
                    _log.info("lp_message_ignored", lp=self.lp, kind=message.kind)
                case _:
                    assert_never(message)
        except MalformedMessage as error:
            self.malformed += 1
            text = _printable(received.text)
            _log.warning("lp_message_malformed", lp=self.lp, error=str(error), text=text)
        return ()

    def _rejected(self, message: RequestRejected) -> Sequence[QuoteEvent]:
        symbol = Symbol(message.request_id.partition(".")[0])
        _log.warning(
            "lp_request_rejected",
            lp=self.lp,
            symbol=symbol,
            reason=message.reason,
            text=_printable(message.text),
        )
        return (QuoteCleared(lp=self.lp, symbol=symbol),) if symbol in self._names else ()

    def _is_current(self, request_id: str) -> bool:
        """Tell whether a message answers the present subscriptions; LPs may leave 262 out."""
        return not request_id or request_id.endswith(f".{self._generation}")

    def _requested_name(self, request_id: str) -> str:
        return self._names.get(Symbol(request_id.partition(".")[0]), "")


def _printable(text: str) -> str:
    return text.replace(SOH, "|")[:LOGGED_TEXT_MAX]
