"""What pricing is configured with: instruments, live LPs and every group's markup."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from tradewind.core.ids import LpCode, Symbol
from tradewind.core.quotes import Markup


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolRules:
    """How one symbol is priced. `markups` has one entry for each group."""

    precision: int
    quote_age_max: timedelta
    markups: tuple[Markup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PricingRules:
    """Everything of one configuration version."""

    version: int
    symbols: Mapping[Symbol, SymbolRules]
    #: For each enabled LP, its own symbol names and ours.
    lps: Mapping[LpCode, Mapping[str, Symbol]]
