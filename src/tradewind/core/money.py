"""Money, prices and quantities: exact decimals, one rounding function per purpose.

Source: docs/domain/numbers.md
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Final, NewType

from tradewind.core.values import frozen

Price = NewType("Price", Decimal)
Quantity = NewType("Quantity", Decimal)
CurrencyCode = NewType("CurrencyCode", str)

ZERO: Final = Decimal(0)
#: 10^-n by number of digits; indexing is cheaper than building an exponent per call.
STEPS: Final[tuple[Decimal, ...]] = tuple(Decimal(1).scaleb(-digits) for digits in range(19))


@frozen
class Currency:
    """An ISO 4217 currency and the number of digits of its minor unit (USD 2, JPY 0, BHD 3)."""

    code: CurrencyCode
    minor_digits: int


@frozen
class Booked:
    """What is booked now, in whole minor units, and the exact rest that waits for the next time."""

    amount: Decimal
    carry: Decimal


def book(amount: Decimal, carry: Decimal, currency: Currency) -> Booked:
    """Round `carry + amount` half-even to the minor unit; what is lost is carried, not dropped."""
    exact = carry + amount
    booked = exact.quantize(STEPS[currency.minor_digits], rounding=ROUND_HALF_EVEN)
    return Booked(amount=booked, carry=exact - booked)


def to_minor_unit(amount: Decimal, currency: Currency) -> Decimal:
    """Round half-even for display; nothing is booked from the result."""
    return amount.quantize(STEPS[currency.minor_digits], rounding=ROUND_HALF_EVEN)


def round_bid(price: Decimal, precision: int) -> Price:
    """Round down (towards minus infinity) to `precision` digits: never better for the client."""
    return Price(price.quantize(STEPS[precision], rounding=ROUND_FLOOR))


def round_ask(price: Decimal, precision: int) -> Price:
    """Round up (towards plus infinity) to `precision` digits: never better for the client."""
    return Price(price.quantize(STEPS[precision], rounding=ROUND_CEILING))
