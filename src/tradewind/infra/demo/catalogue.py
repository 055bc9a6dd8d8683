"""What the demo broker offers: 14 instruments, 3 groups, 2 LPs, one calendar.

Margin rates are plain rates; the leverage of account and group is applied by division, so an FX
rate of 0.005 leaves the decision to the groups' 1:30, 1:100 and 1:200.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

CALENDAR: Final = "demo-24x7"
ENTITY_CODE: Final = "demo"
ENTITY_NAME: Final = "Tradewind Demo Ltd"
REPORTING_CURRENCY: Final = "USD"

#: ISO 4217 code and digits of the minor unit.
CURRENCIES: Final = {
    "USD": 2, "EUR": 2, "JPY": 0, "GBP": 2, "CHF": 2, "AUD": 2, "NZD": 2, "CAD": 2,
}  # fmt: skip

LIQUIDITY_PROVIDERS: Final = {"lp-one": "LP One (simulated)", "lp-two": "LP Two (simulated)"}
#: Levels a side that pricing asks each of them for.
LP_DEPTH: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One demo instrument. Quantities are units, ages milliseconds."""

    symbol: str
    name: str
    asset_class: str
    regulatory_class: str
    base: str
    quote: str
    price_precision: int
    pip: Decimal
    contract_size: Decimal
    quantity_min: Decimal
    quantity_step: Decimal
    quantity_max: Decimal
    instant_quantity_max: Decimal
    margin_rate: Decimal
    settlement_lag: int
    quote_age_ms_max: int
    #: None where guaranteed stops are not offered.
    guaranteed_stop: "GuaranteedStop | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GuaranteedStop:
    """What one costs a unit, and how near to the price it may come, in points."""

    premium: int
    distance: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One demo group. Levels are percent; commission is per lot and side."""

    code: str
    name: str
    execution_mode: str
    leverage_cap: int
    commission_kind: str
    commission_amount: Decimal
    #: Points on each side, by asset class.
    markup_points: dict[str, int]


def _fx(
    symbol: str,
    name: str,
    regulatory_class: str = "fx_major",
    lag: int = 2,
    guaranteed_stop: GuaranteedStop | None = None,
) -> Specification:
    precision = 3 if symbol.endswith("JPY") else 5
    return Specification(
        symbol=symbol,
        name=name,
        asset_class="fx",
        regulatory_class=regulatory_class,
        base=symbol[:3],
        quote=symbol[3:],
        price_precision=precision,
        pip=Decimal(10).scaleb(-precision),
        contract_size=Decimal(100_000),
        quantity_min=Decimal(1_000),
        quantity_step=Decimal(1_000),
        quantity_max=Decimal(10_000_000),
        instant_quantity_max=Decimal(1_000_000),
        margin_rate=Decimal("0.005"),
        settlement_lag=lag,
        quote_age_ms_max=60_000,
        guaranteed_stop=guaranteed_stop,
    )


INSTRUMENTS: Final = (
    _fx("EURUSD", "Euro / US Dollar", guaranteed_stop=GuaranteedStop(premium=5, distance=50)),
    _fx("GBPUSD", "Pound Sterling / US Dollar"),
    _fx("AUDUSD", "Australian Dollar / US Dollar", "fx_minor"),
    _fx("NZDUSD", "New Zealand Dollar / US Dollar", "fx_minor"),
    _fx("USDCAD", "US Dollar / Canadian Dollar", lag=1),
    _fx("USDCHF", "US Dollar / Swiss Franc"),
    _fx("EURGBP", "Euro / Pound Sterling"),
    _fx("EURCHF", "Euro / Swiss Franc"),
    _fx("USDJPY", "US Dollar / Japanese Yen"),
    _fx("EURJPY", "Euro / Japanese Yen"),
    _fx("GBPJPY", "Pound Sterling / Japanese Yen"),
    Specification(
        symbol="XAUUSD",
        name="Gold / US Dollar",
        asset_class="metal",
        regulatory_class="gold",
        base="XAU",
        quote="USD",
        price_precision=2,
        pip=Decimal("0.1"),
        contract_size=Decimal(100),
        quantity_min=Decimal(1),
        quantity_step=Decimal(1),
        quantity_max=Decimal(10_000),
        instant_quantity_max=Decimal(1_000),
        margin_rate=Decimal("0.01"),
        settlement_lag=2,
        quote_age_ms_max=60_000,
        guaranteed_stop=GuaranteedStop(premium=30, distance=300),
    ),
    Specification(
        symbol="US500",
        name="US 500 Index",
        asset_class="index",
        regulatory_class="index_major",
        base="US500",
        quote="USD",
        price_precision=2,
        pip=Decimal(1),
        contract_size=Decimal(1),
        quantity_min=Decimal("0.1"),
        quantity_step=Decimal("0.1"),
        quantity_max=Decimal(1_000),
        instant_quantity_max=Decimal(100),
        margin_rate=Decimal("0.05"),
        settlement_lag=0,
        quote_age_ms_max=30_000,
    ),
    Specification(
        symbol="BTCUSD",
        name="Bitcoin / US Dollar",
        asset_class="crypto",
        regulatory_class="crypto",
        base="BTC",
        quote="USD",
        price_precision=2,
        pip=Decimal(1),
        contract_size=Decimal(1),
        quantity_min=Decimal("0.01"),
        quantity_step=Decimal("0.01"),
        quantity_max=Decimal(100),
        instant_quantity_max=Decimal(10),
        margin_rate=Decimal("0.5"),
        settlement_lag=0,
        quote_age_ms_max=15_000,
    ),
)

GROUPS: Final = (
    Terms(
        code="standard",
        name="Standard: instant execution, no commission",
        execution_mode="instant",
        leverage_cap=30,
        commission_kind="none",
        commission_amount=Decimal(0),
        markup_points={"fx": 6, "metal": 15, "index": 30, "crypto": 800},
    ),
    Terms(
        code="pro",
        name="Pro: market execution, no commission",
        execution_mode="market",
        leverage_cap=100,
        commission_kind="none",
        commission_amount=Decimal(0),
        markup_points={"fx": 3, "metal": 8, "index": 15, "crypto": 400},
    ),
    Terms(
        code="raw",
        name="Raw: market execution, commission",
        execution_mode="market",
        leverage_cap=200,
        commission_kind="per_lot",
        commission_amount=Decimal("3.50"),
        markup_points={"fx": 1, "metal": 1, "index": 2, "crypto": 50},
    ),
)
#: How far from the last price an order's price may be, as a share of it.
PRICE_COLLAR: Final = Decimal("0.5")
ORDERS_PER_SECOND_MAX: Final = 500
OPEN_ORDERS_MAX: Final = 10_000
MARGIN_CALL_LEVEL: Final = Decimal(100)
STOP_OUT_LEVEL: Final = Decimal(50)
