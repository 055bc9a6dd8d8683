"""What pricing needs from outside its layer."""

from collections.abc import Sequence
from typing import Protocol

from tradewind.core.ids import LpCode
from tradewind.core.quotes import LpTerms, QuoteEvent


class QuoteSource(Protocol):
    """One LP's market data session."""

    @property
    def lp(self) -> LpCode:
        """Return the LP's code."""
        ...

    @property
    def up(self) -> bool:
        """Tell whether the session is up."""
        ...

    @property
    def waiting(self) -> int:
        """Return how many messages wait to be drained."""
        ...

    async def stop(self) -> None:
        """Log out."""
        ...

    def drain(self, limit: int) -> Sequence[QuoteEvent]:
        """Read up to `limit` messages, oldest first."""
        ...

    def follow(self, terms: LpTerms | None) -> Sequence[QuoteEvent]:
        """Quote on these terms from now on, connecting the first time; None is not at all."""
        ...
