"""Worked cases: tiers, floors and negative prices, the basis."""

from collections.abc import Iterator
from decimal import Decimal

from tests.core.margin_book import TIERED, TIERS, Case, Held, buy, sell, worked
from tradewind.core.accounts import MarginBasis
from tradewind.core.instruments import MarginTier

D = Decimal
LOT = buy("EURUSD", "100000", "1.2")
CURRENT = {"margin_basis": MarginBasis.CURRENT}


def cases() -> Iterator[Case]:
    """Yield all of this file; each names what it is about and how its margin comes about."""
    yield from THROUGH_TIERS
    yield from TIERS_OF_OTHERS
    yield from FLOORS
    yield from BASIS


def at(quantity: str) -> Held:
    return buy("EURUSD", quantity, "1.2")


THROUGH_TIERS = (
    worked("below the first tier", "600000 / 30", "20000", at("500000"), specs=TIERED),
    worked("at the first bound", "900000 / 30", "30000", at("750000"), specs=TIERED),
    worked("across two", "900000 / 30 + 300000 * 0.05", "45000", at("1000000"), specs=TIERED),
    worked(
        "at the second bound", "900000 / 30 + 600000 * 0.05", "60000", at("1250000"), specs=TIERED
    ),
    worked(
        "across three",
        "900000 / 30 + 600000 * 0.05 + 300000 * 0.1",
        "90000",
        at("1500000"),
        specs=TIERED,
    ),
    worked(
        "a leg of two positions goes through as one",
        "900000 / 30 + 300000 * 0.05",
        "45000",
        at("500000"),
        at("500000"),
        specs=TIERED,
    ),
    worked(
        "each leg goes through by itself",
        "900000 / 30 + 300000 * 0.05 + 0.5 * (600000 / 30)",
        "55000",
        at("1000000"),
        sell("EURUSD", "500000", "1.2"),
        specs=TIERED,
        terms={"hedged_factor": D("0.5")},
    ),
    worked(
        "no tier asks more than the account's leverage",
        "1800000 / 10",
        "180000",
        at("1500000"),
        specs=TIERED,
        account={"leverage": "10"},
    ),
    worked(
        "only the last tier asks more than the leverage",
        "1500000 / 15 + 300000 * 0.1",
        "130000",
        at("1500000"),
        specs=TIERED,
        account={"leverage": "15"},
    ),
    worked(
        "only the last tier asks more than the instrument",
        "1500000 * 0.06 + 300000 * 0.1",
        "120000",
        at("1500000"),
        specs={"EURUSD": {"margin_tiers": TIERS, "margin_rate": D("0.06")}},
    ),
)


TIERS_OF_OTHERS = (
    worked(
        "a bound is in JPY on an account in JPY",
        "900000 / 30 + 600000 * 0.05 + (100000 * 1.2 * 160 - 1500000) * 0.1",
        "1830000",
        LOT,
        specs=TIERED,
        account={"currency": "JPY"},
    ),
    worked(
        "a bound is in EUR on an account in EUR",
        "900000 / 30 + (1000000 * 1.2 * (1 / 1.25) - 900000) * 0.05",
        "33000",
        buy("EURUSD", "1000000", "1.2"),
        specs=TIERED,
        account={"currency": "EUR"},
    ),
    worked(
        "bitcoin without leverage above 100,000",
        "100000 * 0.5 + 50000 * 1",
        "100000",
        buy("BTCUSD", "3", "50000"),
        specs={"BTCUSD": {"margin_tiers": (MarginTier(above=D(100_000), rate=D(1)),)}},
    ),
)


OIL_TIER = (MarginTier(above=D(1_000), rate=D("0.5")),)
FLOORS = (
    worked("a floor binds", "max(100 * 8 * 0.1, 100 * 5)", "500", buy("OIL", "100", "8")),
    worked("a floor is passed", "max(100 * 80 * 0.1, 100 * 5)", "800", buy("OIL", "100", "80")),
    worked("a price of nothing leaves the floor", "100 * 5", "500", buy("OIL", "100", "0")),
    worked(
        "a negative price near zero leaves the floor",
        "max(100 * 20 * 0.1, 100 * 5)",
        "500",
        buy("OIL", "100", "-20"),
    ),
    worked(
        "a negative price counts by its size",
        "max(100 * 80 * 0.1, 100 * 5)",
        "800",
        sell("OIL", "100", "-80"),
    ),
    worked(
        "a floor is converted",
        "100 * 5 * (1 / 1.25)",
        "400",
        buy("OIL", "100", "8"),
        account={"currency": "EUR"},
    ),
    worked(
        "both hedged legs have a floor",
        "100 * 5 + 0.5 * (50 * 5)",
        "625",
        buy("OIL", "100", "-1"),
        sell("OIL", "50", "-1"),
        terms={"hedged_factor": D("0.5")},
    ),
    worked(
        "tiers pass a floor",
        "max(1000 * 0.1 + 7000 * 0.5, 100 * 5)",
        "3600",
        buy("OIL", "100", "80"),
        specs={"OIL": {"margin_tiers": OIL_TIER}},
    ),
    worked(
        "tiers stay below a floor",
        "max(1000 * 0.1 + 200 * 0.5, 100 * 5)",
        "500",
        buy("OIL", "100", "12"),
        specs={"OIL": {"margin_tiers": OIL_TIER}},
    ),
)


YEN = buy("USDJPY", "120000", "150", rate="0.005")
BASIS = (
    worked("open: the price of now does not matter", "100000 * 1.2 / 30", "4000", LOT),
    worked("open: the rate of now does not matter", "120000 * 150 * 0.005 / 30", "3000", YEN),
    worked(
        "current: the mid of now",
        "120000 * 1.25 / 30",
        "5000",
        buy("EURUSD", "120000", "1.2"),
        terms=CURRENT,
    ),
    worked(
        "current: the mid and the rate of now",
        "120000 * 160 * (1 / 160) / 30",
        "4000",
        YEN,
        terms=CURRENT,
    ),
    worked(
        "current: both legs at the same mid tie",
        "1.5 * (120000 * 1.25 / 30)",
        "7500",
        buy("EURUSD", "120000", "1.2"),
        sell("EURUSD", "120000", "1.1"),
        terms={**CURRENT, "hedged_factor": D("0.5")},
    ),
    worked(
        "current: through tiers",
        "900000 / 30 + (1000000 * 1.25 - 900000) * 0.05",
        "47500",
        buy("EURUSD", "1000000", "1.1"),
        terms=CURRENT,
        specs=TIERED,
    ),
    worked(
        "current: a negative mid counts by its size",
        "100 * 60 * 0.1",
        "600",
        buy("OIL", "100", "80"),
        terms=CURRENT,
        quotes={"OIL": ("-60.1", "-59.9")},
    ),
    worked(
        "current: a negative mid near zero leaves the floor",
        "100 * 5",
        "500",
        buy("OIL", "100", "80"),
        terms=CURRENT,
        quotes={"OIL": ("-40.1", "-39.9")},
    ),
)
