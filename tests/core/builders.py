"""Values of core with defaults: a test names only what it is about.

The account is that of the worked example: 10,000 USD, 1:30, EURUSD at 1.12120 / 1.12140.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from tradewind.core.account_state import AccountState
from tradewind.core.accounts import (
    Account,
    AccountStatus,
    Book,
    Commission,
    CommissionKind,
    ExecutionMode,
    GroupTerms,
    Lot,
    MarginBasis,
    Position,
    PositionMode,
    Side,
)
from tradewind.core.commands import PlaceOrder
from tradewind.core.ids import AccountId, EntityId, FillId, GroupCode, OrderId, PositionId, Symbol
from tradewind.core.ids import UserId as User
from tradewind.core.instruments import AssetClass, Instrument, TradeMode
from tradewind.core.margin import Mark
from tradewind.core.market import Conversion, Level, MarketPrice, Quoting
from tradewind.core.money import Currency, CurrencyCode, Price, Quantity
from tradewind.core.orders import Channel, Refused, TimeInForce
from tradewind.core.regimes import RegulatoryClass
from tradewind.core.trading import Market

D = Decimal
NOW = datetime(2024, 3, 5, 12, 0, tzinfo=UTC)
EURUSD = Symbol("EURUSD")
USD = Currency(code=CurrencyCode("USD"), minor_digits=2)
ONE_FOR_ONE = Conversion(rate=D(1), quotes=None, fresh=True)
NO_COMMISSION = Commission(kind=CommissionKind.NONE, amount=D(0), minimum=D(0))


def numbered_ids(first: int = 1_000_000) -> Callable[[], UUID]:
    """Return a source of ids that are 1000001, 1000002 and so on."""
    last = first

    def new() -> UUID:
        nonlocal last
        last += 1
        return UUID(int=last)

    return new


def instrument(**changes: Any) -> Instrument:
    eurusd = Instrument(
        symbol=EURUSD,
        name="Euro / US Dollar",
        version=1,
        asset_class=AssetClass.FX,
        regulatory_class=RegulatoryClass.FX_MAJOR,
        base=CurrencyCode("EUR"),
        quote=CurrencyCode("USD"),
        quote_minor_digits=2,
        price_precision=5,
        pip=D("0.0001"),
        contract_size=D(100_000),
        quantity_min=Quantity(D(1_000)),
        quantity_step=Quantity(D(1_000)),
        quantity_max=Quantity(D(10_000_000)),
        instant_quantity_max=Quantity(D(1_000_000)),
        margin_rate=D("0.02"),
        margin_floor=D(0),
        allow_negative=False,
        extend_last_level=True,
        trade_mode=TradeMode.FULL,
        settlement_lag=2,
        quote_age_ms_max=60_000,
    )
    return replace(eurusd, **changes)


def terms(**changes: Any) -> GroupTerms:
    pro = GroupTerms(
        code=GroupCode("pro"),
        version=3,
        execution_mode=ExecutionMode.MARKET,
        book=Book.B,
        leverage_cap=D(100),
        margin_basis=MarginBasis.OPEN,
        hedged_factor=D(0),
        margin_call_level=D(100),
        stop_out_level=D(50),
        commission=NO_COMMISSION,
    )
    return replace(pro, **changes)


def account(**changes: Any) -> Account:
    worked = Account(
        id=AccountId(UUID(int=1)),
        entity_id=EntityId(UUID(int=2)),
        user_id=User(UUID(int=3)),
        currency=USD,
        position_mode=PositionMode.NETTING,
        status=AccountStatus.ACTIVE,
        leverage=D(30),
        balance=D("10000.00"),
        credit=D(0),
        carry=D(0),
        reserved_margin=D(0),
    )
    return replace(worked, **changes)


def state(*positions: Position, group: GroupTerms | None = None, **changes: Any) -> AccountState:
    """Make a state; `changes` are fields of the account or of the state."""
    own = {key: changes.pop(key) for key in ("kill_switched", "opens_stopped") if key in changes}
    whole = AccountState(
        account=account(**changes),
        terms=group or terms(),
        positions={p.id: p for p in positions},
        kill_switched=frozenset(),
        opens_stopped=False,
    )
    return replace(whole, **own)


def position(number: int = 50, **changes: Any) -> Position:
    """Make a position of one lot: 100,000 bought at 1.12140, unless told otherwise."""
    quantity = changes.get("quantity", Quantity(D(100_000)))
    price = changes.get("open_price", Price(D("1.12140")))
    lot = Lot(
        position_id=PositionId(UUID(int=number)),
        fill_id=FillId(UUID(int=number + 1_000)),
        book=Book.B,
        book_rule_version=3,
        hedge_reference=None,
        quantity=quantity,
        remaining=quantity,
        opened_at=NOW,
    )
    held = Position(
        id=PositionId(UUID(int=number)),
        ticket=number,
        symbol=EURUSD,
        side=Side.BUY,
        quantity=quantity,
        open_price=price,
        margin_notional=quantity * price,
        swap=D(0),
        stop_loss=None,
        take_profit=None,
        version=1,
        opened_at=NOW,
        lots=(lot,),
    )
    return replace(held, **changes)


def order(**changes: Any) -> PlaceOrder:
    """Make an order; it buys 100,000 EURUSD at market."""
    buy = PlaceOrder(
        order_id=OrderId(UUID(int=9)),
        account_id=AccountId(UUID(int=1)),
        user_id=User(UUID(int=3)),
        client_order_id=None,
        symbol=EURUSD,
        side=Side.BUY,
        quantity=Quantity(D(100_000)),
        time_in_force=TimeInForce.FOK,
        requested_price=None,
        max_deviation=D(0),
        worst_price=None,
        position_id=None,
        reduce_only=False,
        label=None,
        comment=None,
        channel=Channel.API,
        received_at=NOW,
    )
    return replace(buy, **changes)


def levels(*pairs: tuple[str, int]) -> tuple[Level, ...]:
    return tuple(Level(price=Price(D(price)), quantity=Quantity(D(q))) for price, q in pairs)


def price(bid: str = "1.12120", ask: str = "1.12140", **changes: Any) -> MarketPrice:
    """Make a price with one level of 1,000,000 a side and a markup of 2 points each."""
    point = D("0.00002")
    shown = MarketPrice(
        symbol=EURUSD,
        epoch=1,
        seq=1,
        time=NOW,
        bid=Price(D(bid)),
        ask=Price(D(ask)),
        bbo_bid=Price(D(bid) + point),
        bbo_ask=Price(D(ask) - point),
        bids=levels((bid, 1_000_000)),
        asks=levels((ask, 1_000_000)),
        rules_version=1,
    )
    return replace(shown, **changes)


def quoting(
    shown: MarketPrice | None = None,
    conversion: Conversion = ONE_FOR_ONE,
    *,
    displayed: bool = True,
) -> Quoting:
    return Quoting(price=shown or price(), conversion=conversion, displayed=displayed)


def mark(shown: MarketPrice | None = None, rate: str = "1", **changes: Any) -> Mark:
    now = shown or price()
    middle = (now.bbo_bid + now.bbo_ask) / 2
    return Mark(
        instrument=instrument(**changes), bid=now.bid, ask=now.ask, mid=middle, rate=D(rate)
    )


def market(
    trades_on: Quoting | Refused | None = None,
    *,
    traded: Instrument | None = None,
    marks: Mapping[Symbol, Mark] | None = None,
) -> Market:
    """Make a market of one instrument, marked at the price it trades on."""
    quoted = trades_on or quoting()
    own = traded or instrument()
    known = marks
    if known is None and isinstance(quoted, Quoting):
        made = mark(quoted.price, str(quoted.conversion.rate))
        known = {own.symbol: replace(made, instrument=own)}
    return Market(
        instrument=own,
        quoting=quoted,
        marks=known or {},
        new_ticket=count(1_000_001).__next__,
        new_id=numbered_ids(),
        now=NOW,
    )


def sold(positions: Iterable[Position]) -> Decimal:
    """Return the net quantity sold (negative when bought)."""
    return sum((p.quantity if p.side is Side.SELL else -p.quantity for p in positions), D(0))
