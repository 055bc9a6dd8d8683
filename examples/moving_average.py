"""Trade the crossing of two moving averages of the mid price, each order with a bracket.

When the fast average crosses above the slow one the bot buys, below it sells, unless it has a
position; a stop-loss and a take-profit end the trade. At the end it closes what is open.

    python examples/moving_average.py --seconds 300 --fast 10 --slow 40
"""

import asyncio
from argparse import Namespace
from collections import deque
from decimal import Decimal

from demo import Desk, at_desk, options, within

from tradewind_client import NewOrder, OrderState, Price, Side


class Averages:
    """Two moving averages of one price; says when they cross."""

    def __init__(self, fast: int, slow: int) -> None:
        self._fast = fast
        self._mids: deque[Decimal] = deque(maxlen=slow)
        self._above: bool | None = None

    def crossed(self, mid: Decimal) -> Side | None:
        """Take the next price; the side to trade if it makes the averages cross."""
        self._mids.append(mid)
        if len(self._mids) < (self._mids.maxlen or 0):
            return None
        recent = list(self._mids)[-self._fast :]
        fast, slow = sum(recent) / len(recent), sum(self._mids) / len(self._mids)
        if fast == slow:
            return None
        above, self._above = self._above, fast > slow
        if above is None or above == self._above:
            return None
        return Side.BUY if self._above else Side.SELL


async def trade(desk: Desk, chosen: Namespace) -> int:
    """Follow prices and trade each crossing; returns the number of orders that were filled."""
    averages = Averages(chosen.fast, chosen.slow)
    filled = 0
    symbols = [desk.symbol.symbol]
    async with desk.client.stream.prices(symbols, account_id=desk.account) as feed:
        async for price in within(chosen.seconds, feed):
            side = None if price.mid is None else averages.crossed(price.mid)
            if side is None or not price.tradable or await has_position(desk):
                continue
            filled += await enter(desk, chosen, side, price)
    return filled


async def has_position(desk: Desk) -> bool:
    """Tell whether there is a position in our symbol already."""
    positions = (await desk.client.positions.list(desk.account)).items
    return any(each.symbol == desk.symbol.symbol for each in positions)


async def enter(desk: Desk, chosen: Namespace, side: Side, price: Price) -> bool:
    """Open a position with its bracket; a rejected order is an answer like any other."""
    order = await desk.client.orders.place(
        desk.account,
        NewOrder(
            symbol=desk.symbol.symbol,
            side=side,
            quantity=chosen.quantity,
            stop_loss_distance=chosen.stop_pips * desk.symbol.pip,
            take_profit_distance=chosen.target_pips * desk.symbol.pip,
            label="moving_average",
        ),
    )
    if order.reject is not None:
        print(f"{side} at {price.mid} rejected: {order.reject.message}")
        return False
    print(f"{side} {order.filled_quantity} at {order.average_price}")
    return order.state is OrderState.FILLED


async def main(chosen: Namespace) -> None:
    async with at_desk(chosen) as desk:
        try:
            print(f"{await trade(desk, chosen)} orders filled")
        finally:
            closed = await desk.client.positions.close_all(desk.account, symbol=desk.symbol.symbol)
            print(f"{len(closed)} positions closed")


if __name__ == "__main__":
    parser = options("Trade the crossing of two moving averages, with brackets.")
    parser.add_argument("--fast", type=int, default=10, help="prices in the fast average")
    parser.add_argument("--slow", type=int, default=40, help="prices in the slow average")
    parser.add_argument("--stop-pips", type=Decimal, default=Decimal(20))
    parser.add_argument("--target-pips", type=Decimal, default=Decimal(40))
    asyncio.run(main(parser.parse_args()))
