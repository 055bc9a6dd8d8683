"""The files that tell a person, or a program, how to log in to the demo."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import msgspec

DEMO_FILE: Final = "demo.json"
BENCH_FILE: Final = "bench.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAccount:
    """One account of a login."""

    id: UUID
    currency: str
    group: str
    position_mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverUser:
    """One login with its password."""

    email: str
    password: str
    role: str
    accounts: tuple[HandoverAccount, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """The whole file: where to connect and as whom."""

    api: str
    web: str
    stream: str
    users: tuple[HandoverUser, ...]


def handover(host: str, port: int, users: Sequence[HandoverUser]) -> Handover:
    """Return the file's content; an address that means "everywhere" becomes loopback."""
    name = "127.0.0.1" if host in {"", "0.0.0.0", "::"} else host  # noqa: S104
    if ":" in name:
        name = f"[{name}]"
    return Handover(
        api=f"http://{name}:{port}/v1",
        web=f"http://{name}:{port}/",
        stream=f"ws://{name}:{port + 1}/v1/stream",
        users=tuple(users),
    )


def read_handover(path: Path) -> Handover | None:
    """Return the file's content, or None if it is missing."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Handover)
    except FileNotFoundError:
        return None


def write_handover(path: Path, content: Handover) -> None:
    """Replace the file as a whole; it holds passwords, so only its owner may read it."""
    partial = path.with_name(f".{path.name}.partial")
    partial.unlink(missing_ok=True)
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    partial.rename(path)
