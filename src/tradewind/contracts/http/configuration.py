"""What staff configure: as it stands, as it is added, and what a change may say.

In a change `version` is the newest version its author saw, and what is absent or null stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from tradewind.contracts.http.identity import STRICT
from tradewind.contracts.http.margin_terms import (
    AssetClass,
    LeverageRule,
    Liquidation,
    MarginTier,
    Regime,
)

TradeMode = Literal["full", "long_only", "short_only", "close_only", "off"]
ExecutionMode = Literal["instant", "market", "stp"]
CommissionKind = Literal["none", "per_lot", "per_million", "percent", "fixed"]
MarkupKind = Literal["points", "spread", "percent"]
TimeInForce = Literal["gtc", "day", "gtd", "ioc", "fok"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A version that comes into force by itself."""

    version: int
    effective_from: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredSymbol:
    """A specification in force. Quantities are units, ages milliseconds, a collar a share."""

    version: int
    effective_from: datetime
    planned: tuple[Planned, ...]
    symbol: str
    name: str
    asset_class: AssetClass
    regulatory_class: str
    base: str
    quote: str
    price_precision: int
    pip: str
    contract_size: str
    quantity_min: str
    quantity_step: str
    quantity_max: str
    instant_quantity_max: str
    margin_rate: str
    margin_floor: str
    allow_negative: bool
    extend_last_level: bool
    calendar: str
    trade_mode: TradeMode
    settlement_lag: int
    day_count: int
    expires_at: datetime | None
    quote_age_ms_max: int
    lp_symbols: dict[str, str]
    time_in_force: tuple[TimeInForce, ...]
    stop_distance_points: str
    freeze_distance_points: str
    price_collar: str | None
    guaranteed_stop_premium_points: str | None
    guaranteed_stop_distance_points: str
    margin_tiers: tuple[MarginTier, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSymbol:
    """`quote_minor_digits` brings a quote currency that is not known yet."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    symbol: str
    name: str
    asset_class: AssetClass
    regulatory_class: str
    base: str
    quote: str
    quote_minor_digits: int | None = None
    price_precision: int
    pip: str
    contract_size: str
    quantity_min: str
    quantity_step: str
    quantity_max: str
    instant_quantity_max: str
    margin_rate: str
    margin_floor: str | None = None
    allow_negative: bool | None = None
    extend_last_level: bool | None = None
    calendar: str
    trade_mode: TradeMode
    settlement_lag: int
    day_count: Literal[360, 365] | None = None
    expires_at: datetime | None = None
    quote_age_ms_max: int
    lp_symbols: dict[str, str]
    time_in_force: tuple[TimeInForce, ...] | None = None
    stop_distance_points: str | None = None
    freeze_distance_points: str | None = None
    price_collar: str | None = None
    guaranteed_stop_premium_points: str | None = None
    guaranteed_stop_distance_points: str | None = None
    margin_tiers: tuple[MarginTier, ...] | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolChange:
    """What one person may change; the rest is asked for with a change request."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    version: int
    effective_from: datetime | None = None
    name: str | None = None
    quantity_min: str | None = None
    quantity_step: str | None = None
    quantity_max: str | None = None
    instant_quantity_max: str | None = None
    margin_rate: str | None = None
    margin_floor: str | None = None
    contract_size: str | None = None
    price_precision: int | None = None
    extend_last_level: bool | None = None
    calendar: str | None = None
    trade_mode: TradeMode | None = None
    settlement_lag: int | None = None
    day_count: Literal[360, 365] | None = None
    expires_at: datetime | None = None
    quote_age_ms_max: int | None = None
    lp_symbols: dict[str, str] | None = None
    time_in_force: tuple[TimeInForce, ...] | None = None
    stop_distance_points: str | None = None
    freeze_distance_points: str | None = None
    price_collar: str | None = None
    guaranteed_stop_premium_points: str | None = None
    guaranteed_stop_distance_points: str | None = None
    margin_tiers: tuple[MarginTier, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredGroup:
    """The terms of a group's accounts. Levels are percent; null is no limit."""

    version: int
    effective_from: datetime
    planned: tuple[Planned, ...]
    code: str
    name: str
    execution_mode: ExecutionMode
    book: Literal["A", "B"]
    leverage_cap: str
    margin_basis: Literal["open", "current"]
    hedged_factor: str
    margin_call_level: str
    stop_out_level: str
    commission_kind: CommissionKind
    commission_amount: str
    commission_minimum: str
    swap_factor: str
    fifo: bool
    orders_per_second_max: int | None
    open_orders_max: int | None
    liquidation: Liquidation
    regime: Regime
    leverage_rules: tuple[LeverageRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewGroup:
    """A group to be agreed to by a second person."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    code: str
    name: str
    execution_mode: ExecutionMode
    book: Literal["A", "B"]
    leverage_cap: str
    margin_basis: Literal["open", "current"] | None = None
    hedged_factor: str | None = None
    margin_call_level: str
    stop_out_level: str
    commission_kind: CommissionKind
    commission_amount: str | None = None
    commission_minimum: str | None = None
    swap_factor: str | None = None
    fifo: bool | None = None
    orders_per_second_max: int | None = None
    open_orders_max: int | None = None
    liquidation: Liquidation | None = None
    regime: Regime | None = None
    leverage_rules: tuple[LeverageRule, ...] | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupChange:
    """One person may change the name; every other term needs a change request."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    version: int
    effective_from: datetime | None = None
    name: str | None = None
    execution_mode: ExecutionMode | None = None
    book: Literal["A", "B"] | None = None
    leverage_cap: str | None = None
    margin_basis: Literal["open", "current"] | None = None
    hedged_factor: str | None = None
    margin_call_level: str | None = None
    stop_out_level: str | None = None
    commission_kind: CommissionKind | None = None
    commission_amount: str | None = None
    commission_minimum: str | None = None
    swap_factor: str | None = None
    fifo: bool | None = None
    orders_per_second_max: int | None = None
    open_orders_max: int | None = None
    liquidation: Liquidation | None = None
    regime: Regime | None = None
    leverage_rules: tuple[LeverageRule, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupRule:
    """What a group pays on a symbol, on an asset class, or by default.

    `rule` is its name: `standard`, `standard:fx`, `standard:EURUSD`.
    """

    rule: str
    version: int
    effective_from: datetime
    planned: tuple[Planned, ...]
    group: str
    symbol: str | None
    asset_class: AssetClass | None
    kind: MarkupKind
    bid_points: str
    ask_points: str
    target_spread: str | None
    percent: str | None
    min_spread: str | None
    max_spread: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMarkupRule:
    """A rule; without symbol and asset class it is the group's default."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    group: str
    symbol: str | None = None
    asset_class: AssetClass | None = None
    effective_from: datetime | None = None
    kind: MarkupKind = "points"
    bid_points: str | None = None
    ask_points: str | None = None
    target_spread: str | None = None
    percent: str | None = None
    min_spread: str | None = None
    max_spread: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupRuleChange:
    """All numbers of the rule at once: what is absent is none."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    version: int
    effective_from: datetime | None = None
    kind: MarkupKind
    bid_points: str = "0"
    ask_points: str = "0"
    target_spread: str | None = None
    percent: str | None = None
    min_spread: str | None = None
    max_spread: str | None = None
