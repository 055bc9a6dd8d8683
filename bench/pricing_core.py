"""How many ticks a second one process filters, merges and marks up: `python -m bench.pricing_core`.

Quotes of three LPs walk at random; every tick has the prices of twenty groups. What it is compared
with reads the same quotes as JSON and writes the same ticks, and decides nothing.
"""

import random
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from bench.report import Figure, Report, at_least, print_machine, print_table, this_machine
from tradewind.contracts.ticks import Tick
from tradewind.core.filter_state import FilterRules
from tradewind.core.ids import GroupCode, LpCode, Symbol
from tradewind.core.markups import Markup
from tradewind.core.money import Price, Quantity
from tradewind.core.quotes import LpQuote, LpTerms
from tradewind.services.pricing.rules import PricingRules, SymbolRules
from tradewind.services.pricing.table import PriceTable
from tradewind.services.pricing.wire import tick_commands

TARGET_PER_S: Final = 20_000
SYMBOLS: Final = tuple(Symbol(name) for name in ("EURUSD", "GBPUSD", "AUDUSD", "USDCHF", "NZDUSD"))
LPS: Final = tuple(LpCode(f"lp-{name}") for name in ("one", "two", "three"))
GROUPS: Final = 20
SEED: Final = 7
ROUNDS: Final = 3
_START: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
_STEP: Final = timedelta(milliseconds=1)


def measure(*, quick: bool) -> list[Figure]:
    """Run the same quotes through the core and through the bare loop; the best of some rounds."""
    quotes = _quotes(30_000 if quick else 120_000)
    core = max(_core(quotes) for _ in range(ROUNDS))
    encoded = max(_core_and_wire(quotes) for _ in range(ROUNDS))
    bare = max(_bare(quotes) for _ in range(ROUNDS))
    return [
        at_least(
            f"pricing core, {GROUPS} groups",
            core,
            "ticks/s",
            TARGET_PER_S,
            f"filter, BBO of {len(LPS)} LPs, markup; seed {SEED}",
        ),
        Figure(
            name="pricing core and its bytes for Redis",
            value=encoded,
            unit="ticks/s",
            comparison=f"{encoded / bare:.2f} of the loop that only parses and encodes",
        ),
        Figure(name="parse and encode alone", value=bare, unit="ticks/s"),
    ]


def _core(quotes: list[LpQuote]) -> float:
    table = PriceTable(_rules(), 1, _START)
    ticks, began = 0, time.process_time()
    for quote in quotes:
        ticks += len(table.apply(quote, quote.received_at))
    return _per_second(quotes, ticks, began)


def _core_and_wire(quotes: list[LpQuote]) -> float:
    table = PriceTable(_rules(), 1, _START)
    ticks, began = 0, time.process_time()
    for quote in quotes:
        for tick in table.apply(quote, quote.received_at):
            tick_commands(tick)
            ticks += 1
    return _per_second(quotes, ticks, began)


def _bare(quotes: list[LpQuote]) -> float:
    """Decode each quote and encode a tick of the same shape, made once."""
    encoder, decoder = msgspec.json.Encoder(decimal_format="string"), msgspec.json.Decoder(LpQuote)
    texts = [encoder.encode(quote) for quote in quotes]
    table = PriceTable(_rules(), 1, _START)
    made = [tick for quote in quotes[:1000] for tick in table.apply(quote, quote.received_at)]
    tick: Tick = made[-1]
    ticks, began = 0, time.process_time()
    for text in texts:
        decoder.decode(text)
        tick_commands(tick)
        ticks += 1
    return _per_second(quotes, ticks, began)


def _per_second(quotes: list[LpQuote], ticks: int, began: float) -> float:
    taken = time.process_time() - began
    if ticks != len(quotes):
        raise AssertionError(f"{len(quotes)} quotes made {ticks} ticks: not the work to measure")
    return ticks / taken


def _quotes(count: int) -> list[LpQuote]:
    """Walk at random around one price a symbol; an LP's bid and ask move by themselves."""
    drawn = random.Random(SEED)
    mids = dict.fromkeys(SYMBOLS, 110_000)
    quotes = []
    for number in range(count):
        symbol, lp = SYMBOLS[number % len(SYMBOLS)], LPS[drawn.randrange(len(LPS))]
        mids[symbol] += drawn.randint(-3, 3)
        at = _START + number * _STEP
        bid = mids[symbol] - drawn.randint(4, 8)
        quotes.append(
            LpQuote(
                lp=lp,
                symbol=symbol,
                bid=Price(Decimal(bid).scaleb(-5)),
                ask=Price(Decimal(mids[symbol] + drawn.randint(4, 8)).scaleb(-5)),
                bid_size=Quantity(Decimal(1_000_000)),
                ask_size=Quantity(Decimal(2_000_000)),
                lp_time=at,
                received_at=at,
            )
        )
    return quotes


def _rules() -> PricingRules:
    """Rules as the migrations make them for currencies, and a markup of its own for each group."""
    strict = FilterRules(
        soft_band=Decimal("0.005"),
        hard_band=Decimal("0.1"),
        band_floor=Decimal("0.0001"),
        confirm_ticks=3,
        future_max=timedelta(seconds=2),
        late_max=timedelta(seconds=5),
        recording_age_min=None,
        frozen_max=timedelta(seconds=60),
        warm_up_ticks=3,
        warm_up_max=timedelta(seconds=10),
        warm_up_spread=Decimal("0.002"),
        allow_negative=False,
        quote_age_max=timedelta(seconds=60),
    )
    one = Markup(group=GroupCode("group"), rule=1)
    markups = tuple(
        replace(
            one,
            group=GroupCode(f"group-{number}"),
            rule=number + 1,
            bid_points=Decimal(number),
            ask_points=Decimal(number + 1),
        )
        for number in range(GROUPS)
    )
    terms = SymbolRules(
        precision=5, quote_age_max=strict.quote_age_max, markups=markups, filter=strict
    )
    lp_terms = LpTerms(symbols={symbol: symbol for symbol in SYMBOLS})
    return PricingRules(
        version=1, symbols=dict.fromkeys(SYMBOLS, terms), lps=dict.fromkeys(LPS, lp_terms)
    )


def main() -> int:
    """Measure this part alone."""
    report = Report(machine=this_machine(), quick="--quick" in sys.argv[1:])
    print_machine(report.machine)
    report.figures += measure(quick=report.quick)
    print_table(report.figures)
    return 1 if any(figure.passed is False for figure in report.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
