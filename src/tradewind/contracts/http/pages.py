"""Pages of lists: pass `next` as `after` to go on; null on the last page."""

from dataclasses import dataclass

from tradewind.contracts.http.accounts import Account
from tradewind.contracts.http.market import Symbol
from tradewind.contracts.http.trading import Event, Fill, LedgerEntry, Order, Position


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """The caller's accounts, oldest first."""

    items: tuple[Account, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolPage:
    """Symbols by name."""

    items: tuple[Symbol, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPage:
    """Events in order, without gaps."""

    items: tuple[Event, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionPage:
    """Open positions, oldest first."""

    items: tuple[Position, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPage:
    """Orders, newest first."""

    items: tuple[Order, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FillPage:
    """Fills, newest first."""

    items: tuple[Fill, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPage:
    """Ledger entries, newest first."""

    items: tuple[LedgerEntry, ...]
    next: str | None
