"""Measures this machine: `python -m bench --help`. Each part starts a platform of its own."""

import argparse
import sys
from collections.abc import Callable
from typing import Final

from bench import (
    candles,
    margin_watch,
    orders,
    pricing_core,
    replay,
    start,
    stream,
    tick_latency,
    tick_store,
    triggers,
)
from bench.report import (
    Report,
    print_machine,
    print_skipped,
    print_table,
    this_machine,
    write_json,
)
from bench.running import free_ports, private_folder, running


def main() -> int:
    """Measure, print the table, write the JSON; 1 when a target was missed."""
    parser = argparse.ArgumentParser(prog="bench", description=sys.modules[__name__].__doc__)
    parser.add_argument("--quick", action="store_true", help="shorter runs, noisier figures")
    parser.add_argument("--only", choices=sorted(_PARTS), action="append", help="may be repeated")
    arguments = parser.parse_args()
    report = Report(machine=this_machine(), quick=arguments.quick)
    print_machine(report.machine)
    for name in arguments.only or _PARTS:
        print(f"measuring {name} ...", flush=True)
        known = len(report.figures)
        _PARTS[name](report)
        print_table(report.figures[known:])
    print_skipped(report)
    print(f"written to {write_json(report)}")
    return 1 if any(figure.passed is False for figure in report.figures) else 0


def _orders(report: Report) -> None:
    with private_folder() as root, running(root, free_ports()) as platform:
        report.figures += orders.measure(platform, quick=report.quick)


def _stream(report: Report) -> None:
    options = ("--only", stream.PROCESSES)
    with private_folder() as root, running(root, free_ports(), options) as platform:
        report.figures += stream.measure(platform, quick=report.quick)


def _replay(report: Report) -> None:
    if not replay.RECORDING.exists():
        report.skipped["replay"] = f"{replay.RECORDING} is not there"
        return
    options = ("--only", replay.CANDLE_PROCESSES)
    with private_folder() as root, running(root, free_ports(), options) as platform:
        report.figures += replay.measure_candles(platform)
    options = ("--only", replay.PROCESSES)
    with private_folder() as root, running(root, free_ports(), options) as platform:
        report.figures += replay.measure(platform, quick=report.quick)


def _tick_store(report: Report) -> None:
    options = ("--only", tick_store.PROCESSES)
    with private_folder() as root, running(root, free_ports(), options) as platform:
        report.figures += tick_store.measure(platform, quick=report.quick)


def _tick(report: Report) -> None:
    options = ("--only", tick_latency.PROCESSES)
    with private_folder() as root, running(root, free_ports(), options) as platform:
        report.figures += tick_latency.measure(platform, quick=report.quick)


def _triggers(report: Report) -> None:
    options = ("--only", triggers.PROCESSES)
    with private_folder() as root, running(root, free_ports(), options) as platform:
        report.figures += triggers.measure(platform, quick=report.quick)


def _pricing(report: Report) -> None:
    report.figures += pricing_core.measure(quick=report.quick)


def _risk(report: Report) -> None:
    report.figures += margin_watch.measure(quick=report.quick)


def _candles(report: Report) -> None:
    options = ("--only", candles.PROCESSES)
    with private_folder() as root, running(root, free_ports(), options) as platform:
        report.figures += candles.measure(platform, quick=report.quick)


def _start(report: Report) -> None:
    with private_folder() as root:
        report.figures += start.measure(root)


_PARTS: Final[dict[str, Callable[[Report], None]]] = {
    "start": _start,
    "orders": _orders,
    "stream": _stream,
    "tick": _tick,
    "replay": _replay,
    "candles": _candles,
    "ticks": _tick_store,
    "pricing": _pricing,
    "triggers": _triggers,
    "risk": _risk,
}


if __name__ == "__main__":
    sys.exit(main())
