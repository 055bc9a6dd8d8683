"""Runs the platform, or some of its processes: `python -m bench.supervise --help`."""

import argparse
import asyncio
from dataclasses import replace
from pathlib import Path

from tradewind.infra.local.configuration import configuration_from_environment
from tradewind.infra.local.home import Home
from tradewind.infra.local.platform import Platform
from tradewind.infra.local.process_table import LP_THREE, PROCESSES, ProcessSpec


def main() -> None:
    """Run until SIGTERM; the configuration is that of `tradewind up`."""
    parser = argparse.ArgumentParser(prog="bench.supervise")
    parser.add_argument("--only", help="names of processes, as a comma list; default: all")
    parser.add_argument("--replay", type=Path, help="lp-one plays this at full speed for ever")
    arguments = parser.parse_args()
    names = arguments.only.split(",") if arguments.only else [spec.name for spec in PROCESSES]
    every = (LP_THREE, *PROCESSES)
    table = tuple(_replaying(s, arguments.replay) for s in every if s.name in names)
    platform = Platform(
        configuration=configuration_from_environment(),
        report=print,
        announce=_say_nothing,
        table=table,
        build_web=False,
    )
    asyncio.run(platform.run())


def _replaying(spec: ProcessSpec, recording: Path | None) -> ProcessSpec:
    if spec.name != "lp-one" or recording is None:
        return spec
    more = ("--replay", str(recording), "--speed", "max", "--loop")
    return replace(spec, arguments=(*spec.arguments, *more))


def _say_nothing(_: Home) -> None:
    """The supervisor's state file says when it runs."""


if __name__ == "__main__":
    main()
