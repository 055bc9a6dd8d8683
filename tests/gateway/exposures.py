"""An exposure as a worker publishes it."""

from datetime import timedelta
from decimal import Decimal

from tests.gateway.conftest import Api
from tradewind.contracts.exposure import ExposureTable
from tradewind.core.accounts import Book
from tradewind.core.exposure import CurrencyExposure, Exposure, GroupExposure, SymbolExposure
from tradewind.core.ids import GroupCode, Symbol
from tradewind.core.money import CurrencyCode
from tradewind.infra.exposure_table import publish_exposure

D = Decimal
FOUND = Exposure(
    symbols=(
        SymbolExposure(
            symbol=Symbol("EURUSD"),
            book=Book.B,
            long=D("1E+4"),
            short=D("30000.50"),
            net=D("-20000.50"),
            notional=D("-22500.005"),
            unrealized_pnl=D("6.125"),
        ),
        SymbolExposure(
            symbol=Symbol("BTCUSD"),
            book=Book.A,
            long=D(0),
            short=D("0.125"),
            net=D("-0.125"),
            notional=None,
            unrealized_pnl=None,
        ),
    ),
    currencies=(
        CurrencyExposure(currency=CurrencyCode("USD"), amount=D(100) / D(3), notional=D("33.335")),
    ),
    groups=(
        GroupExposure(
            group=GroupCode("standard"),
            long=None,
            short=D("1.005"),
            net=None,
            unrealized_pnl=None,
        ),
    ),
)


async def publish(api: Api, age: timedelta) -> None:
    table = ExposureTable(
        as_of=api.parts.clock.now() - age,
        log_position=812,
        currency="USD",
        minor_digits=2,
        exposure=FOUND,
    )
    await publish_exposure(api.parts.redis, table)
