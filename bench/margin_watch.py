"""How long the margin watcher takes to value everybody: a million positions of 100,000 accounts."""

import os
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

import msgspec
import numpy as np

from bench.report import Figure, at_most
from bench.running import rss_kb
from tradewind.contracts.ticks import Tick, TickPrice
from tradewind.core import accounts
from tradewind.core.ids import GroupCode, Symbol
from tradewind.core.instruments import AssetClass, Instrument, TradeMode
from tradewind.core.money import CurrencyCode, Quantity
from tradewind.infra.ticks import TickFeed
from tradewind.services.risk.book import Book
from tradewind.services.risk.columns import AccountView, Bulk, TermsKey
from tradewind.services.risk.marks import Marks
from tradewind.services.risk.screen import candidates, legs_moved, value
from tradewind.services.risk.tables import Tables, make_tables

ACCOUNTS: Final = 100_000
POSITIONS: Final = 1_000_000
SYMBOLS: Final = tuple(Symbol(f"BENCH{n:03}") for n in range(100))
#: Of them so many move between two valuations of what moved.
MOVED: Final = 5
GROUPS: Final = 20
LEVERAGES: Final = (10, 30, 50, 100, 200)
ROUNDS: Final = 7
SEED: Final = 11
WHOLE_S_MAX: Final = 1.0
_USD: Final = CurrencyCode("USD")
_NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)


def measure(*, quick: bool) -> list[Figure]:
    """Fill a book, then value all of it, and what a few symbols move."""
    before = rss_kb(os.getpid())
    screen = _Screen(_book())
    memory_kb = rss_kb(os.getpid()) - before
    rounds = ROUNDS // (2 if quick else 1)
    screen.tick(SYMBOLS)
    screen.everything()
    whole = [_seconds(screen.everything, lambda: screen.tick(SYMBOLS)) for _ in range(rounds)]
    anew = [_seconds(screen.everything, screen.book.forget_legs) for _ in range(rounds)]
    few = [_seconds(screen.moved, lambda: screen.tick(SYMBOLS[:MOVED])) for _ in range(rounds)]
    shape = f"{POSITIONS:,} positions, {ACCOUNTS:,} accounts, {len(SYMBOLS)} symbols"
    return [
        at_most(
            "valuing everybody, after every price moved",
            statistics.median(whole),
            "s",
            WHOLE_S_MAX,
            f"{shape}; {max(whole):.2f} s at most",
        ),
        at_most(
            "valuing everybody, after positions changed too",
            statistics.median(anew),
            "s",
            WHOLE_S_MAX,
            f"{max(anew):.2f} s at most",
        ),
        Figure(
            name=f"valuing whom {MOVED} symbols move",
            value=statistics.median(few),
            unit="s",
            comparison=f"{screen.touched:,} accounts",
        ),
        Figure(
            name="memory of the book",
            value=memory_kb / 1_000,
            unit="MB",
            comparison=f"{1_024 * memory_kb / POSITIONS:.0f} bytes a position",
        ),
    ]


@dataclass(slots=True)
class _Screen:
    """The book with prices, and what the watcher does with both."""

    book: Book
    feed: TickFeed = field(default_factory=TickFeed)
    seq: int = 0
    touched: int = 0
    marks: Marks = field(init=False)
    tables: Tables = field(init=False)

    def __post_init__(self) -> None:
        instruments = {symbol: _instrument(symbol) for symbol in SYMBOLS}
        self.tables = make_tables(self.book.terms.names, _groups(), SYMBOLS, instruments)
        self.marks = Marks(self.feed, lambda: instruments, dict)

    def tick(self, symbols: tuple[Symbol, ...]) -> None:
        """Publish a price of some symbols to every group."""
        for symbol in symbols:
            self.seq += 1
            self.feed.receive(_tick(symbol, self.seq))

    def everything(self) -> None:
        prices = self.marks.refresh(self.tables, self.book.symbols.names)
        found = candidates(self.book, self.tables, value(self.book, self.tables, prices), None)
        assert 0 < len(found.places) < ACCOUNTS // 5

    def moved(self) -> None:
        prices = self.marks.refresh(self.tables, self.book.symbols.names)
        changed = self.book.take_changed()
        legs, touched = legs_moved(self.book, self.tables, prices, changed)
        valued = value(self.book, self.tables, prices, legs)
        candidates(self.book, self.tables, valued, touched)
        self.touched = int(np.count_nonzero(touched))


def _seconds(work: Callable[[], None], before: Callable[[], None]) -> float:
    before()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _book() -> Book:
    """Draw ten positions an account, half of them hedged; some accounts have little left."""
    random, book = np.random.default_rng(SEED), Book(SYMBOLS)
    balances = random.uniform(800, 40_000, ACCOUNTS).tolist()
    book.put(
        AccountView(
            id=UUID(int=1 + number),
            seq=1,
            balance=balances[number],
            credit=0.0,
            called=False,
            terms=TermsKey(
                group_id=UUID(int=1 + number % GROUPS),
                leverage=Decimal(LEVERAGES[number % 7 % len(LEVERAGES)]),
                currency=_USD,
            ),
        )
        for number in range(ACCOUNTS)
    )
    book.take_changed()
    units = random.integers(1, 10, POSITIONS).astype(np.float64)
    quantity = random.choice((-1_000.0, 1_000.0), POSITIONS) * units
    price = random.uniform(1.08, 1.12, POSITIONS)
    book.fill(
        Bulk(
            ids=[(1 + number).to_bytes(16, "big") for number in range(POSITIONS)],
            account=random.integers(0, ACCOUNTS, POSITIONS),
            symbol=random.integers(0, len(SYMBOLS), POSITIONS),
            quantity=quantity,
            price=price,
            notional=np.abs(quantity) * price,
        )
    )
    return book


def _groups() -> Mapping[UUID, accounts.GroupTerms]:
    return {
        UUID(int=1 + number): accounts.GroupTerms(
            code=GroupCode(f"group-{number}"),
            version=1,
            execution_mode=accounts.ExecutionMode.MARKET,
            book=accounts.Book.B,
            leverage_cap=Decimal(100),
            margin_basis=list(accounts.MarginBasis)[number % 2],
            hedged_factor=Decimal("0.25"),
            margin_call_level=Decimal(100),
            stop_out_level=Decimal(50),
            commission=accounts.Commission(
                kind=accounts.CommissionKind.NONE, amount=Decimal(0), minimum=Decimal(0)
            ),
        )
        for number in range(GROUPS)
    }


def _tick(symbol: Symbol, seq: int) -> bytes:
    bid, ask = Decimal("1.0999") + Decimal(seq % 3) / 10_000, Decimal("1.1003")
    shown = TickPrice(bid=bid, ask=ask)
    tick = Tick(
        symbol=symbol,
        epoch=1,
        seq=seq,
        time=_NOON,
        bid=bid,
        ask=ask,
        quotes=(),
        tradable=True,
        reason=None,
        rules_version=1,
        prices={f"group-{number}": shown for number in range(GROUPS)},
    )
    return msgspec.json.encode(tick)


def _instrument(symbol: Symbol) -> Instrument:
    return Instrument(
        symbol=symbol,
        name=symbol,
        version=1,
        asset_class=AssetClass.FX,
        regulatory_class="fx_major",
        base=CurrencyCode("EUR"),
        quote=_USD,
        quote_minor_digits=2,
        price_precision=5,
        pip=Decimal("0.0001"),
        contract_size=Decimal(100_000),
        quantity_min=Quantity(Decimal(1_000)),
        quantity_step=Quantity(Decimal(1_000)),
        quantity_max=Quantity(Decimal(10_000_000)),
        instant_quantity_max=Quantity(Decimal(1_000_000)),
        margin_rate=Decimal("0.02"),
        margin_floor=Decimal(0),
        allow_negative=False,
        extend_last_level=True,
        trade_mode=TradeMode.FULL,
        settlement_lag=2,
        quote_age_ms_max=60_000,
    )
