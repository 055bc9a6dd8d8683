"""Margin as staff configure it: tiers of a symbol, leverage rules and regime of a group."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from tradewind.contracts.http.identity import STRICT

AssetClass = Literal["fx", "metal", "index", "crypto"]
Liquidation = Literal["largest_loss", "oldest"]
Regime = Literal["retail_esma", "professional", "offshore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginTier:
    """The margin rate of what a leg's notional has above a bound, both in account currency."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    above: str
    rate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeverageRule:
    """What a group allows on one symbol, or on an asset class; it only ever lowers a leverage."""

    __pydantic_config__: ClassVar[Mapping[str, object]] = STRICT

    symbol: str | None = None
    asset_class: AssetClass | None = None
    leverage: str
