"""What can be traded: one immutable version of an instrument's specification.

Source: docs/domain/orders.md
"""

from decimal import Decimal
from enum import StrEnum

from tradewind.core.ids import Symbol
from tradewind.core.money import STEPS, CurrencyCode, Price, Quantity
from tradewind.core.values import frozen


class AssetClass(StrEnum):
    """What kind of thing is traded."""

    FX = "fx"
    METAL = "metal"
    INDEX = "index"
    CRYPTO = "crypto"


class TradeMode(StrEnum):
    """Which directions an instrument may be traded in."""

    FULL = "full"
    LONG_ONLY = "long_only"
    SHORT_ONLY = "short_only"
    CLOSE_ONLY = "close_only"
    OFF = "off"


@frozen
class Instrument:
    """A version of a specification. Quantities are units; `pip` and prices are quote currency."""

    symbol: Symbol
    name: str
    version: int
    asset_class: AssetClass
    base: CurrencyCode
    quote: CurrencyCode
    quote_minor_digits: int
    price_precision: int
    pip: Decimal
    contract_size: Decimal
    quantity_min: Quantity
    quantity_step: Quantity
    quantity_max: Quantity
    instant_quantity_max: Quantity
    margin_rate: Decimal
    margin_floor: Decimal
    allow_negative: bool
    extend_last_level: bool
    trade_mode: TradeMode
    settlement_lag: int
    quote_age_ms_max: int

    @property
    def tick_size(self) -> Decimal:
        """Smallest price step."""
        return STEPS[self.price_precision]


def is_on_tick(instrument: Instrument, price: Price) -> bool:
    """Tell whether a price has no more digits than the instrument quotes."""
    return price % instrument.tick_size == 0


def is_allowed_price(instrument: Instrument, price: Price) -> bool:
    """Tell whether a price may exist at all: only some instruments go to zero and below."""
    return price > 0 or instrument.allow_negative
