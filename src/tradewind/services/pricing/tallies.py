"""What each LP sent, for the people who watch LPs."""

from collections import Counter

from tradewind.contracts.liquidity import LpStatus
from tradewind.contracts.ticks import QuarantinedQuote
from tradewind.core.ids import LpCode
from tradewind.core.quotes import Quarantine
from tradewind.services.pricing.table import Refusal

RAW_LENGTH_MAX = 500


class LpTally:
    """Counts of one LP since pricing started."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.received = 0
        self._rejected: Counter[str] = Counter()

    def reject(self, reason: Quarantine, count: int) -> None:
        """Count quotes that did not pass."""
        self._rejected[reason.value] += count

    def status(self, lp: LpCode, *, up: bool) -> LpStatus:
        """Return the counts as they are published."""
        return LpStatus(
            code=lp, up=up, quotes_received=self.received, rejected=dict(self._rejected)
        )


def quarantined(refusal: Refusal) -> QuarantinedQuote:
    """Return a refused quote as it is published; the message behind it is cut to a bound."""
    quote = refusal.quote
    raw = quote.raw
    return QuarantinedQuote(
        symbol=quote.symbol,
        lp=quote.lp,
        reason=refusal.reason.value,
        bid=quote.bid,
        ask=quote.ask,
        lp_time=quote.lp_time,
        received_at=quote.received_at,
        raw=None if raw is None else raw.replace("\x01", "|")[:RAW_LENGTH_MAX],
    )
