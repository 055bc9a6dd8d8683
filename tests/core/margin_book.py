"""How a worked case of margin is written down, and the accounts and markets it speaks of.

An account has 10,000 units and leverage 1:30 in a group of 1:100, unless a case says otherwise.
Mid prices make plain conversions: EUR 1.25 USD, GBP 1.6 USD, EUR 0.8 GBP, USD 160 JPY; EURJPY and
GBPJPY are not listed.
"""

from collections.abc import Mapping
from dataclasses import field, replace
from decimal import Decimal
from typing import Any

from tests.core.builders import account, instrument, position, terms
from tradewind.core.accounts import Position, Side
from tradewind.core.ids import Symbol
from tradewind.core.instruments import AssetClass, Instrument, MarginTier
from tradewind.core.margin import Mark, Valuation, convert, value
from tradewind.core.market import Mid
from tradewind.core.money import Currency, CurrencyCode, Price, Quantity
from tradewind.core.regimes import RegulatoryClass
from tradewind.core.values import frozen

D = Decimal
R = RegulatoryClass
DIGITS = {"USD": 2, "EUR": 2, "JPY": 0}


def _listed(
    asset_class: AssetClass, supervised: str, pair: tuple[str, str], rate: str, **more: Any
) -> Instrument:
    base, quote = map(CurrencyCode, pair)
    return instrument(
        symbol=Symbol(more.pop("symbol", base + quote)),
        asset_class=asset_class,
        regulatory_class=supervised,
        base=base,
        quote=quote,
        margin_rate=D(rate),
        **more,
    )


_ALL = (
    _listed(AssetClass.FX, R.FX_MAJOR, ("EUR", "USD"), "0.005"),
    _listed(AssetClass.FX, R.FX_MAJOR, ("GBP", "USD"), "0.005"),
    _listed(AssetClass.FX, R.FX_MINOR, ("AUD", "USD"), "0.005"),
    _listed(AssetClass.FX, R.FX_MAJOR, ("USD", "JPY"), "0.005"),
    _listed(AssetClass.FX, R.FX_MAJOR, ("EUR", "GBP"), "0.005"),
    _listed(AssetClass.METAL, R.GOLD, ("XAU", "USD"), "0.01"),
    _listed(AssetClass.INDEX, R.INDEX_MAJOR, ("US500", "USD"), "0.05", symbol="US500"),
    _listed(AssetClass.INDEX, R.INDEX_MAJOR, ("GER40", "EUR"), "0.05", symbol="GER40"),
    _listed(AssetClass.CRYPTO, R.CRYPTO, ("BTC", "USD"), "0.5"),
    _listed(
        AssetClass.INDEX, R.COMMODITY, ("OIL", "USD"), "0.1",
        symbol="OIL", margin_floor=D(5), allow_negative=True,
    ),
)  # fmt: skip
INSTRUMENTS = {each.symbol: each for each in _ALL}
PAIRS = {(each.base, each.quote): each.symbol for each in _ALL}
#: Bid and ask; markups are nothing here, so the mid is between them.
QUOTES: Mapping[str, tuple[str, str]] = {
    "EURUSD": ("1.24990", "1.25010"),
    "GBPUSD": ("1.59990", "1.60010"),
    "AUDUSD": ("0.79990", "0.80010"),
    "USDJPY": ("159.9", "160.1"),
    "EURGBP": ("0.79990", "0.80010"),
    "XAUUSD": ("1999.5", "2000.5"),
    "US500": ("4999", "5001"),
    "GER40": ("15999", "16001"),
    "BTCUSD": ("49990", "50010"),
    "OIL": ("79.9", "80.1"),
}

#: 1/30 up to 900,000 of notional, 5 % to 1,500,000 and 10 % above.
TIERS = (
    MarginTier(above=D(900_000), rate=D("0.05")),
    MarginTier(above=D(1_500_000), rate=D("0.1")),
)
TIERED = {"EURUSD": {"margin_tiers": TIERS}}


@frozen
class Held:
    """An open position; `rate` is its fill's conversion, that of now unless told otherwise."""

    symbol: str
    side: Side
    quantity: str
    price: str
    rate: str | None = None


@frozen
class Case:
    """Positions on an account's terms. `how` is the derivation of `used` from the inputs.

    `account`, `terms` and `specs` (by symbol) name fields that differ, `quotes` other prices.
    """

    name: str
    how: str
    used: str
    held: tuple[Held, ...]
    account: Mapping[str, Any] = field(default_factory=dict)
    terms: Mapping[str, Any] = field(default_factory=dict)
    specs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    quotes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    equity: str | None = None
    free: str | None = None
    level: str | None = None


def buy(symbol: str, quantity: str, price: str, rate: str | None = None) -> Held:
    return Held(symbol=symbol, side=Side.BUY, quantity=quantity, price=price, rate=rate)


def sell(symbol: str, quantity: str, price: str, rate: str | None = None) -> Held:
    return Held(symbol=symbol, side=Side.SELL, quantity=quantity, price=price, rate=rate)


def worked(name: str, how: str, used: str, *held: Held, **more: Any) -> Case:
    return Case(name=name, how=how, used=used, held=held, **more)


def valued(case: Case) -> Valuation:
    """Value a case with conversions found in its quotes."""
    changes = dict(case.account)
    code = changes.pop("currency", "USD")
    money = Currency(code=CurrencyCode(code), minor_digits=DIGITS[code])
    own = account(currency=money, **{name: D(number) for name, number in changes.items()})
    marks = {Symbol(each.symbol): _mark(case, each.symbol, money.code) for each in case.held}
    held = [_position(number, each, marks) for number, each in enumerate(case.held, start=1)]
    return value(own, terms(**case.terms), held, marks)


def _mark(case: Case, symbol: str, currency: CurrencyCode) -> Mark:
    spec = replace(INSTRUMENTS[Symbol(symbol)], **case.specs.get(symbol, {}))
    bid, ask = map(D, case.quotes.get(symbol) or QUOTES[symbol])
    conversion = convert(spec.quote, currency, PAIRS, _mid_of)
    assert conversion is not None
    return Mark(
        instrument=spec, bid=Price(bid), ask=Price(ask), mid=(bid + ask) / 2, rate=conversion.rate
    )


def _mid_of(symbol: Symbol) -> Mid:
    bid, ask = map(D, QUOTES[symbol])
    return Mid(price=(bid + ask) / 2, fresh=True)


def _position(number: int, each: Held, marks: Mapping[Symbol, Mark]) -> Position:
    symbol, quantity, price = Symbol(each.symbol), D(each.quantity), D(each.price)
    rate = marks[symbol].rate if each.rate is None else D(each.rate)
    return position(
        number,
        symbol=symbol,
        side=each.side,
        quantity=Quantity(quantity),
        open_price=Price(price),
        margin_notional=quantity * abs(price) * rate,
    )
