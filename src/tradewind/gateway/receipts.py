"""From what a fill keeps to its receipt: the client's is without the LPs, the dealer's whole."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from tradewind.contracts.events import FillRow, OrderRow
from tradewind.contracts.http.receipts import (
    DealerReceipt,
    FillReceipt,
    Receipt,
    ReceiptBbo,
    ReceiptConversion,
    ReceiptLp,
    ReceiptQuote,
    ReceiptRoute,
    ReceiptRule,
    ReceiptTimes,
    ReceiptTrigger,
)
from tradewind.contracts.http.trading import Side as SideView
from tradewind.core.accounts import Book, ExecutionMode, Side
from tradewind.core.kept_quotes import KeptQuotes, LpQuote, read_quotes
from tradewind.core.money import Price, Quantity
from tradewind.core.orders import OrderType, Reason
from tradewind.core.receipts import Dealt, Way, explain, route_reason, way
from tradewind.gateway.views import plain
from tradewind.services.accounts.model import DealtFill, DealtOrder, MarkupRule, ReceiptFill

_MILLISECOND: Final = timedelta(milliseconds=1)


def receipt(dealt: DealtOrder) -> Receipt:
    """Show the owner why the fills of an order are what they are."""
    return Receipt(
        order_id=dealt.order.id,
        fills=tuple(FillReceipt(**_fields(dealt, fill)) for fill in dealt.fills),
    )


def dealer_receipt(found: DealtFill) -> DealerReceipt:
    """Show the house one fill with everything behind it."""
    fill, order = found.fill.row, found.dealt.order
    decided = found.fill.durable.decided_at
    return DealerReceipt(
        **_fields(found.dealt, found.fill),
        order_id=order.id,
        account_id=order.account_id,
        ticket=order.ticket,
        order_type=order.type,
        channel=fill.channel,
        actor=fill.actor,
        on_behalf_of=fill.on_behalf_of,
        corrects_fill_id=fill.corrects_fill_id,
        bbo=ReceiptBbo(bid=plain(fill.bbo_bid), ask=plain(fill.bbo_ask)),
        lps=tuple(_lp(each, decided) for each in read_quotes(fill.lp_quotes).lps),
        rules_version=fill.rules_version,
        rule=None if found.rule is None else _rule(found.rule),
        route=_route(fill),
        trigger=_trigger(order),
        conversion=ReceiptConversion(
            rate=plain(fill.conversion_rate), quotes=fill.conversion_quotes
        ),
        instrument_version=fill.instrument_version,
        group=fill.group_code,
        group_version=fill.group_version,
    )


def _fields(dealt: DealtOrder, filled: ReceiptFill) -> dict[str, Any]:
    """What both views have in common."""
    fill, order = filled.row, dealt.order
    told, kept = _dealt(dealt, fill), read_quotes(fill.lp_quotes)
    return {
        "fill_id": fill.id,
        "symbol": fill.symbol,
        "side": cast("SideView", fill.side),
        "quantity": plain(fill.quantity),
        "price": plain(fill.price),
        "displayed_price": plain(fill.displayed_price),
        "requested_price": plain(fill.requested_price),
        "slippage": plain(fill.slippage),
        "markup": plain(fill.markup),
        "commission": plain(fill.commission),
        "capacity": fill.capacity,
        "reason": fill.reason,
        "quote": _quote(told, kept, fill),
        "times": _times(filled, order, _behind(told, kept), kept.time),
        "explanation": explain(told),
    }


def _dealt(dealt: DealtOrder, fill: FillRow) -> Dealt:
    order = dealt.order
    return Dealt(
        side=Side(fill.side),
        type=OrderType(order.type),
        reason=Reason(fill.reason),
        mode=ExecutionMode(fill.execution_mode),
        quantity=Quantity(fill.quantity),
        price=Price(fill.price),
        displayed=Price(fill.displayed_price),
        requested=_price(fill.requested_price),
        level=_price(order.stop_price),
        bbo_bid=Price(fill.bbo_bid),
        bbo_ask=Price(fill.bbo_ask),
        markup=fill.markup,
        slippage=fill.slippage,
        commission=fill.commission,
        currency=dealt.currency,
        capacity=fill.capacity,
        guaranteed=bool(order.guaranteed_stop),
        triggered_at=order.triggered_at,
        trigger_quote=order.trigger_quote,
        is_correction=fill.corrects_fill_id is not None,
    )


def _quote(told: Dealt, kept: KeptQuotes, fill: FillRow) -> ReceiptQuote:
    """Show the group's price; without the one that was kept, the side the fill itself tells."""
    bid, ask = kept.bid, kept.ask
    if kept.time is None:
        bid, ask = (None, told.shown) if told.side is Side.BUY else (told.shown, None)
    return ReceiptQuote(id=fill.quote_id, bid=plain(bid), ask=plain(ask), time=kept.time)


def _behind(told: Dealt, kept: KeptQuotes) -> LpQuote | None:
    if way(told) is Way.CLOSE_BY:
        return None
    return kept.behind(told.side, told.bbo_ask if told.side is Side.BUY else told.bbo_bid)


def _times(
    filled: ReceiptFill, order: OrderRow, behind: LpQuote | None, published: datetime | None
) -> ReceiptTimes:
    return ReceiptTimes(
        lp_quote=None if behind is None else behind.lp_time,
        quote_received=None if behind is None else behind.received_at,
        price_published=published,
        order_received=order.created_at,
        decided=filled.durable.decided_at,
        committed=filled.durable.committed_at,
    )


def _lp(quote: LpQuote, decided: datetime) -> ReceiptLp:
    return ReceiptLp(
        lp=quote.lp,
        bid=plain(quote.bid),
        ask=plain(quote.ask),
        bid_size=plain(quote.bid_size),
        ask_size=plain(quote.ask_size),
        lp_time=quote.lp_time,
        received_at=quote.received_at,
        age_ms=max(0, round((decided - quote.received_at) / _MILLISECOND)),
    )


def _rule(rule: MarkupRule) -> ReceiptRule:
    return ReceiptRule(
        id=rule.id,
        name=rule.name,
        version=rule.version,
        effective_from=rule.effective_from,
        kind=rule.kind,
        bid_points=plain(rule.bid_points),
        ask_points=plain(rule.ask_points),
        target_spread=plain(rule.target_spread),
        percent=plain(rule.percent),
        min_spread=plain(rule.min_spread),
        max_spread=plain(rule.max_spread),
    )


def _route(fill: FillRow) -> ReceiptRoute:
    book, mode = Book(fill.book), ExecutionMode(fill.execution_mode)
    return ReceiptRoute(
        execution_mode=fill.execution_mode,
        book=fill.book,
        capacity=fill.capacity,
        reason=route_reason(book, mode, fill.group_code, fill.group_version),
    )


def _trigger(order: OrderRow) -> ReceiptTrigger | None:
    if order.triggered_at is None:
        return None
    return ReceiptTrigger(
        price=plain(order.stop_price), quote_id=order.trigger_quote, at=order.triggered_at
    )


def _price(number: Decimal | None) -> Price | None:
    return None if number is None else Price(number)
