"""Breaks an LP and mends it again: stands between the feed and the server, and acts on sessions."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import count
from typing import Final

import structlog

from tradewind.simulators.lp.distortions import ActiveFault, active
from tradewind.simulators.lp.faults import Fault, FaultName
from tradewind.simulators.lp.server import LpServer, Quotes
from tradewind.simulators.lp.ticks import TimedTick

STEP_S: Final = 0.02
LOGOUT_TEXT: Final = "logged out by a fault"
HIDING: Final = frozenset({FaultName.EMPTY_SNAPSHOT, FaultName.UNKNOWN_SYMBOL, FaultName.STALE})

_log = structlog.get_logger()


class BreakableQuotes:
    """The feed's quotes as new subscribers see them: hidden where a fault hides them."""

    def __init__(self, quotes: Quotes) -> None:
        """Hide nothing at first."""
        self.quotes = quotes
        self.faults: list[ActiveFault] = []

    def offers(self, symbol: str) -> bool:
        """Tell whether the LP says it quotes this symbol."""
        return self.quotes.offers(symbol) and not self._hidden(
            symbol, frozenset({FaultName.UNKNOWN_SYMBOL})
        )

    def current(self, symbol: str) -> TimedTick | None:
        """Return the quote now, None before the first and while a fault hides it."""
        return None if self._hidden(symbol, HIDING) else self.quotes.current(symbol)

    def _hidden(self, symbol: str, by: frozenset[FaultName]) -> bool:
        return any(each.fault.name in by and each.fault.concerns(symbol) for each in self.faults)


class FaultDesk:
    """The faults of one LP. A feed publishes here instead of into the server."""

    def __init__(self, quotes: BreakableQuotes, server: LpServer) -> None:
        """Begin sound."""
        self._quotes = quotes
        self._server = server
        self._changed = asyncio.Event()
        self._down = False
        self._flood = count()
        self.subscription_made = server.subscription_made

    @property
    def faults(self) -> Sequence[Fault]:
        """Return what is broken now, in the order it broke."""
        return [each.fault for each in self._quotes.faults]

    def subscribed(self, symbol: str) -> bool:
        """Tell whether anybody listens to a symbol."""
        return self._server.subscribed(symbol)

    async def room(self) -> None:
        """Wait until clients have taken most of what was queued."""
        await self._server.room()

    async def publish(self, ticks: Sequence[TimedTick]) -> None:
        """Queue what the faults make of ticks."""
        if not self._quotes.faults:
            await self._server.publish(ticks)
            return
        broken = self._distorted(ticks)
        if broken:
            await self._server.publish(broken)

    async def begin(self, fault: Fault) -> None:
        """Break something; the same fault of the same symbol begins anew."""
        self._remove(lambda each: (each.name, each.symbol) == (fault.name, fault.symbol))
        self._quotes.faults.append(active(fault, _now()))
        _log.info("lp_fault_began", fault=fault.name, symbol=fault.symbol, **fault.parameters)
        if fault.name is FaultName.EMPTY_SNAPSHOT:
            for symbol in self._concerned(fault):
                await self._server.clear(symbol)
        elif fault.name is FaultName.UNKNOWN_SYMBOL:
            for symbol in self._concerned(fault):
                self._server.withdraw(symbol)
        self._changed.set()
        await self._act()

    async def end(self, name: FaultName, symbol: str | None = None) -> int:
        """Mend a fault, of one symbol or altogether; returns how many there were."""
        ended = self._remove(lambda each: each.name is name and symbol in {None, each.symbol})
        await self._act()
        return ended

    async def run(self) -> None:
        """End faults in time, flood and flap, for ever."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(STEP_S if self._quotes.faults else None):
                    await self._changed.wait()
            self._changed.clear()
            now = _now()
            await self._pour(now)
            self._drop_what_is_over(now)
            await self._act()

    async def _act(self) -> None:
        """Bring sessions into the state that the present faults ask for."""
        names = {each.fault.name for each in self._quotes.faults}
        if FaultName.GAP in names:
            self._server.mute()
        else:
            self._server.unmute()
        down = any(map(_is_down, self._quotes.faults))
        if down and not self._down:
            self._down = True
            await self._server.take_down(LOGOUT_TEXT)
        elif self._down and not down:
            self._down = False
            self._server.bring_up()

    async def _pour(self, now: float) -> None:
        """Send what the floods owe since the last step."""
        for each in list(self._quotes.faults):
            if each.fault.name is not FaultName.FLOOD:
                continue
            owed = each.ticks_owed(now)
            quotes = [self._quotes.current(symbol) for symbol in self._concerned(each.fault)]
            known = [quote for quote in quotes if quote is not None]
            if known:
                await self.publish([self._next_of_flood(known) for _ in range(owed)])

    def _next_of_flood(self, known: Sequence[TimedTick]) -> TimedTick:
        """Return the quotes in turn, each symbol's a point up and down again."""
        number = next(self._flood)
        quote = known[number % len(known)]
        shift = number // len(known) % 2
        tick = quote.tick
        moved = replace(
            tick, bid_points=tick.bid_points + shift, ask_points=tick.ask_points + shift
        )
        return replace(quote, tick=moved)

    def _distorted(self, ticks: Sequence[TimedTick]) -> Sequence[TimedTick]:
        """Lead ticks through all faults in the order these began."""
        for fault in self._quotes.faults:
            # What nobody sees uses up no quote of a fault that breaks only so many.
            unseen = fault.ticks_left is not None
            ticks = [
                broken
                for tick in ticks
                for broken in (
                    (tick,)
                    if unseen and not self._server.subscribed(tick.tick.symbol)
                    else fault.distort(tick)
                )
            ]
        # Those that end with time are dropped by `run`, after a flood's last quotes.
        self._quotes.faults[:] = [each for each in self._quotes.faults if each.ticks_left != 0]
        return ticks

    def _drop_what_is_over(self, now: float) -> None:
        self._quotes.faults[:] = [each for each in self._quotes.faults if not each.is_over(now)]

    def _remove(self, wanted: Callable[[Fault], bool]) -> int:
        before = len(self._quotes.faults)
        self._quotes.faults[:] = [each for each in self._quotes.faults if not wanted(each.fault)]
        return before - len(self._quotes.faults)

    def _concerned(self, fault: Fault) -> Sequence[str]:
        return [fault.symbol] if fault.symbol else self._server.symbols()


def _is_down(active_fault: ActiveFault) -> bool:
    """Tell whether a fault keeps the sessions down now; flapping begins with down."""
    fault = active_fault.fault
    if fault.name is FaultName.FLAP:
        period = 60 / float(fault.number("times_per_minute"))
        return (_now() - active_fault.began) % period < period / 2
    return fault.name is FaultName.LOGOUT


def _now() -> float:
    return asyncio.get_running_loop().time()
