"""The processes of the platform: the one table to edit when a process is added."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessSpec:
    """One process of ours: `python -m MODULE ARGUMENTS`."""

    name: str
    module: str
    #: Stages start one after another; the processes of one stage start together.
    stage: int
    #: A text is passed as it is, a number is an offset from TRADEWIND_PORT.
    arguments: tuple[str | int, ...] = ()
    #: Offsets from TRADEWIND_PORT that the process listens on, its metrics port last.
    ports: tuple[int, ...] = ()
    #: Runs to its end before the stage is over, instead of staying.
    one_shot: bool = False
    ready_timeout_s: float = 30.0


PROCESSES: Final = (
    ProcessSpec(
        name="seed", module="tradewind.processes.seed", stage=0, one_shot=True, ready_timeout_s=60.0
    ),
    ProcessSpec(
        name="lp-one",
        module="tradewind.processes.lp_simulator",
        stage=0,
        arguments=("--name", "lp-one", "--port", 2, "--control-port", 4, "--seed", "1"),
        ports=(2, 4, 15),
    ),
    ProcessSpec(
        name="lp-two",
        module="tradewind.processes.lp_simulator",
        stage=0,
        arguments=("--name", "lp-two", "--port", 3, "--control-port", 5, "--seed", "2"),
        ports=(3, 5, 16),
    ),
    ProcessSpec(name="pricing", module="tradewind.processes.pricing", stage=1, ports=(12,)),
    ProcessSpec(name="api", module="tradewind.processes.api", stage=2, ports=(0, 10)),
    ProcessSpec(name="stream", module="tradewind.processes.stream", stage=2, ports=(1, 11)),
    ProcessSpec(name="worker", module="tradewind.processes.worker", stage=2, ports=(13,)),
    ProcessSpec(name="scheduler", module="tradewind.processes.scheduler", stage=2, ports=(14,)),
    ProcessSpec(name="trigger", module="tradewind.processes.trigger", stage=2, ports=(18,)),
    ProcessSpec(name="risk", module="tradewind.processes.risk", stage=2, ports=(19,)),
)

#: A third liquidity provider; benches and tests that want one name it.
LP_THREE: Final = ProcessSpec(
    name="lp-three",
    module="tradewind.processes.lp_simulator",
    stage=0,
    arguments=("--name", "lp-three", "--port", 6, "--control-port", 7, "--seed", "3"),
    ports=(6, 7, 17),
)

#: Liquidity providers and where they listen, as offsets from TRADEWIND_PORT.
LP_PORTS: Final = (("lp-one", 2), ("lp-two", 3))

#: Replays the event log and compares; run by `tradewind verify` and after a restore.
VERIFY: Final = ProcessSpec(
    name="verify",
    module="tradewind.processes.verify",
    stage=0,
    one_shot=True,
    ready_timeout_s=3600.0,
)
