"""Orders that rest, and what can be done with them and with positions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from tests.client.people import Person, hedging, market
from tests.flows.live import Live
from tradewind_client import (
    Amendment,
    CloseBy,
    ConflictError,
    InvalidError,
    NewOrder,
    OrderState,
    OrderType,
    Protection,
    Side,
    TimeInForce,
    TriggerSide,
)
from tradewind_client.requests import mentioned

FAR = Decimal("0.005")


async def test_an_order_of_every_type_rests_as_it_was_asked_for(trader: Person) -> None:
    price = await trader.price()
    assert price.bid is not None
    assert price.ask is not None
    below, above = price.bid - FAR, price.ask + FAR
    for asked in (
        replace(market(), type=OrderType.LIMIT, limit_price=below),
        replace(market(), type=OrderType.STOP, stop_price=above, worst_price=above + FAR),
        replace(market(), type=OrderType.STOP_LIMIT, stop_price=above, limit_price=above + FAR),
        replace(market(), type=OrderType.MARKET_IF_TOUCHED, stop_price=below),
    ):
        order = await trader.client.orders.place(trader.account, asked)
        assert (order.state, order.time_in_force) == (OrderState.WORKING, TimeInForce.GTC)
        assert order.trigger_side is TriggerSide.DEFAULT
        said = mentioned(asked)
        assert {name: getattr(order, name) for name in said} == said
    resting = (await trader.client.orders.list(trader.account, state="open")).items
    assert [each.type for each in resting] == [
        OrderType.MARKET_IF_TOUCHED, OrderType.STOP_LIMIT, OrderType.STOP, OrderType.LIMIT,
    ]  # fmt: skip


async def test_a_time_arrives_as_the_moment_it_was(trader: Person) -> None:
    price = await trader.price()
    assert price.bid is not None
    ends = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    asked = NewOrder(
        symbol="EURUSD",
        side=Side.BUY,
        quantity=Decimal(1000),
        type=OrderType.LIMIT,
        limit_price=price.bid - FAR,
        time_in_force=TimeInForce.GTD,
        expires_at=ends.astimezone(),
    )
    order = await trader.client.orders.place(trader.account, asked)
    assert (order.state, order.expires_at) == (OrderState.WORKING, ends)


async def test_an_order_is_amended_in_its_version_alone(trader: Person) -> None:
    orders, resting = trader.client.orders, await trader.rest()
    change = Amendment(version=resting.version, quantity=Decimal(2000))
    amended = await orders.amend(trader.account, resting.id, change)
    assert (amended.quantity, amended.version > resting.version) == (Decimal(2000), True)
    with pytest.raises(ConflictError) as told:
        await orders.amend(trader.account, resting.id, change)
    assert told.value.code == "version_conflict"
    stands = await orders.get(trader.account, resting.id)
    assert (stands.quantity, stands.version) == (amended.quantity, amended.version)
    assert [each.type for each in stands.facts or ()] == ["amended"]


async def test_all_orders_of_one_symbol_are_cancelled_or_of_every_symbol(trader: Person) -> None:
    euro, yen = await trader.rest("EURUSD"), await trader.rest("USDJPY")
    cancelled = await trader.client.orders.cancel_all(trader.account, symbol="EURUSD")
    assert [(each.id, each.state) for each in cancelled] == [(euro.id, OrderState.CANCELLED)]
    assert [each.id for each in await trader.client.orders.cancel_all(trader.account)] == [yen.id]
    assert (await trader.client.orders.list(trader.account, state="open")).items == ()


async def test_a_preview_says_what_the_order_then_does_and_stores_nothing(trader: Person) -> None:
    before = await trader.last_event()
    preview = await trader.client.orders.preview(trader.account, market("2000"))
    assert await trader.last_event() == before
    assert preview.state is OrderState.FILLED
    assert preview.price is not None
    assert preview.equity_after is not None
    assert (await trader.buy("2000")).state is OrderState.FILLED
    beyond = await trader.client.orders.preview(trader.account, market("9000000"))
    assert beyond.reject is not None
    assert (beyond.state, beyond.reject.code) == (OrderState.REJECTED, "insufficient_margin")


async def test_a_receipt_says_on_which_price_an_order_was_filled(trader: Person) -> None:
    order = await trader.buy()
    receipt = await trader.client.orders.receipt(trader.account, order.id)
    (fill,) = receipt.fills
    assert (receipt.order_id, fill.price, fill.side) == (order.id, order.average_price, Side.BUY)
    assert fill.quote.ask == fill.displayed_price
    assert fill.times.order_received <= fill.times.decided
    assert fill.explanation


async def test_a_position_is_given_protection_and_relieved_of_it(trader: Person) -> None:
    positions, position_id = trader.client.positions, (await trader.buy()).position_id
    assert position_id is not None
    bracket = Protection(stop_loss_distance=FAR, take_profit_distance=FAR)
    protected = await positions.protect(trader.account, position_id, bracket)
    assert protected.stop_loss is not None
    assert protected.take_profit is not None
    assert protected.stop_loss < protected.open_price < protected.take_profit
    relieved = await positions.protect(trader.account, position_id, Protection(stop_loss=None))
    assert (relieved.stop_loss, relieved.take_profit) == (None, protected.take_profit)
    (rest,) = (await trader.client.orders.list(trader.account, state="open")).items
    assert (rest.reason, rest.limit_price) == ("take_profit", protected.take_profit)


async def test_a_position_is_reversed_and_all_are_closed(trader: Person) -> None:
    positions, position_id = trader.client.positions, (await trader.buy()).position_id
    assert position_id is not None
    orders = await positions.reverse(trader.account, position_id)
    assert {each.state for each in orders} == {OrderState.FILLED}
    (turned,) = (await positions.list(trader.account)).items
    assert (turned.side, turned.quantity) == (Side.SELL, Decimal(1000))
    await trader.client.orders.place(trader.account, market("1000", symbol="USDJPY"))
    assert len(await positions.close_all(trader.account, symbol="USDJPY")) == 1
    assert [each.id for each in (await positions.list(trader.account)).items] == [turned.id]
    assert len(await positions.close_all(trader.account)) == 1
    assert (await positions.list(trader.account)).items == ()


async def test_opposite_positions_of_a_hedging_account_close_each_other(live: Live) -> None:
    async with hedging(live) as trader:
        bought, sold = await trader.buy("3000"), await trader.sell("1000")
        assert bought.position_id is not None
        assert sold.position_id is not None
        orders = await trader.client.positions.close_by(
            trader.account, bought.position_id, CloseBy(opposite_position_id=sold.position_id)
        )
        assert {each.state for each in orders} == {OrderState.FILLED}
        (rest,) = (await trader.client.positions.list(trader.account)).items
        assert (rest.id, rest.quantity) == (bought.position_id, Decimal(2000))
        await trader.client.positions.close_all(trader.account)


async def test_a_position_that_cannot_close_itself_is_refused(trader: Person) -> None:
    position_id = (await trader.buy()).position_id
    assert position_id is not None
    before = await trader.last_event()
    with pytest.raises(InvalidError) as told:
        await trader.client.positions.close_by(
            trader.account, position_id, CloseBy(opposite_position_id=position_id)
        )
    assert [each.field for each in told.value.problem.errors] == ["opposite_position_id"]
    assert await trader.last_event() == before
