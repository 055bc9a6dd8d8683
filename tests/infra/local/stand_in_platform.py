"""`tradewind up` over a table of stand-ins: `stand_in_platform.py [mute]`."""

import asyncio
import sys

from tradewind.cli.console import Progress
from tradewind.infra.local.configuration import configuration_from_environment
from tradewind.infra.local.errors import LocalError
from tradewind.infra.local.platform import Platform
from tradewind.infra.local.process_table import ProcessSpec

MODULE = "tests.infra.local.stand_in"
TABLE = (
    ProcessSpec(name="seed", module=MODULE, stage=0, arguments=("once",), one_shot=True),
    ProcessSpec(name="first", module=MODULE, stage=0, arguments=("serve", 2), ports=(2, 15)),
    ProcessSpec(name="second", module=MODULE, stage=1, arguments=("serve", 0), ports=(0, 10)),
)
MUTE = ProcessSpec(name="mute", module=MODULE, stage=2, arguments=("mute",), ready_timeout_s=0.3)


def main() -> None:
    table = (*TABLE, MUTE) if "mute" in sys.argv else TABLE
    platform = Platform(
        configuration=configuration_from_environment(),
        report=Progress(),
        announce=lambda _: print("serving", flush=True),  # noqa: T201
        table=table,
        build_web=False,
    )
    try:
        asyncio.run(platform.run())
    except LocalError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
