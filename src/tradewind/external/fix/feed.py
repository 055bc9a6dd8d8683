"""One LP as a source of quotes: session events and messages become core's quote events."""

from collections.abc import Sequence
from types import MappingProxyType
from typing import Final, assert_never

import structlog

from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import (
    BooksRestarted,
    LpLost,
    LpTerms,
    Quarantine,
    QuoteCleared,
    QuoteEvent,
    UnusableQuote,
)
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
    subject,
)

LOGGED_TEXT_MAX: Final = 300
#: A disabled LP: connected perhaps, asked for nothing.
NOTHING: Final = LpTerms(symbols=MappingProxyType({}))

_log = structlog.get_logger()


class LpFeed:
    """Drains one LP's session, on the terms that `follow` sets."""

    def __init__(self, session: MarketDataSession) -> None:
        """Connect when there are terms for the first time."""
        self._session = session
        self._started = False
        self._terms = NOTHING
        self._names: dict[Symbol, str] = {}
        self._books = Books(session.lp, NOTHING)
        self._generation = 0
        self.up = False

    @property
    def lp(self) -> LpCode:
        """Return the LP's code."""
        return self._session.lp

    @property
    def waiting(self) -> int:
        """Return how many messages wait to be read."""
        return self._session.waiting

    async def stop(self) -> None:
        """Log out."""
        if self._started:
            await self._session.stop()

    def drain(self, limit: int) -> Sequence[QuoteEvent]:
        """Read up to `limit` messages."""
        events: list[QuoteEvent] = []
        for received in self._session.drain(limit):
            events += self._read(received)
        return events

    def follow(self, terms: LpTerms | None) -> Sequence[QuoteEvent]:
        """Change what is subscribed; changed terms start again from snapshots."""
        wanted = terms or NOTHING
        if _asks_the_same(wanted, self._terms):
            return ()
        if self.up:
            self._session.unsubscribe(self._terms, self._generation)
        self._terms = wanted
        self._names = {symbol: name for name, symbol in wanted.symbols.items()}
        if not self._started and wanted.symbols:
            self._started = True
            self._session.start()
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
                self._session.unsubscribe(self._terms, self._generation)
                return self._restart()
            case Kind.GAP:
                _log.warning("lp_messages_missing", lp=self.lp)
                self._session.unsubscribe(self._terms, self._generation)
                return self._restart()
            case Kind.REFUSED:
                _log.warning("lp_refused", lp=self.lp, text=_printable(received.text))
                return ()
            case _:
                assert_never(received.kind)

    def _restart(self) -> Sequence[QuoteEvent]:
        """Forget all books and ask for new snapshots; answers to older requests are ignored."""
        self._generation += 1
        self._books = Books(self.lp, self._terms)
        if self.up:
            self._session.subscribe(self._terms, self._generation)
        return (BooksRestarted(lp=self.lp),)

    def _message(self, received: Received) -> Sequence[QuoteEvent]:
        try:
            message = parse(received.text)
            match message:
                case Snapshot():
                    if self._is_current(message.request_id):
                        return self._books.snapshot(message, received.at, received.text)
                case Increments():
                    if self._is_current(message.request_id):
                        name = self._requested_name(message.request_id)
                        return self._books.increments(message, name, received.at, received.text)
                case RequestRejected():
                    return self._rejected(message)
                case Ignored():
                    _log.info("lp_message_ignored", lp=self.lp, kind=message.kind)
                case _:
                    assert_never(message)
        except MalformedMessage as error:
            text = _printable(received.text)
            _log.warning("lp_message_malformed", lp=self.lp, error=str(error), text=text)
            return self._malformed(received)
        return ()

    def _malformed(self, received: Received) -> Sequence[QuoteEvent]:
        """Say of which symbol it was, as far as that can be read."""
        request_id, name = subject(received.text)
        symbol = self._terms.symbols.get(name or self._requested_name(request_id))
        if symbol is None:
            return ()
        return (
            UnusableQuote(
                lp=self.lp,
                symbol=symbol,
                reason=Quarantine.MALFORMED,
                bid=None,
                ask=None,
                lp_time=received.at,
                received_at=received.at,
                raw=received.text,
            ),
        )

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


def _asks_the_same(one: LpTerms, other: LpTerms) -> bool:
    """Tell whether two terms differ at most in what the LP never hears of."""
    return (one.symbols, one.depth, one.replay) == (other.symbols, other.depth, other.replay)


def _printable(text: str) -> str:
    return text.replace(SOH, "|")[:LOGGED_TEXT_MAX]
