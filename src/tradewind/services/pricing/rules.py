"""What pricing is configured with: instruments, live LPs and every group's markup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tradewind.core.calendars import Calendar
from tradewind.core.filter_state import FilterRules
from tradewind.core.ids import LpCode, Symbol
from tradewind.core.markups import Markup
from tradewind.core.quotes import LpTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRules:
    """How one symbol is priced. `markups` has one entry for each group.

    `rebased_at` is when an administrator last said that whatever the LPs send is the price.
    Without a calendar a symbol trades always.
    """

    precision: int
    quote_age_max: timedelta
    markups: tuple[Markup, ...]
    filter: FilterRules
    rebased_at: datetime | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingRules:
    """Everything of one configuration version; only enabled LPs have terms."""

    version: int
    symbols: Mapping[Symbol, SymbolRules]
    lps: Mapping[LpCode, LpTerms]
