"""What can be traded, and at which prices."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from tradewind.contracts.http.market import (
    GuaranteedStop,
    Price,
    PriceList,
    SessionWindow,
    SpecialDay,
    TradingSession,
)
from tradewind.contracts.http.market import Symbol as SymbolView
from tradewind.contracts.http.pages import SymbolPage
from tradewind.core.calendars import Calendar
from tradewind.core.errors import InvalidError, NotFoundError
from tradewind.core.ids import AccountId, Symbol
from tradewind.core.instruments import Instrument, TradeMode
from tradewind.core.orders import TimeInForce
from tradewind.gateway.dependencies import (
    LIMIT_DEFAULT,
    AccountQuery,
    Caller,
    Dependencies,
    Limit,
    Needs,
)
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.gateway.views import plain
from tradewind.infra.calendars import DAYS, clock_text
from tradewind.services.accounts.model import OwnAccount

router = APIRouter(route_class=StrictRoute, tags=["market"])

_SYMBOLS_MAX: Final = 200


@router.get("/v1/symbols", response_model=SymbolPage)
async def symbols(needs: Needs, after: str | None = None, limit: Limit = LIMIT_DEFAULT) -> Response:
    """List specifications by symbol; `after` is the last symbol of the page before."""
    calendars = await needs.calendars()
    names = sorted(name for name in needs.reference.instruments if after is None or name > after)
    page = names[:limit]
    return answer(
        SymbolPage(
            items=tuple(_symbol_view(needs, name, calendars) for name in page),
            next=page[-1] if len(names) > limit else None,
        )
    )


@router.get("/v1/symbols/{symbol}", response_model=SymbolView)
async def symbol_specification(symbol: str, needs: Needs) -> Response:
    """Show one specification."""
    if symbol not in needs.reference.instruments:
        raise NotFoundError("symbol_not_found", "There is no such symbol.")
    return answer(_symbol_view(needs, Symbol(symbol), await needs.calendars()))


@router.get("/v1/prices", response_model=PriceList)
async def prices(
    caller: Caller,
    needs: Needs,
    symbols: Annotated[str, Query(description="Comma list", examples=["EURUSD,USDJPY"])],
    account_id: AccountQuery,
) -> Response:
    """Show current prices, those of the group of the named account, else of the caller's first."""
    names = symbols.split(",")
    if len(names) > _SYMBOLS_MAX:
        raise InvalidError("symbols", "too_many", f"At most {_SYMBOLS_MAX} symbols.")
    for name in names:
        if name not in needs.reference.instruments:
            raise InvalidError("symbols", "unknown_symbol", "A symbol does not exist.")
    group = group_of(await needs.accounts.own(caller.user_id), account_id)
    return answer(PriceList(items=tuple(_price(needs, Symbol(name), group) for name in names)))


def group_of(own: Sequence[OwnAccount], account_id: AccountId | None) -> str | None:
    """Return whose prices are shown, as the stream does; None to a user without an account."""
    if account_id is None:
        return own[0].terms.code if own else None
    for each in own:
        if each.account.id == account_id:
            return each.terms.code
    raise NotFoundError("account_not_found", "There is no such account.")


def _symbol_view(
    needs: Dependencies, symbol: Symbol, calendars: Mapping[Symbol, Calendar]
) -> SymbolView:
    instrument = needs.reference.instruments[symbol]
    calendar = calendars.get(symbol)
    return SymbolView(
        symbol=symbol,
        name=instrument.name,
        asset_class=instrument.asset_class,
        base=instrument.base,
        quote=instrument.quote,
        price_precision=instrument.price_precision,
        pip=plain(instrument.pip),
        contract_size=plain(instrument.contract_size),
        quantity_min=plain(instrument.quantity_min),
        quantity_step=plain(instrument.quantity_step),
        quantity_max=plain(instrument.quantity_max),
        margin_rate=plain(instrument.margin_rate),
        trade_mode=instrument.trade_mode,
        time_in_force=tuple(each for each in TimeInForce if each in instrument.time_in_force),
        stop_distance=plain(instrument.stop_distance),
        freeze_distance=plain(instrument.freeze_distance),
        price_collar=plain(instrument.price_collar),
        guaranteed_stop=_guaranteed_stop(instrument),
        tradable=_is_tradable(needs, instrument),
        sessions=() if calendar is None else _sessions(calendar),
        holidays=() if calendar is None else _special_days(calendar),
    )


def _guaranteed_stop(instrument: Instrument) -> GuaranteedStop | None:
    premium = instrument.guaranteed_stop_premium
    if premium is None:
        return None
    return GuaranteedStop(
        premium=plain(premium), distance=plain(instrument.guaranteed_stop_distance)
    )


def _sessions(calendar: Calendar) -> tuple[TradingSession, ...]:
    return tuple(
        TradingSession(
            day=DAYS[each.weekday],
            open=clock_text(each.open_minute),
            close=clock_text(each.close_minute),
            time_zone=calendar.time_zone,
        )
        for each in calendar.trading
    )


def _special_days(calendar: Calendar) -> tuple[SpecialDay, ...]:
    return tuple(
        SpecialDay(
            date=day.day.isoformat(),
            name=day.name,
            windows=tuple(
                SessionWindow(
                    open=clock_text(window.open_minute), close=clock_text(window.close_minute)
                )
                for window in day.windows
            ),
        )
        for day in calendar.special_days
    )


def _price(needs: Dependencies, symbol: Symbol, group: str | None) -> Price:
    """Show the last price even when it is not tradable, and say so."""
    instrument = needs.reference.instruments[symbol]
    tick = needs.ticks.latest(symbol)
    shown = tick.prices.get(group) if tick is not None and group is not None else None
    return Price(
        symbol=symbol,
        bid=plain(shown.bid) if shown is not None else None,
        ask=plain(shown.ask) if shown is not None else None,
        time=tick.time if tick is not None else None,
        tradable=shown is not None and _is_tradable(needs, instrument),
    )


def _is_tradable(needs: Dependencies, instrument: Instrument) -> bool:
    age_max = timedelta(milliseconds=instrument.quote_age_ms_max)
    return (
        instrument.trade_mode is not TradeMode.OFF
        and needs.ticks.tradable(instrument.symbol, needs.clock.now(), age_max) is not None
    )
