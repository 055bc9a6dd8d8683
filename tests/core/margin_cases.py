"""Worked cases: the largest rate, conversion, classes of instruments, hedged legs."""

from collections.abc import Iterator
from decimal import Decimal

from tests.core.margin_book import Case, buy, sell, worked

D = Decimal
LOT = buy("EURUSD", "100000", "1.2")
SHORT = sell("EURUSD", "100000", "1.2")
HALF, HALF_SHORT = buy("EURUSD", "50000", "1.2"), sell("EURUSD", "50000", "1.2")


def cases() -> Iterator[Case]:
    """Yield all of this file; each names what it is about and how its margin comes about."""
    yield from RATES
    yield from USD
    yield from EUR
    yield from JPY
    yield from CLASSES
    yield from HEDGED


HIGH = {"leverage": "500"}
RATES = (
    worked(
        "the account's leverage",
        "100000 * 1.12140 / 30",
        "3738",
        buy("EURUSD", "100000", "1.12140"),
    ),
    worked(
        "the group's cap is lower",
        "100000 * 1.2 / 200",
        "600",
        LOT,
        account=HIGH,
        terms={"leverage_cap": D(200)},
    ),
    worked(
        "the instrument's rate is higher",
        "100000 * 1.2 * 0.02",
        "2400",
        LOT,
        account=HIGH,
        terms={"leverage_cap": D(500)},
        specs={"EURUSD": {"margin_rate": D("0.02")}},
    ),
    worked(
        "rate and leverage ask the same",
        "100000 * 1.2 / 50",
        "2400",
        LOT,
        account={"leverage": "50"},
        specs={"EURUSD": {"margin_rate": D("0.02")}},
    ),
    worked("no leverage", "100000 * 1.2 / 1", "120000", LOT, account={"leverage": "1"}),
    worked(
        "an odd leverage",
        "70000 * 1.2 / 7",
        "12000",
        buy("EURUSD", "70000", "1.2"),
        account={"leverage": "7"},
    ),
    worked("the smallest quantity", "1000 * 1.2 / 30", "40", buy("EURUSD", "1000", "1.2")),
    worked(
        "each position at its own price",
        "(60000 * 1.1 + 40000 * 1.2) / 30",
        "3800",
        buy("EURUSD", "60000", "1.1"),
        buy("EURUSD", "40000", "1.2"),
    ),
    worked(
        "two symbols add up",
        "100000 * 1.2 / 30 + 60000 * 1.6 / 30",
        "7200",
        LOT,
        buy("GBPUSD", "60000", "1.6"),
    ),
)


USD = (
    worked(
        "USD: JPY by the inverse pair",
        "100000 * 150 * (1 / 160) / 30",
        "3125",
        buy("USDJPY", "100000", "150"),
    ),
    worked(
        "USD: JPY at the fill's own rate",
        "100000 * 150 * 0.005 / 30",
        "2500",
        buy("USDJPY", "100000", "150", rate="0.005"),
    ),
    worked(
        "USD: each fill at its own rate",
        "(60000 * 150 * 0.005 + 40000 * 150 * 0.008) / 30",
        "3100",
        buy("USDJPY", "60000", "150", rate="0.005"),
        buy("USDJPY", "40000", "150", rate="0.008"),
    ),
    worked(
        "USD: GBP by the listed pair",
        "100000 * 0.75 * 1.6 / 30",
        "4000",
        buy("EURGBP", "100000", "0.75"),
    ),
    worked(
        "USD: EUR by the listed pair", "3 * 16000 * 1.25 * 0.05", "3000", buy("GER40", "3", "16000")
    ),
)


IN_EUR = {"currency": "EUR"}
EUR = (
    worked(
        "EUR: USD by the inverse pair",
        "100000 * 1.2 * (1 / 1.25) / 30",
        "3200",
        LOT,
        account=IN_EUR,
    ),
    worked(
        "EUR: GBP by the inverse pair before any way through USD",
        "100000 * 0.84 * (1 / 0.8) / 30",
        "3500",
        buy("EURGBP", "100000", "0.84"),
        account=IN_EUR,
    ),
    worked(
        "EUR: JPY through USD, both inverse",
        "100000 * 150 * (1 / 160) * (1 / 1.25) / 30",
        "2500",
        sell("USDJPY", "100000", "150"),
        account=IN_EUR,
    ),
    worked(
        "EUR: an index in EUR needs no rate",
        "3 * 16000 * 0.05",
        "2400",
        buy("GER40", "3", "16000"),
        account=IN_EUR,
    ),
    worked(
        "EUR: gold",
        "30 * 2000 * (1 / 1.25) / 30",
        "1600",
        buy("XAUUSD", "30", "2000"),
        account=IN_EUR,
    ),
)


IN_JPY = {"currency": "JPY"}
JPY = (
    worked(
        "JPY: its own quote needs no rate",
        "100000 * 150 / 30",
        "500000",
        buy("USDJPY", "100000", "150"),
        account=IN_JPY,
    ),
    worked("JPY: USD by the listed pair", "100000 * 1.2 * 160 / 30", "640000", LOT, account=IN_JPY),
    worked(
        "JPY: GBP through USD",
        "100000 * 0.75 * (1.6 * 160) / 30",
        "640000",
        buy("EURGBP", "100000", "0.75"),
        account=IN_JPY,
    ),
    worked(
        "JPY: an index in EUR through USD",
        "3 * 16000 * (1.25 * 160) * 0.05",
        "480000",
        sell("GER40", "3", "16000"),
        account=IN_JPY,
    ),
    worked(
        "JPY: bitcoin",
        "0.5 * 50000 * 160 * 0.5",
        "2000000",
        buy("BTCUSD", "0.5", "50000"),
        account=IN_JPY,
    ),
)


GOLD, INDEX, BITCOIN = (
    buy("XAUUSD", "30", "2000"),
    buy("US500", "2", "5000"),
    buy("BTCUSD", "0.2", "50000"),
)
FREE = {"account": {"leverage": "500"}, "terms": {"leverage_cap": D(500)}}
CLASSES = (
    worked("gold by leverage", "30 * 2000 / 30", "2000", GOLD),
    worked("gold by its own rate", "30 * 2000 * 0.01", "600", GOLD, **FREE),
    worked("an index by its own rate", "2 * 5000 * 0.05", "500", INDEX),
    worked(
        "an index by a low leverage", "2 * 5000 / 10", "1000", INDEX, account={"leverage": "10"}
    ),
    worked("bitcoin by its own rate", "0.2 * 50000 * 0.5", "5000", BITCOIN),
    worked(
        "bitcoin without leverage", "0.2 * 50000 / 1", "10000", BITCOIN, account={"leverage": "1"}
    ),
    worked(
        "a hundredth of a bitcoin", "0.01 * 50000 * 0.5", "250", sell("BTCUSD", "0.01", "50000")
    ),
)


HALF_FACTOR, WHOLE_FACTOR = {"hedged_factor": D("0.5")}, {"hedged_factor": D(1)}
HEDGED = (
    worked("factor 0, the long leg is larger", "100000 * 1.2 / 30", "4000", LOT, HALF_SHORT),
    worked("factor 0, the short leg is larger", "100000 * 1.2 / 30", "4000", HALF, SHORT),
    worked(
        "factor 0.5",
        "100000 * 1.2 / 30 + 0.5 * (50000 * 1.2 / 30)",
        "5000",
        LOT,
        HALF_SHORT,
        terms=HALF_FACTOR,
    ),
    worked(
        "factor 0.5, the short leg is larger",
        "100000 * 1.2 / 30 + 0.5 * (50000 * 1.2 / 30)",
        "5000",
        HALF,
        SHORT,
        terms=HALF_FACTOR,
    ),
    worked(
        "factor 1",
        "100000 * 1.2 / 30 + 50000 * 1.2 / 30",
        "6000",
        LOT,
        HALF_SHORT,
        terms=WHOLE_FACTOR,
    ),
    worked("a tie at factor 0 counts once", "100000 * 1.2 / 30", "4000", LOT, SHORT),
    worked(
        "a tie at factor 0.5",
        "100000 * 1.2 / 30 + 0.5 * (100000 * 1.2 / 30)",
        "6000",
        LOT,
        SHORT,
        terms=HALF_FACTOR,
    ),
    worked(
        "the same quantity at two prices is no tie",
        "100000 * 1.2 / 30 + 0.5 * (100000 * 1.17 / 30)",
        "5950",
        LOT,
        sell("EURUSD", "100000", "1.17"),
        terms=HALF_FACTOR,
    ),
    worked(
        "margin makes a leg the larger, not quantity",
        "90000 * 1.5 / 30",
        "4500",
        buy("EURUSD", "90000", "1.5"),
        SHORT,
    ),
    worked(
        "other symbols hedge nothing",
        "100000 * 1.2 / 30 + 60000 * 1.6 / 30",
        "7200",
        LOT,
        sell("GBPUSD", "60000", "1.6"),
    ),
    worked(
        "legs of several positions",
        "(60000 * 1.1 + 40000 * 1.2) / 30 + 0.5 * (30000 * 1.2 + 30000 * 1.1) / 30",
        "4950",
        buy("EURUSD", "60000", "1.1"),
        sell("EURUSD", "30000", "1.2"),
        buy("EURUSD", "40000", "1.2"),
        sell("EURUSD", "30000", "1.1"),
        terms=HALF_FACTOR,
    ),
    worked(
        "two hedged symbols at factor 0.5",
        "100000 * 1.2 / 30 + 0.5 * (50000 * 1.2 / 30) + 30 * 2000 / 30 + 0.5 * (30 * 2000 / 30)",
        "8000",
        LOT,
        HALF_SHORT,
        buy("XAUUSD", "30", "2000"),
        sell("XAUUSD", "30", "2000"),
        terms=HALF_FACTOR,
    ),
    worked(
        "hedged bitcoin in EUR",
        "0.2 * 50000 * (1 / 1.25) * 0.5 + 0.5 * (0.1 * 50000 * (1 / 1.25) * 0.5)",
        "5000",
        buy("BTCUSD", "0.2", "50000"),
        sell("BTCUSD", "0.1", "50000"),
        account={"currency": "EUR"},
        terms=HALF_FACTOR,
    ),
)
