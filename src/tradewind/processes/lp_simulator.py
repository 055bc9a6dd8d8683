"""A liquidity provider to trade against: `python -m tradewind.processes.lp_simulator --help`."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path

import structlog
import uvloop
from prometheus_client import CollectorRegistry

from tradewind.infra.clock import Clock, clock_from_environment
from tradewind.infra.decimals import trap_floats
from tradewind.infra.logging import configure_logging
from tradewind.infra.metrics import serve_metrics
from tradewind.infra.readiness import notify_ready
from tradewind.infra.settings import integer
from tradewind.simulators.lp.control import ControlDoor
from tradewind.simulators.lp.counters import LpCounters
from tradewind.simulators.lp.fault_desk import BreakableQuotes, FaultDesk
from tradewind.simulators.lp.faults import Fault, FaultError, fault_from_text
from tradewind.simulators.lp.feeds import MarketFeed, Pace, ReplayFeed, ReplayFeeds
from tradewind.simulators.lp.recording import RecordingError, read_recording, symbol_of
from tradewind.simulators.lp.server import LpServer

_log = structlog.get_logger()


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    trap_floats()
    arguments = _parser().parse_args()
    configure_logging(f"lp_simulator {arguments.name}")
    uvloop.run(_serve(arguments))


async def _serve(arguments: argparse.Namespace) -> None:
    registry = CollectorRegistry()
    counters, clock = LpCounters(registry), clock_from_environment()
    feed = _feed(arguments, counters, clock)
    quotes = BreakableQuotes(feed)
    server = LpServer(quotes, clock, counters, arguments.seed)
    desk = FaultDesk(quotes, server)
    door = ControlDoor(desk, server, clock)
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    ports = {
        "port": await server.start(arguments.name, arguments.host, arguments.port),
        "metrics_port": serve_metrics(registry, arguments.metrics_port),
    }
    if arguments.control_port is not None:
        ports["control_port"] = await door.start(arguments.control_port)
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(server.answer_requests()),
            tasks.create_task(desk.run()),
            tasks.create_task(feed.run(desk)),
        ]
        for fault in arguments.fault:
            await desk.begin(fault)
        _log.info("lp_simulator_serves", name=arguments.name, **ports)
        notify_ready()
        await stopping.wait()
        for task in running:
            task.cancel()
    await door.stop()
    await server.stop()
    _log.info("lp_simulator_stopped", name=arguments.name, **counters.totals())


def _feed(
    arguments: argparse.Namespace, counters: LpCounters, clock: Clock
) -> MarketFeed | ReplayFeeds:
    if not arguments.replay:
        return MarketFeed(arguments.seed, arguments.ticks_per_second, clock)
    pace = Pace(speed=arguments.speed, loops=arguments.loop)
    symbols = arguments.symbol or [symbol_of(path) for path in arguments.replay]
    if len(symbols) != len(arguments.replay):
        raise RecordingError("--symbol names as many symbols as there are recordings")
    return ReplayFeeds(
        [
            ReplayFeed(read_recording(path, symbol), pace, counters)
            for path, symbol in zip(arguments.replay, symbols, strict=True)
        ]
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="lp_simulator", description=sys.modules[__name__].__doc__)
    add = parser.add_argument
    add("--name", default="lp-one", help="CompIDs are NAME-MD and NAME-TRADE in capitals")
    add("--host", default=os.environ.get("TRADEWIND_HOST", "127.0.0.1"))
    add("--port", type=int, required=True, help="FIX port; 0 picks a free one")
    add("--seed", type=int, default=1, help="other seeds quote the same market a little apart")
    add("--ticks-per-second", type=float, default=30.0, help="all symbols together, on average")
    add("--metrics-port", type=int, default=integer(os.environ, "TRADEWIND_METRICS_PORT", 0))
    add("--control-port", type=int, help="HTTP on loopback to break it; 0 picks a free one")
    add("--fault", type=_fault, action="append", default=[], help="NAME[:SYMBOL][:PARAM,…]")
    add("--replay", type=Path, nargs="+", help="play CSV files (time, bid, ask), a symbol each")
    add("--speed", type=_speed, default=1.0, help="times real time, or max")
    add("--symbol", nargs="+", help="symbols of the recordings; default: starts of file names")
    add("--loop", action="store_true", help="play the recording again and again")
    return parser


def _speed(text: str) -> float | None:
    """Parse a positive factor; None means as fast as possible."""
    if text == "max":
        return None
    factor = float(text)
    if factor <= 0:
        raise argparse.ArgumentTypeError("must be positive, or max")
    return factor


def _fault(text: str) -> Fault:
    """Parse one fault; what is wrong with it is said by the parser's error."""
    try:
        return fault_from_text(text)
    except FaultError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    main()
