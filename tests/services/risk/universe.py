"""Random accounts in a market of four symbols, for core's valuation and for the screen's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from random import Random
from uuid import UUID

import msgspec

from tests.core.builders import NOW, account, instrument, position, terms
from tests.services.risk.asker import asker
from tradewind.contracts.ticks import Tick, TickPrice
from tradewind.core.accounts import Account, GroupTerms, LeverageRule, MarginBasis, Position, Side
from tradewind.core.ids import AccountId, GroupCode, Symbol
from tradewind.core.instruments import AssetClass, Instrument, MarginTier
from tradewind.core.margin import Mark, Valuation, convert, value
from tradewind.core.market import Mid
from tradewind.core.money import Currency, CurrencyCode, Price, Quantity
from tradewind.core.regimes import Regime, RegulatoryClass
from tradewind.infra.ticks import TickFeed
from tradewind.services.risk.book import Book
from tradewind.services.risk.columns import AccountView, PositionView, TermsKey
from tradewind.services.risk.marks import Marks
from tradewind.services.risk.watch import Watch

D = Decimal
EURUSD, USDJPY, EURGBP, XAUUSD, GBPUSD = map(
    Symbol, ("EURUSD", "USDJPY", "EURGBP", "XAUUSD", "GBPUSD")
)
TIERS = (MarginTier(above=D(200_000), rate=D("0.03")), MarginTier(above=D(500_000), rate=D("0.1")))


def _instrument(symbol: Symbol, **changes: object) -> Instrument:
    base, quote = CurrencyCode(symbol[:3]), CurrencyCode(symbol[3:])
    return instrument(symbol=symbol, base=base, quote=quote, **changes)


INSTRUMENTS: Mapping[Symbol, Instrument] = {
    EURUSD: _instrument(EURUSD, margin_tiers=TIERS),
    USDJPY: _instrument(USDJPY, margin_floor=D(3)),
    EURGBP: _instrument(EURGBP, margin_tiers=TIERS[:1], margin_rate=D("0.01")),
    GBPUSD: _instrument(GBPUSD),
    XAUUSD: _instrument(
        XAUUSD, asset_class=AssetClass.METAL, regulatory_class=RegulatoryClass.GOLD
    ),
}
PAIRS = {(each.base, each.quote): symbol for symbol, each in INSTRUMENTS.items()}
GROUPS: Mapping[UUID, GroupTerms] = {
    UUID(int=1): terms(code=GroupCode("pro")),
    UUID(int=2): terms(
        code=GroupCode("retail"), regime=Regime.RETAIL_ESMA, hedged_factor=D("0.25")
    ),
    UUID(int=3): terms(
        code=GroupCode("current"),
        margin_basis=MarginBasis.CURRENT,
        margin_call_level=D(80),
        stop_out_level=D(30),
        leverage_rules=(LeverageRule(leverage=D(5), symbol=EURGBP),),
    ),
}
MIDS = {EURUSD: "1.1", USDJPY: "150", EURGBP: "0.85", GBPUSD: "1.294", XAUUSD: "2000"}


def tick(symbol: Symbol, mid: Decimal, seq: int) -> Tick:
    """A price whose spread is a thousandth for pro, and more for each other group."""
    half = mid / 2000
    prices = {
        str(group.code): TickPrice(bid=mid - half * factor, ask=mid + half * factor)
        for factor, group in enumerate(GROUPS.values(), start=1)
    }
    return Tick(
        symbol=symbol,
        epoch=1,
        seq=seq,
        time=NOW,
        bid=mid - half,
        ask=mid + half,
        quotes=(),
        tradable=True,
        reason=None,
        rules_version=1,
        prices=prices,
    )


@dataclass(slots=True, kw_only=True)
class Client:
    """An account as core knows it."""

    account: Account
    group_id: UUID
    positions: Sequence[Position]

    @property
    def terms(self) -> GroupTerms:
        return GROUPS[self.group_id]


@dataclass(slots=True)
class Universe:
    """A market with its clients, and a book of them; core's way and the screen's of valuing."""

    feed: TickFeed = field(default_factory=TickFeed)
    book: Book = field(default_factory=lambda: Book(INSTRUMENTS))
    clients: dict[AccountId, Client] = field(default_factory=dict)
    seq: int = 0
    watch: Watch = field(init=False)

    def __post_init__(self) -> None:
        for symbol, mid in MIDS.items():
            self.quote(symbol, D(mid))
        marks = Marks(self.feed, lambda: INSTRUMENTS, lambda: PAIRS)
        self.watch = Watch(
            book=self.book,
            groups=GROUPS,
            instruments=lambda: INSTRUMENTS,
            marks=marks,
            asker=asker(),
        )

    def quote(self, symbol: Symbol, mid: Decimal) -> None:
        self.seq += 1
        self.feed.receive(msgspec.json.encode(tick(symbol, mid, self.seq)))

    def add(self, client: Client, *, called: bool = False) -> AccountId:
        """Put a client into the book too."""
        view, held = views_of(client, called=called)
        self.clients[client.account.id] = client
        self.book.replace(view, held)
        return client.account.id

    def draw(self, count: int, seed: int) -> None:
        """Add random clients, some of them with little left."""
        random = Random(seed)
        for number in range(count):
            self.add(draw_client(random, number), called=random.random() < 0.3)

    def valuation(self, account_id: AccountId) -> Valuation:
        """Value an account by core."""
        client = self.clients[account_id]
        currency = client.account.currency.code
        marks = {each: self.mark(each, client.terms, currency) for each in INSTRUMENTS}
        return value(client.account, client.terms, client.positions, marks)

    def mark(self, symbol: Symbol, group: GroupTerms, currency: CurrencyCode) -> Mark:
        mid, conversion = self._mid(symbol), None
        conversion = convert(INSTRUMENTS[symbol].quote, currency, PAIRS, self._mid)
        shown = self.feed.latest(symbol)
        assert conversion is not None
        assert shown is not None
        price = shown.prices[group.code]
        return Mark(
            instrument=INSTRUMENTS[symbol],
            bid=Price(price.bid),
            ask=Price(price.ask),
            mid=mid.price,
            rate=conversion.rate,
        )

    def _mid(self, symbol: Symbol) -> Mid:
        shown = self.feed.latest(symbol)
        assert shown is not None
        assert shown.bid is not None
        assert shown.ask is not None
        return Mid(price=(shown.bid + shown.ask) / 2, fresh=True)


def draw_client(random: Random, number: int) -> Client:
    """Draw an account of up to six positions, with a balance near what they need."""
    currency = random.choice(("USD", "EUR", "JPY", "GBP"))
    scale = {"JPY": D(150)}.get(currency, D(1))
    positions = [
        _draw_position(random, 100 * number + each, scale) for each in range(random.randrange(7))
    ]
    need = sum((each.margin_notional for each in positions), D(0)) / 30
    owned = account(
        id=AccountId(UUID(int=10_000 + number)),
        currency=Currency(code=CurrencyCode(currency), minor_digits=2),
        leverage=D(random.choice((10, 30, 100))),
        balance=round(need * D(random.randrange(400)) / 100, 2),
        credit=round(need * D(random.choice((0, 0, 1))) / 3, 2),
    )
    return Client(account=owned, group_id=UUID(int=random.randrange(1, 4)), positions=positions)


def _draw_position(random: Random, number: int, scale: Decimal) -> Position:
    symbol = random.choice(list(INSTRUMENTS))
    mid = D(MIDS[symbol])
    price = Price(round(mid * D(random.randrange(950, 1050)) / 1000, 5))
    units = random.randrange(1, 600) * (1 if symbol == XAUUSD else 1000)
    quantity = Quantity(D(units))
    return position(
        number + 1_000_000,
        symbol=symbol,
        side=random.choice(list(Side)),
        quantity=quantity,
        open_price=price,
        margin_notional=quantity * price * scale / (D(150) if symbol == USDJPY else D(1)),
    )


def views_of(
    client: Client, *, called: bool = False, seq: int = 1
) -> tuple[AccountView, Sequence[PositionView]]:
    """A client as the book's loader reads it."""
    owned = client.account
    key = TermsKey(group_id=client.group_id, leverage=owned.leverage, currency=owned.currency.code)
    view = AccountView(
        id=owned.id,
        seq=seq,
        balance=float(owned.balance),
        credit=float(owned.credit),
        called=called,
        terms=key,
    )
    held = [
        PositionView(
            id=each.id,
            symbol=each.symbol,
            quantity=float(each.quantity) * (1 if each.side is Side.BUY else -1),
            price=float(each.open_price),
            notional=float(each.margin_notional),
        )
        for each in client.positions
    ]
    return view, held


def with_balance(client: Client, balance: Decimal) -> Client:
    return replace(client, account=replace(client.account, balance=balance))
