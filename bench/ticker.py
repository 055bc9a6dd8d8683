"""Publishes made-up ticks as pricing would: `python -m bench.ticker SOCKET PER_SECOND SYMBOL…`."""

import asyncio
import sys
import time
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

import uvloop

from tradewind.contracts.ticks import Tick, TickPrice, TickQuote
from tradewind.services.pricing.wire import alive_commands, tick_commands

_STEP_S: Final = 0.002
_ALIVE_S: Final = 0.25
_GROUPS: Final = ("standard", "pro", "raw")


def main() -> None:
    """Publish until killed."""
    path, per_second, *symbols = sys.argv[1:]
    uvloop.run(_publish(path, float(per_second), symbols))


async def _publish(path: str, per_second: float, symbols: list[str]) -> None:
    reader, writer = await asyncio.open_unix_connection(path)
    began, sent, alive_at = time.perf_counter(), 0, 0.0
    async with asyncio.TaskGroup() as group:
        group.create_task(_discard(reader))
        while True:
            now = time.perf_counter()
            commands = []
            if now >= alive_at:
                alive_at = now + _ALIVE_S
                commands.append(alive_commands(1))
            due = int((now - began) * per_second)
            commands += [
                tick_commands(_tick(symbols[number % len(symbols)], number))
                for number in range(sent, due)
            ]
            sent = due
            if commands:
                writer.write(b"".join(commands))
                await writer.drain()
            await asyncio.sleep(_STEP_S)


async def _discard(reader: asyncio.StreamReader) -> None:
    while await reader.read(65_536):
        pass


def _tick(symbol: str, number: int) -> Tick:
    now = datetime.now(UTC)
    bid = Decimal(110_000 + number % 1_000).scaleb(-5)
    ask = bid + Decimal("0.00012")
    size = Decimal(1_000_000)
    quotes = tuple(
        TickQuote(
            lp=lp, bid=bid, ask=ask, bid_size=size, ask_size=size, lp_time=now, received_at=now
        )
        for lp in ("lp-one", "lp-two")
    )
    return Tick(
        symbol=symbol,
        epoch=1,
        seq=number,
        time=now,
        bid=bid,
        ask=ask,
        quotes=quotes,
        tradable=True,
        reason=None,
        rules_version=1,
        prices=dict.fromkeys(_GROUPS, TickPrice(bid=bid, ask=ask)),
    )


if __name__ == "__main__":
    main()
