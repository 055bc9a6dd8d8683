"""The quotes that a fill keeps of the price it was dealt on, read back.

Source: docs/domain/execution.md#receipts
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

from tradewind.core.accounts import Side
from tradewind.core.money import Price, Quantity
from tradewind.core.values import frozen

#: Begins the line of the price itself; the others begin with an LP's code, which is never this.
PRICE_MARK: Final = "@"


@frozen
class LpQuote:
    """An LP's top of book when the price was made; `lp_time` is the LP's own."""

    lp: str
    bid: Price
    ask: Price
    bid_size: Quantity
    ask_size: Quantity
    lp_time: datetime
    received_at: datetime


@frozen
class KeptQuotes:
    """When a price was published, what the group saw of it, and the LPs behind it.

    A fill that keeps less has None instead.
    """

    time: datetime | None
    bid: Price | None
    ask: Price | None
    lps: tuple[LpQuote, ...]

    def behind(self, side: Side, best: Price) -> LpQuote | None:
        """Return whose quote the best price was that a taker of `side` meets; the first of equals.

        None where no LP made that price, as when positions close each other.
        """
        for quote in self.lps:
            if (quote.ask if side is Side.BUY else quote.bid) == best:
                return quote
        return None


def read_quotes(text: str | None) -> KeptQuotes:
    """Read `fill.lp_quotes` (contracts/events.py)."""
    lines = [line.split(" ") for line in (text or "").splitlines()]
    shown = next((line for line in lines if line[0] == PRICE_MARK), None)
    lps = tuple(_lp_quote(line) for line in lines if line[0] != PRICE_MARK)
    if shown is None:
        return KeptQuotes(time=None, bid=None, ask=None, lps=lps)
    _, time, bid, ask = shown
    return KeptQuotes(
        time=datetime.fromisoformat(time), bid=Price(Decimal(bid)), ask=Price(Decimal(ask)), lps=lps
    )


def _lp_quote(words: Iterable[str]) -> LpQuote:
    lp, bid, ask, bid_size, ask_size, lp_time, received_at = words
    return LpQuote(
        lp=lp,
        bid=Price(Decimal(bid)),
        ask=Price(Decimal(ask)),
        bid_size=Quantity(Decimal(bid_size)),
        ask_size=Quantity(Decimal(ask_size)),
        lp_time=datetime.fromisoformat(lp_time),
        received_at=datetime.fromisoformat(received_at),
    )
