"""Rest a grid of limit orders around the price; each fill is answered one step further back.

`--levels` buys below the bid and as many sells above the ask, `--step-pips` apart. A buy that
fills puts a sell one step above it, a sell that fills a buy one step below. At the end the bot
cancels its orders and closes what is open.

    python examples/grid.py --seconds 300 --levels 5 --step-pips 3
"""

import asyncio
from argparse import Namespace
from contextlib import aclosing
from decimal import Decimal

from demo import Desk, at_desk, options, within

from tradewind_client import FilledOrder, NewOrder, Order, OrderState, OrderType, Side

OPEN = {OrderState.WORKING, OrderState.PARTIALLY_FILLED}
LABEL = "grid"


async def rest(desk: Desk, chosen: Namespace, side: Side, price: Decimal) -> Order:
    """Place one order of the grid."""
    order = await desk.client.orders.place(
        desk.account,
        NewOrder(
            symbol=desk.symbol.symbol,
            side=side,
            type=OrderType.LIMIT,
            quantity=chosen.quantity,
            limit_price=round(price, desk.symbol.price_precision),
            label=LABEL,
        ),
    )
    if order.reject is not None:
        print(f"{side} at {price} rejected: {order.reject.message}")
    return order


async def lay_out(desk: Desk, chosen: Namespace) -> int:
    """Place the whole grid around the price of now; returns how many orders rest."""
    name = desk.symbol.symbol
    price = (await desk.client.market.prices([name], account_id=desk.account))[name]
    if price.bid is None or price.ask is None:
        return 0
    step = chosen.step_pips * desk.symbol.pip
    async with asyncio.TaskGroup() as placing:
        orders = [
            placing.create_task(rest(desk, chosen, side, near + away * step * level))
            for level in range(1, chosen.levels + 1)
            for side, near, away in ((Side.BUY, price.bid, -1), (Side.SELL, price.ask, 1))
        ]
    return sum(each.result().state in OPEN for each in orders)


async def answer_fills(desk: Desk, chosen: Namespace, after: int) -> int:
    """Put an opposite order behind every order of the grid that fills; returns how many did."""
    filled = 0
    step = chosen.step_pips * desk.symbol.pip
    async with aclosing(desk.client.stream.events(desk.account, after=after)) as events:
        async for event in within(chosen.seconds, events):
            order = event.data
            if not isinstance(order, FilledOrder) or order.state is not OrderState.FILLED:
                continue
            if order.label != LABEL or order.limit_price is None:
                continue
            filled += 1
            print(f"{order.side} {order.quantity} filled at {order.average_price}")
            away = step if order.side is Side.BUY else -step
            await rest(desk, chosen, order.side.opposite, order.limit_price + away)
    return filled


async def main(chosen: Namespace) -> None:
    async with at_desk(chosen) as desk:
        seen = (await desk.client.accounts.get(desk.account)).last_event
        try:
            print(f"{await lay_out(desk, chosen)} orders rest")
            print(f"{await answer_fills(desk, chosen, seen)} orders filled")
        finally:
            name = desk.symbol.symbol
            cancelled = await desk.client.orders.cancel_all(desk.account, symbol=name)
            closed = await desk.client.positions.close_all(desk.account, symbol=name)
            print(f"{len(cancelled)} orders cancelled, {len(closed)} positions closed")


if __name__ == "__main__":
    parser = options("Rest a grid of limit orders around the price.")
    parser.add_argument("--levels", type=int, default=5, help="orders on each side")
    parser.add_argument("--step-pips", type=Decimal, default=Decimal(3))
    asyncio.run(main(parser.parse_args()))
