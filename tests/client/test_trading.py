"""Everyday calls, on a running platform."""

from decimal import Decimal
from functools import partial

from tests.client.people import Person, market
from tradewind_client import (
    CandleRange,
    CandleSide,
    Close,
    FilledOrder,
    Interval,
    LedgerPosting,
    NewOrder,
    Order,
    OrderState,
    OrderStep,
    OrderType,
    PositionChange,
    Side,
    TimeInForce,
    every,
)

BEYOND_MARGIN = "9000000"


async def test_a_market_order_fills_and_everything_about_it_can_be_read(trader: Person) -> None:
    client, account = trader.client, trader.account
    order = await trader.buy("2000")
    assert (order.state, order.filled_quantity) == (OrderState.FILLED, Decimal(2000))
    (fill,) = (await client.accounts.fills(account)).items
    assert (fill.order_id, fill.side, fill.quantity) == (order.id, Side.BUY, Decimal(2000))
    assert fill.price == order.average_price
    (position,) = (await client.positions.list(account)).items
    assert (position.id, position.quantity) == (order.position_id, Decimal(2000))
    looked_up = await client.orders.get(account, order.id)
    assert [each.state for each in looked_up.transitions or ()] == [
        OrderState.NEW, OrderState.PENDING, OrderState.ACCEPTED, OrderState.WORKING,
        OrderState.FILLED,
    ]  # fmt: skip
    (listed,) = (await client.orders.list(account, state="filled")).items
    assert (listed.id, listed.transitions) == (order.id, None)
    ledger = (await client.accounts.ledger(account)).items
    assert ledger[0].balance_after == (await client.accounts.get(account)).balance


async def test_a_rejected_order_is_an_answer_and_not_an_exception(trader: Person) -> None:
    order = await trader.buy(BEYOND_MARGIN)
    assert order.state is OrderState.REJECTED
    assert order.reject is not None
    assert order.reject.code == "insufficient_margin"
    assert (await trader.client.positions.list(trader.account)).items == ()


async def test_every_field_of_an_order_arrives_as_it_was_said(trader: Person) -> None:
    asked = NewOrder(
        symbol="EURUSD",
        side=Side.SELL,
        quantity=Decimal("1E+3"),
        type=OrderType.MARKET,
        client_order_id="mine-1",
        time_in_force=TimeInForce.IOC,
        worst_price=Decimal("0.5"),
        label="label",
        comment="comment",
    )
    order = await trader.client.orders.place(trader.account, asked)
    assert (order.symbol, order.side, order.quantity) == ("EURUSD", Side.SELL, Decimal(1000))
    assert (order.client_order_id, order.time_in_force) == ("mine-1", TimeInForce.IOC)
    assert (order.worst_price, order.label, order.comment) == (Decimal("0.5"), "label", "comment")


async def test_a_position_closes_in_part_and_wholly(trader: Person) -> None:
    client, account = trader.client, trader.account
    position_id = (await trader.buy("3000")).position_id
    assert position_id is not None
    part = await client.positions.close(account, position_id, Close(quantity=Decimal(1000)))
    assert (part.side, part.filled_quantity) == (Side.SELL, Decimal(1000))
    (rest,) = (await client.positions.list(account)).items
    assert rest.quantity == Decimal(2000)
    whole = await client.positions.close(account, position_id)
    assert whole.filled_quantity == Decimal(2000)
    assert (await client.positions.list(account)).items == ()


async def test_events_carry_the_whole_objects_of_their_type(trader: Person) -> None:
    order = await trader.buy()
    page = await trader.client.accounts.events(trader.account)
    assert [each.seq for each in page.items] == list(range(1, len(page.items) + 1))
    kinds = {each.type: type(each.data) for each in page.items}
    assert kinds["order.new"] is OrderStep
    assert kinds["order.filled"] is FilledOrder
    assert kinds["position.opened"] is PositionChange
    assert kinds["ledger.posted"] is LedgerPosting
    filled = next(each.data for each in page.items if each.type == "order.filled")
    assert isinstance(filled, Order)
    assert filled.id == order.id


async def test_a_list_is_gone_through_page_by_page(trader: Person) -> None:
    placed = [(await trader.buy()).id for _ in range(5)]
    read = partial(trader.client.orders.list, trader.account, limit=2)
    seen = [each.id async for each in every(lambda after: read(after=after))]
    assert seen == placed[::-1]


async def test_symbols_prices_and_candles_are_numbers_and_times(trader: Person) -> None:
    market_calls = trader.client.market
    listed = {each.symbol: each for each in (await market_calls.symbols(limit=500)).items}
    assert await market_calls.symbol("EURUSD") == listed["EURUSD"]
    prices = await market_calls.prices(["EURUSD", "USDJPY"], account_id=trader.account)
    assert list(prices) == ["EURUSD", "USDJPY"]
    price = prices["EURUSD"]
    assert price.bid is not None
    assert price.ask is not None
    assert price.bid < price.ask
    assert price.mid == (price.bid + price.ask) / 2
    candles = await market_calls.candles(
        "EURUSD", Interval.MINUTE, CandleRange(limit=2), side=CandleSide.MID
    )
    assert len(candles) <= 2
    assert all(each.low <= each.open <= each.high for each in candles)


async def test_anybody_may_ask_how_the_platform_is(trader: Person) -> None:
    client = trader.client
    assert (await client.health()).status == "ok"
    assert (await client.readiness()).ready
    assert (await client.config()).environment == "demo"
    assert (await client.me()).email == trader.email
    assert trader.account in {each.id for each in (await client.accounts.list(limit=500)).items}


async def test_a_number_is_spelled_without_an_exponent(trader: Person) -> None:
    order = await trader.client.orders.place(trader.account, market("0.1E+4"))
    assert order.quantity == Decimal(1000)
