"""The terms of everything that is configured, and the rules each must keep by itself."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Final, Literal, TypeAlias

from tradewind.core.accounts import LeverageRule, Liquidation
from tradewind.core.calendars import Calendar
from tradewind.core.errors import InvalidError
from tradewind.core.instruments import AssetClass, MarginTier, TradeMode
from tradewind.core.orders import TimeInForce
from tradewind.core.regimes import PROFILES, Regime
from tradewind.infra.calendars import (
    CalendarError,
    StoredCalendar,
    StoredDay,
    StoredSession,
    to_calendar,
)
from tradewind.services.configuration import margin_terms

NAME_MAX: Final = 64
PRECISION_MAX: Final = 10
SETTLEMENT_LAG_MAX: Final = 5
QUOTE_AGE_MS_MAX: Final = 24 * 60 * 60 * 1000
PRIORITY_MAX: Final = 999
DEPTH_MAX: Final = 50
HUNDRED: Final = Decimal(100)
TICKS_MAX: Final = 100
ORDERS_MAX: Final = 1_000_000
ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
#: A market order needs one of them.
AT_ONCE: Final = frozenset({TimeInForce.IOC, TimeInForce.FOK})


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolTerms:
    """A specification. Quantities are units, ages milliseconds, a collar a share of the price.

    Guaranteed stops are offered where they have a premium.
    """

    symbol: str
    name: str
    asset_class: AssetClass
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
    margin_floor: Decimal = ZERO
    allow_negative: bool = False
    extend_last_level: bool = False
    calendar: str
    trade_mode: TradeMode
    settlement_lag: int
    day_count: Literal[360, 365] = 360
    expires_at: datetime | None = None
    quote_age_ms_max: int
    lp_symbols: dict[str, str]
    time_in_force: tuple[TimeInForce, ...] = tuple(TimeInForce)
    stop_distance_points: Decimal = ZERO
    freeze_distance_points: Decimal = ZERO
    price_collar: Decimal | None = None
    guaranteed_stop_premium_points: Decimal | None = None
    guaranteed_stop_distance_points: Decimal = ZERO
    margin_tiers: tuple[MarginTier, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTerms:
    """The terms of a group's accounts. Levels are percent; None is no limit."""

    code: str
    name: str
    execution_mode: Literal["instant", "market", "stp"]
    book: Literal["A", "B"]
    leverage_cap: Decimal
    margin_basis: Literal["open", "current"] = "open"
    hedged_factor: Decimal = ZERO
    margin_call_level: Decimal
    stop_out_level: Decimal
    commission_kind: Literal["none", "per_lot", "per_million", "percent", "fixed"]
    commission_amount: Decimal = ZERO
    commission_minimum: Decimal = ZERO
    swap_factor: Decimal = ONE
    fifo: bool = False
    orders_per_second_max: int | None = None
    open_orders_max: int | None = None
    liquidation: Liquidation = Liquidation.LARGEST_LOSS
    regime: Regime = Regime.OFFSHORE
    leverage_rules: tuple[LeverageRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkupTerms:
    """What a group pays: on a symbol, on an asset class, or by default."""

    group: str
    symbol: str | None = None
    asset_class: AssetClass | None = None
    kind: Literal["points", "spread", "percent"] = "points"
    bid_points: Decimal = ZERO
    ask_points: Decimal = ZERO
    target_spread: Decimal | None = None
    percent: Decimal | None = None
    min_spread: Decimal | None = None
    max_spread: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterTerms:
    """Which quotes of a symbol, or of an asset class, pass. Bands are shares of the price."""

    symbol: str | None = None
    asset_class: AssetClass | None = None
    soft_band: Decimal
    hard_band: Decimal = Decimal("0.1")
    band_floor_points: Decimal = Decimal(10)
    confirm_ticks: int = 3
    future_ms_max: int = 2_000
    late_ms_max: int = 5_000
    frozen_ms_max: int | None = 60_000
    warm_up_ticks: int = 3
    warm_up_ms_max: int = 10_000
    normal_spread: Decimal
    warm_up_spread_factor: Decimal = Decimal(10)


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarTerms:
    """A week of sessions and the days that differ."""

    name: str
    time_zone: str
    sessions: tuple[StoredSession, ...]
    quoting: tuple[StoredSession, ...] | None = None
    special_days: tuple[StoredDay, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LpTerms:
    """A liquidity provider; `symbol_map` holds its names that differ, null where it quotes not."""

    code: str
    name: str
    environment: Literal["demo", "live"]
    priority: int
    enabled: bool
    depth: int = 10
    symbol_map: dict[str, str | None]


Terms: TypeAlias = SymbolTerms | GroupTerms | MarkupTerms | FilterTerms | CalendarTerms | LpTerms


def check_terms(terms: Terms) -> None:
    """Raise InvalidError for the first field that no version may have."""
    for field, value in _decimals(terms):
        if not margin_terms.is_number(value):
            raise InvalidError(field, "invalid_decimal", "a number of at most 18 digits")
    for field, allowed in _ranges(terms).items():
        if not allowed:
            raise InvalidError(field, "out_of_range", "this value makes no terms")
    if isinstance(terms, CalendarTerms):
        calendar_of(terms)


def calendar_of(terms: CalendarTerms) -> Calendar:
    """Return the calendar; InvalidError says why there is none."""
    try:
        return to_calendar(
            StoredCalendar(
                time_zone=terms.time_zone,
                sessions=terms.sessions,
                quoting=terms.quoting,
                special_days=terms.special_days,
            )
        )
    except CalendarError as error:
        raise InvalidError("sessions", "invalid_calendar", f"{error}.") from None


def _decimals(terms: Terms) -> Iterator[tuple[str, Decimal]]:
    for field in fields(terms):
        value = getattr(terms, field.name)
        if isinstance(value, Decimal):
            yield field.name, value


def _ranges(terms: Terms) -> Mapping[str, bool]:
    """Say of each bounded field whether it is within its bounds."""
    match terms:
        case SymbolTerms():
            return _symbol_ranges(terms)
        case GroupTerms():
            return {
                "name": 0 < len(terms.name) <= NAME_MAX,
                "leverage_cap": terms.leverage_cap >= ONE,
                "hedged_factor": ZERO <= terms.hedged_factor <= ONE,
                "stop_out_level": ZERO < terms.stop_out_level < terms.margin_call_level,
                "commission_amount": terms.commission_amount >= ZERO,
                "commission_minimum": terms.commission_minimum >= ZERO,
                "book": terms.execution_mode != "stp" or terms.book == "A",
                "orders_per_second_max": _is_limit(terms.orders_per_second_max),
                "open_orders_max": _is_limit(terms.open_orders_max),
                "regime": terms.stop_out_level >= (PROFILES[terms.regime].close_out_level or ZERO),
                "leverage_rules": margin_terms.are_leverage_rules(terms.leverage_rules),
            }
        case MarkupTerms():
            return _markup_ranges(terms)
        case FilterTerms():
            return _filter_ranges(terms)
        case LpTerms():
            return {
                "name": 0 < len(terms.name) <= NAME_MAX,
                "priority": 0 <= terms.priority <= PRIORITY_MAX,
                "depth": 1 <= terms.depth <= DEPTH_MAX,
            }
        case CalendarTerms():
            return {"name": 0 < len(terms.name) <= NAME_MAX}


def _symbol_ranges(terms: SymbolTerms) -> Mapping[str, bool]:
    step = terms.quantity_step
    whole = step > ZERO and terms.quantity_min % step == ZERO
    lives = terms.time_in_force
    collar, premium = terms.price_collar, terms.guaranteed_stop_premium_points
    return {
        "name": 0 < len(terms.name) <= NAME_MAX,
        "price_precision": 0 <= terms.price_precision <= PRECISION_MAX,
        "pip": terms.pip > ZERO,
        "contract_size": terms.contract_size > ZERO,
        "quantity_step": step > ZERO,
        "quantity_min": terms.quantity_min > ZERO and whole,
        "quantity_max": terms.quantity_max >= terms.quantity_min,
        "instant_quantity_max": ZERO <= terms.instant_quantity_max <= terms.quantity_max,
        "margin_rate": ZERO < terms.margin_rate <= ONE,
        "margin_floor": terms.margin_floor > ZERO
        or (terms.margin_floor == ZERO and not terms.allow_negative),
        "settlement_lag": 0 <= terms.settlement_lag <= SETTLEMENT_LAG_MAX,
        "quote_age_ms_max": 0 < terms.quote_age_ms_max <= QUOTE_AGE_MS_MAX,
        "time_in_force": len(lives) == len(set(lives)) and not AT_ONCE.isdisjoint(lives),
        "stop_distance_points": terms.stop_distance_points >= ZERO,
        "freeze_distance_points": terms.freeze_distance_points >= ZERO,
        "price_collar": collar is None or ZERO < collar <= ONE,
        "guaranteed_stop_premium_points": premium is None or premium >= ZERO,
        "guaranteed_stop_distance_points": terms.guaranteed_stop_distance_points >= ZERO,
        "margin_tiers": margin_terms.are_tiers(terms.margin_tiers),
    }


def _is_limit(orders: int | None) -> bool:
    return orders is None or 0 < orders <= ORDERS_MAX


def _markup_ranges(terms: MarkupTerms) -> Mapping[str, bool]:
    low, high = terms.min_spread, terms.max_spread
    points = terms.kind == "points"
    return {
        "asset_class": terms.asset_class is None or terms.symbol is None,
        "bid_points": terms.bid_points >= ZERO and (points or terms.bid_points == ZERO),
        "ask_points": terms.ask_points >= ZERO and (points or terms.ask_points == ZERO),
        "target_spread": (terms.kind == "spread") == (terms.target_spread is not None)
        and (terms.target_spread is None or terms.target_spread >= ZERO),
        "percent": (terms.kind == "percent") == (terms.percent is not None)
        and (terms.percent is None or ZERO <= terms.percent <= HUNDRED),
        "min_spread": low is None or low >= ZERO,
        "max_spread": high is None or (high >= ZERO and (low is None or low <= high)),
    }


def _filter_ranges(terms: FilterTerms) -> Mapping[str, bool]:
    frozen = terms.frozen_ms_max
    return {
        "asset_class": (terms.asset_class is None) != (terms.symbol is None),
        "soft_band": terms.soft_band > ZERO,
        "hard_band": terms.soft_band < terms.hard_band < ONE,
        "band_floor_points": terms.band_floor_points >= ZERO,
        "confirm_ticks": 1 < terms.confirm_ticks <= TICKS_MAX,
        "future_ms_max": 0 <= terms.future_ms_max <= QUOTE_AGE_MS_MAX,
        "late_ms_max": 0 < terms.late_ms_max <= QUOTE_AGE_MS_MAX,
        "frozen_ms_max": frozen is None or 0 < frozen <= QUOTE_AGE_MS_MAX,
        "warm_up_ticks": 0 < terms.warm_up_ticks <= TICKS_MAX,
        "warm_up_ms_max": 0 < terms.warm_up_ms_max <= QUOTE_AGE_MS_MAX,
        "normal_spread": ZERO < terms.normal_spread < ONE,
        "warm_up_spread_factor": terms.warm_up_spread_factor >= ONE,
    }
