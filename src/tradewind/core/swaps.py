"""What a position earns or pays for a night, exact: the ledger's carry alone rounds.

Source: docs/domain/swaps.md
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from tradewind.core.accounts import Side
from tradewind.core.ids import PositionId, Symbol
from tradewind.core.instruments import Instrument
from tradewind.core.market import Conversion
from tradewind.core.money import CurrencyCode, Quantity
from tradewind.core.swap_nights import is_held
from tradewind.core.tradedates import trade_date_end
from tradewind.core.values import frozen


class DayCount(StrEnum):
    """How many days a yearly rate is spread over."""

    ACTUAL_360 = "actual_360"
    ACTUAL_365 = "actual_365"

    @property
    def days(self) -> Decimal:
        """Days of its year."""
        return Decimal(360 if self is DayCount.ACTUAL_360 else 365)


@frozen
class Points:
    """Points of price a unit and day, in quote currency; above zero the client is paid."""

    long: Decimal
    short: Decimal


@frozen
class Percent:
    """Shares of the value at the mid a year (-0.025 is -2.5 %); above zero the client is paid."""

    long: Decimal
    short: Decimal
    day_count: DayCount


@frozen
class MoneyPerLot:
    """Money a lot and day, in a currency of its own; above zero the client is paid."""

    long: Decimal
    short: Decimal
    currency: CurrencyCode


Rates = Points | Percent | MoneyPerLot


@frozen
class SwapTerms:
    """One immutable version of an instrument's swaps."""

    symbol: Symbol
    version: int
    effective_at: datetime
    rates: Rates


@frozen
class SwapFree:
    """No swaps: from `grace_days` on a fee (not negative) is taken for each lot and day."""

    grace_days: int
    fee: Decimal
    currency: CurrencyCode


@frozen
class SwapNight:
    """One instrument's night; `mid` and `terms` are those of its instant, however late it runs."""

    instrument: Instrument
    trade_date: date
    days: int
    mid: Decimal
    terms: SwapTerms

    @property
    def at(self) -> datetime:
        """The instant of charge."""
        return trade_date_end(self.trade_date)


@frozen
class Holding:
    """A position at the instant of charge, with the quantity it had then."""

    position_id: PositionId
    side: Side
    quantity: Quantity
    opened_at: datetime
    closed_at: datetime | None


class ChargeKind(StrEnum):
    """Which house account stands on the other side."""

    SWAP = "swap"
    SWAP_FREE_FEE = "swap_free_fee"


@frozen
class Charge:
    """An exact amount in its own currency; above zero the client is paid."""

    kind: ChargeKind
    amount: Decimal
    currency: CurrencyCode


@frozen
class SwapEntry:
    """The one entry of a position and trade date; `booked_from` is exact, in account currency."""

    position_id: PositionId
    trade_date: date
    days: int
    terms_version: int
    charge: Charge
    conversion: Conversion
    booked_from: Decimal


def swap(night: SwapNight, holding: Holding) -> Charge:
    """What a holding earns or pays for a night."""
    rates, instrument, quantity = night.terms.rates, night.instrument, holding.quantity
    rate = rates.long if holding.side is Side.BUY else rates.short
    match rates:
        case Points():
            amount, currency = quantity * rate * instrument.tick_size * night.days, instrument.quote
        case Percent():
            yearly = quantity * night.mid * rate
            amount, currency = yearly * night.days / rates.day_count.days, instrument.quote
        case MoneyPerLot():
            whole = quantity * rate * night.days
            amount, currency = whole / instrument.contract_size, rates.currency
    return Charge(kind=ChargeKind.SWAP, amount=amount, currency=currency)


def swap_free_fee(free: SwapFree, night: SwapNight, holding: Holding, days_before: int) -> Charge:
    """What a swap-free holding pays for the days of a night that lie behind its grace period."""
    charged = min(night.days, max(0, days_before + night.days - free.grace_days))
    return Charge(
        kind=ChargeKind.SWAP_FREE_FEE,
        amount=-holding.quantity * free.fee * charged / night.instrument.contract_size,
        currency=free.currency,
    )


def entry(
    night: SwapNight, holding: Holding, charge: Charge, conversion: Conversion
) -> SwapEntry | None:
    """The entry of a holding, or None if it was not held at the instant of charge.

    `conversion` turns the charge's currency into the account's at the mids of that instant.
    """
    if not is_held(holding.opened_at, holding.closed_at, night.trade_date):
        return None
    return SwapEntry(
        position_id=holding.position_id,
        trade_date=night.trade_date,
        days=night.days,
        terms_version=night.terms.version,
        charge=charge,
        conversion=conversion,
        booked_from=charge.amount * conversion.rate,
    )
