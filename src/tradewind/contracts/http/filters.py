"""Which quotes pass, as staff see and change it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tradewind.contracts.http.configuration import AssetClass, Planned
from tradewind.contracts.http.identity import STRICT


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFilter:
    """A symbol's filter, or its asset class's; `filter` names it. Bands are shares of the price.

    `frozen_ms_max` null: a price that does not change is nothing unusual.
    """

    filter: str
    version: int
    effective_from: datetime
    planned: tuple[Planned, ...]
    symbol: str | None
    asset_class: AssetClass | None
    soft_band: str
    hard_band: str
    band_floor_points: str
    confirm_ticks: int
    future_ms_max: int
    late_ms_max: int
    frozen_ms_max: int | None
    warm_up_ticks: int
    warm_up_ms_max: int
    normal_spread: str
    warm_up_spread_factor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQuoteFilter:
    """A filter of a symbol's own; it replaces that of its asset class whole."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    symbol: str
    effective_from: datetime | None = None
    soft_band: str
    hard_band: str | None = None
    band_floor_points: str | None = None
    confirm_ticks: int | None = None
    future_ms_max: int | None = None
    late_ms_max: int | None = None
    frozen_ms_max: int | None = None
    warm_up_ticks: int | None = None
    warm_up_ms_max: int | None = None
    normal_spread: str
    warm_up_spread_factor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFilterChange:
    """What is absent or null stays."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    version: int
    effective_from: datetime | None = None
    soft_band: str | None = None
    hard_band: str | None = None
    band_floor_points: str | None = None
    confirm_ticks: int | None = None
    future_ms_max: int | None = None
    late_ms_max: int | None = None
    frozen_ms_max: int | None = None
    warm_up_ticks: int | None = None
    warm_up_ms_max: int | None = None
    normal_spread: str | None = None
    warm_up_spread_factor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteFilterPage:
    """Filters by name."""

    items: tuple[QuoteFilter, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebase:
    """Why a price beyond the hard band is real."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebased:
    """From `time` on the symbol is judged anew by what its LPs send."""

    symbol: str
    reason: str
    time: datetime
