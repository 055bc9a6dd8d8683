"""The published exposure as the API and the command line show it."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from tradewind.contracts.exposure import EXPOSURE_AGE_MAX, ExposureTable
from tradewind.contracts.http.exposure import (
    ExposureByCurrency,
    ExposureByGroup,
    ExposureBySymbol,
    HouseExposure,
)
from tradewind.core.exposure import GroupExposure, SymbolExposure
from tradewind.core.money import Currency, CurrencyCode
from tradewind.gateway.valuation import money
from tradewind.gateway.views import plain

#: Amounts of a currency are exact inside; nobody reads more of one than a satoshi.
_AMOUNT_STEP: Final = Decimal("0.00000001")


def exposure_view(table: ExposureTable, now: datetime) -> HouseExposure:
    """Spell a table; money in whole minor units of the reporting currency."""
    currency = Currency(code=CurrencyCode(table.currency), minor_digits=table.minor_digits)
    found = table.exposure
    return HouseExposure(
        as_of=table.as_of,
        log_position=table.log_position,
        stale=now - table.as_of > EXPOSURE_AGE_MAX,
        currency=currency.code,
        symbols=tuple(_symbol(row, currency) for row in found.symbols),
        currencies=tuple(
            ExposureByCurrency(
                currency=row.currency,
                amount=_units(row.amount.quantize(_AMOUNT_STEP)),
                notional=money(row.notional, currency),
            )
            for row in found.currencies
        ),
        groups=tuple(_group(row, currency) for row in found.groups),
    )


def _symbol(row: SymbolExposure, currency: Currency) -> ExposureBySymbol:
    return ExposureBySymbol(
        symbol=row.symbol,
        book=row.book,
        long=_units(row.long),
        short=_units(row.short),
        net=_units(row.net),
        notional=money(row.notional, currency),
        currency=currency.code,
        unrealized_pnl=money(row.unrealized_pnl, currency),
    )


def _group(row: GroupExposure, currency: Currency) -> ExposureByGroup:
    return ExposureByGroup(
        group=row.group,
        long=money(row.long, currency),
        short=money(row.short, currency),
        net=money(row.net, currency),
        unrealized_pnl=money(row.unrealized_pnl, currency),
    )


def _units(amount: Decimal) -> str:
    """Spell an amount without the zeros that mean nothing."""
    return plain(amount.normalize()) if amount else "0"
