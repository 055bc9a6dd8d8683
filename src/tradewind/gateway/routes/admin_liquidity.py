"""What LPs offer now, for staff."""

from datetime import datetime, timedelta
from decimal import Decimal

from fastapi import APIRouter
from starlette.responses import Response

from tradewind.contracts.http.liquidity import (
    Liquidity,
    LiquidityLevel,
    LiquidityQuote,
    LpLiquidity,
    SymbolLiquidity,
)
from tradewind.contracts.liquidity import LpStatus
from tradewind.contracts.ticks import TickLevel, TickQuote
from tradewind.core.instruments import Instrument
from tradewind.gateway.dependencies import Dependencies, Needs
from tradewind.gateway.responses import answer
from tradewind.gateway.routing import StrictRoute
from tradewind.gateway.views import plain
from tradewind.services.configuration.model import Kind
from tradewind.services.configuration.terms import LpTerms

router = APIRouter(route_class=StrictRoute, tags=["administration"])


@router.get("/v1/admin/liquidity", response_model=Liquidity)
async def liquidity(needs: Needs) -> Response:
    """Show every symbol's consolidated book and each LP's quote and health."""
    statuses = await needs.lp_statuses()
    lps = await needs.configuration.all(Kind.LIQUIDITY_PROVIDER)
    now = needs.clock.now()
    instruments = needs.reference.instruments
    return answer(
        Liquidity(
            items=tuple(_symbol(needs, instruments[name], now) for name in sorted(instruments)),
            lps=tuple(
                _lp(terms, statuses.get(name))
                for name in sorted(lps)
                for terms in (lps[name].current.terms,)
                if isinstance(terms, LpTerms)
            ),
        )
    )


def _lp(terms: LpTerms, status: LpStatus | None) -> LpLiquidity:
    return LpLiquidity(
        code=terms.code,
        name=terms.name,
        priority=terms.priority,
        enabled=terms.enabled,
        up=status is not None and status.up,
        quotes_received=0 if status is None else status.quotes_received,
        rejected={} if status is None else status.rejected,
    )


def _symbol(needs: Dependencies, instrument: Instrument, now: datetime) -> SymbolLiquidity:
    tick = needs.ticks.latest(instrument.symbol)
    age_max = timedelta(milliseconds=instrument.quote_age_ms_max)
    tradable = needs.ticks.tradable(instrument.symbol, now, age_max) is not None
    bid, ask = (None, None) if tick is None else (tick.bid, tick.ask)
    return SymbolLiquidity(
        symbol=instrument.symbol,
        tradable=tradable,
        reason="no_quote" if tick is None else _reason(tick.reason, tradable=tradable),
        bid=plain(bid),
        ask=plain(ask),
        spread_points=None
        if bid is None or ask is None
        else _points(ask - bid, instrument.tick_size),
        time=None if tick is None else tick.time,
        bids=() if tick is None else tuple(map(_level, tick.bids)),
        asks=() if tick is None else tuple(map(_level, tick.asks)),
        quotes=()
        if tick is None
        else tuple(_quote(each, instrument, now, age_max) for each in tick.quotes),
    )


def _reason(reason: str | None, *, tradable: bool) -> str | None:
    """Say why nobody trades; a price that was good has grown old since."""
    return None if tradable else reason or "stale"


def _level(level: TickLevel) -> LiquidityLevel:
    return LiquidityLevel(price=plain(level.price), size=plain(level.size), lp=level.lp)


def _quote(
    quote: TickQuote, instrument: Instrument, now: datetime, age_max: timedelta
) -> LiquidityQuote:
    age = now - quote.received_at
    return LiquidityQuote(
        lp=quote.lp,
        bid=plain(quote.bid),
        ask=plain(quote.ask),
        bid_size=plain(quote.bid_size),
        ask_size=plain(quote.ask_size),
        age_ms=max(0, round(age / timedelta(milliseconds=1))),
        spread_points=_points(quote.ask - quote.bid, instrument.tick_size),
        live=age <= age_max and quote.bid < quote.ask,
    )


def _points(spread: Decimal, point: Decimal) -> str:
    return plain((spread / point).normalize())
