"""Worked cases: equity, credit and reserves, regimes, leverage rules."""

from collections.abc import Iterator
from decimal import Decimal

from tests.core.margin_book import TIERED, Case, buy, sell, worked
from tradewind.core.accounts import LeverageRule
from tradewind.core.ids import Symbol
from tradewind.core.instruments import AssetClass
from tradewind.core.regimes import Regime

D = Decimal
LOT = buy("EURUSD", "100000", "1.2")
RETAIL = {"regime": Regime.RETAIL_ESMA, "leverage_cap": D(500)}
HIGH = {"leverage": "500"}
WORKED = buy("EURUSD", "100000", "1.12140")
WORKED_QUOTES = {"EURUSD": ("1.12120", "1.12140")}


def cases() -> Iterator[Case]:
    """Yield all of this file; each names what it is about and how its margin comes about."""
    yield from MONEY
    yield from CREDIT
    yield from _retail()
    yield from _under_the_cap()
    yield from _other_regimes()
    yield from _rules()


MONEY = (
    # Equity 10000 + 100000 * (1.12120 - 1.12140) = 9980; 9980 / 3738 = 2.66987694.
    worked(
        "the worked example",
        "100000 * 1.12140 / 30",
        "3738",
        WORKED,
        quotes=WORKED_QUOTES,
        equity="9980",
        free="6242",
        level="266.987694",
    ),
    worked(
        "a reserve is not free and leaves the level",
        "100000 * 1.12140 / 30",
        "3738",
        WORKED,
        quotes=WORKED_QUOTES,
        account={"reserved_margin": "1000"},
        equity="9980",
        free="5242",
        level="266.987694",
    ),
    worked(
        "nothing open has no level",
        "0",
        "0",
        account={"reserved_margin": "40"},
        equity="10000",
        free="9960",
    ),
    # 100000 * (1.2 - 1.25010) = -5010.
    worked(
        "a short closes at the ask",
        "100000 * 1.2 / 30",
        "4000",
        sell("EURUSD", "100000", "1.2"),
        equity="4990",
        free="990",
        level="124.75",
    ),
    # 100000 * (1.24990 - 1.2) * 0.8 = 3992; 13992 / 3200.
    worked(
        "EUR: profit at the conversion of now",
        "100000 * 1.2 * (1 / 1.25) / 30",
        "3200",
        LOT,
        account={"currency": "EUR"},
        equity="13992",
        free="10792",
        level="437.25",
    ),
    # 10000 * (150 - 160.1) = -101000; 899000 / 50000.
    worked(
        "JPY: a loss in its own currency",
        "10000 * 150 / 30",
        "50000",
        sell("USDJPY", "10000", "150"),
        account={"currency": "JPY", "balance": "1000000"},
        equity="899000",
        free="849000",
        level="1798",
    ),
    worked(
        "equity below nothing has a level below nothing",
        "100000 * 1.2 / 30",
        "4000",
        sell("EURUSD", "100000", "1.2"),
        account={"balance": "5000"},
        equity="-10",
        free="-4010",
        level="-0.25",
    ),
)


CREDIT = (
    # Equity 9980 + 500; with credit 10480 / 3738 = 2.80363831, without it 9980 / 3738.
    worked(
        "credit counts in the level",
        "100000 * 1.12140 / 30",
        "3738",
        WORKED,
        quotes=WORKED_QUOTES,
        account={"credit": "500"},
        equity="10480",
        free="6742",
        level="280.363831",
    ),
    worked(
        "retail: credit is equity and free, and not in the level",
        "100000 * 1.12140 / 30",
        "3738",
        WORKED,
        quotes=WORKED_QUOTES,
        account={"credit": "500"},
        terms=RETAIL,
        equity="10480",
        free="6742",
        level="266.987694",
    ),
    # 1000 - 20 = 980; 980 / 3738 = 0.26217228.
    worked(
        "retail: credit does not hold a level",
        "100000 * 1.12140 / 30",
        "3738",
        WORKED,
        quotes=WORKED_QUOTES,
        account={"balance": "1000", "credit": "3000"},
        terms=RETAIL,
        equity="3980",
        free="242",
        level="26.217228",
    ),
)


def _retail() -> Iterator[Case]:
    index = buy("US500", "2", "5000")
    for name, cap, how, used, held, supervised in (
        ("fx major", 30, "100000 * 1.2", "4000", LOT, None),
        ("fx minor", 20, "100000 * 0.8", "4000", buy("AUDUSD", "100000", "0.8"), None),
        ("gold", 20, "10 * 2000", "1000", buy("XAUUSD", "10", "2000"), None),
        ("index major", 20, "2 * 5000", "500", index, None),
        ("index minor", 10, "2 * 5000", "1000", index, "index_minor"),
        ("commodity", 10, "100 * 80", "800", buy("OIL", "100", "80"), None),
        ("stock", 5, "2 * 5000", "2000", index, "stock"),
        ("crypto", 2, "0.2 * 50000", "5000", buy("BTCUSD", "0.2", "50000"), None),
        ("no class at all", 2, "2 * 5000", "5000", index, "pork"),
    ):
        own = {"regulatory_class": supervised} if supervised else {}
        yield worked(
            f"retail: {name} at 1:{cap}",
            f"{how} / {cap}",
            used,
            held,
            account=HIGH,
            terms=RETAIL,
            specs={held.symbol: own},
        )


def _under_the_cap() -> Iterator[Case]:
    yield worked(
        "retail: a lower leverage stays",
        "100000 * 1.2 / 10",
        "12000",
        LOT,
        account={"leverage": "10"},
        terms=RETAIL,
    )
    yield worked(
        "retail: a higher rate of the instrument stays",
        "100000 * 1.2 * 0.1",
        "12000",
        LOT,
        account=HIGH,
        terms=RETAIL,
        specs={"EURUSD": {"margin_rate": D("0.1")}},
    )
    yield worked(
        "retail: the cap is the base of the tiers",
        "900000 / 30 + 300000 * 0.05",
        "45000",
        buy("EURUSD", "1000000", "1.2"),
        account=HIGH,
        terms=RETAIL,
        specs=TIERED,
    )


def _other_regimes() -> Iterator[Case]:
    thin = {"EURUSD": {"margin_rate": D("0.001")}}
    for regime in (Regime.PROFESSIONAL, Regime.OFFSHORE):
        yield worked(
            f"{regime}: no cap",
            "100000 * 1.2 / 500",
            "240",
            LOT,
            account=HIGH,
            terms={"regime": regime, "leverage_cap": D(500)},
            specs=thin,
        )


def _rules() -> Iterator[Case]:
    fx = LeverageRule(asset_class=AssetClass.FX, leverage=D(10))
    euro = LeverageRule(symbol=Symbol("EURUSD"), leverage=D(25))
    loose = LeverageRule(symbol=Symbol("EURUSD"), leverage=D(400))
    for name, used, cap, rules in (
        ("the rule of the asset class", "12000", 10, (fx,)),
        ("the symbol's rule wins, though it allows more", "4800", 25, (fx, euro)),
        ("the symbol's rule wins, whatever the order", "4800", 25, (euro, fx)),
        ("a rule never allows more than the account", "4000", 30, (loose,)),
    ):
        yield worked(name, f"100000 * 1.2 / {cap}", used, LOT, terms={"leverage_rules": rules})
    yield worked(
        "a rule of something else",
        "30 * 2000 / 30",
        "2000",
        buy("XAUUSD", "30", "2000"),
        terms={"leverage_rules": (fx, euro)},
    )
    yield worked(
        "retail: a rule never allows more than the regime",
        "100000 * 1.2 / 30",
        "4000",
        LOT,
        account=HIGH,
        terms={**RETAIL, "leverage_rules": (loose,)},
    )
