"""Accounts and positions at current prices, for display; decisions make their own."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final, cast, overload

from tradewind.contracts.events import PositionRow
from tradewind.contracts.http.accounts import Account as AccountView
from tradewind.contracts.http.trading import Position as PositionView
from tradewind.contracts.http.trading import Side as SideView
from tradewind.core import margin
from tradewind.core.accounts import Position, Side
from tradewind.core.ids import PositionId, Symbol
from tradewind.core.margin import Mark
from tradewind.core.money import Currency, Price, Quantity, to_minor_unit
from tradewind.gateway.views import plain
from tradewind.services.accounts.model import Holding, OwnAccount
from tradewind.services.oms.markets import Markets

_LEVEL_STEP: Final = Decimal("0.01")


def account_view(holding: Holding, markets: Markets, now: datetime) -> AccountView:
    """Value an account; what needs a price that is missing is null, never a guess."""
    own = holding.own
    positions = [_position(row) for row in holding.positions]
    marks = _marks(own, (p.symbol for p in positions), markets, now)
    valued = (
        margin.value(own.account, own.terms, positions, marks)
        if all(p.symbol in marks for p in positions)
        else None
    )
    currency = own.account.currency
    level = valued.level if valued is not None else None
    return AccountView(
        id=own.account.id,
        currency=currency.code,
        group=own.terms.code,
        leverage=plain(own.account.leverage),
        position_mode=own.account.position_mode,
        status=own.account.status,
        balance=money(own.account.balance, currency),
        credit=money(own.account.credit, currency),
        unrealized_pnl=money(valued.unrealized_pnl if valued else None, currency),
        equity=money(valued.equity if valued else None, currency),
        used_margin=money(valued.used_margin if valued else None, currency),
        reserved_margin=money(own.account.reserved_margin, currency),
        free_margin=money(valued.free_margin if valued else None, currency),
        margin_level=level_text(level),
        as_of=now,
        last_event=own.last_event,
    )


def position_views(holding: Holding, markets: Markets, now: datetime) -> list[PositionView]:
    """Value each position by itself; hedged margin shows in the account alone."""
    own = holding.own
    marks = _marks(own, (Symbol(row.symbol) for row in holding.positions), markets, now)
    return [_position_view(row, own, marks) for row in holding.positions]


def position_view(
    row: PositionRow, own: OwnAccount, markets: Markets, now: datetime
) -> PositionView:
    """Value one position of an account by itself."""
    return _position_view(row, own, _marks(own, (Symbol(row.symbol),), markets, now))


@overload
def money(amount: Decimal, currency: Currency) -> str: ...
@overload
def money(amount: Decimal | None, currency: Currency) -> str | None: ...
def money(amount: Decimal | None, currency: Currency) -> str | None:
    """Spell money in whole minor units."""
    return None if amount is None else plain(to_minor_unit(amount, currency))


def level_text(level: Decimal | None) -> str | None:
    """Spell a margin level in percent."""
    return None if level is None else plain(level.quantize(_LEVEL_STEP))


def _position_view(row: PositionRow, own: OwnAccount, marks: Mapping[Symbol, Mark]) -> PositionView:
    position = _position(row)
    mark = marks.get(position.symbol)
    currency = own.account.currency
    used = unrealized = None
    if mark is not None:
        used = margin.used_margin(own.account, own.terms, [position], marks)
        unrealized = margin.unrealized_pnl(position, mark)
    return PositionView(
        id=row.id,
        ticket=row.ticket,
        account_id=row.account_id,
        symbol=row.symbol,
        side=cast("SideView", row.side),
        quantity=plain(row.quantity),
        open_price=plain(row.open_price),
        used_margin=money(used, currency),
        unrealized_pnl=money(unrealized, currency),
        swap=plain(row.swap),
        stop_loss=plain(row.stop_loss),
        take_profit=plain(row.take_profit),
        trailing_stop=plain(row.trailing_stop),
        opened_at=row.opened_at,
    )


def _marks(
    own: OwnAccount, symbols: Iterable[Symbol], markets: Markets, now: datetime
) -> Mapping[Symbol, Mark]:
    group, currency = own.terms.code, own.account.currency.code
    found = ((symbol, markets.mark(symbol, group, currency, now)) for symbol in set(symbols))
    return {symbol: mark for symbol, mark in found if mark is not None}


def _position(row: PositionRow) -> Position:
    """Make a row what core values; its lots play no part in that."""
    return Position(
        id=PositionId(row.id),
        ticket=row.ticket,
        symbol=Symbol(row.symbol),
        side=Side(row.side),
        quantity=Quantity(row.quantity),
        open_price=Price(row.open_price),
        margin_notional=row.margin_notional,
        swap=row.swap,
        stop_loss=None if row.stop_loss is None else Price(row.stop_loss),
        take_profit=None if row.take_profit is None else Price(row.take_profit),
        trailing_stop=row.trailing_stop,
        version=row.version,
        opened_at=row.opened_at,
        lots=(),
    )
