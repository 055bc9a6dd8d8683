"""Settlement holidays of 2024 to 2026 and the six instruments that the hand-worked cases use.

TARGET for the euro, the Federal Reserve for the dollar (what falls on a Saturday closes no
weekday), Lynx for the Canadian dollar; for yen and sterling the years that the cases need.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from tests.core.builders import instrument
from tradewind.core.ids import Symbol
from tradewind.core.instruments import AssetClass, Instrument
from tradewind.core.money import CurrencyCode
from tradewind.core.settlement import PairCalendar, pair_calendar
from tradewind.core.swap_nights import DayRule, usual_rule
from tradewind.core.swaps import Rates, SwapNight, SwapTerms

LONG_AGO: Final = datetime(2020, 1, 1, tzinfo=UTC)


def days(text: str) -> frozenset[date]:
    """Read `2024: 01-01 12-25; 2025: 01-01`."""
    years = (each.split(":") for each in text.split(";"))
    return frozenset(
        date.fromisoformat(f"{year.strip()}-{day}") for year, all_ in years for day in all_.split()
    )


HOLIDAYS: Final = MappingProxyType(
    {
        CurrencyCode("EUR"): days(
            "2024: 01-01 03-29 04-01 05-01 12-25 12-26;"
            "2025: 01-01 04-18 04-21 05-01 12-25 12-26;"
            "2026: 01-01 04-03 04-06 05-01 12-25"
        ),
        CurrencyCode("USD"): days(
            "2024: 01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25;"
            "2025: 01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25;"
            "2026: 01-01 01-19 02-16 05-25 06-19 09-07 10-12 11-11 11-26 12-25"
        ),
        CurrencyCode("CAD"): days(
            "2024: 01-01 02-19 03-29 05-20 07-01 08-05 09-02 09-30 10-14 11-11 12-25 12-26;"
            "2025: 01-01 02-17 04-18 05-19 07-01 08-04 09-01 09-30 10-13 11-11 12-25 12-26"
        ),
        CurrencyCode("JPY"): days(
            "2024: 01-01 01-02 01-03 01-08 02-12 02-23 03-20 04-29 05-03 05-06 07-15 08-12 09-16"
            " 09-23 10-14 11-04 12-31;"
            "2025: 01-01 01-02 01-03 01-13"
        ),
        CurrencyCode("GBP"): days("2024: 01-01 03-29 04-01 05-06 05-27 08-26 12-25 12-26"),
    }
)


def currency_pair(symbol: str, settlement_lag: int = 2) -> Instrument:
    yen = symbol.endswith("JPY")
    return instrument(
        symbol=Symbol(symbol),
        base=CurrencyCode(symbol[:3]),
        quote=CurrencyCode(symbol[3:]),
        quote_minor_digits=0 if yen else 2,
        price_precision=3 if yen else 5,
        settlement_lag=settlement_lag,
    )


def other(symbol: str, asset_class: AssetClass, contract_size: int = 1) -> Instrument:
    return instrument(
        symbol=Symbol(symbol),
        asset_class=asset_class,
        base=CurrencyCode(symbol.removesuffix("USD")),
        price_precision=2,
        contract_size=Decimal(contract_size),
        settlement_lag=0,
    )


INSTRUMENTS: Final = {
    each.symbol: each
    for each in (
        currency_pair("EURUSD"),
        currency_pair("USDCAD", settlement_lag=1),
        currency_pair("USDJPY"),
        currency_pair("EURGBP"),
        other("XAUUSD", AssetClass.METAL, contract_size=100),
        other("US500", AssetClass.INDEX),
        other("BTCUSD", AssetClass.CRYPTO),
    )
}


def named(symbol: str) -> Instrument:
    return INSTRUMENTS[Symbol(symbol)]


def rule_of(symbol: str) -> DayRule:
    return usual_rule(named(symbol), HOLIDAYS)


def closed_on(
    euro: Iterable[date] = (), dollar: Iterable[date] = (), pair: str = "EURUSD"
) -> PairCalendar:
    holidays = {
        CurrencyCode("EUR"): frozenset(euro),
        CurrencyCode("USD"): frozenset(dollar),
        CurrencyCode("GBP"): frozenset[date](),
    }
    return pair_calendar(CurrencyCode(pair[:3]), CurrencyCode(pair[3:]), holidays)


def swap_terms(symbol: str, rates: Rates, version: int = 1) -> SwapTerms:
    return SwapTerms(symbol=Symbol(symbol), version=version, effective_at=LONG_AGO, rates=rates)


def swap_night(
    symbol: str, trade_date: str, rates: Rates, *, count: int, mid: str = "1"
) -> SwapNight:
    return SwapNight(
        instrument=named(symbol),
        trade_date=date.fromisoformat(trade_date),
        days=count,
        mid=Decimal(mid),
        terms=swap_terms(symbol, rates),
    )
