"""What pricing needs from outside its layer."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import QuoteEvent


class QuoteSource(Protocol):
    """One LP's market data session."""

    @property
    def lp(self) -> LpCode:
        """Return the LP's code."""
        ...

    @property
    def waiting(self) -> int:
        """Return how many messages wait to be drained."""
        ...

    def start(self) -> None:
        """Connect, and again whenever the connection is lost."""
        ...

    async def stop(self) -> None:
        """Log out."""
        ...

    def drain(self, limit: int) -> Sequence[QuoteEvent]:
        """Read up to `limit` messages, oldest first."""
        ...

    def follow(self, symbols: Mapping[str, Symbol]) -> Sequence[QuoteEvent]:
        """Subscribe exactly these symbols; the keys are the LP's names."""
        ...
