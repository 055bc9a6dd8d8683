"""What can be traded: one immutable version of an instrument's specification.

Source: docs/domain/orders.md
"""

from decimal import Decimal
from enum import StrEnum
from typing import Final

from tradewind.core.ids import Symbol
from tradewind.core.money import STEPS, ZERO, CurrencyCode, Price, Quantity
from tradewind.core.orders import TimeInForce
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
class MarginTier:
    """The margin rate of what a leg's notional has above a bound, both in account currency."""

    above: Decimal
    rate: Decimal


EVERY_TIME_IN_FORCE: Final = frozenset(TimeInForce)


@frozen
class Instrument:
    """A version of a specification. Quantities are units; `pip` and prices are quote currency.

    A point is the last digit of a price; `price_collar` is a share of the price. Guaranteed stops
    are offered where they have a premium. `margin_tiers` rise in bound and in rate.
    """

    symbol: Symbol
    name: str
    version: int
    asset_class: AssetClass
    regulatory_class: str
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
    time_in_force: frozenset[TimeInForce] = EVERY_TIME_IN_FORCE
    stop_distance_points: Decimal = ZERO
    freeze_distance_points: Decimal = ZERO
    price_collar: Decimal | None = None
    guaranteed_stop_premium_points: Decimal | None = None
    guaranteed_stop_distance_points: Decimal = ZERO
    margin_tiers: tuple[MarginTier, ...] = ()

    @property
    def tick_size(self) -> Decimal:
        """Smallest price step."""
        return STEPS[self.price_precision]

    @property
    def stop_distance(self) -> Decimal:
        """How near to the price a resting order's price may come, in price."""
        return self.stop_distance_points * self.tick_size

    @property
    def freeze_distance(self) -> Decimal:
        """How near to the price a client may no longer change a resting order, in price."""
        return self.freeze_distance_points * self.tick_size

    @property
    def guaranteed_stop_premium(self) -> Decimal | None:
        """What a guaranteed stop costs a unit, in price; None where there are none."""
        points = self.guaranteed_stop_premium_points
        return None if points is None else points * self.tick_size

    @property
    def guaranteed_stop_distance(self) -> Decimal:
        """How near to the price a guaranteed stop may come, in price."""
        return self.guaranteed_stop_distance_points * self.tick_size


def is_on_tick(instrument: Instrument, price: Price) -> bool:
    """Tell whether a price has no more digits than the instrument quotes."""
    return price % instrument.tick_size == 0


def is_allowed_price(instrument: Instrument, price: Price) -> bool:
    """Tell whether a price may exist at all: only some instruments go to zero and below."""
    return price > 0 or instrument.allow_negative
