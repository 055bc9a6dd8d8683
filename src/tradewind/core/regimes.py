"""What a supervisor asks of an account: leverage by class of instrument, close-out, protection.

Source: docs/domain/margin.md
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from tradewind.core.values import frozen


class Regime(StrEnum):
    """The rules under which a group's accounts trade."""

    RETAIL_ESMA = "retail_esma"
    PROFESSIONAL = "professional"
    OFFSHORE = "offshore"


class RegulatoryClass(StrEnum):
    """The classes that supervisors tell apart; an instrument of another name is in none."""

    FX_MAJOR = "fx_major"
    FX_MINOR = "fx_minor"
    GOLD = "gold"
    INDEX_MAJOR = "index_major"
    INDEX_MINOR = "index_minor"
    COMMODITY = "commodity"
    STOCK = "stock"
    CRYPTO = "crypto"


@frozen
class Profile:
    """One regime. `caps` are leverages by class, empty where there are none; levels are percent.

    `close_out_level` is the least at which positions must be closed, None where none is set.
    """

    caps: Mapping[str, Decimal]
    close_out_level: Decimal | None
    negative_balance_protection: bool
    credit_counts: bool


_RETAIL_CAPS: Final[Mapping[str, Decimal]] = {
    RegulatoryClass.FX_MAJOR: Decimal(30),
    RegulatoryClass.FX_MINOR: Decimal(20),
    RegulatoryClass.GOLD: Decimal(20),
    RegulatoryClass.INDEX_MAJOR: Decimal(20),
    RegulatoryClass.INDEX_MINOR: Decimal(10),
    RegulatoryClass.COMMODITY: Decimal(10),
    RegulatoryClass.STOCK: Decimal(5),
    RegulatoryClass.CRYPTO: Decimal(2),
}
_FREE: Final = Profile(
    caps=MappingProxyType({}),
    close_out_level=None,
    negative_balance_protection=False,
    credit_counts=True,
)

PROFILES: Final[Mapping[Regime, Profile]] = MappingProxyType(
    {
        Regime.RETAIL_ESMA: Profile(
            caps=MappingProxyType(_RETAIL_CAPS),
            close_out_level=Decimal(50),
            negative_balance_protection=True,
            credit_counts=False,
        ),
        Regime.PROFESSIONAL: _FREE,
        Regime.OFFSHORE: _FREE,
    }
)


def leverage_cap(regime: Regime, regulatory_class: str) -> Decimal | None:
    """Return the highest leverage a regime allows; an unknown class gets the lowest of all."""
    caps = PROFILES[regime].caps
    if not caps:
        return None
    return caps.get(regulatory_class) or min(caps.values())
