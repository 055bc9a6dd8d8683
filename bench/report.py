"""What was measured, on what, against what: a table for people, JSON for programs."""

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

ARTIFACT: Final = Path(".artifacts/bench.json")
_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number with what makes it mean something; `passed` is None without a target."""

    name: str
    value: float
    unit: str
    comparison: str = ""
    target: str = ""
    passed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Where it was measured, and what else kept the machine busy when it began."""

    cores: int
    cpu: str
    memory_mb: int
    system: str
    python: str
    load_average: float
    commit: str
    at: str


@dataclass(slots=True, kw_only=True)
class Report:
    """Everything of one run."""

    machine: Machine
    quick: bool
    figures: list[Figure] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def at_least(name: str, value: float, unit: str, target: float, comparison: str = "") -> Figure:
    """A figure that must not be below its target."""
    return Figure(
        name=name,
        value=value,
        unit=unit,
        comparison=comparison,
        target=f"≥ {target:g}",
        passed=value >= target,
    )


def at_most(name: str, value: float, unit: str, target: float, comparison: str = "") -> Figure:
    """A figure that must not be above its target."""
    return Figure(
        name=name,
        value=value,
        unit=unit,
        comparison=comparison,
        target=f"≤ {target:g}",
        passed=value <= target,
    )


def this_machine() -> Machine:
    """Describe the machine, the program and the moment."""
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        cpu=_field("/proc/cpuinfo", "model name"),
        memory_mb=int(_field("/proc/meminfo", "MemTotal").split()[0]) // 1024,
        system=platform.platform(),
        python=platform.python_version(),
        load_average=os.getloadavg()[0],
        commit=_commit(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def print_machine(machine: Machine) -> None:
    """Say where we are before it takes minutes."""
    print(
        f"{machine.cores} cores, {machine.cpu}, {machine.memory_mb} MB, {machine.system}, "
        f"Python {machine.python}\ncommit {machine.commit}, {machine.at}, "
        f"load average {machine.load_average:.2f} before the start"
    )


def print_table(figures: Sequence[Figure]) -> None:
    """Print one line a figure."""
    rows = [("figure", "value", "target", "", "compared with")]
    for figure in figures:
        verdict = {True: "ok", False: "MISSED", None: ""}[figure.passed]
        value = f"{_number(figure.value)} {figure.unit}".strip()
        rows.append((figure.name, value, figure.target, verdict, figure.comparison))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True)]
        print("  ".join([*cells, row[4]]).rstrip())
    print(flush=True)


def print_skipped(report: Report) -> None:
    """Say what was not measured, and why."""
    for name, reason in report.skipped.items():
        print(f"skipped {name}: {reason}")


def write_json(report: Report) -> Path:
    """Write the report where later runs and CI find it."""
    ARTIFACT.parent.mkdir(exist_ok=True)
    ARTIFACT.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    return ARTIFACT


def _number(value: float) -> str:
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text("utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown 0"


def _commit() -> str:
    command = ("git", "describe", "--always", "--dirty", "--abbrev=12")
    try:
        shown = subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return shown.stdout.strip()
