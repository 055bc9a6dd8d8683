"""What each LP offers now, for staff: clients never see it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityLevel:
    """One price of the consolidated book, unmarked."""

    price: str
    size: str
    lp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LiquidityQuote:
    """One LP's top of book; `live` while it may take part in the price."""

    lp: str
    bid: str
    ask: str
    bid_size: str
    ask_size: str
    age_ms: int
    spread_points: str
    live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolLiquidity:
    """One symbol without markup; nulls while there is no price."""

    symbol: str
    tradable: bool
    reason: str | None
    bid: str | None
    ask: str | None
    spread_points: str | None
    time: datetime | None
    bids: tuple[LiquidityLevel, ...]
    asks: tuple[LiquidityLevel, ...]
    quotes: tuple[LiquidityQuote, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LpLiquidity:
    """One LP and what pricing counted since it started; `rejected` is quotes by reason."""

    code: str
    name: str
    priority: int
    enabled: bool
    up: bool
    quotes_received: int
    rejected: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Liquidity:
    """Everything at once."""

    items: tuple[SymbolLiquidity, ...]
    lps: tuple[LpLiquidity, ...]
